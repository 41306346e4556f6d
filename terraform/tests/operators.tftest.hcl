# What operators are told, and what they can set. That the alerts' filters are those of what is written into the logs,
# tests/infrastructure/alerts.test.ts shows.

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

run "by_default" {
  assert {
    condition     = length(google_billing_budget.this) == 0 && length(google_compute_security_policy.sites) == 0 && length(google_storage_bucket.kept_backups) == 0 && length(google_storage_transfer_job.copy) == 0
    error_message = "Something is made that nobody has asked for, and that costs."
  }

  assert {
    condition     = output.sites.security_policy == null && output.sites.volume_protocol == "NFS_V3"
    error_message = "The cluster is told of a firewall that is not there, or of another protocol."
  }

  assert {
    condition = (
      google_filestore_instance.sites.protocol == "NFS_V3" &&
      google_compute_firewall.nfs_locks[0].direction == "INGRESS" &&
      google_compute_firewall.nfs_locks[0].source_ranges == toset(["10.40.0.0/29"]) &&
      google_compute_firewall.nfs_locks[0].target_service_accounts == toset([google_service_account.this["nodes"].email]) &&
      toset([for one in google_compute_firewall.nfs_locks[0].allow : one.protocol]) == toset(["tcp", "udp"]) &&
      alltrue([for one in google_compute_firewall.nfs_locks[0].allow : contains(one.ports, "111") && contains(one.ports, "1024-65535")])
    )
    error_message = "The volume cannot say that a lock has come free, or somebody else reaches the nodes."
  }

  assert {
    condition = (
      google_monitoring_uptime_check_config.api[0].http_check[0].path == "/health" &&
      google_monitoring_uptime_check_config.api[0].http_check[0].use_ssl &&
      google_monitoring_uptime_check_config.api[0].monitored_resource[0].labels["host"] == trimprefix(google_cloudfunctions2_function.this["api"].service_config[0].uri, "https://") &&
      length(google_monitoring_uptime_check_config.api[0].selected_regions) >= 3
    )
    error_message = "Nobody looks from outside whether the API answers, or elsewhere."
  }

  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.api_away[0].conditions[0].condition_threshold[0].filter, "metric.labels.check_id=\"${google_monitoring_uptime_check_config.api[0].uptime_check_id}\"") &&
      google_monitoring_alert_policy.api_away[0].conditions[0].condition_threshold[0].aggregations[0].cross_series_reducer == "REDUCE_COUNT_FALSE" &&
      google_monitoring_alert_policy.api_away[0].conditions[0].condition_threshold[0].threshold_value == 1
    )
    error_message = "An API that does not answer is told to nobody, or by another check, or by a single place."
  }

  assert {
    condition     = toset(keys(google_monitoring_alert_policy.logs)) == toset(["set-up-fails", "image-not-pulled", "evicted", "out-of-memory", "namespace-quota", "pool-paused", "backup-overdue", "restore-test-failed", "rollout-paused", "domain-degraded", "domains-denied"]) && toset(keys(google_monitoring_alert_policy.levels)) == toset(["disk-full", "filestore-full", "no-node", "quota"])
    error_message = "An alert is missing."
  }

  assert {
    condition     = toset(keys(google_monitoring_alert_policy.this)) == toset(["dead-letters", "status-dead-letters", "unsent-events", "failures-of-a-reason", "failed-tenants", "no-heartbeat", "slow-creates", "server-errors"])
    error_message = "An alert is missing, or nobody thought of it."
  }

  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.this["unsent-events"].conditions[0].condition_threshold[0].filter, "logging.googleapis.com/user/${google_logging_metric.unsent.name}\"") &&
      google_monitoring_alert_policy.this["unsent-events"].conditions[0].condition_threshold[0].threshold_value == 300 &&
      google_logging_metric.unsent.value_extractor == "EXTRACT(jsonPayload.oldestUnsentSeconds)"
    )
    error_message = "Events that are not published are told to nobody, or too late."
  }

  assert {
    condition = (
      google_monitoring_alert_policy.this["failures-of-a-reason"].conditions[0].condition_threshold[0].threshold_value == 3 &&
      google_monitoring_alert_policy.this["failures-of-a-reason"].conditions[0].condition_threshold[0].aggregations[0].alignment_period == "600s" &&
      google_monitoring_alert_policy.this["failures-of-a-reason"].conditions[0].condition_threshold[0].aggregations[0].group_by_fields == tolist(["metric.label.reason"]) &&
      google_logging_metric.outcomes.label_extractors["reason"] == "EXTRACT(jsonPayload.reason)"
    )
    error_message = "What fails for one reason is told of as if each had its own, or not at all."
  }

  # Those that count all there are are not told apart.
  assert {
    condition     = alltrue([for name, one in google_monitoring_alert_policy.this : length(coalesce(one.conditions[0].condition_threshold[0].aggregations[0].group_by_fields, [])) == (name == "failures-of-a-reason" ? 1 : 0)])
    error_message = "An alert is told once for each of something."
  }

  assert {
    condition = (
      google_logging_metric.steps.value_extractor == "EXTRACT(jsonPayload.seconds)" &&
      google_logging_metric.steps.label_extractors == tomap({ kind = "EXTRACT(jsonPayload.kind)", step = "EXTRACT(jsonPayload.step)" }) &&
      strcontains(google_logging_metric.steps.filter, "jsonPayload.message=\"StepEnded\"")
    )
    error_message = "How long steps take is read from elsewhere."
  }

  # Google refuses a log-based alert without.
  assert {
    condition     = alltrue([for one in google_monitoring_alert_policy.logs : one.alert_strategy[0].notification_rate_limit[0].period == "3600s"])
    error_message = "A log-based alert has no rate."
  }

  assert {
    condition = (
      strcontains(google_monitoring_alert_policy.levels["disk-full"].conditions[0].condition_threshold[0].filter, "metric.type=\"kubernetes.io/pod/volume/utilization\"") &&
      strcontains(google_monitoring_alert_policy.levels["disk-full"].conditions[0].condition_threshold[0].filter, "resource.labels.namespace_name=\"frappe\"") &&
      google_monitoring_alert_policy.levels["disk-full"].conditions[0].condition_threshold[0].threshold_value == 0.85
    )
    error_message = "A disk that fills up is told to nobody, or too late."
  }

  # 1024 GiB.
  assert {
    condition     = google_monitoring_alert_policy.levels["filestore-full"].conditions[0].condition_threshold[0].threshold_value == floor(0.85 * 1099511627776)
    error_message = "The volume is told to be full at another size than it has."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.levels["no-node"].conditions[0].condition_threshold[0].filter, "logging.googleapis.com/user/${google_logging_metric.unscheduled.name}\"") && google_monitoring_alert_policy.levels["no-node"].conditions[0].condition_threshold[0].duration == "900s"
    error_message = "Each node that is added is told of, or a Pod that finds none is not."
  }

  assert {
    condition = (
      google_container_cluster.this.maintenance_policy[0].recurring_window[0].start_time == "2026-01-03T14:00:00Z" &&
      google_container_cluster.this.maintenance_policy[0].recurring_window[0].end_time == "2026-01-03T22:00:00Z" &&
      google_container_cluster.this.maintenance_policy[0].recurring_window[0].recurrence == "FREQ=WEEKLY;BYDAY=SA,SU"
    )
    error_message = "The cluster is upgraded at any time."
  }

  assert {
    condition = (
      google_artifact_registry_repository.docker_hub[0].mode == "REMOTE_REPOSITORY" &&
      google_artifact_registry_repository.docker_hub[0].remote_repository_config[0].docker_repository[0].public_repository == "DOCKER_HUB" &&
      output.benches[0].image == "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/frappe/erpnext:v16.32.3" &&
      output.bench.docker_hub == "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/" &&
      google_cloudfunctions2_function.this["provision"].service_config[0].environment_variables["FRAPPE_IMAGE"] == output.benches[0].image
    )
    error_message = "Nodes pull from Docker Hub themselves, or site Jobs and bench have different images."
  }

  assert {
    condition     = toset(keys(google_project_service_identity.agents)) == toset(["eventarc.googleapis.com", "pubsub.googleapis.com"]) && google_project_iam_member.eventarc_agent.member == "serviceAccount:service-123456789012@gcp-sa-eventarc.iam.gserviceaccount.com"
    error_message = "Google's own accounts are not made, or somebody else has their role."
  }
}

