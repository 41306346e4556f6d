# The ways that messages go.

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

run "what_is_refused_comes_again_and_ends_among_the_dead_letters" {
  assert {
    condition = alltrue([for one in google_pubsub_subscription.provision :
      one.retry_policy[0].minimum_backoff == "10s" && one.retry_policy[0].maximum_backoff == "600s" &&
      one.dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.dead_letters.id &&
      one.dead_letter_policy[0].max_delivery_attempts == 20 && one.ack_deadline_seconds == 600
    ])
    error_message = "A subscription has no dead letters, or no pause between two tries."
  }

  assert {
    condition     = google_pubsub_subscription.dead_letters.topic == google_pubsub_topic.dead_letters.id && length(google_pubsub_subscription.dead_letters.push_config) == 0
    error_message = "Nobody keeps the dead letters."
  }

  assert {
    condition     = alltrue([for one in concat(values(google_pubsub_subscription.provision), [google_pubsub_subscription.dead_letters]) : one.expiration_policy[0].ttl == ""])
    error_message = "A subscription ends when nothing has come for a month."
  }
}

run "pubsub_itself_may_move_dead_letters" {
  assert {
    condition     = google_pubsub_topic_iam_member.agent_publishes_dead_letters.role == "roles/pubsub.publisher" && google_pubsub_topic_iam_member.agent_publishes_dead_letters.member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub may not publish dead letters."
  }

  assert {
    condition = toset([for one in google_pubsub_subscription_iam_member.agent_takes_dead_letters : "${one.subscription} ${one.role} ${one.member}"]) == toset([
      "cluster-events-provision roles/pubsub.subscriber serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
      "tenant-events-provision roles/pubsub.subscriber serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
    ])
    error_message = "Pub/Sub may not take a message from where it was."
  }
}

run "a_push_says_who_it_is_and_what_it_is_of" {
  assert {
    condition = alltrue([for topic, one in google_pubsub_subscription.provision :
      one.topic == google_pubsub_topic.events[topic].id &&
      one.push_config[0].push_endpoint == "${google_cloudfunctions2_function.this["provision"].service_config[0].uri}/projects/my-project/topics/${topic}" &&
      one.push_config[0].oidc_token[0].audience == google_cloudfunctions2_function.this["provision"].service_config[0].uri &&
      one.push_config[0].oidc_token[0].service_account_email == google_service_account.this["push"].email
    ])
    error_message = "A push goes elsewhere, has no topic in its path, or no token that the function takes."
  }
}

run "the_clock_sends_a_resync_every_minute_and_a_garbage_collection_every_day" {
  assert {
    condition     = { for name, one in google_cloud_scheduler_job.triggers : name => base64decode(one.pubsub_target[0].data) } == { resync = "{\"kind\":\"resync\"}", garbage-collection = "{\"kind\":\"garbage-collection\"}" }
    error_message = "What the clock sends is not what provision understands."
  }

  assert {
    condition     = alltrue([for one in google_cloud_scheduler_job.triggers : one.pubsub_target[0].topic_name == google_pubsub_topic.events["tenant-events"].id])
    error_message = "The clock sends to another topic."
  }

  assert {
    condition     = google_cloud_scheduler_job.triggers["resync"].schedule == "* * * * *" && can(regex("^\\d+ \\d+ \\* \\* \\*$", google_cloud_scheduler_job.triggers["garbage-collection"].schedule))
    error_message = "The resync does not come every minute, or the garbage collection not once a day."
  }
}

run "the_end_of_every_job_of_the_namespace_comes_through_the_sink" {
  variables {
    namespace = "tenants"
  }

  assert {
    condition = alltrue([for part in [
      "log_id(\"events\")",
      "jsonPayload.involvedObject.kind=\"Job\"",
      "jsonPayload.involvedObject.namespace=\"tenants\"",
      "jsonPayload.reason=(\"Completed\" OR \"BackoffLimitExceeded\" OR \"DeadlineExceeded\" OR \"PodFailurePolicy\")",
    ] : contains(split("\n", trimspace(google_logging_project_sink.job_events.filter)), part)])
    error_message = "The sink's filter lacks a reason, or the namespace, or what makes it Jobs."
  }

  assert {
    condition     = !strcontains(google_logging_project_sink.job_events.filter, "resource.type")
    error_message = "The sink's filter rests on the resource's type, which has changed before."
  }

  assert {
    condition = alltrue([
      google_logging_project_sink.job_events.destination == "pubsub.googleapis.com/${google_pubsub_topic.events["cluster-events"].id}",
      google_logging_project_sink.job_events.unique_writer_identity,
      google_pubsub_topic_iam_member.sink_publishes_job_events.topic == "cluster-events",
      google_pubsub_topic_iam_member.sink_publishes_job_events.role == "roles/pubsub.publisher",
      google_pubsub_topic_iam_member.sink_publishes_job_events.member == google_logging_project_sink.job_events.writer_identity,
    ])
    error_message = "The sink leads elsewhere, or may not publish."
  }
}
