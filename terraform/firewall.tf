# Google's firewall before the sites, where it is wanted. The chart binds it to the bench's Service, by a
# GCPBackendPolicy. The API cannot have one: its address is Cloud Run's own, with no load balancer of ours before it.

locals {
  # A rule takes ten ranges.
  blocked_ranges = var.cloud_armor == null ? [] : chunklist(var.cloud_armor.blocked_ranges, 10)
}

resource "google_compute_security_policy" "sites" {
  count = var.cloud_armor == null ? 0 : 1

  name        = "kairos-sites"
  description = "Who is turned away before the sites."
  type        = "CLOUD_ARMOR"

  dynamic "rule" {
    for_each = local.blocked_ranges

    content {
      priority    = 1000 + rule.key
      action      = "deny(403)"
      preview     = var.cloud_armor.preview
      description = "Turned away at once."

      match {
        versioned_expr = "SRC_IPS_V1"

        config {
          src_ip_ranges = rule.value
        }
      }
    }
  }

  rule {
    priority    = 2000
    action      = "throttle"
    preview     = var.cloud_armor.preview
    description = "So many requests a minute from one address."

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.cloud_armor.requests_per_minute
        interval_sec = 60
      }
    }
  }

  # Google asks for a last rule, with this number.
  rule {
    priority    = 2147483647
    action      = "allow"
    description = "Everybody else."

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.apis]
}
