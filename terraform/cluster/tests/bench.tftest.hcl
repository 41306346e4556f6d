# The bench, and that our own chart and it say the same.

mock_provider "helm" {}

mock_provider "terraform" {
  source = "./tests/mocks"
}

run "the_bench" {
  command = plan

  assert {
    condition     = helm_release.bench["main"].chart == "erpnext" && can(regex("^\\d+\\.\\d+\\.\\d+$", helm_release.bench["main"].version)) && helm_release.bench["main"].namespace == "tenants"
    error_message = "The bench's chart is not pinned to one version, or the bench is not with the sites."
  }

  assert {
    condition     = "${yamldecode(helm_release.bench["main"].values[0]).image.repository}:${yamldecode(helm_release.bench["main"].values[0]).image.tag}" == yamldecode(helm_release.cluster.values[0]).frappeImage
    error_message = "The bench runs another image than what else works on the sites."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).frappeImage == "europe-west1-docker.pkg.dev/my-project/kairos/bench:v1"
    error_message = "The image is another than that of the site Jobs."
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).router.benches == [{
      name        = "main"
      host        = "${yamldecode(helm_release.bench["main"].values[0]).fullnameOverride}.${helm_release.bench["main"].namespace}.svc.cluster.local"
      port        = yamldecode(helm_release.bench["main"].values[0]).nginx.service.port
      socketsHost = "${yamldecode(helm_release.bench["main"].values[0]).fullnameOverride}-socketio.${helm_release.bench["main"].namespace}.svc.cluster.local"
      socketsPort = 9000
    }]
    error_message = "The router leads elsewhere than to the bench's nginx and socketio."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).dbHost == "mariadb" && yamldecode(helm_release.bench["main"].values[0]).dbPort == "3306"
    error_message = "The bench goes to another database than the site Jobs."
  }

  assert {
    condition = !anytrue([
      for name in ["mariadb", "mariadb-sts", "mariadb-subchart", "postgresql", "postgresql-sts", "postgresql-subchart"] :
      yamldecode(helm_release.bench["main"].values[0])[name].enabled
    ])
    error_message = "The bench brings a database of its own."
  }

  assert {
    condition = !anytrue([
      for job in ["createSite", "createMultipleSites", "dropSite", "dropMultipleSites"] :
      yamldecode(helm_release.bench["main"].values[0]).jobs[job].enabled
    ])
    error_message = "The bench makes or drops sites."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).persistence.worker.existingClaim == "frappe-sites" && !yamldecode(helm_release.bench["main"].values[0]).jobs.configure.fixVolume
    error_message = "The bench is on another volume, or goes through all that is on it."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).jobs.configure.command == ["bash", "-c"]
    error_message = "The Job that configures the bench runs the image's entrypoint, which takes everybody's assets away for a moment."
  }

  # By itself the chart's probe waits for MariaDB and Redis.
  assert {
    condition = alltrue([
      for part in ["default", "short", "long", "scheduler"] :
      yamldecode(helm_release.bench["main"].values[0]).worker[part].livenessProbe.override &&
      yamldecode(helm_release.bench["main"].values[0]).worker[part].livenessProbe.probe.exec.command == ["grep", "--quiet", "^State:.[RSDI]", "/proc/1/status"]
    ])
    error_message = "A database that is away has workers killed."
  }

  # The namespace refuses a capability by the name CAP_CHOWN, and a user whom it knows by name only.
  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).securityContext.capabilities == { add = [], drop = ["ALL"] } && yamldecode(helm_release.bench["main"].values[0]).podSecurityContext.runAsUser == 1000
    error_message = "The namespace's Pod security refuses the bench."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).nginx.environment.frappeSiteNameHeader == "$http_x_frappe_site_name"
    error_message = "The site is not the one that the router says."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).nginx.environment.upstreamRealIPAddress == "10.20.0.0/16" && yamldecode(helm_release.bench["main"].values[0]).nginx.environment.upstreamRealIPRecursive == "off"
    error_message = "Clients are not known by the address that the router hands on."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0])["valkey-cache"].enabled && yamldecode(helm_release.bench["main"].values[0])["valkey-queue"].enabled
    error_message = "The bench has no Redis."
  }

  assert {
    condition     = !helm_release.bench["main"].atomic && helm_release.bench["main"].wait && helm_release.bench["main"].wait_for_jobs
    error_message = "The bench's configuration is not waited for."
  }
}

run "its_size" {
  command = plan

  variables {
    bench = {
      gunicorn = { replicas = 4, cpu = "2", memory = "4Gi" }
      nginx    = { replicas = 3 }
      queue    = { memory = "1Gi" }
    }
  }

  assert {
    condition = yamldecode(helm_release.bench["main"].values[0]).worker.gunicorn == {
      replicaCount = 4
      resources    = { requests = { cpu = "2", memory = "4Gi" }, limits = { memory = "4Gi" } }
    }
    error_message = "The web servers are of another size than was asked for."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).nginx.replicaCount == 3 && yamldecode(helm_release.bench["main"].values[0]).nginx.resources.limits.memory == "256Mi"
    error_message = "nginx is of another size than was asked for."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0])["valkey-queue"].resources.limits.memory == "1Gi" && yamldecode(helm_release.bench["main"].values[0])["valkey-cache"].resources.limits.memory == "512Mi"
    error_message = "The queue is of another size than was asked for."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).worker.scheduler.replicaCount == 1
    error_message = "There are several schedulers."
  }
}
