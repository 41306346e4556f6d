/**
 * The Kubernetes objects of a tenant: its Secret and its site Job. Pure: built from the record, the
 * settings and the scripts' text alone. Everything variable reaches a script as environment.
 *
 * @module
 */
import type { V1EnvVar, V1Job, V1ObjectMeta, V1Secret } from "@kubernetes/client-node";
import type { JobKind, Operation, Tenant } from "./tenant.ts";
import { databaseName, jobName, siteHost } from "./tenant.ts";

export const LABELS = {
  managedBy: "app.kubernetes.io/managed-by",
  tenant: "kairos.app/tenant",
  kind: "kairos.app/kind",
  generation: "kairos.app/generation",
  attempt: "kairos.app/attempt",
} as const;

export const MANAGED_BY = "kairos-control-plane";

/** Where the image of Frappe's maintainers has its bench. */
const BENCH = "/home/frappe/frappe-bench";

/** Killing a site Job anywhere is safe, so it need not be given long to stop. */
const STOP_GRACE_SECONDS = 5;

const ACTIVE_DEADLINE_SECONDS = 1800;

/** Only a backstop: a Job is deleted as soon as its outcome is recorded. */
const KEEP_FINISHED_SECONDS = 7 * 24 * 3600;

export interface ManifestSettings {
  namespace: string;
  baseDomain: string;
  frappeImage: string;
  frappeApps: string[];
  databaseHost: string;
  databasePort: number;
  /** The text of each kind's script. */
  scripts: Record<JobKind, string>;
}

/** The passwords of a site, made once and never read back. */
export interface SitePasswords {
  database: string;
  administrator: string;
}

/** The Secret that all site Jobs of a tenant share. */
export function siteSecret(
  tenantId: string,
  passwords: SitePasswords,
  { namespace }: Pick<ManifestSettings, "namespace">,
): V1Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: jobName(tenantId),
      namespace,
      labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.tenant]: tenantId },
    },
    type: "Opaque",
    stringData: {
      database_password: passwords.database,
      administrator_password: passwords.administrator,
    },
  };
}

/** The one site Job that carries out an operation. */
export function siteJob(tenant: Tenant, operation: Operation, settings: ManifestSettings): V1Job {
  const labels = {
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.tenant]: tenant.id,
    [LABELS.kind]: operation.kind,
    [LABELS.generation]: String(operation.generation),
    [LABELS.attempt]: String(operation.attempt),
  };
  const metadata: V1ObjectMeta = {
    name: jobName(tenant.id),
    namespace: settings.namespace,
    labels,
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      // What Kubernetes would repeat unseen, the control plane repeats in sight.
      backoffLimit: 0,
      activeDeadlineSeconds: ACTIVE_DEADLINE_SECONDS,
      ttlSecondsAfterFinished: KEEP_FINISHED_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: STOP_GRACE_SECONDS,
          automountServiceAccountToken: false,
          containers: [
            {
              name: operation.kind,
              image: settings.frappeImage,
              workingDir: BENCH,
              // In `args`, so that the image's entrypoint runs first.
              args: ["bash", "-c", literal(settings.scripts[operation.kind])],
              env: environment(tenant, operation.kind, settings),
              terminationMessagePolicy: "FallbackToLogsOnError",
              volumeMounts: [{ name: "sites", mountPath: `${BENCH}/sites` }],
            },
          ],
          volumes: [{ name: "sites", persistentVolumeClaim: { claimName: "frappe-sites" } }],
        },
      },
    },
  };
}

/** The Secret with the database administrator's `username` and `password`, made by the operator. */
export const DATABASE_ADMIN_SECRET = "frappe-database-admin";

function environment(tenant: Tenant, kind: JobKind, settings: ManifestSettings): V1EnvVar[] {
  const common = [
    plain("TENANT_ID", tenant.id),
    plain("SITE", siteHost(tenant, settings.baseDomain)),
    plain("DB_HOST", settings.databaseHost),
    plain("DB_PORT", String(settings.databasePort)),
    plain("DB_NAME", databaseName(tenant.id)),
    secret("DB_ROOT_USERNAME", DATABASE_ADMIN_SECRET, "username"),
    secret("DB_ROOT_PASSWORD", DATABASE_ADMIN_SECRET, "password"),
  ];
  switch (kind) {
    case "create":
      return [
        ...common,
        plain("APPS", settings.frappeApps.join(" ")),
        plain("TENANT_EMAIL", tenant.email),
        plain("ORGANIZATION", tenant.organization),
        secret("DB_PASSWORD", jobName(tenant.id), "database_password"),
        secret("ADMIN_PASSWORD", jobName(tenant.id), "administrator_password"),
      ];
    case "drop":
      return common;
  }
}

function plain(name: string, value: string): V1EnvVar {
  return { name, value: literal(value) };
}

function secret(name: string, secretName: string, key: string): V1EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

/**
 * Kubernetes replaces `$(NAME)` in `args` and in environment values, and reads `$$` as one dollar
 * sign (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
 * This is the text that it turns into exactly the given one.
 */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, "$$$$");
}
