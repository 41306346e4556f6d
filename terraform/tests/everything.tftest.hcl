# Everything that can be set is set. What comes of it, tests/infrastructure/deployment.test.ts compares with the code.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google-beta" {}

variables {
  project_id              = "my-project"
  domain                  = "sites.example.com"
  mail                    = { host = "smtp.example.com", user = "kairos", from = "no-reply@example.com" }
  mail_password           = "mail-password"
  dist_directory          = "tests/zips"
  api_keys                = ["frontend:first-key-of-the-api", "second-key-of-the-api"]
  allowed_callers         = ["frontend@my-project.iam.gserviceaccount.com"]
  viewers                 = ["auditor@example.com", "key:frontend"]
  google_client_id        = "1234567890-abc.apps.googleusercontent.com"
  iap_audience            = "/projects/1234567890/global/backendServices/9876543210"
  api_audience            = "https://api.example.com"
  allowed_origins         = ["https://app.example.com", "http://localhost:3000"]
  reserved_subdomains     = ["billing", "login"]
  trusted_proxies         = 2
  rate_limit_per_minute   = 600
  retention_days          = 30
  namespace               = "tenants"
  frappe_image            = "europe-west1-docker.pkg.dev/my-project/kairos/bench:v1"
  frappe_apps             = ["erpnext", "hrms"]
  database                = "external"
  database_host           = "db.example.com"
  database_port           = 3307
  database_tls            = "verify"
  database_ca             = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
  bench_url               = "http://web.example.com:8000"
  router_url              = "http://router.example.com:8001"
  database_admin          = "kairos"
  database_admin_password = "database-password"
  max_concurrent_jobs     = 8
  upgrade                 = { memory = "6Gi", deadline_minutes = 90, drain_seconds = 120 }
  retry_pause_seconds     = 20
  pool_size               = 12
  pool_max_age_days       = 14
  tenant_backups          = { hour = 22, keep_daily = 14, keep_weekly = 8, keep_monthly = 24, test_days = 60 }
  alert_emails            = ["operator@example.com"]
  failures_per_reason     = 5
  status_subscribers = {
    crm     = { url = "https://crm.example.com/tenant-status", audience = "https://crm.example.com" }
    billing = { url = "https://billing.example.com/events", audience = "billing", filter = "attributes.type = \"app.kairos.tenant.active\"" }
  }
  filestore_tier      = "REGIONAL"
  filestore_protocol  = "NFS_V4_1"
  filestore_gib       = 2048
  backup_retention    = { days = 14, lock = true }
  budget              = { billing_account = "012345-6789AB-CDEF01", monthly = 900 }
  cloud_armor         = { requests_per_minute = 600, blocked_ranges = ["198.51.100.0/24"] }
  deletion_protection = false
}

run "everything" {
  assert {
    condition     = google_cloudfunctions2_function.this["provision"].service_config[0].environment_variables["DB_PORT"] == "3307"
    error_message = "The site Jobs go to another port."
  }
}
