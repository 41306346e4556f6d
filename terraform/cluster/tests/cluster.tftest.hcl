# Our own chart: what it is told, by the defaults and with everything set. Held against the chart itself by
# tests/infrastructure/cluster-values.test.ts, which reads these runs by their names.

mock_provider "helm" {}

mock_provider "terraform" {
  source = "./tests/mocks"
}

run "by_default" {
  command = plan

  assert {
    condition     = helm_release.cluster.namespace == "kairos-system" && helm_release.cluster.create_namespace
    error_message = "Helm's record is not in a namespace of its own."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).namespace == "tenants"
    error_message = "The chart is told of another namespace than the site Jobs are."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).mariadb.enabled && yamldecode(helm_release.cluster.values[0]).database == { host = "mariadb", port = 3306, tls = "default", ca = "" }
    error_message = "The database is not the cluster's own."
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).router.benches == [{
      name        = "main"
      host        = "frappe-bench.tenants.svc.cluster.local"
      port        = 8080
      socketsHost = "frappe-bench-socketio.tenants.svc.cluster.local"
      socketsPort = 9000
    }]
    error_message = "The router does not lead to the bench."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).router.trustedProxies == ["130.211.0.0/22", "35.191.0.0/16", "203.0.113.7"]
    error_message = "Clients are not known by the address that the load balancer saw."
  }

  assert {
    condition     = can(regex("^europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/nginxinc/nginx-unprivileged:[\\w.-]+@sha256:[0-9a-f]{64}$", yamldecode(helm_release.cluster.values[0]).router.image)) && yamldecode(helm_release.cluster.values[0]).router.replicas == 2
    error_message = "The router is not of one image, or is alone."
  }

  assert {
    condition     = !helm_release.cluster.atomic && helm_release.cluster.wait && helm_release.cluster.wait_for_jobs
    error_message = "A failed release is not kept, or is not waited for."
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).volume == {
      server = "10.40.0.2", path = "/sites", gib = 2048, nfsVersion = "4.1"
    }
    error_message = "The volume is mounted by another protocol than it has, or is another."
  }

  assert {
    condition     = terraform_data.deletion_protection.input.deletion_protection
    error_message = "The database and the bench can be deleted by mistake."
  }

  assert {
    condition     = output.backups_command == "gcloud storage ls gs://my-project-kairos-backups --project=my-project"
    error_message = "The output leads to other backups."
  }
}

run "everything_set" {
  command = plan

  variables {
    timeout_seconds = 600
    mariadb         = { image = "mariadb:11.8.7", storage_gib = 500, storage_class = "standard-rwo", cpu = "4", memory = "16Gi" }
    backup          = { schedule = "5 */6 * * *", scratch_gib = 300, storage_class = "premium-rwo" }
    cloud_sdk_image = "registry.example.com/gcloud:1"
    gateway         = { timeout_seconds = 600 }
    router          = { image = "registry.example.com/nginx:1", replicas = 5, cpu = "2", memory = "1Gi" }
    bench_enabled   = false
    bench_service   = { name = "our-bench", port = 80 }
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).mariadb == {
      enabled = true, image = "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/library/mariadb:11.8.7", storageGib = 500, storageClass = "standard-rwo", cpu = "4", memory = "16Gi"
    }
    error_message = "The database is another than was asked for."
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).backup == {
      enabled = true, schedule = "5 */6 * * *", bucket = "my-project-kairos-backups", scratchGib = 300, storageClass = "premium-rwo"
    }
    error_message = "The backup is another than was asked for."
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).gateway == {
      enabled        = true
      addressName    = "kairos-sites"
      certificateMap = "kairos-sites"
      timeoutSeconds = 600
      securityPolicy = "kairos-sites"
    }
    error_message = "The way in is another than was asked for."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).cloudSdkImage == "registry.example.com/gcloud:1" && helm_release.cluster.timeout == 600
    error_message = "The image or the timeout is another than was asked for."
  }

  assert {
    condition = yamldecode(helm_release.cluster.values[0]).router == {
      image    = "registry.example.com/nginx:1"
      replicas = 5
      cpu      = "2"
      memory   = "1Gi"
      benches = [{
        name        = "main"
        host        = "our-bench.tenants.svc.cluster.local"
        port        = 80
        socketsHost = "our-bench.tenants.svc.cluster.local"
        socketsPort = 80
      }]
      trustedProxies = ["130.211.0.0/22", "35.191.0.0/16", "203.0.113.7"]
    }
    error_message = "The router is another than was asked for, or leads elsewhere than to the bench that there is already."
  }

  assert {
    condition     = length(helm_release.bench) == 0 && length(output.bench_logs_commands) == 0 && output.benches[0].host == "our-bench.tenants.svc.cluster.local"
    error_message = "There is a bench beside the one that there is already."
  }
}

