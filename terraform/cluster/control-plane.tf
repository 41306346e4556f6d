# What the root above has made: its outputs, as its state keeps them.

data "terraform_remote_state" "control_plane" {
  backend = var.control_plane_state.backend
  config  = var.control_plane_state.config
}

locals {
  control_plane = data.terraform_remote_state.control_plane.outputs
  namespace     = local.control_plane.sites.namespace
}
