# What is refused before anything is made. The first run shows that the rest is well.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google-beta" {}

variables {
  project_id    = "my-project"
  domain        = "sites.example.com"
  mail          = { host = "smtp.example.com", user = "kairos", from = "no-reply@example.com" }
  mail_password = "mail-password"
  # terraform test, unlike apply, insists on what is ephemeral.
  api_keys                = []
  database_admin_password = ""
  dist_directory          = "tests/zips"
}

run "a_project_a_domain_and_a_mail_account_suffice" {
  command = plan
}

run "an_external_mariadb" {
  command = plan

  variables {
    database                = "external"
    database_host           = "db.example.com"
    database_admin_password = "secret"
  }

  assert {
    condition     = google_cloudfunctions2_function.this["provision"].service_config[0].environment_variables["DB_HOST"] == "db.example.com"
    error_message = "The site Jobs go to another database."
  }
}

run "refused_a_project_by_its_name" {
  command = plan

  variables {
    project_id = "My Project"
  }

  expect_failures = [var.project_id]
}

run "refused_a_router_that_is_no_url" {
  command = plan

  variables {
    router_url = "kairos-router:8080"
  }

  expect_failures = [var.router_url]
}

run "refused_a_domain_that_is_a_url" {
  command = plan

  variables {
    domain = "https://kairos.app"
  }

  expect_failures = [var.domain]
}

run "refused_a_domain_with_a_dot_at_its_end" {
  command = plan

  variables {
    domain = "kairos.app."
  }

  expect_failures = [var.domain]
}

run "refused_a_mail_server_that_is_a_url" {
  command = plan

  variables {
    mail = { host = "smtp://example.com", user = "u", from = "a@example.com" }
  }

  expect_failures = [var.mail]
}

run "refused_a_mail_port_that_is_none" {
  command = plan

  variables {
    mail = { host = "smtp.example.com", port = 0, user = "u", from = "a@example.com" }
  }

  expect_failures = [var.mail]
}

run "refused_a_sender_that_is_no_address" {
  command = plan

  variables {
    mail = { host = "smtp.example.com", user = "u", from = "example.com" }
  }

  expect_failures = [var.mail]
}

run "refused_no_mail_password" {
  command = plan

  variables {
    mail_password = ""
  }

  expect_failures = [var.mail_password]
}

run "refused_a_zone_for_a_region" {
  command = plan

  variables {
    region = "europe-west1-b"
  }

  expect_failures = [var.region]
}

run "refused_a_continent_for_a_location" {
  command = plan

  variables {
    firestore_location = "eu"
  }

  expect_failures = [var.firestore_location]
}

run "refused_a_continent_for_a_trigger" {
  command = plan

  variables {
    firestore_trigger_region = "eu"
  }

  expect_failures = [var.firestore_trigger_region]
}

run "refused_an_invoker_without_a_kind" {
  command = plan

  variables {
    api_invokers = ["frontend@example.com"]
  }

  expect_failures = [var.api_invokers]
}

run "refused_a_key_that_is_too_short" {
  command = plan

  variables {
    api_keys = ["short"]
  }

  expect_failures = [var.api_keys]
}

run "refused_a_key_with_a_comma" {
  command = plan

  variables {
    api_keys = ["long-enough,but-two"]
  }

  expect_failures = [var.api_keys]
}

run "refused_a_key_whose_name_is_none" {
  command = plan

  variables {
    api_keys = ["Frontend:long-enough"]
  }

  expect_failures = [var.api_keys]
}

run "refused_a_named_key_that_is_too_short" {
  command = plan

  variables {
    api_keys = ["frontend:short"]
  }

  expect_failures = [var.api_keys]
}

run "taken_keys_with_a_name_and_without" {
  command = plan

  variables {
    api_keys = ["frontend:long-enough", "frontend:another:long-one", "long-enough"]
  }
}

run "refused_a_caller_that_is_no_address" {
  command = plan

  variables {
    allowed_callers = ["somebody"]
    api_audience    = "https://api.example.com"
  }

  expect_failures = [var.allowed_callers]
}

run "refused_callers_without_an_audience" {
  command = plan

  variables {
    allowed_callers = ["a@example.com"]
  }

  expect_failures = [var.api_audience]
}

run "refused_viewers_without_an_audience" {
  command = plan

  variables {
    viewers = ["a@example.com"]
  }

  expect_failures = [var.api_audience]
}

