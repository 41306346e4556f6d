# A network of its own. Nodes have no public address, and reach the world through one that does not change.

locals {
  ranges = {
    nodes    = "10.10.0.0/20"
    pods     = "10.20.0.0/16"
    services = "10.30.0.0/20"
  }
}

resource "google_compute_network" "this" {
  name                    = "kairos"
  auto_create_subnetworks = false

  depends_on = [google_project_service.apis]
}

resource "google_compute_subnetwork" "nodes" {
  name                     = "kairos-nodes"
  network                  = google_compute_network.this.id
  region                   = var.region
  ip_cidr_range            = local.ranges.nodes
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = local.ranges.pods
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = local.ranges.services
  }
}

resource "google_compute_router" "this" {
  name    = "kairos"
  network = google_compute_network.this.id
  region  = var.region
}

# Mail servers and external databases may want to know where the sites come from.
resource "google_compute_address" "egress" {
  name   = "kairos-egress"
  region = var.region

  depends_on = [google_project_service.apis]
}

resource "google_compute_router_nat" "this" {
  name                               = "kairos"
  router                             = google_compute_router.this.name
  region                             = var.region
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.egress.self_link]
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
