# The sites' names: every one below the domain leads to one address, with one certificate. So a new site
# waits for no name and no certificate.

resource "google_dns_managed_zone" "sites" {
  name        = "kairos-sites"
  dns_name    = "${var.domain}."
  description = "The sites of Kairos Control Plane."

  depends_on = [google_project_service.apis]
}

resource "google_compute_global_address" "sites" {
  name = "kairos-sites"

  depends_on = [google_project_service.apis]
}

resource "google_dns_record_set" "sites" {
  for_each = toset([google_dns_managed_zone.sites.dns_name, "*.${google_dns_managed_zone.sites.dns_name}"])

  managed_zone = google_dns_managed_zone.sites.name
  name         = each.value
  type         = "A"
  ttl          = 300
  rrdatas      = [google_compute_global_address.sites.address]
}

# A wildcard certificate is given to whoever can write into the zone.
resource "google_certificate_manager_dns_authorization" "sites" {
  name   = "kairos-sites"
  domain = var.domain

  depends_on = [google_project_service.apis]
}

resource "google_dns_record_set" "authorization" {
  managed_zone = google_dns_managed_zone.sites.name
  name         = google_certificate_manager_dns_authorization.sites.dns_resource_record[0].name
  type         = google_certificate_manager_dns_authorization.sites.dns_resource_record[0].type
  ttl          = 300
  rrdatas      = [google_certificate_manager_dns_authorization.sites.dns_resource_record[0].data]
}

resource "google_certificate_manager_certificate" "sites" {
  name = "kairos-sites"

  managed {
    domains            = [var.domain, "*.${var.domain}"]
    dns_authorizations = [google_certificate_manager_dns_authorization.sites.id]
  }
}

# The Gateway names the map. kairos-provision adds an entry for each custom domain, named kd-…, which are no concern of
# Terraform's; a map that has entries cannot be deleted, so before a destroy the domains are removed.
resource "google_certificate_manager_certificate_map" "sites" {
  name = "kairos-sites"

  depends_on = [google_project_service.apis]
}

resource "google_certificate_manager_certificate_map_entry" "sites" {
  for_each = {
    apex     = var.domain
    wildcard = "*.${var.domain}"
  }

  name         = "kairos-sites-${each.key}"
  map          = google_certificate_manager_certificate_map.sites.name
  hostname     = each.value
  certificates = [google_certificate_manager_certificate.sites.id]
}
