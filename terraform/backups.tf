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
