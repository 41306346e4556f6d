# The database. Its queries need the indexes, and no query is served without its own; a test holds them
# to be those of firestore.indexes.json.

locals {
  firestore_location = coalesce(var.firestore_location, var.region)

  # What lists of tenants are filtered by, and their orders. Firestore merges the indexes of several filters in one order, so
  # there is one for each filter in each order, and not for each combination. A range of a field that is not ordered by comes second.
  tenant_filters = {
    status = ["status.phase"]
    email  = ["profile.email"]
    state  = ["spec.state"]
    # Where the site is; and as long as there is none, where it is to be.
    bench        = ["status.site.bench"]
    wanted_bench = ["spec.bench", "status.site"]
  }
  tenant_orders = {
    newest       = [["created_at", "DESCENDING"]]
    newest_named = [["created_at", "DESCENDING"], ["spec.subdomain", "DESCENDING"]]
    oldest       = [["created_at", "ASCENDING"]]
    oldest_named = [["created_at", "ASCENDING"], ["spec.subdomain", "ASCENDING"]]
    name         = [["spec.subdomain", "ASCENDING"]]
    name_dated   = [["spec.subdomain", "ASCENDING"], ["created_at", "ASCENDING"]]
  }

  tenant_indexes = merge(
    {
      for pair in setproduct(keys(local.tenant_filters), keys(local.tenant_orders)) :
      pair[1] == "newest" ? pair[0] : "${pair[0]}_${pair[1]}" => concat(
        [for field in local.tenant_filters[pair[0]] : [field, "ASCENDING"]],
        local.tenant_orders[pair[1]],
      )
    },
    # Orders of one field need none.
    { for name, fields in local.tenant_orders : name => fields if length(fields) > 1 },
    {
      email_status = [["profile.email", "ASCENDING"], ["status.phase", "ASCENDING"], ["created_at", "DESCENDING"]]
      standby      = [["spec.standby", "ASCENDING"], ["status.standby_key", "ASCENDING"]]
      # What has failed last, and whose newest backup is the oldest.
      condition = [["status.condition", "ASCENDING"], ["updated_at", "DESCENDING"]]
      backup    = [["status.phase", "ASCENDING"], ["status.backup.requested_at", "ASCENDING"]]
      # To count those that nobody has.
      nobodys = [["spec.subdomain", "ASCENDING"], ["created_at", "DESCENDING"]]
    },
  )

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
