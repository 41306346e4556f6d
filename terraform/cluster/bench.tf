# The benches: ERPNext's own chart for each, which runs what serves the sites. It makes none itself; that is what site
# Jobs do.

locals {
  # By their names, which are their directories on the volume.
  benches = { for one in local.control_plane.benches : one.name => one }
  current = one([for one in local.control_plane.benches : one if one.current])

  # The chart names its nginx's Service by fullnameOverride, and socketio's after it; what the router leads to is derived
  # from it here and nowhere else. 8080 is where the image's nginx listens, 9000 where socketio does.
  bench_port   = 8080
  sockets_port = 9000

  # The chart joins the two by a colon again. So the last one parts them, and a digest is no special case:
  # of frappe/erpnext@sha256:… the "tag" is what follows sha256.
  bench_images = { for name, one in local.benches : name => regex("^(?P<repository>\\S+):(?P<tag>[^\\s/:]+)$", one.image) }

  # As our own chart calls them.
  sites_claims = { for name, _ in local.benches : name => name == "main" ? "frappe-sites" : "frappe-sites-${name}" }

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

  bench_sizes = { for name, _ in local.benches : name => lookup(var.bench_sizes, name, var.bench) }
  bench_resources = { for name, sizes in local.bench_sizes : name => { for part, size in sizes : part => {
    requests = { cpu = size.cpu, memory = size.memory }
    # No limit on the processor: what is left of a node's may be used.
    limits = { memory = size.memory }
  } } }
}

moved {
  from = helm_release.bench[0]
  to   = helm_release.bench["main"]
}

resource "helm_release" "bench" {
  for_each = var.bench_enabled ? local.benches : {}

  name       = each.value.service
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
    fullnameOverride = each.value.service

    # The very image that this bench's site Jobs run: sites/assets leads into it.
    image = {
      repository = local.bench_images[each.key].repository
      tag        = local.bench_images[each.key].tag
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
      worker = { enabled = true, existingClaim = local.sites_claims[each.key] }
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

    # Two Valkeys, frappe-bench-valkey-cache and -queue, on the port that site Jobs may reach. No other bench's: in the cache
    # Frappe keeps which files the image's pages are made of. Neither is kept on a disk: with the queue's Pod goes what was
    # enqueued, and the scheduler enqueues anew.
    "valkey-cache"    = { enabled = true, resources = local.bench_resources[each.key].cache }
    "valkey-queue"    = { enabled = true, resources = local.bench_resources[each.key].queue }
    "dragonfly-cache" = { enabled = false }
    "dragonfly-queue" = { enabled = false }
    "redis-cache"     = { enabled = false }
    "redis-queue"     = { enabled = false }

    nginx = {
      replicaCount = local.bench_sizes[each.key].nginx.replicas
      resources    = local.bench_resources[each.key].nginx
      service      = { type = "ClusterIP", port = local.bench_port }
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
      gunicorn  = { replicaCount = local.bench_sizes[each.key].gunicorn.replicas, resources = local.bench_resources[each.key].gunicorn }
      default   = merge(local.bench_liveness, { replicaCount = local.bench_sizes[each.key].default.replicas, resources = local.bench_resources[each.key].default })
      short     = merge(local.bench_liveness, { replicaCount = local.bench_sizes[each.key].short.replicas, resources = local.bench_resources[each.key].short })
      long      = merge(local.bench_liveness, { replicaCount = local.bench_sizes[each.key].long.replicas, resources = local.bench_resources[each.key].long })
      scheduler = merge(local.bench_liveness, { replicaCount = 1, resources = local.bench_resources[each.key].scheduler })
    }

    socketio = { replicaCount = local.bench_sizes[each.key].socketio.replicas, resources = local.bench_resources[each.key].socketio }

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
        resources    = local.bench_resources[each.key].scheduler
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

# As benches.tf of the root above, which speaks first: what depends on the release is destroyed before it. Whether a bench that
# is retired has sites, our own chart looks (templates/retired-benches.yaml), which is applied before this.
resource "terraform_data" "bench" {
  for_each = local.benches

  input = { name = each.key, may_go = each.value.retired || !local.control_plane.deletion_protection }

  provisioner "local-exec" {
    when    = destroy
    quiet   = true
    command = self.input.may_go ? "exit 0" : "echo The bench ${self.input.name} is not retired, so it is not left out. Set retired = true for it and apply both roots, which is refused while it has sites. Leave it out then. && exit 1"
  }

  depends_on = [
    helm_release.bench,
    helm_release.cluster,
  ]
}
