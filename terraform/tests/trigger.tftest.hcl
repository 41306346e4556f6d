# cleanup is triggered by a new document in deletions and publish by one in events, wherever the database is.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google-beta" {}

variables {
  project_id    = "my-project"
  domain        = "sites.example.com"
  mail          = { host = "smtp.example.com", user = "kairos", from = "no-reply@example.com" }
  mail_password = "mail-password"
  # terraform test, unlike apply, insists on what is ephemeral.
  api_keys                = []
  database_admin_password = ""
  dist_directory          = "tests/zips"
  # Or what a test has made could not be cleared away.
  deletion_protection = false
}

run "a_new_deletion_triggers_cleanup_and_a_new_event_publish" {
  assert {
    condition = alltrue([
      google_cloudfunctions2_function.this["cleanup"].event_trigger[0].event_type == "google.cloud.firestore.document.v1.created",
      google_cloudfunctions2_function.this["cleanup"].event_trigger[0].retry_policy == "RETRY_POLICY_RETRY",
      google_cloudfunctions2_function.this["cleanup"].event_trigger[0].service_account_email == google_service_account.this["push"].email,
      toset([for one in google_cloudfunctions2_function.this["cleanup"].event_trigger[0].event_filters : "${one.attribute} ${coalesce(one.operator, "is")} ${one.value}"]) == toset([
        "database is (default)",
        "document match-path-pattern deletions/{tenantId}",
      ]),
    ])
    error_message = "The trigger is on another event, or none that comes again."
  }

  assert {
    condition = alltrue([
      google_cloudfunctions2_function.this["publish"].event_trigger[0].event_type == "google.cloud.firestore.document.v1.created",
      google_cloudfunctions2_function.this["publish"].event_trigger[0].retry_policy == "RETRY_POLICY_RETRY",
      google_cloudfunctions2_function.this["publish"].event_trigger[0].service_account_email == google_service_account.this["push"].email,
      google_cloudfunctions2_function.this["publish"].event_trigger[0].trigger_region == google_firestore_database.this.location_id,
      toset([for one in google_cloudfunctions2_function.this["publish"].event_trigger[0].event_filters : "${one.attribute} ${coalesce(one.operator, "is")} ${one.value}"]) == toset([
        "database is (default)",
        "document match-path-pattern events/{eventId}",
      ]),
    ])
    error_message = "The trigger of publish is on another event, or none that comes again, or elsewhere."
  }

  assert {
    condition     = alltrue([for name in ["api", "provision"] : length(google_cloudfunctions2_function.this[name].event_trigger) == 0])
    error_message = "A function has a trigger of which nobody knows."
  }
}

run "in_the_region_of_a_regional_database" {
  variables {
    firestore_location = "europe-north1"
  }

  assert {
    condition     = google_firestore_database.this.location_id == "europe-north1" && google_cloudfunctions2_function.this["cleanup"].event_trigger[0].trigger_region == "europe-north1"
    error_message = "The trigger is elsewhere than the database."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["cleanup"].location == "europe-west1"
    error_message = "The function has moved to the database's region."
  }
}

run "in_the_region_of_the_functions_unless_the_database_has_another" {
  variables {
    region = "us-east1"
  }

  assert {
    condition     = google_firestore_database.this.location_id == "us-east1" && google_cloudfunctions2_function.this["cleanup"].event_trigger[0].trigger_region == "us-east1"
    error_message = "Database or trigger are elsewhere than the functions."
  }
}

run "in_nam5_for_nam5" {
  variables {
    firestore_location = "nam5"
  }

  assert {
    condition     = google_firestore_database.this.location_id == "nam5" && google_cloudfunctions2_function.this["cleanup"].event_trigger[0].trigger_region == "nam5"
    error_message = "The trigger of a database in nam5 is not in nam5."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["cleanup"].location == "europe-west1"
    error_message = "The function is where no function can be."
  }
}

run "in_eur3_for_eur3" {
  variables {
    firestore_location = "eur3"
  }

  assert {
    condition     = google_firestore_database.this.location_id == "eur3" && google_cloudfunctions2_function.this["cleanup"].event_trigger[0].trigger_region == "eur3"
    error_message = "The trigger of a database in eur3 is not in eur3."
  }
}

run "or_where_a_variable_says" {
  variables {
    firestore_location       = "nam5"
    firestore_trigger_region = "us-central1"
  }

  assert {
    condition     = google_cloudfunctions2_function.this["cleanup"].event_trigger[0].trigger_region == "us-central1"
    error_message = "The variable is not heeded."
  }
}
