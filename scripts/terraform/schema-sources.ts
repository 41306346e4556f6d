/**
 * From which package each provider's schema is made, and which of its kinds this project may use. A kind
 * that is missing is added here; then `node scripts/terraform/make-schema.ts google` (or `helm`) makes the
 * file anew.
 *
 * @module
 */
import type { SCHEMAS } from "./provider-schema.ts";

export interface SchemaSource {
  /** The package, at exactly one version. */
  package: string;
  address: keyof typeof SCHEMAS;
  /** The provider's version that the package was generated from. */
  version: string;
  resources: string[];
  dataSources: string[];
  /** What the package's folders have before the name of a kind. */
  folderPrefix?: string;
  /** Whether one of the provider's own fields is left out, and what is said of those that are. */
  isLeftOut: (name: string) => boolean;
  leftOut: string;
}

const GOOGLE: SchemaSource = {
  package: "@cdktf/provider-google@16.12.1",
  address: "hashicorp/google",
  version: "6.50.0",
  resources: [
    "google_artifact_registry_repository",
    "google_artifact_registry_repository_iam_member",
    "google_billing_budget",
    "google_certificate_manager_certificate",
    "google_certificate_manager_certificate_map",
    "google_certificate_manager_certificate_map_entry",
    "google_certificate_manager_dns_authorization",
    "google_cloud_run_service_iam_member",
    "google_cloud_run_v2_service_iam_member",
    "google_cloud_scheduler_job",
    "google_cloudfunctions2_function",
    "google_compute_address",
    "google_compute_firewall",
    "google_compute_global_address",
    "google_compute_network",
    "google_compute_router",
    "google_compute_router_nat",
    "google_compute_security_policy",
    "google_compute_subnetwork",
    "google_container_cluster",
    "google_dns_managed_zone",
    "google_dns_record_set",
    "google_eventarc_trigger",
    "google_filestore_instance",
    "google_firestore_backup_schedule",
    "google_firestore_database",
    "google_firestore_field",
    "google_firestore_index",
    "google_logging_metric",
    "google_logging_project_sink",
    "google_monitoring_alert_policy",
    "google_monitoring_dashboard",
    "google_monitoring_notification_channel",
    "google_monitoring_uptime_check_config",
    "google_project_iam_audit_config",
    "google_project_iam_custom_role",
    "google_project_iam_member",
    "google_project_service",
    "google_pubsub_subscription",
    "google_pubsub_subscription_iam_member",
    "google_pubsub_topic",
    "google_pubsub_topic_iam_member",
    "google_secret_manager_secret",
    "google_secret_manager_secret_iam_member",
    "google_secret_manager_secret_version",
    "google_service_account",
    "google_service_account_iam_member",
    "google_storage_bucket",
    "google_storage_bucket_iam_member",
    "google_storage_bucket_object",
    "google_storage_transfer_job",
    "google_vpc_access_connector",
  ],
  dataSources: [
    "google_client_config",
    "google_project",
    "google_pubsub_subscription",
    "google_pubsub_topic",
    "google_storage_project_service_account",
    "google_storage_transfer_project_service_account",
  ],
  // An address a service, which nobody sets who talks to Google itself; two blocks; and Terraform's own alias.
  isLeftOut: (name) => /_custom_endpoint$|^(alias|batching|external_credentials)$/.test(name),
  leftOut: "*_custom_endpoint, batching and external_credentials",
};

/** What the provider above has not: only the service agents. */
const GOOGLE_BETA: SchemaSource = {
  package: "@cdktf/provider-google-beta@16.12.1",
  address: "hashicorp/google-beta",
  version: "6.50.0",
  resources: ["google_project_service_identity"],
  dataSources: [],
  folderPrefix: "google-",
  isLeftOut: GOOGLE.isLeftOut,
  leftOut: GOOGLE.leftOut,
};

const HELM: SchemaSource = {
  // 12.0.0 is of helm 3, which speaks another protocol.
  package: "@cdktf/provider-helm@11.0.0",
  address: "hashicorp/helm",
  version: "2.17.0",
  resources: ["helm_release"],
  dataSources: [],
  isLeftOut: (name) => name === "alias",
  leftOut: "Terraform's own alias",
};

export const SOURCES: Readonly<Record<string, SchemaSource>> = {
  google: GOOGLE,
  "google-beta": GOOGLE_BETA,
  helm: HELM,
};
