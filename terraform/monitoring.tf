# What is measured, out of the functions' own log lines, and what somebody is told of.

locals {
  # The functions that decide about tenants.
  reconcilers_log = <<-EOT
    resource.type="cloud_run_revision"
    resource.labels.service_name=("kairos-provision" OR "kairos-cleanup")
  EOT

  # An alert: what it is called and how grave it is, what to do, and on which series it comes. It closes by
  # itself where there is no more data; what stayed open for days would hide the next.
  alerts = {
    dead-letters = {
      name      = "Messages among the dead letters"
      severity  = "WARNING"
      what      = "A message was refused twenty times: it cannot be understood, or the database was away for long. provision has logged its id. Read it in the subscription dead-letters, mend the cause, publish it again or acknowledge it."
      when      = "a dead letter waits"
      filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.dead_letters.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      threshold = 0
      seconds   = 60
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
    }
    # A letter there is one that a subscriber did not take for a night, and not the control plane's own.
    status-dead-letters = {
      name      = "A subscriber does not take status events"
      severity  = "WARNING"
      what      = "A subscriber of tenant-status has refused an event, or not answered, a hundred times over hours. The attribute CloudPubSubDeadLetterSourceSubscription of the message in the subscription tenant-status-dead-letters says which. Mend the subscriber; what it has missed it can ask the API for (GET /tenants), or the letters are published to it again. Then acknowledge them."
      when      = "a dead letter of a subscriber waits"
      filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.status_dead_letters.name}\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      threshold = 0
      seconds   = 60
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
    }
    # A resync sends what is over a minute old, so what is over five has withstood several.
    unsent-events = {
      name      = "Status events are not published"
      severity  = "ERROR"
      what      = "The oldest unpublished change of a tenant's status is over five minutes old: subscribers do not know of it yet. Nothing is lost; it stays in the database, in the collection events. The lines EventsNotSent of kairos-publish and kairos-provision say why: Pub/Sub does not answer, or they may not publish to tenant-status."
      when      = "an event has been unsent for over five minutes"
      filter    = "${local.function_metric}/${google_logging_metric.unsent.name}\""
      threshold = 300
      seconds   = 300
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_PERCENTILE_99"
    }
    failures-of-a-reason = {
      name      = "Commands fail for one reason"
      severity  = "CRITICAL"
      what      = "More than ${var.failures_per_reason} commands have failed for good for the same reason in ten minutes: that is no fault of one tenant's. The incident names the reason; docs/operations.md says what to do for it. The lines JobFailed in the logs of kairos-provision and kairos-cleanup name the tenants; POST /tenants/{id}/retry tries each once more."
      when      = "one reason more than ${var.failures_per_reason} times in ten minutes"
      filter    = local.given_up
      threshold = var.failures_per_reason
      seconds   = 600
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      by        = ["metric.label.reason"]
    }
    failed-tenants = {
      name      = "A tenant has failed"
      severity  = "ERROR"
      what      = "A create, suspend, resume or login link has failed for good. The line JobFailed in the log of kairos-provision says which tenant and why; POST /tenants/{id}/retry tries once more."
      when      = "a site Job has failed for good"
      filter    = local.given_up
      threshold = 0
      seconds   = 300
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
    }
    # Below, and not absent: the count of what does not come any more may be zero. Counts out of logs may be
    # minutes late.
    no-heartbeat = {
      name      = "The resync does not come round"
      severity  = "CRITICAL"
      what      = "For ten minutes no resync has seen the cluster: kairos-provision does not run, or the cluster or the database does not answer. Its log says which. Nothing is lost meanwhile; everything waits."
      when      = "no resync for ten minutes"
      filter    = "${local.function_metric}/${google_logging_metric.resyncs.name}\""
      below     = true
      threshold = 1
      seconds   = 600
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
    }
    slow-creates = {
      name      = "Tenants become active slowly"
      severity  = "WARNING"
      what      = "The slowest twentieth of new tenants takes longer than it should. Many wait for a slot (reason WaitingForSlot) where max_concurrent_jobs is low, or the cluster is short of nodes."
      when      = "the slowest twentieth takes over ${var.slow_create_seconds} seconds"
      filter    = "${local.function_metric}/${google_logging_metric.time_to_active.name}\""
      threshold = var.slow_create_seconds
      seconds   = 600
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_PERCENTILE_95"
    }
    server-errors = {
      name      = "The API answers with server errors"
      severity  = "ERROR"
      what      = "Callers get 5xx. The log of kairos-api says why, by the request's trace."
      when      = "more than five in five minutes"
      filter    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${google_cloudfunctions2_function.this["api"].name}\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"5xx\""
      threshold = 5
      seconds   = 300
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
    }
  }

  # Commands of customers' tenants that were given up; what the pool fails at, it tells by itself. A login link for a user whom the site does not have is its caller's mistake.
  given_up = "${local.function_metric}/${google_logging_metric.outcomes.name}\" AND metric.labels.message=\"JobFailed\" AND metric.labels.reason!=\"UserNotFound\" AND metric.labels.desired!=\"standby\""

  function_metric = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user"

  channels = [for one in google_monitoring_notification_channel.email : one.id]
}

