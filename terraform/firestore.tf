# The database. Its queries need the indexes, and no query is served without its own; a test holds them
# to be those of firestore.indexes.json.

locals {
  firestore_location = coalesce(var.firestore_location, var.region)

  tenant_indexes = {
    status       = [["status.phase", "ASCENDING"], ["created_at", "DESCENDING"]]
    email        = [["profile.email", "ASCENDING"], ["created_at", "DESCENDING"]]
    email_status = [["profile.email", "ASCENDING"], ["status.phase", "ASCENDING"], ["created_at", "DESCENDING"]]
    standby      = [["spec.standby", "ASCENDING"], ["status.standby_key", "ASCENDING"]]
    condition    = [["status.condition", "ASCENDING"], ["updated_at", "DESCENDING"]]
    backup       = [["status.phase", "ASCENDING"], ["status.backup.requested_at", "ASCENDING"]]
  }

  operation_indexes = {
    tenant     = [["tenant_id", "ASCENDING"], ["created_at", "DESCENDING"]]
    state      = [["state", "ASCENDING"], ["created_at", "DESCENDING"]]
    kind       = [["kind", "ASCENDING"], ["created_at", "DESCENDING"]]
    kind_state = [["kind", "ASCENDING"], ["state", "ASCENDING"], ["created_at", "DESCENDING"]]
    oldest     = [["state", "ASCENDING"], ["created_at", "ASCENDING"]]
  }
}

resource "google_firestore_database" "this" {
  # The client libraries, and so the functions, know no other name unless they are told of one.
  name        = "(default)"
  location_id = local.firestore_location
  type        = "FIRESTORE_NATIVE"

  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  # Without protection, terraform destroy shall leave no database behind.
  deletion_policy = var.deletion_protection ? "ABANDON" : "DELETE"

  depends_on = [google_project_service.apis]
}

resource "google_firestore_index" "tenants" {
  for_each = local.tenant_indexes

  database    = google_firestore_database.this.name
  collection  = "tenants"
  query_scope = "COLLECTION"

  dynamic "fields" {
    for_each = each.value

    content {
      field_path = fields.value[0]
      order      = fields.value[1]
    }
  }
}

resource "google_firestore_index" "operations" {
  for_each = local.operation_indexes

  database    = google_firestore_database.this.name
  collection  = "operations"
  query_scope = "COLLECTION"

  dynamic "fields" {
    for_each = each.value

    content {
      field_path = fields.value[0]
      order      = fields.value[1]
    }
  }
}

resource "google_firestore_index" "backups" {
  database    = google_firestore_database.this.name
  collection  = "backups"
  query_scope = "COLLECTION"

  fields {
    field_path = "tenant_id"
    order      = "ASCENDING"
  }

  fields {
    field_path = "created_at"
    order      = "DESCENDING"
  }
}

resource "google_firestore_index" "deletions" {
  database    = google_firestore_database.this.name
  collection  = "deletions"
  query_scope = "COLLECTION"

  fields {
    field_path = "completed_at"
    order      = "ASCENDING"
  }

  fields {
    field_path = "requested_at"
    order      = "ASCENDING"
  }
}

# Records of requests, of deletions, of operations and of backups end by themselves. No query asks for when, so the field has
# no index: one on a time that only grows would be a hot spot.
resource "google_firestore_field" "expires_at" {
  for_each = toset(["requests", "deletions", "operations", "backups"])

  database   = google_firestore_database.this.name
  collection = each.value
  field      = "expires_at"

  ttl_config {}
  index_config {}
}

# A log is long, and nobody asks for operations by it.
resource "google_firestore_field" "log" {
  database   = google_firestore_database.this.name
  collection = "operations"
  field      = "log"

  index_config {}
}

# Point-in-time recovery goes back seven days; this goes back further.
resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.this.name
  retention = "${8 * 7 * 24 * 3600}s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}
