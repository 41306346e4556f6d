# The four functions, from the zips that npm run build makes.

locals {
  common_environment = {
    GOOGLE_CLOUD_PROJECT = var.project_id
    BASE_DOMAIN          = var.domain
  }

  # Where a custom domain has to lead. It is known when it is made, so it is added to what has been looked at whether it is
  # empty: a plan would know nothing of either.
  sites_environment = {
    SITES_ADDRESSES = google_compute_global_address.sites.address
  }

  # What makes sites and what gives them must agree on it. One bench is told as it was before there were several.
  new_site_environment = {
    BENCHES      = length(var.benches) == 0 ? "" : jsonencode(local.benches)
    FRAPPE_IMAGE = length(var.benches) == 0 ? local.current_bench.image : ""
    FRAPPE_APPS  = length(var.benches) == 0 ? join(",", local.current_bench.apps) : ""
    POOL_SIZE    = tostring(var.pool_size)
  }

  # What is empty is not set.
  reconciler_environment = merge(local.sites_environment, { for name, value in merge(local.common_environment, local.new_site_environment, {
    GKE_CLUSTER              = google_container_cluster.this.name
    GKE_LOCATION             = google_container_cluster.this.location
    GKE_NAMESPACE            = var.namespace
    CERTIFICATE_MAP          = google_certificate_manager_certificate_map.sites.name
    DB_HOST                  = local.database_host
    DB_PORT                  = tostring(var.database_port)
    DB_TLS                   = var.database_tls
    DB_TLS_CA                = var.database_ca
    BENCH_URL                = length(var.benches) == 0 ? var.bench_url : ""
    ROUTER_URL               = var.router_url
    MAX_CONCURRENT_JOBS      = tostring(var.max_concurrent_jobs)
    RETRY_PAUSE_SECONDS      = tostring(var.retry_pause_seconds)
    UPGRADE_MEMORY           = var.upgrade.memory
    UPGRADE_DEADLINE_MINUTES = tostring(var.upgrade.deadline_minutes)
    UPGRADE_DRAIN_SECONDS    = tostring(var.upgrade.drain_seconds)
    POOL_MAX_AGE_DAYS        = tostring(var.pool_max_age_days)
    BACKUP_BUCKET            = google_storage_bucket.tenant_backups.name
    BACKUP_HOUR              = tostring(var.tenant_backups.hour)
    BACKUP_KEEP_DAILY        = tostring(var.tenant_backups.keep_daily)
    BACKUP_KEEP_WEEKLY       = tostring(var.tenant_backups.keep_weekly)
    BACKUP_KEEP_MONTHLY      = tostring(var.tenant_backups.keep_monthly)
    RESTORE_TEST_DAYS        = tostring(var.tenant_backups.test_days)
  }) : name => value if value != "" })

  environments = {
    api = merge(local.sites_environment, { for name, value in merge(local.common_environment, local.new_site_environment, {
      ALLOWED_CALLERS       = join(",", var.allowed_callers)
      VIEWERS               = join(",", var.viewers)
      API_AUDIENCE          = var.api_audience
      GOOGLE_CLIENT_ID      = var.google_client_id
      IAP_AUDIENCE          = var.iap_audience
      ALLOWED_ORIGINS       = join(",", var.allowed_origins)
      RESERVED_SUBDOMAINS   = join(",", var.reserved_subdomains)
      TRUSTED_PROXIES       = tostring(var.trusted_proxies)
      RATE_LIMIT_PER_MINUTE = tostring(var.rate_limit_per_minute)
      BACKUP_BUCKET         = google_storage_bucket.tenant_backups.name
      RETENTION_DAYS        = tostring(var.retention_days)
      MAX_CONCURRENT_JOBS   = tostring(var.max_concurrent_jobs)
    }) : name => value if value != "" })
    provision = local.reconciler_environment
    cleanup   = local.reconciler_environment
    publish   = local.common_environment
  }

  # Which secret a function reads, and as what.
  function_secrets = {
    api       = { key = "API_KEYS", secret = "api_keys" }
    provision = { key = "BACKUP_SECRET", secret = "backups" }
    cleanup   = { key = "BACKUP_SECRET", secret = "backups" }
  }

  # The functions that Firestore triggers, each by the documents whose creation does.
  document_triggers = {
    cleanup = "deletions/{tenantId}"
    publish = "events/{eventId}"
  }

  # A MariaDB in the cluster is the Service "mariadb" in the sites' namespace.
  database_host = var.database == "external" ? var.database_host : "mariadb"

  # The location of the database itself, a multi-region's too: with the region that Google's page names for
  # nam5 the trigger is refused (ADR 17).
  trigger_region = coalesce(var.firestore_trigger_region, local.firestore_location)
}

