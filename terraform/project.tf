# The project and the APIs of everything in it.

resource "google_project_service" "apis" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "certificatemanager.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dns.googleapis.com",
    "eventarc.googleapis.com",
    "file.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    "storagetransfer.googleapis.com",
  ])

  service = each.value
  # Others in the project may use them too.
  disable_on_destroy = false

  # Nobody can be given a role in the project without it.
  depends_on = [google_project_service.resource_manager]
}

# The API that the project is read by. A resource of its own: depends_on waits for a whole resource, whichever of
# its instances it names. So were this one among the others, one more API would have the project read only while
# applying, its number would be unknown, and each member with the number in it would be made anew.
resource "google_project_service" "resource_manager" {
  service            = "cloudresourcemanager.googleapis.com"
  disable_on_destroy = false
}

moved {
  from = google_project_service.apis["cloudresourcemanager.googleapis.com"]
  to   = google_project_service.resource_manager
}

data "google_project" "this" {
  project_id = var.project_id

  depends_on = [google_project_service.resource_manager]
}

# Google's own accounts through which Eventarc and Pub/Sub work in the project. By themselves they are made when their
# API is first used, minutes later perhaps, and nobody can give a role to what is not there yet.
resource "google_project_service_identity" "agents" {
  for_each = toset(["eventarc.googleapis.com", "pubsub.googleapis.com"])
  provider = google-beta

  project = var.project_id
  service = each.value

  depends_on = [google_project_service.apis]
}

locals {
  # Through it Pub/Sub pushes, and moves dead letters. By the project's number and not from the resource above: so the
  # name is known while planning, and no permission is made anew because of it.
  pubsub_agent   = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  eventarc_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-eventarc.iam.gserviceaccount.com"
}

# Google gives it this role by itself where it makes the account by itself. Without it no trigger can be made.
resource "google_project_iam_member" "eventarc_agent" {
  project = var.project_id
  role    = "roles/eventarc.serviceAgent"
  member  = local.eventarc_agent

  depends_on = [google_project_service_identity.agents]
}
