# The end of a Job, as an event of Kubernetes, from the cluster's log to cluster-events: what finds a new
# site ready within seconds. Such events are best effort; the resync finds what they miss.

resource "google_logging_project_sink" "job_events" {
  name        = "kairos-job-events"
  description = "The ends of site Jobs, by which provision is triggered."
  destination = "pubsub.googleapis.com/${google_pubsub_topic.events["cluster-events"].id}"

  # Not by the resource's type, for Kubernetes' events have had more than one. Without PodFailurePolicy it
  # would be exactly the failures for good that trigger nobody.
  filter = <<-EOT
    log_id("events")
    jsonPayload.involvedObject.kind="Job"
    jsonPayload.involvedObject.namespace="${var.namespace}"
    jsonPayload.reason=("Completed" OR "BackoffLimitExceeded" OR "DeadlineExceeded" OR "PodFailurePolicy")
  EOT

  unique_writer_identity = true

  depends_on = [google_project_service.apis]
}

resource "google_pubsub_topic_iam_member" "sink_publishes_job_events" {
  topic  = google_pubsub_topic.events["cluster-events"].name
  role   = "roles/pubsub.publisher"
  member = google_logging_project_sink.job_events.writer_identity

  # Google makes the writer's account with a project's first sink; the cluster gives it the time.
  depends_on = [google_container_cluster.this]
}