run "the_dashboard_shows_steps_and_failures" {
  assert {
    condition = toset([for one in jsondecode(google_monitoring_dashboard.this.dashboard_json).gridLayout.widgets :
      join(" ", concat([one.xyChart.dataSets[0].timeSeriesQuery.timeSeriesFilter.aggregation.crossSeriesReducer], one.xyChart.dataSets[0].timeSeriesQuery.timeSeriesFilter.aggregation.groupByFields))
      if strcontains(one.xyChart.dataSets[0].timeSeriesQuery.timeSeriesFilter.filter, "/kairos-steps\"")
      ]) == toset([
      "REDUCE_PERCENTILE_50 metric.label.kind metric.label.step",
      "REDUCE_PERCENTILE_95 metric.label.kind metric.label.step",
    ])
    error_message = "Steps are not shown by their p50 and p95, each of its own."
  }

  assert {
    condition = length([for one in jsondecode(google_monitoring_dashboard.this.dashboard_json).gridLayout.widgets : one
      if one.xyChart.dataSets[0].timeSeriesQuery.timeSeriesFilter.aggregation.groupByFields == ["metric.label.reason"]
    ]) == 1
    error_message = "Failures are not shown by their reason."
  }
}

run "another_number_of_failures" {
  variables {
    failures_per_reason = 10
  }

  assert {
    condition     = google_monitoring_alert_policy.this["failures-of-a-reason"].conditions[0].condition_threshold[0].threshold_value == 10
    error_message = "The variable is not heeded."
  }
}

