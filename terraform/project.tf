# The project and the APIs of everything in it.

resource "google_project_service" "apis" {
  for_each = toset([
    "artifactregistry.googleapis.com",
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

locals {
  # Google's own account through which Pub/Sub pushes, and moves dead letters.
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
