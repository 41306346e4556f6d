# The secrets, each with its one reader. Their values are sent to Secret Manager and never kept in the
# state; so Terraform does not see that one has changed: secret_versions tells it.

locals {
  secrets = {
    api_keys       = "kairos-api-keys"
    backups        = "kairos-backups"
    database_admin = "kairos-database-admin"
    mail           = "kairos-mail"
  }

  # What is made here is 244 random bits, each secret's its own. It comes out differently each time, and
  # only the first is sent.
  made_secrets = {
    api_keys       = replace("${uuid()}${uuid()}", "-", "")
    backups        = replace("${uuid()}${uuid()}", "-", "")
    database_admin = replace("${uuid()}${uuid()}", "-", "")
  }

  secret_values = {
    api_keys = length(var.api_keys) > 0 ? join(",", var.api_keys) : local.made_secrets.api_keys

    # Of it the keys of all tenants' backups are derived, so it is made once and for ever.
    backups = local.made_secrets.backups

    # The keys of the Secret frappe-database-admin.
    database_admin = jsonencode({
      username = var.database_admin
      password = var.database_admin_password != "" ? var.database_admin_password : local.made_secrets.database_admin
    })

    # As the bench's configuration names them.
    mail = jsonencode({
      mail_server   = var.mail.host
      mail_port     = var.mail.port
      mail_login    = var.mail.user
      mail_password = var.mail_password
      auto_email_id = var.mail.from
    })
  }

  # A Kubernetes service account, as Workload Identity names it. It exists as soon as the cluster does.
  workload_identities = "principal://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools/${var.project_id}.svc.id.goog/subject"
  secrets_reader      = "${local.workload_identities}/ns/${var.namespace}/sa/kairos-secrets"
}

resource "google_secret_manager_secret" "this" {
  for_each = local.secrets

  secret_id           = each.value
  deletion_protection = var.deletion_protection

  replication {
    auto {}
  }

  depends_on = [google_project_service.apis]
}

resource "google_secret_manager_secret_version" "this" {
  for_each = local.secrets

  secret                 = google_secret_manager_secret.this[each.key].id
  secret_data_wo         = local.secret_values[each.key]
  secret_data_wo_version = merge({ backups = 1 }, var.secret_versions)[each.key]

  # An old version is closed and not destroyed: a revision that is gone back to reads the version that it had, and
  # can be given it again.
  deletion_policy = "DISABLE"

  lifecycle {
    # The functions read one version until they have the next.
    create_before_destroy = true
  }
}

resource "google_secret_manager_secret_iam_member" "api_reads_keys" {
  secret_id = google_secret_manager_secret.this["api_keys"].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this["api"].member
}

resource "google_secret_manager_secret_iam_member" "reconcilers_read" {
  for_each = local.reconcilers

  secret_id = google_secret_manager_secret.this["backups"].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this[each.value].member
}

# The database's administrator and the mail account are the bench's, inside the cluster.
resource "google_secret_manager_secret_iam_member" "cluster_reads" {
  for_each = toset(["database_admin", "mail"])

  secret_id = google_secret_manager_secret.this[each.value].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = local.secrets_reader

  # The pool of identities is made with a project's first cluster.
  depends_on = [google_container_cluster.this]
}