run "an_api_that_lets_only_some_in_is_not_looked_at_from_outside" {
  variables {
    api_invokers = ["serviceAccount:frontend@my-project.iam.gserviceaccount.com"]
  }

  assert {
    condition     = length(google_monitoring_uptime_check_config.api) == 0 && length(google_monitoring_alert_policy.api_away) == 0
    error_message = "Google's checkers are turned away, and that is told all day."
  }
}

run "without_a_cache_images_come_from_docker_hub" {
  variables {
    docker_hub_cache = false
  }

  assert {
    condition     = length(google_artifact_registry_repository.docker_hub) == 0 && length(google_artifact_registry_repository_iam_member.nodes_pull_from_docker_hub) == 0 && output.benches[0].image == "frappe/erpnext:v16.32.3" && output.bench.docker_hub == ""
    error_message = "Images come through a repository that is not there."
  }
}

run "an_image_of_another_registry_is_as_it_was_named" {
  variables {
    frappe_image = "ghcr.io/somebody/bench:v1"
  }

  assert {
    condition     = output.benches[0].image == "ghcr.io/somebody/bench:v1"
    error_message = "It is looked for at Docker Hub."
  }
}

run "what_can_be_had_beside" {
  variables {
    alert_emails       = ["one@example.com", "two@example.com", "three@example.com", "four@example.com", "five@example.com", "six@example.com"]
    filestore_tier     = "ZONAL"
    filestore_protocol = "NFS_V4_1"
    backup_days        = 30
    backup_retention   = { days = 60 }
    budget             = { billing_account = "012345-6789AB-CDEF01", monthly = 900 }
    cloud_armor        = { requests_per_minute = 600, blocked_ranges = [for i in range(12) : "198.51.100.${i}/32"] }
    maintenance_window = { start = "2026-02-02T22:00:00Z", end = "2026-02-03T02:00:00Z", recurrence = "FREQ=DAILY" }
  }

  assert {
    condition     = google_filestore_instance.sites.protocol == "NFS_V4_1" && length(google_compute_firewall.nfs_locks) == 0 && output.sites.volume_protocol == "NFS_V4_1"
    error_message = "The volume has another protocol, or the nodes are open to it without need."
  }

  assert {
    condition = (
      tonumber(google_storage_bucket.kept_backups[0].retention_policy[0].retention_period) == 60 * 24 * 3600 &&
      !google_storage_bucket.kept_backups[0].retention_policy[0].is_locked &&
      length(google_storage_bucket.kept_backups[0].versioning) == 0 &&
      alltrue([for one in google_storage_bucket.kept_backups[0].lifecycle_rule : alltrue([for when in one.condition : when.age == 60])]) &&
      google_storage_bucket.kept_backups[0].public_access_prevention == "enforced"
    )
    error_message = "The copies can be deleted, are locked without having been asked for, or are deleted before their time."
  }

  assert {
    condition = (
      google_storage_transfer_job.copy[0].transfer_spec[0].gcs_data_source[0].bucket_name == google_storage_bucket.backups.name &&
      google_storage_transfer_job.copy[0].transfer_spec[0].gcs_data_sink[0].bucket_name == google_storage_bucket.kept_backups[0].name &&
      google_storage_transfer_job.copy[0].transfer_spec[0].object_conditions[0].include_prefixes == tolist(["databases/"]) &&
      !google_storage_transfer_job.copy[0].transfer_spec[0].transfer_options[0].delete_objects_from_source_after_transfer
    )
    error_message = "The dumps are not copied, or more than they are, or they are moved."
  }

  assert {
    condition = (
      google_billing_budget.this[0].billing_account == "012345-6789AB-CDEF01" &&
      google_billing_budget.this[0].amount[0].specified_amount[0].units == "900" &&
      google_billing_budget.this[0].budget_filter[0].projects == toset(["projects/123456789012"]) &&
      length(google_billing_budget.this[0].all_updates_rule[0].monitoring_notification_channels) == 5
    )
    error_message = "The budget is of something else, or Google refuses it: it takes five channels."
  }

  assert {
    condition     = toset([for one in google_billing_budget.this[0].threshold_rules : "${one.threshold_percent} ${one.spend_basis}"]) == toset(["0.5 CURRENT_SPEND", "0.9 CURRENT_SPEND", "1 CURRENT_SPEND", "1 FORECASTED_SPEND"])
    error_message = "The budget is told of at other points."
  }

  assert {
    condition     = { for one in google_compute_security_policy.sites[0].rule : one.priority => one.action } == { 1000 = "deny(403)", 1001 = "deny(403)", 2000 = "throttle", 2147483647 = "allow" } && alltrue([for one in google_compute_security_policy.sites[0].rule : length(tolist(one.match)[0].config[0].src_ip_ranges) <= 10])
    error_message = "The firewall's rules are others, or one has more ranges than Google takes."
  }

  assert {
    condition     = [for one in google_compute_security_policy.sites[0].rule : tolist(one.rate_limit_options)[0].rate_limit_threshold[0].count if one.priority == 2000] == [600] && output.sites.security_policy == "kairos-sites"
    error_message = "The firewall lets more through, or less, or nobody is told of it."
  }

  assert {
    condition     = google_container_cluster.this.maintenance_policy[0].recurring_window[0].recurrence == "FREQ=DAILY"
    error_message = "The cluster is upgraded at another time."
  }
}

run "nobody_to_mail_and_a_budget_tells_the_billing_account" {
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", monthly = 900 }
  }

  assert {
    condition     = length(google_billing_budget.this[0].all_updates_rule) == 0
    error_message = "Google refuses a rule without anybody."
  }
}
