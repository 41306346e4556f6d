# Who is told of tenants, and how.

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

run "without_subscribers_there_is_the_topic_and_nobody_is_pushed_to" {
  assert {
    condition     = google_pubsub_topic.status.name == "tenant-status" && length(google_pubsub_subscription.status) == 0 && length(google_pubsub_subscription_iam_member.agent_takes_status_dead_letters) == 0
    error_message = "Somebody is told whom nobody has named, or there is no topic."
  }

  assert {
    condition     = google_pubsub_subscription.status_dead_letters.topic == google_pubsub_topic.status_dead_letters.id && length(google_pubsub_subscription.status_dead_letters.push_config) == 0 && google_pubsub_subscription.status_dead_letters.expiration_policy[0].ttl == ""
    error_message = "Nobody keeps the dead letters."
  }
}

run "each_subscriber_is_pushed_to_in_order_with_a_token_of_its_own" {
  variables {
    status_subscribers = {
      crm     = { url = "https://crm.example.com:8443/tenant-status?from=kairos", audience = "https://crm.example.com" }
      billing = { url = "https://billing.example.com", audience = "billing", filter = "attributes.type = \"app.kairos.tenant.active\" OR hasPrefix(attributes.type, \"app.kairos.tenant.del\")" }
    }
  }

  assert {
    condition = { for name, one in google_pubsub_subscription.status : one.name => "${one.push_config[0].push_endpoint} ${one.push_config[0].oidc_token[0].audience}" } == {
      tenant-status-crm     = "https://crm.example.com:8443/tenant-status?from=kairos https://crm.example.com"
      tenant-status-billing = "https://billing.example.com billing"
    }
    error_message = "A subscriber is called elsewhere, or with a token for somebody else."
  }

  assert {
    condition = alltrue([for one in google_pubsub_subscription.status :
      one.topic == google_pubsub_topic.status.id && one.enable_message_ordering &&
      one.push_config[0].oidc_token[0].service_account_email == google_service_account.this["status"].email &&
      one.push_config[0].oidc_token[0].service_account_email != google_service_account.this["push"].email &&
      one.retry_policy[0].minimum_backoff == "10s" && one.retry_policy[0].maximum_backoff == "600s" &&
      one.dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.status_dead_letters.id &&
      one.dead_letter_policy[0].dead_letter_topic != google_pubsub_topic.dead_letters.id &&
      one.dead_letter_policy[0].max_delivery_attempts == 100 && one.expiration_policy[0].ttl == ""
    ])
    error_message = "A subscription has no order, no pause between two tries, no dead letters or the control plane's, or an end."
  }

  assert {
    condition     = google_pubsub_subscription.status["crm"].filter == null && google_pubsub_subscription.status["billing"].filter == "attributes.type = \"app.kairos.tenant.active\" OR hasPrefix(attributes.type, \"app.kairos.tenant.del\")"
    error_message = "A subscriber is told of more, or of less, than it has asked for."
  }

  assert {
    condition = alltrue([
      google_service_account_iam_member.agent_gets_status_tokens.role == "roles/iam.serviceAccountOpenIdTokenCreator",
      google_service_account_iam_member.agent_gets_status_tokens.service_account_id == google_service_account.this["status"].name,
      google_pubsub_topic_iam_member.agent_publishes_status_dead_letters.topic == "tenant-status-dead-letters",
      google_pubsub_topic_iam_member.agent_publishes_status_dead_letters.role == "roles/pubsub.publisher",
      toset([for one in google_pubsub_subscription_iam_member.agent_takes_status_dead_letters : "${one.subscription} ${one.role}"]) == toset([
        "tenant-status-crm roles/pubsub.subscriber",
        "tenant-status-billing roles/pubsub.subscriber",
      ]),
      alltrue([for one in concat([google_service_account_iam_member.agent_gets_status_tokens, google_pubsub_topic_iam_member.agent_publishes_status_dead_letters], values(google_pubsub_subscription_iam_member.agent_takes_status_dead_letters)) :
        one.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
      ]),
    ])
    error_message = "Pub/Sub may not make the tokens, or not move the dead letters."
  }

  assert {
    condition     = output.status_sender == "kairos-status@my-project.iam.gserviceaccount.com" && output.status_topic == google_pubsub_topic.status.id
    error_message = "A receiver is told to expect somebody else."
  }
}
