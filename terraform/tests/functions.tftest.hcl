# What the functions are given. That their environment is what their settings ask for, tests/infrastructure/deployment.test.ts
# holds to the code that reads it.

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

run "each_runs_its_own_code_as_its_own_account" {
  assert {
    condition = alltrue([for name, one in google_cloudfunctions2_function.this :
      one.name == "kairos-${name}" && one.build_config[0].entry_point == name && one.build_config[0].runtime == "nodejs24"
    ])
    error_message = "A function has another name, entry point or runtime."
  }

  assert {
    condition     = alltrue([for name, one in google_cloudfunctions2_function.this : one.service_config[0].service_account_email == google_service_account.this[name].email])
    error_message = "A function does not run as the account of its name."
  }

  assert {
    condition     = length(distinct([for one in google_service_account.this : one.account_id])) == length(google_service_account.this)
    error_message = "Two service accounts are one."
  }

  assert {
    condition     = alltrue([for name, one in google_storage_bucket_object.sources : strcontains(one.name, filesha256("tests/zips/${name}.zip"))])
    error_message = "A zip does not have its hash in its name, so that a new build would not be deployed."
  }

  assert {
    condition     = alltrue([for one in google_cloudfunctions2_function.this : one.build_config[0].service_account == google_service_account.this["build"].id])
    error_message = "A function is built by an account that may do more than build."
  }
}

run "base_images_are_updated_by_themselves" {
  assert {
    condition = alltrue([for one in google_cloudfunctions2_function.this :
      length(one.build_config[0].automatic_update_policy) == 1 && length(one.build_config[0].on_deploy_update_policy) == 0
    ])
    error_message = "A function's base image is not updated by itself."
  }
}

run "base_images_are_updated_by_a_build_alone_where_that_is_asked_for" {
  variables {
    automatic_base_image_updates = false
    rebuild                      = "2026-11-25"
  }

  assert {
    condition = alltrue([for one in google_cloudfunctions2_function.this :
      length(one.build_config[0].automatic_update_policy) == 0 && length(one.build_config[0].on_deploy_update_policy) == 1
    ])
    error_message = "A function's base image is updated by itself."
  }

  assert {
    condition     = alltrue([for one in google_cloudfunctions2_function.this : one.build_config[0].environment_variables["REBUILD"] == "2026-11-25"])
    error_message = "Another text would not be another build."
  }
}

run "a_call_may_take_as_long_as_a_push_waits_and_no_longer" {
  assert {
    condition     = google_cloudfunctions2_function.this["provision"].service_config[0].timeout_seconds < google_pubsub_subscription.provision["tenant-events"].ack_deadline_seconds
    error_message = "A push would be sent again while its first is under way."
  }
}

run "limits_are_taken_from_the_variables" {
  variables {
    functions = {
      provision = { memory = "1Gi", timeout_seconds = 120, concurrency = 3, min_instances = 1, max_instances = 2 }
    }
  }

  assert {
    condition = alltrue([
      google_cloudfunctions2_function.this["provision"].service_config[0].available_memory == "1Gi",
      google_cloudfunctions2_function.this["provision"].service_config[0].timeout_seconds == 120,
      google_cloudfunctions2_function.this["provision"].service_config[0].max_instance_request_concurrency == 3,
      google_cloudfunctions2_function.this["provision"].service_config[0].min_instance_count == 1,
      google_cloudfunctions2_function.this["provision"].service_config[0].max_instance_count == 2,
      google_cloudfunctions2_function.this["cleanup"].service_config[0].timeout_seconds == 300,
    ])
    error_message = "A limit is not the variable's."
  }
}

run "only_the_api_is_reached_from_outside" {
  assert {
    condition     = { for name, one in google_cloudfunctions2_function.this : name => one.service_config[0].ingress_settings } == { api = "ALLOW_ALL", provision = "ALLOW_INTERNAL_ONLY", cleanup = "ALLOW_INTERNAL_ONLY", publish = "ALLOW_INTERNAL_ONLY" }
    error_message = "A function takes calls from where it should not, or the API takes none."
  }
}

run "a_deletion_can_be_taken_back_for_two_weeks_unless_said_otherwise" {
  assert {
    condition     = google_cloudfunctions2_function.this["api"].service_config[0].environment_variables["RETENTION_DAYS"] == "14"
    error_message = "Whoever deletes by mistake would have lost everything."
  }
}

run "secrets_come_from_secret_manager_and_to_whom_they_are_for_alone" {
  assert {
    condition     = [for one in google_cloudfunctions2_function.this["api"].service_config[0].secret_environment_variables : "${one.key} ${one.secret} ${one.version}"] == ["API_KEYS kairos-api-keys ${google_secret_manager_secret_version.this["api_keys"].version}"]
    error_message = "The API does not get its keys, or not that version of them that was stored last."
  }

  assert {
    condition     = alltrue([for name in ["provision", "cleanup"] : [for one in google_cloudfunctions2_function.this[name].service_config[0].secret_environment_variables : "${one.key} ${one.secret} ${one.version}"] == ["BACKUP_SECRET kairos-backups ${google_secret_manager_secret_version.this["backups"].version}"]])
    error_message = "Whoever reconciles does not get the secret of the backups, or gets another one."
  }

  assert {
    condition     = length(google_cloudfunctions2_function.this["publish"].service_config[0].secret_environment_variables) == 0
    error_message = "A function that needs no secret gets one."
  }
}

run "a_zip_that_is_not_built_is_asked_for" {
  command = plan

  variables {
    dist_directory = "tests/nowhere"
  }

  expect_failures = [var.dist_directory]
}
