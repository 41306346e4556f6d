# Our own chart: the namespace, who may make site Jobs in it, the volume, the secrets, MariaDB, backups and
# the way in.

locals {
  # Every file of the chart. By itself the provider sees a change of the values, and none of a template.
  chart_files = fileset("${path.module}/chart", "**")
  chart_hash  = sha256(join("", [for file in local.chart_files : "${file} ${filesha256("${path.module}/chart/${file}")}"]))

  # Where the router leads: the benches' Services, or another's. nginx knows no search list, so it is told whole names. A
  # bench that has no socketio by itself gets web sockets with everything else.
  own_service = {
    name         = var.bench_service.name
    port         = var.bench_service.port
    sockets_name = coalesce(var.bench_service.sockets_name, var.bench_service.name, "none")
    sockets_port = var.bench_service.sockets_name == "" ? var.bench_service.port : var.bench_service.sockets_port
  }
  served_by = { for name, one in local.benches : name => var.bench_enabled ? {
    name         = one.service
    port         = local.bench_port
    sockets_name = "${one.service}-socketio"
    sockets_port = local.sockets_port
  } : local.own_service }
  services = "${local.namespace}.svc.cluster.local"
  # The load balancer's check asks them in this order, and the current one is the likeliest to answer.
  upstreams = [for name in distinct(concat([local.current.name], keys(local.benches))) : {
    # Its directory on the volume.
    name        = name
    host        = "${local.served_by[name].name}.${local.services}"
    port        = local.served_by[name].port
    socketsHost = "${local.served_by[name].sockets_name}.${local.services}"
    socketsPort = local.served_by[name].sockets_port
  } if local.served_by[name].name != ""]

  # As of the database's.
  router_is_docker_hubs = !can(regex("^([^/]*[.:][^/]*|localhost)/", var.router.image))
  router_path           = "${local.control_plane.bench.docker_hub != "" && !strcontains(var.router.image, "/") ? "library/" : ""}${var.router.image}"
  router_image          = local.router_is_docker_hubs ? "${local.control_plane.bench.docker_hub}${local.router_path}" : var.router.image

  # An image of Docker Hub's, which names no host, comes through the root above's repository, where there is one. Docker
  # Hub's own images are in "library" there.
  mariadb_is_docker_hubs = !can(regex("^([^/]*[.:][^/]*|localhost)/", var.mariadb.image))
  mariadb_path           = "${local.control_plane.bench.docker_hub != "" && !strcontains(var.mariadb.image, "/") ? "library/" : ""}${var.mariadb.image}"
  mariadb_image          = local.mariadb_is_docker_hubs ? "${local.control_plane.bench.docker_hub}${local.mariadb_path}" : var.mariadb.image

  # A site Job is one Pod. Beside those that work there may be as many that are on their way out.
  job_pods = 2 * local.control_plane.bench.max_concurrent_jobs

  # Each may be one that upgrades, and what that may use is set.
  upgrade_mib = tonumber(regex("^\\d+", local.control_plane.bench.upgrade_memory)) * (endswith(local.control_plane.bench.upgrade_memory, "Gi") ? 1024 : 1)
  job_mib     = max(2048, local.upgrade_mib)
}

resource "helm_release" "cluster" {
  name      = "kairos"
  chart     = "${path.module}/chart"
  namespace = "kairos-system"
  # What is wanted of the chart's files, so that a changed template is applied too.
  description = "chart ${substr(local.chart_hash, 0, 12)}"

  # For Helm's own record of the release. The sites' namespace is in the chart, with its labels.
  create_namespace = true

  # A release that failed stays as it is, to be looked at: rolled back, it would take the reasons with it, the
  # Pods and their logs. The next apply upgrades it again; or, was it the very first, makes it anew. The chart
  # keeps the namespace, the volume and MariaDB's data whatever becomes of the release.
  atomic = false

  # The bench needs what the chart's Jobs write: the secrets and the mail account. They try again until they
  # are allowed to read the secrets, which can take minutes in a new project; so can a node for MariaDB.
  wait          = true
  wait_for_jobs = true
  timeout       = var.timeout_seconds

  # Each revision is a Secret with the whole chart in it.
  max_history = 10

  values = [yamlencode({
    namespace   = local.namespace
    reconcilers = local.control_plane.reconcilers

    volume = {
      server     = local.control_plane.sites.volume_server
      path       = local.control_plane.sites.volume_path
      gib        = local.control_plane.sites.volume_gib
      nfsVersion = { NFS_V3 = "3", NFS_V4_1 = "4.1" }[local.control_plane.sites.volume_protocol]
    }

    # Their names. A Pod in the cluster reads what is in them, and Terraform never does.
    secrets = {
      databaseAdmin = local.control_plane.secrets.database_admin
      mail          = local.control_plane.secrets.mail
    }

    mariadb = {
      enabled      = local.control_plane.bench.database_in_cluster
      image        = local.mariadb_image
      storageGib   = var.mariadb.storage_gib
      storageClass = var.mariadb.storage_class
      cpu          = var.mariadb.cpu
      memory       = var.mariadb.memory
    }

    database = {
      host = local.control_plane.bench.database_host
      port = local.control_plane.bench.database_port
      tls  = local.control_plane.bench.database_tls
      ca   = local.control_plane.bench.database_ca
    }

    backup = {
      enabled      = var.backup.enabled
      schedule     = var.backup.schedule
      bucket       = local.control_plane.backups.bucket
      scratchGib   = var.backup.scratch_gib
      storageClass = var.backup.storage_class
    }

    router = {
      image          = local.router_image
      replicas       = var.router.replicas
      cpu            = var.router.cpu
      memory         = var.router.memory
      benches        = local.upstreams
      trustedProxies = local.trusted_proxies
    }

    benches        = keys(local.benches)
    retiredBenches = [for name, one in local.benches : name if one.retired]
    releases       = var.bench_enabled ? [for one in local.benches : one.service] : []

    # Where site Jobs see what a site without a host name answers.
    benchPorts = distinct([for one in local.benches : tonumber(try(regex(":(\\d+)$", one.url)[0], "80"))])

    cloudSdkImage = var.cloud_sdk_image
    frappeImage   = local.current.image

    gateway = {
      enabled        = var.gateway.enabled
      addressName    = local.control_plane.sites.address_name
      certificateMap = local.control_plane.sites.certificate_map
      timeoutSeconds = var.gateway.timeout_seconds
      securityPolicy = local.control_plane.sites.security_policy == null ? "" : local.control_plane.sites.security_policy
    }

    # What shared/operations/manifests.ts gives a site Job, times the Pods there may be.
    quota = {
      pods           = local.job_pods
      requestsCpu    = "${local.job_pods * 250}m"
      requestsMemory = "${local.job_pods * 512}Mi"
      limitsCpu      = tostring(local.job_pods)
      limitsMemory   = "${local.job_pods * local.job_mib}Mi"
    }
  })]

  lifecycle {
    precondition {
      condition     = var.bench_enabled || length(local.benches) == 1
      error_message = "A bench of your own (bench_enabled = false) is the only one: bench_service names one Service. Leave one bench in benches of the root above, or have them made here."
    }
    precondition {
      condition     = alltrue([for name, _ in var.bench_sizes : contains(keys(local.benches), name)])
      error_message = "Each of bench_sizes must be the name of a bench of the root above."
    }
  }
}
