# What must not be lost, and who hears of it when something is wrong.

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
}

run "what_holds_the_customers_data_refuses_to_be_deleted" {
  assert {
    condition = alltrue([
      google_firestore_database.this.type == "FIRESTORE_NATIVE",
      google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED",
      google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED",
      google_container_cluster.this.deletion_protection,
      !google_storage_bucket.backups.force_destroy,
      !google_storage_bucket.tenant_backups.force_destroy,
      alltrue([for one in google_secret_manager_secret.this : one.deletion_protection]),
      # Of everything else, as tests/infrastructure/protection.test.ts shows.
      terraform_data.deletion_protection.output.deletion_protection,
      output.deletion_protection,
    ])
    error_message = "Something that holds data can be deleted by mistake."
  }

  assert {
    condition     = alltrue([for one in google_secret_manager_secret_version.this : one.deletion_policy == "DISABLE"])
    error_message = "With a new version of a secret its old one is lost, and with it the way back."
  }

  assert {
    condition     = google_filestore_instance.sites.deletion_protection_enabled == null
    error_message = "Google refuses the volume: its tier knows no protection."
  }
}

run "and_the_volume_where_its_tier_can" {
  variables {
    filestore_tier = "REGIONAL"
  }

  assert {
    condition     = google_filestore_instance.sites.deletion_protection_enabled
    error_message = "The volume can be deleted by mistake."
  }
}

run "one_name_and_one_certificate_serve_every_site" {
  assert {
    condition     = toset([for one in google_dns_record_set.sites : one.name]) == toset(["sites.example.com.", "*.sites.example.com."])
    error_message = "A new site would have no name."
  }

  assert {
    condition     = toset(google_certificate_manager_certificate.sites.managed[0].domains) == toset(["sites.example.com", "*.sites.example.com"])
    error_message = "A new site would have no certificate."
  }

  assert {
    condition     = length(output.name_servers) > 0
    error_message = "Nobody is told where to delegate the domain to."
  }
}

run "alerts_reach_whoever_is_named" {
  variables {
    alert_emails        = ["operator@example.com"]
    slow_create_seconds = 600
  }

  assert {
    condition = length(google_monitoring_alert_policy.this) == 8 && alltrue([for one in google_monitoring_alert_policy.this :
      one.notification_channels == tolist([google_monitoring_notification_channel.email["operator@example.com"].id]) && length(one.documentation[0].content) > 0
    ])
    error_message = "An alert reaches nobody, or does not say what to do."
  }

  assert {
    condition = (
      google_monitoring_alert_policy.backup.notification_channels == tolist([google_monitoring_notification_channel.email["operator@example.com"].id]) &&
      alltrue([for part in ["\"frappe\"", "=~\"^kairos-backup-\"", "=\"kairos-backup\"", "BackoffLimitExceeded", "DeadlineExceeded", "Warning"] :
        strcontains(google_monitoring_alert_policy.backup.conditions[0].condition_matched_log[0].filter, part)
      ]) &&
      google_monitoring_alert_policy.backup.alert_strategy[0].notification_rate_limit[0].period == "3600s"
    )
    error_message = "A backup that failed is told to nobody."
  }

  assert {
    condition = (
      google_monitoring_alert_policy.backup_incomplete.notification_channels == tolist([google_monitoring_notification_channel.email["operator@example.com"].id]) &&
      alltrue([for part in ["namespace_name=\"frappe\"", "container_name=\"upload\"", "jsonPayload.message=\"BackupIncomplete\""] :
        strcontains(google_monitoring_alert_policy.backup_incomplete.conditions[0].condition_matched_log[0].filter, part)
      ]) &&
      google_monitoring_alert_policy.backup_incomplete.conditions[0].condition_matched_log[0].label_extractors["missing"] == "EXTRACT(jsonPayload.missing)" &&
      strcontains(google_monitoring_alert_policy.backup_incomplete.documentation[0].content, "$${log.extracted_label.missing}")
    )
    error_message = "A backup that lacks a database is told to nobody, or not by its name."
  }

  assert {
    condition     = google_monitoring_alert_policy.this["slow-creates"].conditions[0].condition_threshold[0].threshold_value == 600
    error_message = "What is slow is not the variable's."
  }

  assert {
    condition = alltrue([for name, one in google_monitoring_alert_policy.this :
      (one.conditions[0].condition_threshold[0].evaluation_missing_data == "EVALUATION_MISSING_DATA_ACTIVE") == (name == "no-heartbeat") &&
      (one.conditions[0].condition_threshold[0].comparison == "COMPARISON_LT") == (name == "no-heartbeat")
    ])
    error_message = "A resync that does not come at all is not told of, or something is told of that is well."
  }

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this.dashboard_json).gridLayout.widgets) == 10
    error_message = "The dashboard lacks a chart."
  }
}

# The last one, or what the tests have made could not be cleared away.
run "unless_a_variable_lets_them" {
  variables {
    deletion_protection = false
    filestore_tier      = "REGIONAL"
  }

  assert {
    condition = alltrue([
      google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_DISABLED",
      google_firestore_database.this.deletion_policy == "DELETE",
      !google_container_cluster.this.deletion_protection,
      !google_filestore_instance.sites.deletion_protection_enabled,
      google_storage_bucket.backups.force_destroy,
      google_storage_bucket.tenant_backups.force_destroy,
      alltrue([for one in google_secret_manager_secret.this : !one.deletion_protection]),
      !terraform_data.deletion_protection.output.deletion_protection,
      !output.deletion_protection,
    ])
    error_message = "An installation that is to go would leave something behind."
  }
}
