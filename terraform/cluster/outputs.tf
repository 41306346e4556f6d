# What the next steps need. They talk to the cluster with kubectl; the root above has the command that lets
# it in, cluster_credentials_command.

output "pods_command" {
  description = "Shows what runs beside the sites: the bench, the database, and the site Jobs' Pods."
  value       = "kubectl get pods --namespace=${local.namespace}"
}

output "gateway_command" {
  description = "Shows the way in. It is there when PROGRAMMED is True, some minutes after the apply."
  value       = var.gateway.enabled ? "kubectl get gateway,httproute --namespace=${local.namespace}" : null
}

output "gateway_service" {
  description = "The Service that the Gateway leads to: the router's."
  value       = { name = "kairos-router", port = 8080 }
}

output "benches" {
  description = "Where the router leads, by the benches' directories on the volume."
  value       = local.upstreams
}

output "backups_command" {
  description = "Lists the backups. How one is restored is in BACKUP.md."
  value       = var.backup.enabled ? "gcloud storage ls gs://${local.control_plane.backups.bucket} --project=${local.control_plane.project_id}" : null
}

output "bench_logs_commands" {
  description = "Follow what the web servers of each bench say."
  value       = { for name, one in helm_release.bench : name => "kubectl logs --namespace=${local.namespace} --follow deployment/${one.name}-gunicorn" }
}
