# Images: those that Cloud Build makes of the functions, and the bench's, should it be one of your own.

resource "google_artifact_registry_repository" "functions" {
  repository_id = "kairos-functions"
  location      = var.region
  format        = "DOCKER"
  description   = "The functions of Kairos Control Plane, as Cloud Build makes them."

  # A revision that is rolled back to is one of the last.
  cleanup_policies {
    id     = "keep-the-last"
    action = "KEEP"

    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"

    condition {
      older_than = "${30 * 24 * 3600}s"
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "kairos"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of a bench with apps of your own."

  # A tag that a site was made with must not come to mean something else.
  docker_config {
    immutable_tags = true
  }

  depends_on = [google_project_service.apis]
}
