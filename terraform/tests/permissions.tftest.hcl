# Who may do what. That there are no further grants, tests/infrastructure/deployment.test.ts sees.

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

run "the_api_reaches_neither_the_cluster_nor_the_secrets_of_others" {
  assert {
    condition     = toset(keys(google_project_iam_member.cluster_connect)) == toset(["provision", "cleanup"]) && alltrue([for one in google_project_iam_member.cluster_connect : one.member != google_service_account.this["api"].member])
    error_message = "The API may reach the cluster."
  }

  assert {
    condition     = alltrue([for one in google_secret_manager_secret_iam_member.cluster_reads : one.member != google_service_account.this["api"].member])
    error_message = "The API may read the database administrator's password or the mail account's."
  }

  assert {
    condition     = google_secret_manager_secret_iam_member.api_reads_keys.secret_id == "kairos-api-keys" && google_secret_manager_secret_iam_member.api_reads_keys.member == google_service_account.this["api"].member
    error_message = "The API may not read its keys, or somebody else may."
  }
}

run "provision_alone_makes_certificates" {
  assert {
    condition     = google_project_iam_member.custom_domains.member == google_service_account.this["provision"].member && google_project_iam_member.custom_domains.role == google_project_iam_custom_role.custom_domains.name
    error_message = "Somebody else may make certificates, or provision may not."
  }

  assert {
    condition     = alltrue([for one in google_project_iam_custom_role.custom_domains.permissions : can(regex("^certificatemanager\\.(certmapentries|certs|dnsauthorizations)\\.(create|delete|get|list|use)$", one))])
    error_message = "It may do more than custom domains need."
  }
}

run "whoever_reconciles_reads_the_secret_of_the_backups_alone" {
  assert {
    condition     = toset([for name, one in google_secret_manager_secret_iam_member.reconcilers_read : "${name} ${one.secret_id} ${one.member == google_service_account.this[name].member}"]) == toset(["cleanup kairos-backups true", "provision kairos-backups true"])
    error_message = "The secret of the backups is read by somebody else than provision and cleanup."
  }

  assert {
    condition = alltrue(flatten([for name in ["provision", "cleanup"] :
      [for one in values(google_secret_manager_secret_iam_member.cluster_reads) : one.member != google_service_account.this[name].member]
    ]))
    error_message = "provision or cleanup may read another secret."
  }

  assert {
    condition     = google_project_iam_custom_role.cluster_connect.permissions == toset(["container.clusters.get", "container.clusters.connect"])
    error_message = "provision and cleanup may do more in the cluster than the Role there says."
  }
}

run "the_cluster_is_told_the_reconcilers_by_all_their_names" {
  assert {
    condition = toset(output.reconcilers) == toset(flatten([for name in ["provision", "cleanup"] :
      [google_service_account.this[name].email, google_service_account.this[name].unique_id]
    ]))
    error_message = "The Role in the cluster is bound to others, or to an account by one of its names only."
  }
}

run "the_secrets_of_the_cluster_are_read_from_inside_alone" {
  variables {
    namespace = "tenants"
  }

  assert {
    condition     = toset([for one in google_secret_manager_secret_iam_member.cluster_reads : one.member]) == toset(["principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/my-project.svc.id.goog/subject/ns/tenants/sa/kairos-secrets"])
    error_message = "Somebody else may read them."
  }
}

run "every_function_has_the_database" {
  assert {
    condition = alltrue([for name in ["api", "provision", "cleanup", "publish"] :
      google_project_iam_member.database[name].role == "roles/datastore.user" &&
      google_project_iam_member.database[name].condition[0].expression == "resource.name == \"projects/my-project/databases/(default)\"" &&
      google_project_iam_member.database[name].member == google_service_account.this[name].member
    ])
    error_message = "A function lacks the database."
  }
}