resource "google_storage_bucket" "sources" {
  name     = "${var.project_id}-kairos-sources"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # Whatever is in it, a build makes again.
  force_destroy = true

  depends_on = [google_project_service.apis]
}

# With its hash in the name a new build is a new object, and so a new revision of the function.
resource "google_storage_bucket_object" "sources" {
  for_each = local.functions

  bucket = google_storage_bucket.sources.name
  name   = "${each.value}-${filesha256("${var.dist_directory}/${each.value}.zip")}.zip"
  source = "${var.dist_directory}/${each.value}.zip"

  lifecycle {
    # The new zip is there before a function is told of it, and the old one until no function is.
    create_before_destroy = true
  }
}

# Which database it is: one that is restored under the old name is another. A trigger on the old one stays, and delivers
# nothing any more, until it is deleted and made anew
# (https://docs.cloud.google.com/firestore/native/docs/eventarc#limitations). So cleanup and publish, which have one, are
# made anew.
resource "terraform_data" "database" {
  for_each = local.functions

  triggers_replace = contains(keys(local.document_triggers), each.value) ? [google_firestore_database.this.uid] : []
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  name        = "kairos-${each.value}"
  location    = var.region
  description = "The function ${each.value} of Kairos Control Plane."

  build_config {
    runtime           = var.runtime
    entry_point       = each.value
    service_account   = google_service_account.this["build"].id
    docker_repository = google_artifact_registry_repository.functions.id
    # Nobody reads it; another value is another build.
    environment_variables = var.rebuild == "" ? {} : { REBUILD = var.rebuild }

    source {
      storage_source {
        bucket = google_storage_bucket.sources.name
        object = google_storage_bucket_object.sources[each.value].name
      }
    }

    # Which of the two is weighed in ADR 19.
    dynamic "automatic_update_policy" {
      for_each = var.automatic_base_image_updates ? [true] : []
      content {}
    }

    dynamic "on_deploy_update_policy" {
      for_each = var.automatic_base_image_updates ? [] : [true]
      content {}
    }
  }

  service_config {
    available_memory                 = var.functions[each.value].memory
    available_cpu                    = var.functions[each.value].cpu
    timeout_seconds                  = var.functions[each.value].timeout_seconds
    max_instance_request_concurrency = var.functions[each.value].concurrency
    min_instance_count               = var.functions[each.value].min_instances
    max_instance_count               = var.functions[each.value].max_instances

    service_account_email = google_service_account.this[each.value].email
    # Pub/Sub and Eventarc come from within.
    ingress_settings      = each.value == "api" ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    environment_variables = local.environments[each.value]

    dynamic "secret_environment_variables" {
      for_each = [for name, one in local.function_secrets : one if name == each.value]

      content {
        key        = secret_environment_variables.value.key
        project_id = var.project_id
        secret     = google_secret_manager_secret.this[secret_environment_variables.value.secret].secret_id
        # Not "latest": so new keys are a new revision, and reach all instances at once.
        version = google_secret_manager_secret_version.this[secret_environment_variables.value.secret].version
      }
    }
  }

  # provision has none: Terraform cannot give a trigger's subscription dead letters, so it has its own.
  dynamic "event_trigger" {
    for_each = compact([lookup(local.document_triggers, each.value, "")])

    content {
      trigger_region        = local.trigger_region
      event_type            = "google.cloud.firestore.document.v1.created"
      retry_policy          = "RETRY_POLICY_RETRY"
      service_account_email = google_service_account.this["push"].email

      event_filters {
        attribute = "database"
        value     = google_firestore_database.this.name
      }

      event_filters {
        attribute = "document"
        operator  = "match-path-pattern"
        value     = event_trigger.value
      }
    }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build_writes_functions,
    google_project_iam_member.build_reads_sources,
    google_project_iam_member.build_writes_logs,
    google_project_iam_member.custom_domains,
    google_project_iam_member.database,
    google_project_iam_member.eventarc_agent,
    google_project_iam_member.push_receives_events,
    google_secret_manager_secret_iam_member.api_reads_keys,
    google_secret_manager_secret_iam_member.reconcilers_read,
    terraform_data.bench,
  ]

  lifecycle {
    replace_triggered_by = [terraform_data.database[each.key]]
  }
}
