# Telling others: a topic on which every change of a tenant's status is published, and a push subscription for each of
# the company's services that want to know. docs/events.md says what they get. The collection events, from which they are
# published, has no expiry (TTL): what was published is deleted there, and what was not must never go by itself.

locals {
  # Ordered, and tried again for so long that a night's outage of a subscriber loses nothing.
  status_attempts = 100
}

# The name is that in shared/pubsub/bus.ts.
resource "google_pubsub_topic" "status" {
  name = "tenant-status"

  depends_on = [google_project_service.apis]
}

resource "google_pubsub_subscription" "status" {
  for_each = var.status_subscribers

  name  = "tenant-status-${each.key}"
  topic = google_pubsub_topic.status.id
  # It cannot be changed: another filter is another subscription, which begins with what is published from then on.
  filter = each.value.filter == "" ? null : each.value.filter
  # The next event of a tenant is pushed when its last one was taken.
  enable_message_ordering = true
  ack_deadline_seconds    = 60

  push_config {
    push_endpoint = each.value.url

    oidc_token {
      service_account_email = google_service_account.this["status"].email
      audience              = each.value.audience
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.status_dead_letters.id
    max_delivery_attempts = local.status_attempts
  }

  # Never, also where nothing happens for a month.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_pubsub_topic_iam_member.agent_publishes_status_dead_letters]
}

# Apart from the dead letters of the control plane itself, which mean something else and want somebody else's eyes.
resource "google_pubsub_topic" "status_dead_letters" {
  name = "tenant-status-dead-letters"

  depends_on = [google_project_service.apis]
}

resource "google_pubsub_subscription" "status_dead_letters" {
  name                       = "tenant-status-dead-letters"
  topic                      = google_pubsub_topic.status_dead_letters.id
  message_retention_duration = "${31 * 24 * 3600}s"

  expiration_policy {
    ttl = ""
  }
}

# Who sends: publish at once, and provision what is left, with its resync.
resource "google_pubsub_topic_iam_member" "functions_publish_status" {
  for_each = local.status_publishers

  topic  = google_pubsub_topic.status.name
  role   = "roles/pubsub.publisher"
  member = google_service_account.this[each.value].member
}

# Pub/Sub itself pushes under the account of the subscribers, and moves dead letters.
resource "google_service_account_iam_member" "agent_gets_status_tokens" {
  service_account_id = google_service_account.this["status"].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent

  depends_on = [google_project_service_identity.agents]
}

resource "google_pubsub_topic_iam_member" "agent_publishes_status_dead_letters" {
  topic  = google_pubsub_topic.status_dead_letters.name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent

  depends_on = [google_project_service_identity.agents]
}

resource "google_pubsub_subscription_iam_member" "agent_takes_status_dead_letters" {
  for_each = var.status_subscribers

  subscription = google_pubsub_subscription.status[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent

  depends_on = [google_project_service_identity.agents]
}