run "publish_publishes_status_events_and_the_others_triggers" {
  assert {
    condition     = toset(keys(google_pubsub_topic_iam_member.functions_publish_triggers)) == toset(["api", "provision", "cleanup"])
    error_message = "publish may trigger a reconcile, or another function may not."
  }

  assert {
    condition = { for name, one in google_pubsub_topic_iam_member.functions_publish_status : name => "${one.topic} ${one.role} ${one.member == google_service_account.this[name].member}" } == {
      provision = "tenant-status roles/pubsub.publisher true"
      publish   = "tenant-status roles/pubsub.publisher true"
    }
    error_message = "Somebody else may publish status events, or publish or the resync may not."
  }

  assert {
    condition = alltrue([for name in ["api", "provision", "cleanup"] :
      google_pubsub_topic_iam_member.functions_publish_triggers[name].topic == "tenant-events" &&
      google_pubsub_topic_iam_member.functions_publish_triggers[name].role == "roles/pubsub.publisher" &&
      google_pubsub_topic_iam_member.functions_publish_triggers[name].member == google_service_account.this[name].member
    ])
    error_message = "A function may not publish triggers."
  }
}

run "everybody_may_reach_the_api_and_nothing_else" {
  assert {
    condition     = [for one in google_cloud_run_v2_service_iam_member.api_invokers : "${one.name} ${one.role} ${one.member}"] == ["kairos-api roles/run.invoker allUsers"]
    error_message = "The API is not for everybody."
  }

  assert {
    condition     = toset([for one in google_cloud_run_v2_service_iam_member.push : "${one.name} ${one.role}"]) == toset(["kairos-provision roles/run.invoker", "kairos-cleanup roles/run.invoker", "kairos-publish roles/run.invoker"]) && alltrue([for one in google_cloud_run_v2_service_iam_member.push : one.member == google_service_account.this["push"].member])
    error_message = "Somebody else than Pub/Sub and Eventarc may call provision, cleanup or publish."
  }

  assert {
    condition     = google_storage_bucket.sources.public_access_prevention == "enforced" && google_storage_bucket.sources.uniform_bucket_level_access
    error_message = "The code could be made public."
  }

  assert {
    condition     = google_storage_bucket.backups.public_access_prevention == "enforced" && google_storage_bucket.backups.uniform_bucket_level_access
    error_message = "The backups could be made public."
  }

  assert {
    condition     = google_storage_bucket.tenant_backups.public_access_prevention == "enforced" && google_storage_bucket.tenant_backups.uniform_bucket_level_access
    error_message = "The tenants' backups could be made public."
  }

  assert {
    condition     = google_container_cluster.this.private_cluster_config[0].enable_private_nodes && !google_container_cluster.this.control_plane_endpoints_config[0].ip_endpoints_config[0].enabled
    error_message = "The cluster has a public address."
  }
}

run "whoever_makes_backups_can_neither_replace_nor_delete_them" {
  assert {
    condition     = toset(google_project_iam_custom_role.backup_maker.permissions) == toset(["storage.objects.create", "storage.objects.get"])
    error_message = "A site Job may do more, or less, in the bucket than make objects and read them."
  }

  assert {
    condition     = google_storage_bucket_iam_member.backups_are_made.bucket == google_storage_bucket.tenant_backups.name && google_storage_bucket_iam_member.backups_are_made.role == google_project_iam_custom_role.backup_maker.name && endswith(google_storage_bucket_iam_member.backups_are_made.member, "/sa/kairos-backup-site")
    error_message = "Somebody else than the Jobs that make backups may make them."
  }

  assert {
    condition     = toset(google_project_iam_custom_role.backup_keeper.permissions) == toset(["storage.objects.delete", "storage.objects.get", "storage.objects.list"])
    error_message = "The control plane may make or replace backups, or cannot delete them."
  }

  assert {
    condition     = google_storage_bucket_iam_member.backups_are_kept.bucket == google_storage_bucket.tenant_backups.name && google_storage_bucket_iam_member.backups_are_kept.role == google_project_iam_custom_role.backup_keeper.name && google_storage_bucket_iam_member.backups_are_kept.member == google_service_account.this["api"].member
    error_message = "Somebody else than the API keeps the backups."
  }
}

