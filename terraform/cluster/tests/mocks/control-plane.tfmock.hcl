# The outputs of the root above, as its state would keep them.

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
        { name = "main", image = "europe-west1-docker.pkg.dev/my-project/kairos/bench:v1", apps = ["erpnext"], url = "http://frappe-bench:8080", current = true, retired = false, service = "frappe-bench" },
      ]
      bench = {
        docker_hub          = "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/"
        database_in_cluster = true
        database_host       = "mariadb"
        database_port       = 3306
        database_tls        = "default"
        database_ca         = ""
        max_concurrent_jobs = 8
        upgrade_memory      = "4Gi"
      }
      backups = { bucket = "my-project-kairos-backups" }
    }
  }
}