run "without_a_way_in_and_backups" {
  command = plan

  variables {
    gateway       = { enabled = false }
    backup        = { enabled = false }
    bench_enabled = false
  }

  assert {
    condition     = length(yamldecode(helm_release.cluster.values[0]).router.benches) == 0
    error_message = "There is a router without a bench."
  }

  assert {
    condition     = !yamldecode(helm_release.cluster.values[0]).gateway.enabled && !yamldecode(helm_release.cluster.values[0]).backup.enabled
    error_message = "There is a way in or a backup."
  }

  assert {
    condition     = output.gateway_command == null && output.backups_command == null
    error_message = "The outputs tell of what is not there."
  }
}

run "a_bench_with_a_socketio_of_its_own" {
  command = plan

  variables {
    bench_enabled = false
    bench_service = { name = "our-bench", sockets_name = "our-socketio" }
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).router.benches[0].socketsHost == "our-socketio.tenants.svc.cluster.local" && yamldecode(helm_release.cluster.values[0]).router.benches[0].socketsPort == 9000
    error_message = "Web sockets lead elsewhere than to the bench's socketio."
  }
}

run "an_external_mariadb" {
  command = plan

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
          namespace       = "frappe"
          volume_server   = "10.40.0.2"
          volume_path     = "/sites"
          volume_gib      = 1024
          volume_protocol = "NFS_V3"
          security_policy = null
          address         = "203.0.113.7"
          address_name    = "kairos-sites"
          certificate_map = "kairos-sites"
          pods_range      = "10.20.0.0/16"
        }
        secrets = {
          database_admin = "projects/123456789012/secrets/kairos-database-admin/versions/1"
          mail           = "projects/123456789012/secrets/kairos-mail/versions/1"
        }
        benches = [
          { name = "main", image = "frappe/erpnext@sha256:0123456789abcdef", apps = ["erpnext"], url = null, current = true, retired = false, service = "frappe-bench" },
        ]
        bench = {
          docker_hub          = ""
          database_in_cluster = false
          database_host       = "db.example.com"
          database_port       = 3307
          database_tls        = "default"
          database_ca         = ""
          max_concurrent_jobs = 1
          upgrade_memory      = "1536Mi"
        }
        backups = { bucket = "my-project-kairos-backups" }
      }
    }
  }

  assert {
    condition     = !yamldecode(helm_release.cluster.values[0]).mariadb.enabled && yamldecode(helm_release.cluster.values[0]).database == { host = "db.example.com", port = 3307, tls = "default", ca = "" }
    error_message = "The database is not the external one."
  }

  assert {
    condition     = yamldecode(helm_release.bench["main"].values[0]).dbHost == "db.example.com" && yamldecode(helm_release.bench["main"].values[0]).dbPort == "3307"
    error_message = "The bench goes to another database."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).volume.nfsVersion == "3" && yamldecode(helm_release.cluster.values[0]).gateway.securityPolicy == ""
    error_message = "The volume is mounted by another protocol than it has, or there is a firewall that nobody wants."
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).mariadb.image == "mariadb:11.8.6"
    error_message = "An image comes through a repository that is not there."
  }

  # The chart writes it as repository:tag.
  assert {
    condition     = "${yamldecode(helm_release.bench["main"].values[0]).image.repository}:${yamldecode(helm_release.bench["main"].values[0]).image.tag}" == "frappe/erpnext@sha256:0123456789abcdef"
    error_message = "An image by its digest comes out as another."
  }
}

run "an_image_of_another_registry_than_docker_hub" {
  command = plan

  variables {
    mariadb = { image = "quay.io/mariadb-foundation/mariadb-devel:11.8" }
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).mariadb.image == "quay.io/mariadb-foundation/mariadb-devel:11.8"
    error_message = "It is looked for at Docker Hub."
  }
}

run "an_image_of_somebody_at_docker_hub" {
  command = plan

  variables {
    mariadb = { image = "somebody/mariadb:11.8" }
  }

  assert {
    condition     = yamldecode(helm_release.cluster.values[0]).mariadb.image == "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/somebody/mariadb:11.8"
    error_message = "It is looked for among Docker Hub's own, or not in the repository."
  }
}
