# Where the nightly backup of the sites goes: their databases, each night its own folder, and a mirror of their
# files. cluster/BACKUP.md says how to restore.

locals {
  # Of the CronJob in the chart, and of whom it runs as there.
  backup_name = "kairos-backup"

  # A Kubernetes service account, as Workload Identity names it.
  backup_writer = "${local.workload_identities}/ns/${var.namespace}/sa/${local.backup_name}"
}

resource "google_storage_bucket" "backups" {
  name     = "${var.project_id}-kairos-backups"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  # What is over is gone, and no seven days later.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  # The mirror forgets a deleted file at once, and the bucket only after as long as a night's databases.
  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age            = var.backup_days
      matches_prefix = ["databases/"]
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = var.backup_days
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_storage_bucket_iam_member" "backup_writes" {
  bucket = google_storage_bucket.backups.name
  role   = "roles/storage.objectUser"
  member = local.backup_writer

  # The pool of identities is made with a project's first cluster.
  depends_on = [google_container_cluster.this]
}

# Copies of the dumps that nobody can delete before their time: not whoever may write backups, and with a lock not even
# the project's owner. In a bucket of their own, for Google lets no object under a retention policy be replaced, and the
# mirror of the files above replaces all the time (ADR 26).

locals {
  keeps_copies = var.backup_retention == null ? 0 : 1
}

resource "google_storage_bucket" "kept_backups" {
  count = local.keeps_copies

  name     = "${var.project_id}-kairos-backups-kept"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  # Likewise. Before its time nothing is deleted here anyway.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  retention_policy {
    retention_period = var.backup_retention.days * 24 * 3600
    is_locked        = var.backup_retention.lock
  }

  # As long as in the other one, and never less than it must.
  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age = max(var.backup_days, var.backup_retention.days)
    }
  }

  depends_on = [google_project_service.apis]
}

# Google's own account that copies. It is made when it is first asked for.
data "google_storage_transfer_project_service_account" "this" {
  count = local.keeps_copies

  project = var.project_id

  depends_on = [google_project_service.apis]
}

resource "google_storage_bucket_iam_member" "copy_reads" {
  for_each = local.keeps_copies == 0 ? toset([]) : toset(["roles/storage.objectViewer", "roles/storage.legacyBucketReader"])

  bucket = google_storage_bucket.backups.name
  role   = each.value
  member = data.google_storage_transfer_project_service_account.this[0].member
}

resource "google_storage_bucket_iam_member" "copy_writes" {
  count = local.keeps_copies

  bucket = google_storage_bucket.kept_backups[0].name
  role   = "roles/storage.legacyBucketWriter"
  member = data.google_storage_transfer_project_service_account.this[0].member
}

# Every morning, what is not there yet. What is still being written at that time follows a day later.
resource "google_storage_transfer_job" "copy" {
  count = local.keeps_copies

  description = "Kairos: the nightly dumps, to where nobody can delete them."

  schedule {
    schedule_start_date {
      year  = 2026
      month = 1
      day   = 1
    }

    start_time_of_day {
      hours   = 7
      minutes = 0
      seconds = 0
      nanos   = 0
    }
  }

  transfer_spec {
    gcs_data_source {
      bucket_name = google_storage_bucket.backups.name
    }

    gcs_data_sink {
      bucket_name = google_storage_bucket.kept_backups[0].name
    }

    object_conditions {
      include_prefixes = ["databases/"]
    }

    transfer_options {
      # What is there cannot be replaced, and need not be.
      overwrite_when                            = "NEVER"
      delete_objects_unique_in_sink             = false
      delete_objects_from_source_after_transfer = false
    }
  }

  depends_on = [
    google_storage_bucket_iam_member.copy_reads,
    google_storage_bucket_iam_member.copy_writes,
  ]
}

# The tenants' own backups, which the control plane makes: each of one tenant, encrypted with a key of that tenant's (ADR 38).
# A part goes when its backup's time is over, which it bears itself. What is exported of one anybody can read who can read the bucket,
# so it goes a day after it was made.