run "refused_an_audience_without_accounts" {
  command = plan

  variables {
    viewers      = ["key:frontend"]
    iap_audience = "/projects/1/apps/my-project"
  }

  expect_failures = [var.api_audience]
}

run "taken_keys_as_viewers_without_an_audience" {
  command = plan

  variables {
    viewers = ["key:frontend"]
  }
}

run "refused_a_viewer_that_is_no_name_of_a_key" {
  command = plan

  variables {
    viewers = ["key:Frontend"]
  }

  expect_failures = [var.viewers]
}

run "refused_a_client_id_that_is_a_url" {
  command = plan

  variables {
    allowed_callers  = ["a@example.com"]
    google_client_id = "https://1234567890-abc.apps.googleusercontent.com"
  }

  expect_failures = [var.google_client_id]
}

run "refused_the_name_of_a_backend_for_its_audience" {
  command = plan

  variables {
    allowed_callers = ["a@example.com"]
    iap_audience    = "projects/my-project/global/backendServices/kairos-api"
  }

  expect_failures = [var.iap_audience]
}

run "refused_an_audience_with_a_query" {
  command = plan

  variables {
    allowed_callers = ["a@example.com"]
    api_audience    = "https://api.example.com?a=b"
  }

  expect_failures = [var.api_audience]
}

run "refused_an_origin_with_a_path" {
  command = plan

  variables {
    allowed_origins = ["https://app.example.com/"]
  }

  expect_failures = [var.allowed_origins]
}

run "refused_a_subdomain_in_capitals" {
  command = plan

  variables {
    reserved_subdomains = ["Billing"]
  }

  expect_failures = [var.reserved_subdomains]
}

run "refused_no_proxy" {
  command = plan

  variables {
    trusted_proxies = 0
  }

  expect_failures = [var.trusted_proxies]
}

run "refused_a_limit_below_none" {
  command = plan

  variables {
    rate_limit_per_minute = -1
  }

  expect_failures = [var.rate_limit_per_minute]
}

run "refused_a_runtime_that_there_is_not" {
  command = plan

  variables {
    runtime = "nodejs99"
  }

  expect_failures = [var.runtime]
}

run "refused_memory_without_a_unit" {
  command = plan

  variables {
    functions = { api = { memory = "512" } }
  }

  expect_failures = [var.functions]
}

run "refused_a_part_of_a_processor" {
  command = plan

  variables {
    functions = { api = { cpu = "0.5" } }
  }

  expect_failures = [var.functions]
}

run "refused_a_call_longer_than_events_may_take" {
  command = plan

  variables {
    functions = { cleanup = { timeout_seconds = 600 } }
  }

  expect_failures = [var.functions]
}

run "refused_no_concurrency" {
  command = plan

  variables {
    functions = { provision = { concurrency = 0 } }
  }

  expect_failures = [var.functions]
}

run "refused_fewer_instances_than_the_fewest" {
  command = plan

  variables {
    functions = { api = { min_instances = 5, max_instances = 2 } }
  }

  expect_failures = [var.functions]
}

run "refused_a_namespace_with_a_dot" {
  command = plan

  variables {
    namespace = "frappe.sites"
  }

  expect_failures = [var.namespace]
}

run "refused_an_image_without_a_tag" {
  command = plan

  variables {
    frappe_image = "frappe/erpnext"
  }

  expect_failures = [var.frappe_image]
}

run "refused_no_apps" {
  command = plan

  variables {
    frappe_apps = []
  }

  expect_failures = [var.frappe_apps]
}

run "refused_an_upgrade_with_memory_of_no_unit" {
  command = plan

  variables {
    upgrade = { memory = "4096" }
  }

  expect_failures = [var.upgrade]
}

run "refused_an_upgrade_without_time" {
  command = plan

  variables {
    upgrade = { deadline_minutes = 5 }
  }

  expect_failures = [var.upgrade]
}

run "refused_an_upgrade_that_waits_for_ever" {
  command = plan

  variables {
    upgrade = { drain_seconds = 100000 }
  }

  expect_failures = [var.upgrade]
}

run "refused_no_jobs" {
  command = plan

  variables {
    max_concurrent_jobs = 0
  }

  expect_failures = [var.max_concurrent_jobs]
}

run "refused_half_a_standby" {
  command = plan

  variables {
    pool_size = 2.5
  }

  expect_failures = [var.pool_size]
}

