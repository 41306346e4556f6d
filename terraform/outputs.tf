# What the next steps need.

output "api_url" {
  description = "Where the API is."
  value       = google_cloudfunctions2_function.this["api"].service_config[0].uri
}

output "api_key_command" {
  description = "Prints the keys that open the API, each after its name and a colon where it has one."
  value       = "gcloud secrets versions access ${google_secret_manager_secret_version.this["api_keys"].version} --secret=${google_secret_manager_secret.this["api_keys"].secret_id} --project=${var.project_id}"
}

output "name_servers" {
  description = "The NS records to set for the domain where it is registered. Without them there is neither a name nor a certificate."
  value       = google_dns_managed_zone.sites.name_servers
}

output "cluster_credentials_command" {
  description = "Lets kubectl reach the cluster, by its DNS name."
  value       = "gcloud container clusters get-credentials ${google_container_cluster.this.name} --location=${google_container_cluster.this.location} --project=${var.project_id} --dns-endpoint"
}

output "cluster" {
  description = "The cluster, for terraform/cluster."
  value = {
    name     = google_container_cluster.this.name
    location = google_container_cluster.this.location
    endpoint = google_container_cluster.this.control_plane_endpoints_config[0].dns_endpoint_config[0].endpoint
  }
}

# GKE knows an account by its e-mail where its token has the scope for that, as the functions' tokens have,
# and otherwise by its number. It is the same account, so both may.
output "reconcilers" {
  description = "Whom the RoleBinding in the cluster names."
  value       = flatten([for name in local.reconcilers : [google_service_account.this[name].email, google_service_account.this[name].unique_id]])
}

output "sites" {
  description = "What the sites need inside the cluster: their namespace, the NFS volume, and the Gateway's address and certificate map."
  value = {
    namespace       = var.namespace
    volume_server   = google_filestore_instance.sites.networks[0].ip_addresses[0]
    volume_path     = "/${google_filestore_instance.sites.file_shares[0].name}"
    volume_gib      = var.filestore_gib
    volume_protocol = var.filestore_protocol
    address         = google_compute_global_address.sites.address
    address_name    = google_compute_global_address.sites.name
    certificate_map = google_certificate_manager_certificate_map.sites.name
    egress_address  = google_compute_address.egress.address
    security_policy = one(google_compute_security_policy.sites[*].name)
    pods_range      = local.ranges.pods
  }
}

output "secrets" {
  description = "The secrets of the cluster's part, each by the version that it shall read."
  value = {
    database_admin = google_secret_manager_secret_version.this["database_admin"].name
    mail           = google_secret_manager_secret_version.this["mail"].name
  }
}

output "image_repository" {
  description = "Where to push an image of a bench with apps of your own."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "base_domain" {
  description = "Sites are at names below it."
  value       = var.domain
}

output "certificate" {
  description = "The certificate of the sites, by its full name."
  value       = google_certificate_manager_certificate.sites.id
}

output "project_id" {
  description = "The project."
  value       = var.project_id
}

output "region" {
  description = "The region of all of it."
  value       = var.region
}

output "api_is_public" {
  description = "Whether anybody may reach the API, which then asks for a key; else Cloud Run itself lets only api_invokers in."
  value       = contains(var.api_invokers, "allUsers")
}

output "benches" {
  description = "The benches: their images, the Services in front of them, where site Jobs look at them, which is current, and which are to go."
  value = [for one in local.benches : merge(one, {
    service = local.bench_services[one.name]
    retired = local.given_benches[one.name].retired
  })]
}

output "bench" {
  description = "What every bench must have in common with the site Jobs: the database, how many work at once, and the memory of one that upgrades."
  value = {
    docker_hub          = local.docker_hub
    database_in_cluster = var.database == "cluster"
    database_host       = local.database_host
    database_port       = var.database_port
    database_tls        = var.database_tls
    database_ca         = var.database_ca
    max_concurrent_jobs = var.max_concurrent_jobs
    upgrade_memory      = var.upgrade.memory
  }
}

output "backups" {
  description = "Where the nightly backups are."
  value       = { bucket = google_storage_bucket.backups.name }
}

output "deletion_protection" {
  description = "Whether what holds data refuses to be deleted, in the cluster too."
  value       = var.deletion_protection
}

output "database" {
  description = "The control plane's database, by its full name."
  value       = google_firestore_database.this.id
}

output "status_topic" {
  description = "Where status events are published, for subscriptions that Terraform does not make."
  value       = google_pubsub_topic.status.id
}

output "status_sender" {
  description = "The service account in whose name Pub/Sub calls the status_subscribers: what their receivers check, and whom a receiver on Cloud Run gives roles/run.invoker."
  value       = google_service_account.this["status"].email
}

output "deletion_trigger" {
  description = "The trigger of cleanup, by its full name. One that is older than the database delivers nothing."
  value       = google_cloudfunctions2_function.this["cleanup"].event_trigger[0].trigger
}

output "event_trigger" {
  description = "The trigger of publish, by its full name, likewise."
  value       = google_cloudfunctions2_function.this["publish"].event_trigger[0].trigger
}
