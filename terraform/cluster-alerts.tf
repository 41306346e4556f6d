# What goes wrong in the cluster and is told by no function: disks that fill up, images that do not come, Pods without a
# node, memory and quotas. The first half are lines of logs, most of them Kubernetes' own events, which GKE writes into
# the log "events"; the second half are numbers.

locals {
  # Events of a Pod of ours.
  pod_events = <<-EOT
    log_id("events")
    jsonPayload.involvedObject.kind="Pod"
    jsonPayload.involvedObject.namespace="${var.namespace}"
  EOT

  log_alerts = {
    # The names of events are those of shared/platform/log-events.ts and shared/reconciler/decision.ts; a test says so.
    set-up-fails = {
      name     = "Site Jobs cannot start, and only an operator can help"
      severity = "CRITICAL"
      when     = "an attempt was ended because of the set-up"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"SetUpFails\"\n"
      what     = "An image, a Secret or a volume was missing for ten minutes, so no attempt can succeed. The line SetUpFails has the tenant and the reason; docs/operations.md says what to do for each. Then POST /tenants/{id}/retry."
    }
    # DomainDegraded has the domain, its tenant and the reason.
    domain-degraded = {
      name     = "A customer's domain does not lead to its site any more"
      severity = "WARNING"
      when     = "a custom domain became degraded"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"DomainDegraded\"\n"
      what     = "Its DNS has led elsewhere for an hour or not answered for three days, or its certificate is gone. The site is at its subdomain meanwhile. GET /tenants/{id}/domains/{domain} says which record is missing; tell the customer. It comes back by itself."
    }
    domains-denied = {
      name     = "Custom domains get no certificates"
      severity = "ERROR"
      when     = "Certificate Manager has refused a call of kairos-provision"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"DomainNotReconciled\"\njsonPayload.code=\"denied\"\n"
      what     = "kairos-provision may not do what custom domains need. Give its account the role kairosCustomDomains again (terraform/identities.tf). Nothing is lost meanwhile: the domains are tried again."
    }
    pool-paused = {
      name     = "No sites are made for the pool"
      severity = "ERROR"
      when     = "standbys have failed one after the other"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"PoolPaused\"\n"
      what     = "Three sites in a row could not be made before anybody asked for one, and none is made for 15 minutes; then the next failure is the next pause. The line PoolPaused in the log of kairos-provision has the reasons; docs/operations.md says what to do for each. Customers wait no longer than without a pool, but for the same cause their own sites may fail, too."
    }
    rollout-paused = {
      name     = "A rollout has paused itself"
      severity = "ERROR"
      when     = "too many tenants could not be moved to another bench"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"RolloutPaused\"\n"
      what     = "The line RolloutPaused in the log of kairos-provision has the rollout and the reason. GET /rollouts/{rollout} lists the tenants that have failed: each is back on its old bench and works, and GET /tenants/{id} says which patch it was. Correct the cause, in an image of another bench if need be, then POST /rollouts/{rollout}/retry-failed or /resume; or /cancel. Nobody is moved meanwhile."
    }
    backup-overdue = {
      name     = "A tenant has had no good backup for 36 hours"
      severity = "ERROR"
      when     = "a tenant's newest good backup is older than 36 hours"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"BackupOverdue\"\n"
      what     = "The line BackupOverdue in the log of kairos-provision names the tenant. GET /tenants/{id}/operations says why its last backup failed. Another one is made in its next night, or at once by POST /tenants/{id}/backups. A tenant that is deleted and kept (?show_deleted=true) is not dropped without its last backup; DELETE /tenants/{id}?purge=true drops it all the same. Where all tenants are late, too few site Jobs may run at once (max_concurrent_jobs): one in four slots is for the nights' backups."
    }
    restore-test-failed = {
      name     = "A tenant's newest backup cannot be restored"
      severity = "ERROR"
      when     = "a backup was restored apart and was not whole, or could not be"
      filter   = "${local.reconcilers_log}jsonPayload.message=\"RestoreTestFailed\"\n"
      what     = "The line RestoreTestFailed in the log of kairos-provision names the tenant, the backup, the step and why. The site is as good as before. Make another backup now by POST /tenants/{id}/backups, and keep the older ones: docs/operations.md says what to look at. The newest backup is tested again in the next night."
    }
    image-not-pulled = {
      name     = "An image is not pulled"
      severity = "ERROR"
      when     = "a node waits to pull an image again"
      filter   = "${local.pod_events}jsonPayload.reason=\"BackOff\"\njsonPayload.message:\"Back-off pulling image\"\n"
      what     = "The event names the Pod and the image; the one before it, with the reason Failed, says why. The image is not there, its registry does not answer or has reached a limit, or the nodes may not read it (kairos-nodes needs roles/artifactregistry.reader on an image's repository)."
    }
    # A Pod that was put off its node, for the node's sake or because it wrote more than it may onto the node's disk.
    evicted = {
      name     = "A Pod was put off its node"
      severity = "WARNING"
      when     = "a Pod was evicted"
      filter   = "${local.pod_events}jsonPayload.reason=\"Evicted\"\n"
      what     = "The event says for want of what. ephemeral-storage: it has written more than it may onto the node's disk, or its emptyDir is full. A site Job is tried again."
    }
    # Of a node: Kubernetes has no event of the Pod. The first is the kernel's word, by GKE's node-problem-detector;
    # the second is containerd's, which sees a container of which only one process was killed too.
    out-of-memory = {
      name     = "A container had no memory left"
      severity = "ERROR"
      when     = "the kernel has killed a process for want of memory"
      filter   = <<-EOT
        (
          (log_id("events") AND jsonPayload.reason="OOMKilling")
          OR (resource.type="k8s_node" AND jsonPayload.MESSAGE:"TaskOOM event")
        )
      EOT
      what     = "Something needed more memory than its limit. kubectl get pods --namespace=${var.namespace} shows what was restarted, and describe says OOMKilled. A site Job is tried again, and its tenant says OutOfMemory. Of the bench or MariaDB: raise its memory in terraform/cluster (bench, mariadb)."
    }
    namespace-quota = {
      name     = "The cluster's quota allows no further Pod"
      severity = "ERROR"
      when     = "a Job's or Deployment's Pod was refused for want of quota"
      filter   = <<-EOT
        log_id("events")
        jsonPayload.involvedObject.namespace="${var.namespace}"
        jsonPayload.reason="FailedCreate"
        jsonPayload.message:"exceeded quota"
      EOT
      what     = "The event names the quota and what is used up. Site Jobs wait and say QuotaExceeded. The quota is made of max_concurrent_jobs: something else is in the namespace, or Pods do not go."
    }
  }

  # A disk or share is nearly full from here on.
  full = 0.85

  level_alerts = {
    # MariaDB's disk ("data"), the scratch disk of a backup, the sites' volume as the Pods see it.
    disk-full = {
      name      = "A disk of the cluster is nearly full"
      severity  = "ERROR"
      when      = "over ${local.full * 100} % of a volume for ten minutes"
      filter    = "resource.type=\"k8s_pod\" AND resource.labels.cluster_name=\"${google_container_cluster.this.name}\" AND resource.labels.namespace_name=\"${var.namespace}\" AND metric.type=\"kubernetes.io/pod/volume/utilization\""
      threshold = local.full
      seconds   = 300
      duration  = 600
      aligner   = "ALIGN_MEAN"
      by        = ["resource.label.pod_name", "metric.label.volume_name"]
      reducer   = "REDUCE_MAX"
      what      = "The volume data of mariadb-0 is MariaDB's disk: when it is full, no site can write. terraform/cluster/BACKUP.md says how it grows. The volume scratch is that of a backup: raise backup.scratch_gib, or tonight's backup fails."
    }
    # By what is used and not by a percentage, whose unit is told in two ways.
    filestore-full = {
      name      = "The sites' volume is nearly full"
      severity  = "ERROR"
      when      = "over ${local.full * 100} % of the volume is used"
      filter    = "resource.type=\"filestore_instance\" AND resource.labels.instance_name=\"${google_filestore_instance.sites.name}\" AND metric.type=\"file.googleapis.com/nfs/server/used_bytes\""
      threshold = floor(local.full * var.filestore_gib * pow(1024, 3))
      seconds   = 300
      duration  = 600
      aligner   = "ALIGN_MEAN"
      by        = []
      reducer   = "REDUCE_MAX"
      what      = "When it is full, no site can take a file and no tenant can be made. Raise filestore_gib and apply: it grows while it is used."
    }
    # Not at the first word: a Pod waits so for each node that is added. After a quarter of an hour none comes.
    no-node = {
      name      = "A Pod finds no node"
      severity  = "ERROR"
      when      = "a Pod was not scheduled for a quarter of an hour"
      filter    = "resource.type=\"k8s_pod\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.unscheduled.name}\""
      threshold = 0
      seconds   = 600
      duration  = 900
      aligner   = "ALIGN_DELTA"
      by        = ["resource.label.pod_name"]
      reducer   = "REDUCE_SUM"
      what      = "Autopilot adds no node for it: the project's quota for processors, disks or addresses of the region is used up, or the zone has no machines. kubectl describe pod says which; Quotas in the console show what is used up."
    }
    quota = {
      name      = "A quota of the project is used up"
      severity  = "ERROR"
      when      = "Google has refused something for want of quota"
      filter    = "resource.type=\"consumer_quota\" AND metric.type=\"serviceruntime.googleapis.com/quota/exceeded\""
      threshold = 0
      seconds   = 300
      duration  = 0
      aligner   = "ALIGN_COUNT_TRUE"
      by        = ["resource.label.service", "metric.label.quota_metric", "metric.label.limit_name"]
      reducer   = "REDUCE_SUM"
      what      = "The incident names the service and the quota. Ask for more in the console (IAM and Admin, Quotas), or lower max_concurrent_jobs or the functions' max_instances."
    }
  }
}

resource "google_monitoring_alert_policy" "logs" {
  for_each = local.log_alerts

  display_name          = each.value.name
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.when

    condition_matched_log {
      filter = each.value.filter
    }
  }

  documentation {
    content = each.value.what
  }

  alert_strategy {
    auto_close = "3600s"

    # Google asks for one; while something lasts it is told by many lines.
    notification_rate_limit {
      period = "3600s"
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "unscheduled" {
  name        = "kairos-pods-without-node"
  description = "Words of the scheduler that a Pod of ours fits no node."
  filter      = "${local.pod_events}jsonPayload.reason=\"FailedScheduling\"\n"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "levels" {
  for_each = local.level_alerts

  display_name          = each.value.name
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = local.channels

  conditions {
    display_name = each.value.when

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "${each.value.duration}s"

      aggregations {
        alignment_period     = "${each.value.seconds}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.by
      }
    }
  }

  documentation {
    content = each.value.what
  }

  alert_strategy {
    auto_close = "3600s"
  }

  # As of the other alerts: Google knows a new metric only after minutes.
  depends_on = [google_cloudfunctions2_function.this]
}
