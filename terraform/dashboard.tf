# One page on how it goes.

locals {
  # A chart: its title, what it shows, how the series are aligned, and what is told apart.
  charts = [
    {
      title   = "Ends of commands, by kind and how"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.outcomes.name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_SUM"
      by      = ["metric.label.kind", "metric.label.message"]
    },
    {
      title   = "Seconds to active, the slowest twentieth, out of the pool (claim) and made anew (create)"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.time_to_active.name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_PERCENTILE_95"
      by      = ["metric.label.kind"]
    },
    {
      title   = "Failures for good, by reason"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.outcomes.name}\" AND metric.labels.message=\"JobFailed\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_SUM"
      by      = ["metric.label.reason"]
    },
    {
      title   = "Seconds of a step, half of them, by kind and step"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.steps.name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_PERCENTILE_50"
      by      = ["metric.label.kind", "metric.label.step"]
    },
    {
      title   = "Seconds of a step, the slowest twentieth, by kind and step"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.steps.name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_PERCENTILE_95"
      by      = ["metric.label.kind", "metric.label.step"]
    },
    {
      title   = "Seconds for which the oldest status event was unsent"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.unsent.name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_PERCENTILE_99"
      by      = []
    },
    {
      title   = "Resyncs that saw the cluster"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.resyncs.name}\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_SUM"
      by      = []
    },
    {
      title   = "Messages that wait, by subscription"
      filter  = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      aligner = "ALIGN_MAX"
      reducer = "REDUCE_MAX"
      by      = ["resource.label.subscription_id"]
    },
    {
      title   = "Requests, by function and answer"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_count\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_SUM"
      by      = ["resource.label.service_name", "metric.label.response_code_class"]
    },
    {
      title   = "Milliseconds to answer, the slowest twentieth, by function"
      filter  = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_latencies\""
      aligner = "ALIGN_DELTA"
      reducer = "REDUCE_PERCENTILE_95"
      by      = ["resource.label.service_name"]
    },
  ]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "Kairos Control Plane"
    gridLayout = {
      columns = "2"
      widgets = [for chart in local.charts : {
        title = chart.title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = {
              timeSeriesFilter = {
                filter = chart.filter
                aggregation = {
                  alignmentPeriod    = "300s"
                  perSeriesAligner   = chart.aligner
                  crossSeriesReducer = chart.reducer
                  groupByFields      = chart.by
                }
              }
            }
          }]
        }
      }]
    }
  })
}
