# The benches: each is an image, with web servers, workers and Redis of its own in the cluster, and a directory for its
# sites on the volume. terraform/cluster makes what runs of them.

locals {
  # One alone, of frappe_image, is called main: that is what its directory on the volume is called.
  given_benches = length(var.benches) > 0 ? var.benches : tomap({
    main = {
      image   = coalesce(var.frappe_image, "frappe/erpnext:v16.32.3")
      apps    = var.frappe_apps
      current = true
      retired = false
      url     = var.bench_url
    }
  })

  # Its Service in the cluster, after which ERPNext's chart names all of the bench's parts.
  bench_services = { for name, _ in local.given_benches : name => name == "main" ? "frappe-bench" : "frappe-bench-${name}" }

  # As BENCHES has them. An image of Docker Hub's is one that names no host; it comes through the repository, where there is one.
  benches = [for name, one in local.given_benches : {
    name    = name
    image   = can(regex("^([^/]*[.:][^/]*|localhost)/", one.image)) ? one.image : "${local.docker_hub}${one.image}"
    apps    = coalesce(one.apps, var.frappe_apps)
    url     = one.url == null ? "http://${local.bench_services[name]}:8080" : one.url == "" ? null : one.url
    current = one.current
  }]

  # New sites go there.
  current_bench = one([for one in local.benches : one if one.current])
}

# A tenant whose bench is left out has a site that nothing can work on, and soon no web server. So none is left out that was
# not retired by the apply before, and terraform/cluster retires none that has sites. The functions hear of it later than this
# is destroyed, for they depend on it.
resource "terraform_data" "bench" {
  for_each = local.given_benches

  input = { name = each.key, may_go = each.value.retired || !var.deletion_protection }

  provisioner "local-exec" {
    when    = destroy
    quiet   = true
    command = self.input.may_go ? "exit 0" : "echo The bench ${self.input.name} is not retired, so it is not left out. Set retired = true for it and apply both roots, which is refused while it has sites. Leave it out then. && exit 1"
  }
}
