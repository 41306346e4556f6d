# What Google Cloud would have decided. A mocked provider makes up texts and leaves lists empty; these
# must hold something.

mock_data "google_project" {
  defaults = {
    number = "123456789012"
  }
}

mock_resource "google_certificate_manager_dns_authorization" {
  defaults = {
    dns_resource_record = [{
      name = "_acme-challenge.sites.example.com."
      type = "CNAME"
      data = "made-up.authorize.certificatemanager.goog."
    }]
  }
}

mock_resource "google_dns_managed_zone" {
  defaults = {
    name_servers = ["ns-cloud-a1.googledomains.com.", "ns-cloud-a2.googledomains.com."]
  }
}

mock_resource "google_filestore_instance" {
  defaults = {
    networks = {
      ip_addresses = ["10.40.0.2"]
    }
  }
}
