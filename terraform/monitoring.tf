# What is measured, out of the functions' own log lines, and what somebody is told of.

locals {
  # The functions that decide about tenants.
  reconcilers_log = <<-EOT
    resource.type="cloud_run_revision"
    resource.labels.service_name=("kairos-provision" OR "kairos-cleanup")
  EOT

  alerts = {
    dead-letters = {
      name     = "Messages among the dead letters"
      severity = "WARNING"
      what     = "A message was refused twenty times: it cannot be understood, or the database was away for long. provision has logged its id. Read it in the subscription dead-letters, mend the cause, publish it again or acknowledge it."
    }
    failed-tenants = {
      name     = "A tenant has failed"
      severity = "ERROR"
      what     = "A create, suspend or resume has failed for good. The line JobFailed in the log of kairos-provision says which tenant and why; POST /tenants/{id}/retry tries once more."
    }
    no-heartbeat = {
      name     = "The sweep does not come round"
      severity = "CRITICAL"
      what     = "For ten minutes no sweep has seen the cluster: kairos-provision does not run, or the cluster or the database does not answer. Its log says which. Nothing is lost meanwhile; everything waits."
    }
    slow-creates = {
      name     = "Tenants become active slowly"
      severity = "WARNING"
      what     = "The slowest twentieth of new tenants takes longer than it should. Many wait for a slot (reason WaitingForSlot) where max_concurrent_jobs is low, or the cluster is short of nodes."
    }
    server-errors = {
      name     = "The API answers with server errors"
      severity = "ERROR"
      what     = "Callers get 5xx. The log of kairos-api says why, by the request's trace."
    }
  }

  channels = [for one in google_monitoring_notification_channel.email : one.id]
}

resource "google_logging_metric" "outcomes" {
  name        = "kairos-outcomes"
  description = "Wishes of tenants that came to their end, by kind and by how."
  filter      = "${local.reconcilers_log}jsonPayload.secondsSinceWish>=0"

  label_extractors = {
    kind    = "EXTRACT(jsonPayload.kind)"
    message = "EXTRACT(jsonPayload.message)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    labels {
      key         = "kind"
      description = "create, drop, suspend or resume"
    }

    labels {
      key         = "message"
      description = "JobSucceeded, JobFailed, …"
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "time_to_active" {
  name            = "kairos-time-to-active"
  description     = "Seconds from the request for a tenant to its proved site."
  filter          = "${local.reconcilers_log}jsonPayload.message=\"JobSucceeded\"\njsonPayload.kind=\"create\"\njsonPayload.secondsSinceWish>=0"
  value_extractor = "EXTRACT(jsonPayload.secondsSinceWish)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"
  }

  # From 10 seconds to some 11 hours, each bound a quarter more than the one before.
  bucket_options {
    exponential_buckets {
      scale              = 10
      growth_factor      = 1.25
      num_finite_buckets = 37
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "sweeps" {
  name        = "kairos-sweeps"
  description = "Sweeps that saw the cluster: the control plane's heartbeat."
  filter      = "${local.reconcilers_log}jsonPayload.message=\"swept\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  display_name = each.value
  type         = "email"
  labels       = { email_address = each.value }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "dead_letters" {
  display_name          = local.alerts.dead-letters.name
  severity              = local.alerts.dead-letters.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "a dead letter waits"

    condition_threshold {
      filter          = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    content = local.alerts.dead-letters.what
  }
}

resource "google_monitoring_alert_policy" "failed_tenants" {
  display_name          = local.alerts.failed-tenants.name
  severity              = local.alerts.failed-tenants.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "a site Job has failed for good"

    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.outcomes.name}\" AND metric.labels.message=\"JobFailed\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content = local.alerts.failed-tenants.what
  }

  # Where nothing happens any more there is no data either, and what stays open for days would hide the next.
  alert_strategy {
    auto_close = "1800s"
  }

  # Google knows a new metric only after minutes; the functions, which wait for the cluster, take as long.
  depends_on = [google_cloudfunctions2_function.this]
}

resource "google_monitoring_alert_policy" "no_heartbeat" {
  display_name          = local.alerts.no-heartbeat.name
  severity              = local.alerts.no-heartbeat.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "no sweep for ten minutes"

    # Not condition_absent: the count of what does not come any more may be zero, and not absent. Counts out
    # of logs may be minutes late.
    condition_threshold {
      filter                  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.sweeps.name}\""
      comparison              = "COMPARISON_LT"
      threshold_value         = 1
      duration                = "60s"
      evaluation_missing_data = "EVALUATION_MISSING_DATA_ACTIVE"

      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content = local.alerts.no-heartbeat.what
  }

  # Google knows a new metric only after minutes; the functions, which wait for the cluster, take as long.
  depends_on = [google_cloudfunctions2_function.this]
}

resource "google_monitoring_alert_policy" "slow_creates" {
  display_name          = local.alerts.slow-creates.name
  severity              = local.alerts.slow-creates.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "the slowest twentieth takes over ${var.slow_create_seconds} seconds"

    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.time_to_active.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = var.slow_create_seconds
      duration        = "0s"

      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_PERCENTILE_95"
      }
    }
  }

  documentation {
    content = local.alerts.slow-creates.what
  }

  # Where nothing happens any more there is no data either, and what stays open for days would hide the next.
  alert_strategy {
    auto_close = "1800s"
  }

  # Google knows a new metric only after minutes; the functions, which wait for the cluster, take as long.
  depends_on = [google_cloudfunctions2_function.this]
}

resource "google_monitoring_alert_policy" "server_errors" {
  display_name          = local.alerts.server-errors.name
  severity              = local.alerts.server-errors.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "more than five in five minutes"

    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.this["api"].name}\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 5
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    content = local.alerts.server-errors.what
  }

  # Where nothing happens any more there is no data either, and what stays open for days would hide the next.
  alert_strategy {
    auto_close = "1800s"
  }
}