run "refused_too_many_standbys" {
  command = plan

  variables {
    pool_size = 1001
  }

  expect_failures = [var.pool_size]
}

run "refused_a_night_that_begins_at_no_hour" {
  command = plan

  variables {
    tenant_backups = { hour = 24 }
  }

  expect_failures = [var.tenant_backups]
}

run "refused_backups_that_are_kept_for_no_day" {
  command = plan

  variables {
    tenant_backups = { keep_daily = 0 }
  }

  expect_failures = [var.tenant_backups]
}

run "refused_backups_of_half_a_week" {
  command = plan

  variables {
    tenant_backups = { keep_weekly = 0.5 }
  }

  expect_failures = [var.tenant_backups]
}

run "refused_tests_of_backups_every_half_day" {
  command = plan

  variables {
    tenant_backups = { test_days = 0.5 }
  }

  expect_failures = [var.tenant_backups]
}

run "refused_backups_of_too_many_months" {
  command = plan

  variables {
    tenant_backups = { keep_monthly = 121 }
  }

  expect_failures = [var.tenant_backups]
}

run "refused_retentions_of_less_than_no_days" {
  command = plan

  variables {
    retention_days = -1
  }

  expect_failures = [var.retention_days]
}

run "refused_retentions_of_more_than_ten_years" {
  command = plan

  variables {
    retention_days = 3651
  }

  expect_failures = [var.retention_days]
}

run "refused_retentions_of_half_a_day" {
  command = plan

  variables {
    retention_days = 0.5
  }

  expect_failures = [var.retention_days]
}

run "refused_standbys_of_no_age" {
  command = plan

  variables {
    pool_max_age_days = 0
  }

  expect_failures = [var.pool_max_age_days]
}

run "refused_standbys_of_more_than_a_year" {
  command = plan

  variables {
    pool_max_age_days = 366
  }

  expect_failures = [var.pool_max_age_days]
}

run "refused_half_a_second" {
  command = plan

  variables {
    retry_pause_seconds = 0.5
  }

  expect_failures = [var.retry_pause_seconds]
}

run "refused_cloud_sql" {
  command = plan

  variables {
    database = "cloudsql"
  }

  expect_failures = [var.database]
}

run "refused_another_database" {
  command = plan

  variables {
    database = "postgres"
  }

  expect_failures = [var.database]
}

run "refused_an_external_database_without_a_host" {
  command = plan

  variables {
    database                = "external"
    database_admin_password = "secret"
  }

  expect_failures = [var.database_host]
}

run "refused_an_external_database_without_a_password" {
  command = plan

  variables {
    database      = "external"
    database_host = "db.example.com"
  }

  expect_failures = [var.database_admin_password]
}

run "refused_a_host_for_a_database_in_the_cluster" {
  command = plan

  variables {
    database_host = "db.example.com"
  }

  expect_failures = [var.database_host]
}

run "refused_a_port_beyond_all" {
  command = plan

  variables {
    database_port = 65536
  }

  expect_failures = [var.database_port]
}

run "refused_a_user_with_a_quote" {
  command = plan

  variables {
    database_admin = "root'"
  }

  expect_failures = [var.database_admin]
}

run "refused_a_version_before_the_first" {
  command = plan

  variables {
    secret_versions = { mail = 0 }
  }

  expect_failures = [var.secret_versions]
}

run "refused_a_tier_that_there_is_not" {
  command = plan

  variables {
    filestore_tier = "CHEAP"
  }

  expect_failures = [var.filestore_tier]
}

run "refused_a_zone_of_another_region" {
  command = plan

  variables {
    filestore_zone = "us-east1-b"
  }

  expect_failures = [var.filestore_zone]
}

run "refused_a_volume_that_is_too_small" {
  command = plan

  variables {
    filestore_gib = 100
  }

  expect_failures = [var.filestore_gib]
}

run "refused_a_reader_that_is_no_address" {
  command = plan

  variables {
    alert_emails = ["operator"]
  }

  expect_failures = [var.alert_emails]
}

run "refused_faster_than_a_site_is_made" {
  command = plan

  variables {
    slow_create_seconds = 5
  }

  expect_failures = [var.slow_create_seconds]
}

run "refused_mail_on_the_port_that_google_closes" {
  command = plan

  variables {
    mail = { host = "smtp.example.com", port = 25, user = "u", from = "a@example.com" }
  }

  expect_failures = [var.mail]
}

