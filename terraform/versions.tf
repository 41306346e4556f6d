terraform {
  # 1.11 is the first that keeps a secret out of its state (write-only attributes).
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }

    # For google_project_service_identity alone, which the provider above has in no version (project.tf).
    google-beta = {
      source  = "hashicorp/google-beta"
      version = ">= 6.50, < 8.0"
    }
  }
}

# A person's own credentials say of themselves no project that a call is counted for, and several APIs answer 403 then:
# those of budgets, of service agents, of identities. So each call says this project. Whoever applies needs
# serviceusage.services.use in it, which an owner has.
provider "google" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id
  user_project_override = true
}

provider "google-beta" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id
  user_project_override = true
}
