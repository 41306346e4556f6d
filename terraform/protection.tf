# Nothing of it goes by mistake. Some of what holds the customers' data can refuse by itself to be deleted, as the
# database and the cluster do; but a destroy begins with what they do not depend on, and has taken most of it before
# it comes to them. And a volume of the basic tiers, the zone and the backup's schedule cannot refuse at all.
#
# What depends on others is destroyed before them. So what depends on everything is destroyed first, and where it
# refuses nothing goes. A precondition would not do, for none is looked at when something is destroyed; a
# provisioner can fail. It knows what was applied last: deletion_protection = false must be applied first.
resource "terraform_data" "deletion_protection" {
  input = { deletion_protection = var.deletion_protection }

  # That one of these is to be made anew, which deletes the old one, is refused likewise.
  triggers_replace = [
    google_container_cluster.this.id,
    google_dns_managed_zone.sites.id,
    google_filestore_instance.sites.id,
    google_firestore_backup_schedule.weekly.id,
    google_firestore_database.this.id,
    google_storage_bucket.backups.id,
    { for key, one in google_secret_manager_secret.this : key => one.id },
  ]

  provisioner "local-exec" {
    when    = destroy
    quiet   = true
    command = self.input.deletion_protection ? "echo deletion_protection is on, so nothing is deleted. Set it to false and apply, before you delete. && exit 1" : "exit 0"
  }

  # Every resource there is; tests/infrastructure/protection.test.ts holds it to that.
  depends_on = [
    google_artifact_registry_repository.docker_hub,
    google_artifact_registry_repository.functions,
    google_artifact_registry_repository.images,
    google_artifact_registry_repository_iam_member.build_writes_functions,
    google_artifact_registry_repository_iam_member.nodes_pull_from_docker_hub,
    google_artifact_registry_repository_iam_member.nodes_pull_images,
    google_billing_budget.this,
    google_certificate_manager_certificate.sites,
    google_certificate_manager_certificate_map.sites,
    google_certificate_manager_certificate_map_entry.sites,
    google_certificate_manager_dns_authorization.sites,
    google_cloud_run_v2_service_iam_member.api_invokers,
    google_cloud_run_v2_service_iam_member.push,
    google_cloud_scheduler_job.triggers,
    google_cloudfunctions2_function.this,
    google_compute_address.egress,
    google_compute_firewall.nfs_locks,
    google_compute_global_address.sites,
    google_compute_network.this,
    google_compute_router.this,
    google_compute_router_nat.this,
    google_compute_security_policy.sites,
    google_compute_subnetwork.nodes,
    google_container_cluster.this,
    google_dns_managed_zone.sites,
    google_dns_record_set.authorization,
    google_dns_record_set.sites,
    google_filestore_instance.sites,
    google_firestore_backup_schedule.weekly,
    google_firestore_database.this,
    google_firestore_field.expires_at,
    google_firestore_field.log,
    google_firestore_index.operations,
    google_firestore_index.tenants,
    google_logging_metric.outcomes,
    google_logging_metric.resyncs,
    google_logging_metric.steps,
    google_logging_metric.time_to_active,
    google_logging_metric.unscheduled,
    google_logging_metric.unsent,
    google_logging_project_sink.job_events,
    google_monitoring_alert_policy.api_away,
    google_monitoring_alert_policy.backup,
    google_monitoring_alert_policy.backup_incomplete,
    google_monitoring_alert_policy.levels,
    google_monitoring_alert_policy.logs,
    google_monitoring_alert_policy.this,
    google_monitoring_dashboard.this,
    google_monitoring_notification_channel.email,
    google_monitoring_uptime_check_config.api,
    google_project_iam_custom_role.cluster_connect,
    google_project_iam_member.build_reads_sources,
    google_project_iam_member.build_writes_logs,
    google_project_iam_member.cluster_connect,
    google_project_iam_member.database,
    google_project_iam_member.eventarc_agent,
    google_project_iam_member.nodes,
    google_project_iam_member.push_receives_events,
    google_project_service.apis,
    google_project_service.resource_manager,
    google_project_service_identity.agents,
    google_pubsub_subscription.dead_letters,
    google_pubsub_subscription.provision,
    google_pubsub_subscription.status,
    google_pubsub_subscription.status_dead_letters,
    google_pubsub_subscription_iam_member.agent_takes_dead_letters,
    google_pubsub_subscription_iam_member.agent_takes_status_dead_letters,
    google_pubsub_topic.dead_letters,
    google_pubsub_topic.events,
    google_pubsub_topic.status,
    google_pubsub_topic.status_dead_letters,
    google_pubsub_topic_iam_member.agent_publishes_dead_letters,
    google_pubsub_topic_iam_member.agent_publishes_status_dead_letters,
    google_pubsub_topic_iam_member.functions_publish_status,
    google_pubsub_topic_iam_member.functions_publish_triggers,
    google_pubsub_topic_iam_member.sink_publishes_job_events,
    google_secret_manager_secret.this,
    google_secret_manager_secret_iam_member.api_reads_keys,
    google_secret_manager_secret_iam_member.cluster_reads,
    google_secret_manager_secret_version.this,
    google_service_account.this,
    google_service_account_iam_member.agent_gets_push_tokens,
    google_service_account_iam_member.agent_gets_status_tokens,
    google_storage_bucket.backups,
    google_storage_bucket.kept_backups,
    google_storage_bucket.sources,
    google_storage_bucket_iam_member.backup_writes,
    google_storage_bucket_iam_member.copy_reads,
    google_storage_bucket_iam_member.copy_writes,
    google_storage_bucket_object.sources,
    google_storage_transfer_job.copy,
    terraform_data.database,
  ]
}
