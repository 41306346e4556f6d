# Whether the API answers from outside, as its callers reach it. Where Cloud Run lets only api_invokers in, Google's
# checkers are turned away too, so there is no check then.

locals {
  checks_api = contains(var.api_invokers, "allUsers") ? 1 : 0
}

resource "google_monitoring_uptime_check_config" "api" {
  count = local.checks_api

  display_name = "The API answers"
  period       = "60s"
  timeout      = "10s"
  # Three places are the fewest that Google takes; USA alone would be three more. Each check is a call of the function's.
  selected_regions = ["EUROPE", "USA_VIRGINIA", "ASIA_PACIFIC"]

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true

    accepted_response_status_codes {
      status_value = 200
    }
  }

  monitored_resource {
    type = "uptime_url"

    labels = {
      project_id = var.project_id
      host       = trimprefix(google_cloudfunctions2_function.this["api"].service_config[0].uri, "https://")
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "api_away" {
  count = local.checks_api

  display_name          = "The API does not answer from outside"
  severity              = "CRITICAL"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "two places or more get no answer for five minutes"

    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.api[0].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    content = "GET /health is not answered with 200 from two places in the world or more. The log of kairos-api says whether it gets the calls; 503 is a database that does not answer. If neither: https://status.cloud.google.com, and what was deployed last."
  }

  alert_strategy {
    auto_close = "1800s"
  }
}
