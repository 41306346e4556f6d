# Several benches: each has what is its own, and our own chart hears of them all.

mock_provider "helm" {}

mock_provider "terraform" {
  source = "./tests/mocks"
}

override_data {
  target = data.terraform_remote_state.control_plane
  values = {
    outputs = {
      project_id          = "my-project"
      region              = "europe-west1"
      deletion_protection = true
      base_domain         = "sites.example.com"
      cluster             = { name = "kairos", location = "europe-west1", endpoint = "gke-made-up.europe-west1.gke.goog" }
      reconcilers         = ["kairos-provision@my-project.iam.gserviceaccount.com", "kairos-cleanup@my-project.iam.gserviceaccount.com"]
      sites = {
        namespace       = "tenants"
        volume_server   = "10.40.0.2"
        volume_path     = "/sites"
        volume_gib      = 2048
        volume_protocol = "NFS_V4_1"
        security_policy = "kairos-sites"
        address         = "203.0.113.7"
        address_name    = "kairos-sites"
        certificate_map = "kairos-sites"
        pods_range      = "10.20.0.0/16"
      }
      secrets = {
        database_admin = "projects/123456789012/secrets/kairos-database-admin/versions/3"
        mail           = "projects/123456789012/secrets/kairos-mail/versions/2"
      }
      benches = [
        { name = "main", image = "frappe/erpnext:v16.32.3", apps = ["erpnext"], url = "http://frappe-bench:8080", current = false, retired = false, service = "frappe-bench" },
        { name = "v16-31", image = "frappe/erpnext:v16.31.0", apps = ["erpnext"], url = null, current = false, retired = true, service = "frappe-bench-v16-31" },
        { name = "v16-33", image = "frappe/erpnext@sha256:0123456789abcdef", apps = ["erpnext"], url = "http://frappe-bench-v16-33:8080", current = true, retired = false, service = "frappe-bench-v16-33" },
      ]
      bench = {
        docker_hub          = ""
        database_in_cluster = true
        database_host       = "mariadb"
        database_port       = 3306
        database_tls        = "default"
        database_ca         = ""
        max_concurrent_jobs = 8
        upgrade_memory      = "6Gi"
      }
      backups = { bucket = "my-project-kairos-backups" }
    }
  }
}

run "three_benches" {
  command = plan

  variables {
    bench_sizes = { v16-31 = { gunicorn = { replicas = 1 } } }
  }

  assert {
    condition = { for name, one in helm_release.bench : name => one.name } == {
      "main" = "frappe-bench", "v16-31" = "frappe-bench-v16-31", "v16-33" = "frappe-bench-v16-33"
    }
    error_message = "There is another release than one for each bench, or the one of main is another than it was."
  }

  # Workers of an old image on a site of a new one would break it.
  assert {
    condition = { for name, one in helm_release.bench : name => "${yamldecode(one.values[0]).image.repository}:${yamldecode(one.values[0]).image.tag}" } == {
      "main" = "frappe/erpnext:v16.32.3", "v16-31" = "frappe/erpnext:v16.31.0", "v16-33" = "frappe/erpnext@sha256:0123456789abcdef"
    }
    error_message = "A bench runs another one's image."
  }

  assert {
    condition = { for name, one in helm_release.bench : name => yamldecode(one.values[0]).persistence.worker.existingClaim } == {
      "main" = "frappe-sites", "v16-31" = "frappe-sites-v16-31", "v16-33" = "frappe-sites-v16-33"
    }
    error_message = "A bench serves another one's sites."
  }

  # Frappe keeps in its cache which files the pages are made of (assets_json): of two images, they are not the same. ERPNext's
  # chart calls a bench's Valkeys after fullnameOverride, and writes those names into the bench's configuration.
  assert {
    condition = alltrue([for one in helm_release.bench :
      yamldecode(one.values[0]).fullnameOverride == one.name && yamldecode(one.values[0])["valkey-cache"].enabled && yamldecode(one.values[0])["valkey-queue"].enabled &&
      yamldecode(one.values[0]).jobs.configure.enabled
    ])
    error_message = "A bench has no Redis of its own."
  }

  assert {
    condition     = length(distinct([for one in helm_release.bench : yamldecode(one.values[0]).fullnameOverride])) == 3
    error_message = "Two benches have one Redis."
  }

  assert {
    condition     = { for name, one in helm_release.bench : name => yamldecode(one.values[0]).worker.gunicorn.replicaCount } == { "main" = 2, "v16-31" = 1, "v16-33" = 2 }
    error_message = "A bench is of another size than was asked for."
  }

  # The current one first.
  assert {
    condition = [for one in yamldecode(helm_release.cluster.values[0]).router.benches : [one.name, one.host, one.port, one.socketsHost]] == [
      ["v16-33", "frappe-bench-v16-33.tenants.svc.cluster.local", 8080, "frappe-bench-v16-33-socketio.tenants.svc.cluster.local"],
      ["main", "frappe-bench.tenants.svc.cluster.local", 8080, "frappe-bench-socketio.tenants.svc.cluster.local"],
      ["v16-31", "frappe-bench-v16-31.tenants.svc.cluster.local", 8080, "frappe-bench-v16-31-socketio.tenants.svc.cluster.local"],
    ]
    error_message = "The router does not lead to each bench."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).benches == ["main", "v16-31", "v16-33"] && yamldecode(helm_release.cluster.values[0]).retiredBenches == ["v16-31"]
    error_message = "Our own chart knows other benches, or lets one go."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).releases == ["frappe-bench", "frappe-bench-v16-31", "frappe-bench-v16-33"]
    error_message = "A bench's Redis is anybody's."
  }

  assert {
    condition     = toset(yamldecode(helm_release.cluster.values[0]).benchPorts) == toset([80, 8080])
    error_message = "Site Jobs do not reach each bench."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).frappeImage == "frappe/erpnext@sha256:0123456789abcdef"
    error_message = "What works on the volume is not of the current bench."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).quota.limitsMemory == "${16 * 6 * 1024}Mi"
    error_message = "There is no room for as many upgrades as may work at once."
  }

  assert {
    condition     = { for name, one in terraform_data.bench : name => one.input.may_go } == { "main" = false, "v16-31" = true, "v16-33" = false }
    error_message = "A bench that is not retired can be left out, or one that is cannot."
  }

  assert {
    condition     = output.bench_logs_commands["v16-33"] == "kubectl logs --namespace=tenants --follow deployment/frappe-bench-v16-33-gunicorn"
    error_message = "The output leads to another bench."
  }
}

run "refused_several_benches_of_ones_own" {
  command = plan

  variables {
    bench_enabled = false
    bench_service = { name = "ours" }
  }

  expect_failures = [helm_release.cluster]
}

run "refused_a_size_for_a_bench_that_is_not_there" {
  command = plan

  variables {
    bench_sizes = { v16-30 = {} }
  }

  expect_failures = [helm_release.cluster]
}

run "refused_a_size_without_a_web_server" {
  command = plan

  variables {
    bench_sizes = { main = { gunicorn = { replicas = 0 } } }
  }

  expect_failures = [var.bench_sizes]
}

run "refused_a_size_with_processors_of_no_number" {
  command = plan

  variables {
    bench_sizes = { main = { nginx = { cpu = "all" } } }
  }

  expect_failures = [var.bench_sizes]
}

run "refused_a_size_with_memory_of_no_unit" {
  command = plan

  variables {
    bench_sizes = { main = { long = { memory = "512" } } }
  }

  expect_failures = [var.bench_sizes]
}
