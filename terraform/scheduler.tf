# The clock: a resync every minute, a garbage collection every night.
#
# Cloud Scheduler publishes as Google's own account for it, which enabling its API allows to; a job that
# publishes can name no other. Every message has JSON data: the functions framework does not convert one
# without.

resource "google_cloud_scheduler_job" "triggers" {
  for_each = {
    resync             = "* * * * *"
    garbage-collection = "17 3 * * *"
  }

  name        = "kairos-${each.key}"
  description = "Publishes the ${each.key} to tenant-events."
  schedule    = each.value
  time_zone   = "Etc/UTC"

  pubsub_target {
    topic_name = google_pubsub_topic.events["tenant-events"].id
    data       = base64encode(jsonencode({ kind = each.key }))
  }
}
