# What lives inside the cluster that the root above made; ADR 14 says why it is a root of its own.

terraform {
  required_version = ">= 1.11"

  required_providers {
    # Not 3: it speaks a newer protocol than the check of this directory (ADR 13).
    helm = {
      source  = "hashicorp/helm"
      version = "~> 2.17"
    }
  }
}

# Whoever applies this needs `gcloud auth application-default login` and the plugin gke-gcloud-auth-plugin:
# `gcloud components install gke-gcloud-auth-plugin`, or the package google-cloud-cli-gke-gcloud-auth-plugin.
# The plugin gives a fresh token each time, so nothing expires in a long apply.
provider "helm" {
  kubernetes {
    # The DNS name has a certificate that everybody trusts, so none is given here.
    host = "https://${local.control_plane.cluster.endpoint}"

    exec {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "gke-gcloud-auth-plugin"
      # The login that Terraform itself has. Without this the plugin wants another, that of gcloud.
      args = ["--use_application_default_credentials"]
    }
  }
}