run "refused_another_administrator_of_the_database_in_the_cluster" {
  command = plan

  variables {
    database_admin = "kairos"
  }

  expect_failures = [var.database_admin]
}

run "refused_another_port_of_the_database_in_the_cluster" {
  command = plan

  variables {
    database_port = 3307
  }

  expect_failures = [var.database_port]
}

run "refused_backups_of_a_day" {
  command = plan

  variables {
    backup_days = 1
  }

  expect_failures = [var.backup_days]
}

run "refused_mail_on_the_port_that_begins_with_tls" {
  command = plan

  variables {
    mail = { host = "smtp.example.com", port = 465, user = "u", from = "a@example.com" }
  }

  expect_failures = [var.mail]
}

run "refused_mail_without_a_login" {
  command = plan

  variables {
    mail = { host = "smtp.example.com", user = "", from = "a@example.com" }
  }

  expect_failures = [var.mail]
}

run "refused_a_region_that_there_is_not" {
  command = plan

  variables {
    region = "europa-west1"
  }

  expect_failures = [var.region]
}

run "refused_a_location_that_there_is_not" {
  command = plan

  variables {
    firestore_location = "eur-west9"
  }

  expect_failures = [var.firestore_location]
}

run "refused_another_multi_region" {
  command = plan

  variables {
    firestore_location = "nam7"
  }

  expect_failures = [var.firestore_location]
}

run "refused_a_trigger_where_there_is_nothing" {
  command = plan

  variables {
    firestore_trigger_region = "moon-west1"
  }

  expect_failures = [var.firestore_trigger_region]
}

run "refused_a_part_of_the_domain_that_is_too_long" {
  command = plan

  variables {
    domain = "${join("", [for index in range(64) : "a"])}.example.com"
  }

  expect_failures = [var.domain]
}

run "refused_half_an_instance" {
  command = plan

  variables {
    functions = { api = { min_instances = 0.5 } }
  }

  expect_failures = [var.functions]
}

run "refused_memory_in_which_node_does_not_start" {
  command = plan

  variables {
    functions = { api = { memory = "64Mi" } }
  }

  expect_failures = [var.functions]
}

run "refused_more_memory_than_a_processor_has" {
  command = plan

  variables {
    functions = { provision = { memory = "8Gi" } }
  }

  expect_failures = [var.functions]
}

run "refused_a_zone_that_is_none" {
  command = plan

  variables {
    filestore_zone = "europe-west1-bb"
  }

  expect_failures = [var.filestore_zone]
}

run "refused_a_volume_that_is_no_multiple" {
  command = plan

  variables {
    filestore_tier = "ZONAL"
    filestore_gib  = 1100
  }

  expect_failures = [var.filestore_gib]
}

run "refused_a_volume_that_is_too_large" {
  command = plan

  variables {
    filestore_gib = 70000
  }

  expect_failures = [var.filestore_gib]
}

run "refused_the_namespace_of_the_system" {
  command = plan

  variables {
    namespace = "kube-system"
  }

  expect_failures = [var.namespace]
}

run "refused_a_pause_longer_than_the_longest" {
  command = plan

  variables {
    retry_pause_seconds = 901
  }

  expect_failures = [var.retry_pause_seconds]
}

run "refused_backups_for_ever" {
  command = plan

  variables {
    backup_days = 4000
  }

  expect_failures = [var.backup_days]
}

run "refused_slower_than_a_day" {
  command = plan

  variables {
    slow_create_seconds = 100000
  }

  expect_failures = [var.slow_create_seconds]
}

run "refused_keys_that_no_variable_holds" {
  command = plan

  variables {
    api_keys = [for number in range(600) : "key-${number}-${join("", [for index in range(50) : "a"])}"]
  }

  expect_failures = [var.api_keys]
}

run "refused_nfs_4_on_a_basic_tier" {
  command = plan

  variables {
    filestore_protocol = "NFS_V4_1"
  }

  expect_failures = [var.filestore_protocol]
}

run "refused_a_protocol_of_others" {
  command = plan

  variables {
    filestore_protocol = "SMB"
  }

  expect_failures = [var.filestore_protocol]
}

run "refused_a_retention_of_no_days" {
  command = plan

  variables {
    backup_retention = { days = 0 }
  }

  expect_failures = [var.backup_retention]
}

