# The sites' files, which all of the bench and every site Job have mounted at once.

locals {
  filestore_is_zonal = contains(["BASIC_HDD", "BASIC_SSD", "ZONAL"], var.filestore_tier)
  filestore_zone     = coalesce(var.filestore_zone, "${var.region}-b")
}

resource "google_filestore_instance" "sites" {
  name     = "kairos-sites"
  location = local.filestore_is_zonal ? local.filestore_zone : var.region
  tier     = var.filestore_tier
  protocol = var.filestore_protocol

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

# NFSv3 keeps locks by protocols of their own, in which the server calls the client: it says that a lock has come free,
# and that it was restarted. That is traffic from the volume to the nodes, which the network lets nobody send. The nodes'
# ports for it (rpcbind, statd, lockd) are chosen when they start, and cannot be set in Autopilot. NFSv4.1 needs none of
# it (https://docs.cloud.google.com/filestore/docs/about-supported-protocols).
resource "google_compute_firewall" "nfs_locks" {
  count = var.filestore_protocol == "NFS_V3" ? 1 : 0

  name        = "kairos-nfs-locks"
  network     = google_compute_network.this.id
  description = "The volume's calls to the nodes about locks."
  direction   = "INGRESS"

  source_ranges           = [google_filestore_instance.sites.networks[0].reserved_ip_range]
  target_service_accounts = [google_service_account.this["nodes"].email]

  allow {
    protocol = "tcp"
    ports    = ["111", "1024-65535"]
  }

  allow {
    protocol = "udp"
    ports    = ["111", "1024-65535"]
  }
}
