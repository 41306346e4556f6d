# The cluster. It is reached by its DNS name, with a certificate that everybody trusts and Google's own
# permissions before it; it has no address. Workload Identity is always on in Autopilot.

resource "google_container_cluster" "this" {
  name     = "kairos"
  location = var.region

  enable_autopilot    = true
  deletion_protection = var.deletion_protection

  network    = google_compute_network.this.id
  subnetwork = google_compute_subnetwork.nodes.id

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }

  private_cluster_config {
    enable_private_nodes = true
  }

  control_plane_endpoints_config {
    # The functions are outside. They must have the permission to connect.
    dns_endpoint_config {
      allow_external_traffic = true
    }

    ip_endpoints_config {
      enabled = false
    }
  }

  release_channel {
    channel = "REGULAR"
  }

  # When Google may upgrade the control plane and the nodes, which takes each Pod from its node once; and so MariaDB.
  maintenance_policy {
    recurring_window {
      start_time = var.maintenance_window.start
      end_time   = var.maintenance_window.end
      recurrence = var.maintenance_window.recurrence
    }
  }

  # In Autopilot the nodes' account is set where nodes are provisioned from.
  cluster_autoscaling {
    auto_provisioning_defaults {
      service_account = google_service_account.this["nodes"].email
      oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    }
  }

  # The sites' way in: a Gateway with the wildcard certificate's map.
  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  lifecycle {
    # Google says true of a cluster without an address, where nothing is set here; versions of the provider up to 7.45
    # take that for a difference, at every plan.
    ignore_changes = [private_cluster_config[0].enable_private_endpoint]
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.nodes_pull_images,
    google_compute_router_nat.this,
    google_project_iam_member.nodes,
  ]
}
