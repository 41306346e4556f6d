# The topics, and who is triggered by them. What a function refuses comes again, at growing pauses, and ends
# among the dead letters.

locals {
  # A topic and its subscription. The names are those in shared/pubsub/bus.ts.
  event_topics = toset(["tenant-events", "cluster-events"])

  provision_url = google_cloudfunctions2_function.this["provision"].service_config[0].uri
}

resource "google_pubsub_topic" "events" {
  for_each = local.event_topics

  name = each.value

  depends_on = [google_project_service.apis]
}

resource "google_pubsub_topic" "dead_letters" {
  name = "dead-letters"

  depends_on = [google_project_service.apis]
}

resource "google_pubsub_subscription" "provision" {
  for_each = local.event_topics

  name  = "${each.value}-provision"
  topic = google_pubsub_topic.events[each.value].id
  # The longest there is: while a push is under way, it shall not be sent twice.
  ack_deadline_seconds = 600

  push_config {
    # The functions framework reads the topic from the path.
    push_endpoint = "${local.provision_url}/projects/${var.project_id}/topics/${each.value}"

    oidc_token {
      service_account_email = google_service_account.this["push"].email
      audience              = local.provision_url
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 20
  }

  # Never, also where nothing happens for a month.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_v2_service_iam_member.push]
}

# Without a subscription, what is published to the dead letters would vanish. They are read by hand:
# provision logs the id of each message that it refuses.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = "dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  message_retention_duration = "${31 * 24 * 3600}s"

  expiration_policy {
    ttl = ""
  }
}

# Pub/Sub itself moves a message there: it publishes it, and takes it from where it was.
resource "google_pubsub_topic_iam_member" "agent_publishes_dead_letters" {
  topic  = google_pubsub_topic.dead_letters.name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent

  depends_on = [google_project_service_identity.agents]
}

resource "google_pubsub_subscription_iam_member" "agent_takes_dead_letters" {
  for_each = local.event_topics

  subscription = google_pubsub_subscription.provision[each.value].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent

  depends_on = [google_project_service_identity.agents]
}
