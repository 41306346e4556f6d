# The sites' files, which all of the bench and every site Job have mounted at once.

locals {
  filestore_is_zonal = contains(["BASIC_HDD", "BASIC_SSD", "ZONAL"], var.filestore_tier)
  filestore_zone     = coalesce(var.filestore_zone, "${var.region}-b")
}

resource "google_filestore_instance" "sites" {
  name     = "kairos-sites"
  location = local.filestore_is_zonal ? local.filestore_zone : var.region
  tier     = var.filestore_tier

  # Google refuses it for the basic tiers (hashicorp/terraform-provider-google, issue 20311).
  deletion_protection_enabled = startswith(var.filestore_tier, "BASIC_") ? null : var.deletion_protection

  file_shares {
    name        = "sites"
    capacity_gb = var.filestore_gib

    # Nobody but the nodes, which mount it for the Pods.
    nfs_export_options {
      ip_ranges   = [local.ranges.nodes]
      access_mode = "READ_WRITE"
      # Kubernetes gives the volume to the bench's group as root.
      squash_mode = "NO_ROOT_SQUASH"
    }
  }

  networks {
    network = google_compute_network.this.id
    modes   = ["MODE_IPV4"]
  }

  depends_on = [google_project_service.apis]
}
