# What Google Cloud would have decided. A mocked provider makes up texts and leaves lists empty; these
# must hold something, and of a form that the real provider takes where it is given to another resource.

mock_data "google_project" {
  defaults = {
    number = "123456789012"
  }
}

mock_data "google_storage_transfer_project_service_account" {
  defaults = {
    member = "serviceAccount:project-123456789012@storage-transfer-service.iam.gserviceaccount.com"
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

mock_resource "google_compute_global_address" {
  defaults = {
    address = "192.0.2.10"
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
      ip_addresses      = ["10.40.0.2"]
      reserved_ip_range = "10.40.0.0/29"
    }
  }
}

mock_resource "google_logging_project_sink" {
  defaults = {
    writer_identity = "serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com"
  }
}

override_resource {
  target = google_service_account.this["api"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-api@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-api@my-project.iam.gserviceaccount.com"
    email     = "kairos-api@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-api@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000001"
  }
}

override_resource {
  target = google_service_account.this["provision"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-provision@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-provision@my-project.iam.gserviceaccount.com"
    email     = "kairos-provision@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-provision@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000002"
  }
}

override_resource {
  target = google_service_account.this["cleanup"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-cleanup@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-cleanup@my-project.iam.gserviceaccount.com"
    email     = "kairos-cleanup@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-cleanup@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000003"
  }
}

override_resource {
  target = google_service_account.this["publish"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-publish@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-publish@my-project.iam.gserviceaccount.com"
    email     = "kairos-publish@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-publish@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000007"
  }
}

override_resource {
  target = google_service_account.this["status"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-status@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-status@my-project.iam.gserviceaccount.com"
    email     = "kairos-status@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-status@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000008"
  }
}

override_resource {
  target = google_service_account.this["push"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-push@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-push@my-project.iam.gserviceaccount.com"
    email     = "kairos-push@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-push@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000004"
  }
}

override_resource {
  target = google_service_account.this["build"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-build@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-build@my-project.iam.gserviceaccount.com"
    email     = "kairos-build@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-build@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000005"
  }
}

override_resource {
  target = google_service_account.this["nodes"]
  values = {
    id        = "projects/my-project/serviceAccounts/kairos-nodes@my-project.iam.gserviceaccount.com"
    name      = "projects/my-project/serviceAccounts/kairos-nodes@my-project.iam.gserviceaccount.com"
    email     = "kairos-nodes@my-project.iam.gserviceaccount.com"
    member    = "serviceAccount:kairos-nodes@my-project.iam.gserviceaccount.com"
    unique_id = "117000000000000000006"
  }
}
