# The bench: ERPNext's own chart, which runs what serves the sites. It makes none itself; that is what site
# Jobs do.

locals {
  # The chart names its nginx's Service by fullnameOverride, and socketio's after it; what the router leads to is derived
  # from it here and nowhere else. 8080 is where the image's nginx listens, 9000 where socketio does.
  bench_service = { name = "frappe-bench", port = 8080 }
  bench_sockets = { sockets_name = "${local.bench_service.name}-socketio", sockets_port = 9000 }

  # The chart joins the two by a colon again. So the last one parts them, and a digest is no special case:
  # of frappe/erpnext@sha256:… the "tag" is what follows sha256.
  bench_image = regex("^(?P<repository>\\S+):(?P<tag>[^\\s/:]+)$", local.control_plane.bench.image)

  # Google's load balancer comes to the router from these two ranges, with "client, itself" at the end of
  # X-Forwarded-For: https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
  # What a client writes into the header itself stands before these and is not believed. The router hands on the one
  # address that it found.
  trusted_proxies = ["130.211.0.0/22", "35.191.0.0/16", local.control_plane.sites.address]

  # Whether the process itself is alive, which no other part can change. By itself the chart asks MariaDB and Redis: a
  # database that was away for 15 seconds had all workers killed, in the middle of their jobs. A process that ends ends
  # its container anyway; this sees one that was stopped, or is dead and not yet gone (T, Z and X).
  process_probe = {
    exec                = { command = ["grep", "--quiet", "^State:.[RSDI]", "/proc/1/status"] }
    initialDelaySeconds = 15
    periodSeconds       = 15
    timeoutSeconds      = 10
    failureThreshold    = 4
  }
  bench_liveness = { livenessProbe = { override = true, probe = local.process_probe } }

  bench_resources = { for name, part in var.bench : name => {
    requests = { cpu = part.cpu, memory = part.memory }
    # No limit on the processor: what is left of a node's may be used.
    limits = { memory = part.memory }
  } }
}

resource "helm_release" "bench" {
  count = var.bench_enabled ? 1 : 0

  name       = local.bench_service.name
  repository = "https://helm.erpnext.com"
  chart      = "erpnext"
  # The newest of which every value that is used here could be read. Its own image would be v16.13.2.
  version   = "8.0.41"
  namespace = local.namespace

  # As of our own chart. A Job of this one writes the bench's configuration, so it is waited for.
  atomic        = false
  wait          = true
  wait_for_jobs = true
  timeout       = var.timeout_seconds
  max_history   = 10

  values = [yamlencode({
    fullnameOverride = local.bench_service.name

    # The very image that site Jobs run: sites/assets leads into it.
    image = {
      repository = local.bench_image.repository
      tag        = local.bench_image.tag
      pullPolicy = "IfNotPresent"
    }

    # The chart adds a capability that nothing here needs, and by a name that Pod security does not know: the namespace
    # allows CHOWN, and refuses CAP_CHOWN, as it refuses all that is not among its names.
    securityContext = {
      allowPrivilegeEscalation = false
      capabilities             = { add = [], drop = ["ALL"] }
    }

    podSecurityContext = {
      runAsNonRoot = true
      # The user frappe. By its name Kubernetes cannot tell that it is not root.
      runAsUser          = 1000
      runAsGroup         = 1000
      supplementalGroups = [1000]
      seccompProfile     = { type = "RuntimeDefault" }
    }

    persistence = {
      worker = { enabled = true, existingClaim = "frappe-sites" }
      # Logs are read from the Pods.
      logs = { enabled = false }
    }

    # No database of the chart's own, in any of its forms.
    mariadb               = { enabled = false }
    "mariadb-sts"         = { enabled = false }
    "mariadb-subchart"    = { enabled = false }
    postgresql            = { enabled = false }
    "postgresql-sts"      = { enabled = false }
    "postgresql-subchart" = { enabled = false }

    dbHost = local.control_plane.bench.database_host
    dbPort = tostring(local.control_plane.bench.database_port)
    # Read only by Jobs that make and drop sites, which are off. Named, so that the chart makes no Secret.
    dbExistingSecret            = "frappe-database-admin"
    dbExistingSecretPasswordKey = "password"

    # Two Valkeys, frappe-bench-valkey-cache and -queue, on the port that site Jobs may reach. Neither is kept
    # on a disk: with the queue's Pod goes what was enqueued, and the scheduler enqueues anew.
    "valkey-cache"    = { enabled = true, resources = local.bench_resources.cache }
    "valkey-queue"    = { enabled = true, resources = local.bench_resources.queue }
    "dragonfly-cache" = { enabled = false }
    "dragonfly-queue" = { enabled = false }
    "redis-cache"     = { enabled = false }
    "redis-queue"     = { enabled = false }

    nginx = {
      replicaCount = var.bench.nginx.replicas
      resources    = local.bench_resources.nginx
      service      = { type = "ClusterIP", port = local.bench_service.port }
      environment = {
        # The site is the one that the router says: a host's name is not a site's.
        frappeSiteNameHeader = "$http_x_frappe_site_name"
        # The router is a Pod, and hands on the client's address alone.
        upstreamRealIPHeader    = "X-Forwarded-For"
        upstreamRealIPAddress   = local.control_plane.sites.pods_range
        upstreamRealIPRecursive = "off"
        proxyReadTimeout        = tostring(var.gateway.timeout_seconds)
      }
    }

    worker = {
      gunicorn  = { replicaCount = var.bench.gunicorn.replicas, resources = local.bench_resources.gunicorn }
      default   = merge(local.bench_liveness, { replicaCount = var.bench.default.replicas, resources = local.bench_resources.default })
      short     = merge(local.bench_liveness, { replicaCount = var.bench.short.replicas, resources = local.bench_resources.short })
      long      = merge(local.bench_liveness, { replicaCount = var.bench.long.replicas, resources = local.bench_resources.long })
      scheduler = merge(local.bench_liveness, { replicaCount = 1, resources = local.bench_resources.scheduler })
    }

    socketio = { replicaCount = var.bench.socketio.replicas, resources = local.bench_resources.socketio }

    # Ways in: our own chart has one, for all sites.
    ingress   = { enabled = false }
    httproute = { enabled = false }

    jobs = {
      # Sets the hosts of database and Redis in sites/common_site_config.json, each by `bench set-config`, and
      # leaves all else in it, so also the mail account that our own chart has put there.
      configure = {
        enabled = true
        # Not the image's entrypoint, which takes sites/assets away from everybody for a moment.
        command = ["bash", "-c"]
        # Our own chart gives the volume to the bench's user. This would go through every file of every site.
        fixVolume = false
        # A node may go away under it.
        backoffLimit = 3
        resources    = local.bench_resources.scheduler
      }
      createSite          = { enabled = false }
      createMultipleSites = { enabled = false }
      dropSite            = { enabled = false }
      dropMultipleSites   = { enabled = false }
    }
  })]

  # The volume, the Secrets and the database.
  depends_on = [helm_release.cluster]
}