locals {
  # As whom the site Jobs that make backups run. The chart and shared/operations/backup/backup.ts have the same name.
  backup_maker = "${local.workload_identities}/ns/${var.namespace}/sa/kairos-backup-site"

  # Where exports are: shared/backups/export-bundle.ts and the Job have the same name.
  exports = "exports/"
}

resource "google_storage_bucket" "tenant_backups" {
  name     = "${var.project_id}-kairos-tenant-backups"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  # What is deleted is gone: Google would keep it for seven days more
  # (https://cloud.google.com/storage/docs/soft-delete), and exports are not encrypted.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_custom_time = 1
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age            = 1
      matches_prefix = [local.exports]
    }
  }

  depends_on = [google_project_service.apis]
}

# Google's own roles that may create may also list, or replace and delete.
resource "google_project_iam_custom_role" "backup_maker" {
  role_id     = "kairosBackupMaker"
  title       = "Kairos: make backups"
  description = "Make objects, and read them; replace, delete and list none."
  permissions = ["storage.objects.create", "storage.objects.get"]

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_custom_role" "backup_keeper" {
  role_id     = "kairosBackupKeeper"
  title       = "Kairos: keep backups"
  description = "See and read objects, and delete them before their time; make and replace none."
  permissions = ["storage.objects.delete", "storage.objects.get", "storage.objects.list"]

  depends_on = [google_project_service.apis]
}

resource "google_storage_bucket_iam_member" "backups_are_made" {
  bucket = google_storage_bucket.tenant_backups.name
  role   = google_project_iam_custom_role.backup_maker.name
  member = local.backup_maker

  # The pool of identities is made with a project's first cluster.
  depends_on = [google_container_cluster.this]
}

# Google's own roles that may sign may also act as the account.
resource "google_project_iam_custom_role" "url_signer" {
  role_id     = "kairosUrlSigner"
  title       = "Kairos: sign URLs"
  description = "Have Google sign for a service account, and nothing else of it."
  permissions = ["iam.serviceAccounts.signBlob"]

  depends_on = [google_project_service.apis]
}

# The API signs, as itself, the URLs by which others fetch an export.
resource "google_service_account_iam_member" "api_signs_urls" {
  service_account_id = google_service_account.this["api"].name
  role               = google_project_iam_custom_role.url_signer.name
  member             = google_service_account.this["api"].member
}

# Whoever reconciles removes the exports of a tenant that goes. It sees the names of all objects, for a list has no object that a
# condition could be about, and reads and deletes no backup.
resource "google_project_iam_custom_role" "export_lister" {
  role_id     = "kairosExportLister"
  title       = "Kairos: list exports"
  description = "See which objects there are."
  permissions = ["storage.objects.list"]

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_custom_role" "export_remover" {
  role_id     = "kairosExportRemover"
  title       = "Kairos: remove exports"
  description = "Delete objects."
  permissions = ["storage.objects.delete"]

  depends_on = [google_project_service.apis]
}

resource "google_storage_bucket_iam_member" "exports_are_listed" {
  for_each = local.reconcilers

  bucket = google_storage_bucket.tenant_backups.name
  role   = google_project_iam_custom_role.export_lister.name
  member = google_service_account.this[each.value].member
}

resource "google_storage_bucket_iam_member" "exports_are_removed" {
  for_each = local.reconcilers

  bucket = google_storage_bucket.tenant_backups.name
  role   = google_project_iam_custom_role.export_remover.name
  member = google_service_account.this[each.value].member

  condition {
    title      = "exports-only"
    expression = "resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.tenant_backups.name}/objects/${local.exports}\")"
  }
}

# The API deletes one when it is asked to.
resource "google_storage_bucket_iam_member" "backups_are_kept" {
  bucket = google_storage_bucket.tenant_backups.name
  role   = google_project_iam_custom_role.backup_keeper.name
  member = google_service_account.this["api"].member
}