run "refused_a_retention_in_parts_of_days" {
  command = plan

  variables {
    backup_retention = { days = 1.5, lock = true }
  }

  expect_failures = [var.backup_retention]
}

run "refused_a_budget_of_an_account_by_its_name" {
  command = plan

  variables {
    budget = { billing_account = "My Account", monthly = 100 }
  }

  expect_failures = [var.budget]
}

run "refused_a_budget_of_nothing" {
  command = plan

  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", monthly = 0 }
  }

  expect_failures = [var.budget]
}

run "refused_a_window_without_a_zone_of_time" {
  command = plan

  variables {
    maintenance_window = { start = "2026-01-03T14:00:00", end = "2026-01-03T22:00:00" }
  }

  expect_failures = [var.maintenance_window]
}

run "refused_a_window_on_a_day_that_there_is_not" {
  command = plan

  variables {
    maintenance_window = { start = "2026-02-30T14:00:00Z", end = "2026-02-30T22:00:00Z" }
  }

  expect_failures = [var.maintenance_window]
}

run "refused_a_window_of_an_hour" {
  command = plan

  variables {
    maintenance_window = { end = "2026-01-03T15:00:00Z", recurrence = "FREQ=DAILY" }
  }

  expect_failures = [var.maintenance_window]
}

run "refused_a_window_that_ends_before_it_begins" {
  command = plan

  variables {
    maintenance_window = { end = "2026-01-03T13:00:00Z" }
  }

  expect_failures = [var.maintenance_window]
}

run "refused_a_window_once_a_month" {
  command = plan

  variables {
    maintenance_window = { recurrence = "FREQ=MONTHLY" }
  }

  expect_failures = [var.maintenance_window]
}

run "refused_windows_that_are_too_few" {
  command = plan

  variables {
    maintenance_window = { recurrence = "FREQ=WEEKLY;BYDAY=SU" }
  }

  expect_failures = [var.maintenance_window]
}

run "refused_a_firewall_that_lets_nobody_in" {
  command = plan

  variables {
    cloud_armor = { requests_per_minute = 1 }
  }

  expect_failures = [var.cloud_armor]
}

run "refused_a_range_that_is_none" {
  command = plan

  variables {
    cloud_armor = { blocked_ranges = ["somebody"] }
  }

  expect_failures = [var.cloud_armor]
}

run "refused_more_ranges_than_google_takes" {
  command = plan

  variables {
    cloud_armor = { blocked_ranges = [for i in range(101) : "198.51.100.${i}/32"] }
  }

  expect_failures = [var.cloud_armor]
}

run "one_long_window_a_week" {
  command = plan

  variables {
    maintenance_window = { start = "2026-01-03T10:00:00Z", end = "2026-01-03T22:00:00Z", recurrence = "FREQ=WEEKLY;BYDAY=SA" }
  }
}

run "refused_a_subscriber_without_tls" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "http://crm.example.com", audience = "crm" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_subscriber_that_is_no_url" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "crm.example.com", audience = "crm" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_subscriber_with_a_fragment" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://crm.example.com/#events", audience = "crm" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_subscriber_with_a_password" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://me:secret@crm.example.com", audience = "crm" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_subscriber_without_audience" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://crm.example.com", audience = "" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_subscriber_with_a_name_that_pubsub_has_not" {
  command = plan

  variables {
    status_subscribers = { "My CRM" = { url = "https://crm.example.com", audience = "crm" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_subscriber_named_as_the_dead_letters_are" {
  command = plan

  variables {
    status_subscribers = { dead-letters = { url = "https://crm.example.com", audience = "crm" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_filter_on_something_else" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://crm.example.com", audience = "crm", filter = "attributes.status = \"active\"" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_filter_of_no_attribute" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://crm.example.com", audience = "crm", filter = "active" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_filter_in_single_quotes" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://crm.example.com", audience = "crm", filter = "attributes.type = 'app.kairos.tenant.active'" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_a_filter_that_is_too_long" {
  command = plan

  variables {
    status_subscribers = { crm = { url = "https://crm.example.com", audience = "crm", filter = "attributes.type = \"${join("", [for i in range(250) : "x"])}\"" } }
  }

  expect_failures = [var.status_subscribers]
}

run "refused_no_failure_at_all" {
  command = plan

  variables {
    failures_per_reason = 0
  }

  expect_failures = [var.failures_per_reason]
}