run "the_api_signs_urls_as_itself_and_as_nobody_else" {
  assert {
    condition     = toset(google_project_iam_custom_role.url_signer.permissions) == toset(["iam.serviceAccounts.signBlob"])
    error_message = "Whoever signs URLs may do more with the account."
  }

  assert {
    condition     = google_service_account_iam_member.api_signs_urls.service_account_id == google_service_account.this["api"].name && google_service_account_iam_member.api_signs_urls.role == google_project_iam_custom_role.url_signer.name && google_service_account_iam_member.api_signs_urls.member == google_service_account.this["api"].member
    error_message = "The API cannot sign URLs, or signs as somebody else, or somebody else signs as it."
  }
}

run "whoever_reconciles_removes_exports_and_no_backup" {
  assert {
    condition     = toset(concat(tolist(google_project_iam_custom_role.export_lister.permissions), tolist(google_project_iam_custom_role.export_remover.permissions))) == toset(["storage.objects.delete", "storage.objects.list"])
    error_message = "Whoever reconciles may read or make backups."
  }

  assert {
    condition = alltrue([for grants in [google_storage_bucket_iam_member.exports_are_listed, google_storage_bucket_iam_member.exports_are_removed] :
      toset([for name, one in grants : "${name} ${one.bucket == google_storage_bucket.tenant_backups.name} ${one.member == google_service_account.this[name].member}"]) == toset(["cleanup true true", "provision true true"])
    ])
    error_message = "The exports of a tenant that goes are not removed, or by somebody else."
  }

  assert {
    condition     = alltrue([for one in google_storage_bucket_iam_member.exports_are_listed : one.role == google_project_iam_custom_role.export_lister.name]) && alltrue([for one in google_storage_bucket_iam_member.exports_are_removed : one.role == google_project_iam_custom_role.export_remover.name && one.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/my-project-kairos-tenant-backups/objects/exports/\")"])
    error_message = "Whoever reconciles may delete backups."
  }
}

run "a_backup_goes_when_its_time_is_over_and_no_earlier" {
  assert {
    condition     = [for rule in google_storage_bucket.tenant_backups.lifecycle_rule : [for when in rule.condition : when.days_since_custom_time] if alltrue([for when in rule.condition : when.matches_prefix == null])] == [[1]] && length(google_storage_bucket.tenant_backups.versioning) == 0
    error_message = "The bucket forgets the tenants' backups too early, or never."
  }

  assert {
    condition     = [for rule in google_storage_bucket.tenant_backups.lifecycle_rule : [for when in rule.condition : "${when.age} ${join(" ", when.matches_prefix)}"] if alltrue([for when in rule.condition : when.matches_prefix != null])] == [["1 exports/"]]
    error_message = "The bucket keeps exports for longer than a day, or backups for a day alone."
  }

  assert {
    condition     = google_storage_bucket.tenant_backups.soft_delete_policy[0].retention_duration_seconds == 0 && google_storage_bucket.backups.soft_delete_policy[0].retention_duration_seconds == 0
    error_message = "Google keeps what is deleted for a week."
  }
}

run "a_build_reads_its_sources_and_no_backup" {
  assert {
    condition     = google_project_iam_member.build_reads_sources.condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/my-project-kairos-sources\") || resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-123456789012-europe-west1\")"
    error_message = "A build reads more, or less, than its sources."
  }
}

run "or_only_those_that_an_organisation_allows" {
  variables {
    api_invokers = ["serviceAccount:frontend@my-project.iam.gserviceaccount.com"]
  }

  assert {
    condition     = [for one in google_cloud_run_v2_service_iam_member.api_invokers : one.member] == ["serviceAccount:frontend@my-project.iam.gserviceaccount.com"]
    error_message = "The API is open to others."
  }
}
