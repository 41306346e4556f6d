# As protection.tf of the root above: what depends on all else is destroyed first, and refuses. With the release of our
# own chart MariaDB goes, and all sites are away; its disk stays, as the chart says.
resource "terraform_data" "deletion_protection" {
  input = { deletion_protection = local.control_plane.deletion_protection }

  # A release under another name or in another namespace is another release: the old one is deleted.
  triggers_replace = [helm_release.cluster.id]

  provisioner "local-exec" {
    when    = destroy
    quiet   = true
    command = self.input.deletion_protection ? "echo deletion_protection is on, so nothing is deleted. Set it to false and apply both roots, before you delete. && exit 1" : "exit 0"
  }

  depends_on = [
    helm_release.bench,
    helm_release.cluster,
    terraform_data.bench,
  ]
}
