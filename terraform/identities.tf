# Who is who, and what each may do: the role that it needs, on the narrowest thing that has it. There is
# no key of any account.

locals {
  service_accounts = {
    api       = "The API: the database, and triggers."
    provision = "provision: the database, triggers, site Jobs, and the certificates of custom domains."
    cleanup   = "cleanup: the database, triggers, and site Jobs."
    publish   = "publish: the database, and the topic of status events."
    push      = "Pub/Sub and Eventarc, when they call a function."
    status    = "Pub/Sub, when it calls a subscriber of status events."
    build     = "Cloud Build, when it builds the functions."
    nodes     = "The cluster's nodes."
  }

  source_buckets = [
    google_storage_bucket.sources.name,
    "gcf-v2-sources-${data.google_project.this.number}-${var.region}",
  ]

  functions   = toset(["api", "provision", "cleanup", "publish"])
  reconcilers = toset(["provision", "cleanup"])
  # Those that Pub/Sub or Eventarc calls, those that publish triggers, and those that publish status events.
  triggered          = toset(["provision", "cleanup", "publish"])
  trigger_publishers = toset(["api", "provision", "cleanup"])
  status_publishers  = toset(["provision", "publish"])
}

resource "google_service_account" "this" {
  for_each = local.service_accounts

  account_id   = "kairos-${each.key}"
  display_name = each.value

  depends_on = [google_project_service.apis]
}

# A role in a database is given in the project, on the condition that it is that database.
resource "google_project_iam_member" "database" {
  for_each = local.functions

  project = var.project_id
  role    = "roles/datastore.user"
  member  = google_service_account.this[each.value].member

  condition {
    title      = "only-the-control-planes-database"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.this.name}\""
  }
}

# provision and cleanup give triggers too: to whoever waits for a slot that they free.
resource "google_pubsub_topic_iam_member" "functions_publish_triggers" {
  for_each = local.trigger_publishers

  topic  = google_pubsub_topic.events["tenant-events"].name
  role   = "roles/pubsub.publisher"
  member = google_service_account.this[each.value].member
}

# The way to the cluster and through its endpoint. What they may do there, the Role in cluster/chart says.
resource "google_project_iam_custom_role" "cluster_connect" {
  role_id     = "kairosClusterConnect"
  title       = "Kairos: reach the cluster"
  description = "Find the cluster's endpoint and connect to it, and nothing inside."
  permissions = ["container.clusters.get", "container.clusters.connect"]

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_member" "cluster_connect" {
  for_each = local.reconcilers

  project = var.project_id
  role    = google_project_iam_custom_role.cluster_connect.name
  member  = google_service_account.this[each.value].member
}

# The certificates of custom domains, each with its DNS authorization and its entry in the map. Google's own role that may
# delete them may change the map and everything else, too
# (https://docs.cloud.google.com/certificate-manager/docs/permissions).
resource "google_project_iam_custom_role" "custom_domains" {
  role_id     = "kairosCustomDomains"
  title       = "Kairos: certificates of custom domains"
  description = "Make, see and delete certificates, DNS authorizations and entries of certificate maps."
  permissions = [
    "certificatemanager.certmapentries.create",
    "certificatemanager.certmapentries.delete",
    "certificatemanager.certmapentries.get",
    "certificatemanager.certmapentries.list",
    "certificatemanager.certs.create",
    "certificatemanager.certs.delete",
    "certificatemanager.certs.get",
    "certificatemanager.certs.list",
    "certificatemanager.certs.use",
    "certificatemanager.dnsauthorizations.create",
    "certificatemanager.dnsauthorizations.delete",
    "certificatemanager.dnsauthorizations.get",
    "certificatemanager.dnsauthorizations.list",
    "certificatemanager.dnsauthorizations.use",
  ]

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_member" "custom_domains" {
  project = var.project_id
  role    = google_project_iam_custom_role.custom_domains.name
  member  = google_service_account.this["provision"].member
}

# Who may call which function.

resource "google_cloud_run_v2_service_iam_member" "api_invokers" {
  for_each = var.api_invokers

  location = var.region
  name     = google_cloudfunctions2_function.this["api"].name
  role     = "roles/run.invoker"
  member   = each.value
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  for_each = local.triggered

  location = var.region
  name     = google_cloudfunctions2_function.this[each.value].name
  role     = "roles/run.invoker"
  member   = google_service_account.this["push"].member

  lifecycle {
    # With a function that is made anew goes who may call it.
    replace_triggered_by = [terraform_data.database[each.key]]
  }
}

# Pub/Sub asks for the ID tokens with which it pushes.
resource "google_service_account_iam_member" "agent_gets_push_tokens" {
  service_account_id = google_service_account.this["push"].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent

  depends_on = [google_project_service_identity.agents]
}

resource "google_project_iam_member" "push_receives_events" {
  project = var.project_id
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.this["push"].member
}

# Building the functions, in place of an account that may do everything.

resource "google_project_iam_member" "build_writes_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.this["build"].member
}

# The zips, and Google's copies of them, whose bucket Google makes; but no other bucket, such as the backups'.
resource "google_project_iam_member" "build_reads_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.this["build"].member

  condition {
    title      = "only-the-functions-sources"
    expression = join(" || ", [for bucket in local.source_buckets : "resource.name.startsWith(\"projects/_/buckets/${bucket}\")"])
  }
}

resource "google_artifact_registry_repository_iam_member" "build_writes_functions" {
  location   = var.region
  repository = google_artifact_registry_repository.functions.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.this["build"].member
}

# The nodes, likewise.

resource "google_project_iam_member" "nodes" {
  project = var.project_id
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.this["nodes"].member
}

resource "google_artifact_registry_repository_iam_member" "nodes_pull_images" {
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.this["nodes"].member
}

resource "google_artifact_registry_repository_iam_member" "nodes_pull_from_docker_hub" {
  count = var.docker_hub_cache ? 1 : 0

  location   = var.region
  repository = google_artifact_registry_repository.docker_hub[0].name
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.this["nodes"].member
}
