# Images: those that Cloud Build makes of the functions, the bench's, should it be one of your own, and what is kept of
# Docker Hub's.

locals {
  # Before the name of an image of Docker Hub's; empty where nodes pull from there themselves.
  docker_hub = var.docker_hub_cache ? "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.docker_hub[0].repository_id}/" : ""
}

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

# All nodes reach the world from one address, and Docker Hub lets one address pull so many images in six hours and no
# more. From here a node pulls what has been pulled before, and without NAT.
resource "google_artifact_registry_repository" "docker_hub" {
  count = var.docker_hub_cache ? 1 : 0

  repository_id = "kairos-docker-hub"
  location      = var.region
  format        = "DOCKER"
  mode          = "REMOTE_REPOSITORY"
  description   = "What was pulled of Docker Hub's images."

  remote_repository_config {
    description = "Docker Hub"

    docker_repository {
      public_repository = "DOCKER_HUB"
    }
  }

  # What is wanted again is fetched again.
  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"

    condition {
      older_than = "${90 * 24 * 3600}s"
    }
  }

  depends_on = [google_project_service.apis]
}