resource "google_logging_metric" "outcomes" {
  name        = "kairos-outcomes"
  description = "Commands of tenants that came to their end, by kind and by how."
  filter      = "${local.reconcilers_log}jsonPayload.secondsSinceRequest>=0"

  label_extractors = {
    kind    = "EXTRACT(jsonPayload.kind)"
    message = "EXTRACT(jsonPayload.message)"
    reason  = "EXTRACT(jsonPayload.reason)"
    desired = "EXTRACT(jsonPayload.desired)"
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

    labels {
      key         = "reason"
      description = "Why: OutOfMemory, DatabaseUnavailable, …"
    }

    labels {
      key         = "desired"
      description = "present, suspended, absent or, in the pool, standby"
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "time_to_active" {
  name            = "kairos-time-to-active"
  description     = "Seconds from a customer's request for a tenant to its verified site, out of the pool or made for it."
  filter          = "${local.reconcilers_log}jsonPayload.message=\"JobSucceeded\"\njsonPayload.kind=(\"create\" OR \"claim\")\njsonPayload.desired=(\"present\" OR \"suspended\")\njsonPayload.secondsSinceRequest>=0"
  value_extractor = "EXTRACT(jsonPayload.secondsSinceRequest)"

  label_extractors = {
    kind = "EXTRACT(jsonPayload.kind)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"

    labels {
      key         = "kind"
      description = "claim, out of the pool, or create"
    }
  }

  # From a second to some 11 hours, each bound a quarter more than the one before.
  bucket_options {
    exponential_buckets {
      scale              = 1
      growth_factor      = 1.25
      num_finite_buckets = 48
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "resyncs" {
  name        = "kairos-resyncs"
  description = "Resyncs that saw the cluster: the control plane's heartbeat."
  filter      = "${local.reconcilers_log}jsonPayload.message=\"ResyncFinished\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.apis]
}

# How long a step of a site Job takes, by which an operation that has become slow shows where.
resource "google_logging_metric" "steps" {
  name            = "kairos-steps"
  description     = "Seconds that a step of a site Job took."
  filter          = "${local.reconcilers_log}jsonPayload.message=\"StepEnded\"\njsonPayload.seconds>=0"
  value_extractor = "EXTRACT(jsonPayload.seconds)"

  label_extractors = {
    kind = "EXTRACT(jsonPayload.kind)"
    step = "EXTRACT(jsonPayload.step)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"

    labels {
      key         = "kind"
      description = "create, drop, suspend, resume, …"
    }

    labels {
      key         = "step"
      description = "As in the tenant's status: install-app, …"
    }
  }

  # From a tenth of a second to some 2 hours, each bound 40 % more than the one before.
  bucket_options {
    exponential_buckets {
      scale              = 0.1
      growth_factor      = 1.4
      num_finite_buckets = 34
    }
  }

  depends_on = [google_project_service.apis]
}

# Each resync says it: 0 where nothing is left.
resource "google_logging_metric" "unsent" {
  name            = "kairos-oldest-unsent-event"
  description     = "Seconds for which the oldest status event has been unsent that a resync could not send."
  filter          = "${local.reconcilers_log}jsonPayload.message=\"ResyncFinished\"\njsonPayload.oldestUnsentSeconds>=0"
  value_extractor = "EXTRACT(jsonPayload.oldestUnsentSeconds)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"
  }

  # From a minute to some 3 days, each bound a third more than the one before.
  bucket_options {
    exponential_buckets {
      scale              = 60
      growth_factor      = 1.33
      num_finite_buckets = 30
    }
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

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name          = each.value.name
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.when

    condition_threshold {
      filter                  = each.value.filter
      comparison              = try(each.value.below, false) ? "COMPARISON_LT" : "COMPARISON_GT"
      threshold_value         = each.value.threshold
      duration                = try(each.value.below, false) ? "60s" : "0s"
      evaluation_missing_data = try(each.value.below, false) ? "EVALUATION_MISSING_DATA_ACTIVE" : null

      aggregations {
        alignment_period     = "${each.value.seconds}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = try(each.value.by, [])
      }
    }
  }

  documentation {
    content = each.value.what
  }

  # Silence is no end of what is told by silence.
  dynamic "alert_strategy" {
    for_each = try(each.value.below, false) ? [] : ["1800s"]

    content {
      auto_close = alert_strategy.value
    }
  }

  # Google knows a new metric only after minutes; the functions, which wait for the cluster, take as long.
  depends_on = [google_cloudfunctions2_function.this]
}

# No function sees the nightly backup, so its words are those of Kubernetes, in the log that cluster-events.tf reads
# too. One that never starts, for want of a node or an image, comes to its deadline.
resource "google_monitoring_alert_policy" "backup" {
  display_name          = "The nightly backup was not made"
  severity              = "CRITICAL"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "the Job of a backup has failed, or was not made"

    condition_matched_log {
      filter = <<-EOT
        log_id("events")
        jsonPayload.involvedObject.namespace="${var.namespace}"
        (
          (jsonPayload.involvedObject.kind="Job" AND jsonPayload.involvedObject.name=~"^${local.backup_name}-" AND jsonPayload.reason=("BackoffLimitExceeded" OR "DeadlineExceeded"))
          OR (jsonPayload.involvedObject.kind="CronJob" AND jsonPayload.involvedObject.name="${local.backup_name}" AND jsonPayload.type="Warning")
        )
      EOT
    }
  }

  documentation {
    content = "Last night's data are in no backup. The Pods of the newest Job ${local.backup_name}-… say why: kubectl --namespace=${var.namespace} get jobs, then describe and logs. Mend it and make one at once (terraform/cluster/BACKUP.md)."
  }

  alert_strategy {
    auto_close = "1800s"

    # Google asks for one; a failure may be told by more than one event.
    notification_rate_limit {
      period = "3600s"
    }
  }

  depends_on = [google_project_service.apis]
}

# A backup that was made but lacks something: the line by which upload.sh in the chart says so. Its Job is ended by
# its own failure policy, so the alert above is silent.
resource "google_monitoring_alert_policy" "backup_incomplete" {
  display_name          = "The nightly backup is not whole"
  severity              = "ERROR"
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = "a backup lacks a database or a user"

    condition_matched_log {
      filter = <<-EOT
        resource.type="k8s_container"
        resource.labels.namespace_name="${var.namespace}"
        resource.labels.container_name="upload"
        jsonPayload.message="BackupIncomplete"
      EOT

      label_extractors = {
        backup  = "EXTRACT(jsonPayload.backup)"
        missing = "EXTRACT(jsonPayload.missing)"
      }
    }
  }

  documentation {
    content = "The backup $${log.extracted_label.backup} lacks, in part or wholly: $${log.extracted_label.missing}. All others are in it. Its file MISSING, and the log of the container upload, say what of it could not be read and why: usually a view whose table is gone, or a broken table. Mend it in that database and make a backup at once. Until then each night keeps the last whole one of it (terraform/cluster/BACKUP.md)."
  }

  alert_strategy {
    auto_close = "1800s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  depends_on = [google_project_service.apis]
}
