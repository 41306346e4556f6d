/**
 * The Kubernetes objects of a tenant: its Secret and its site Jobs. Pure: built from the record, the
 * settings and the scripts' text alone. Everything variable reaches a script as environment.
 *
 * @module
 */
import type {
  V1Container,
  V1EnvVar,
  V1Job,
  V1JobSpec,
  V1PodSpec,
  V1Secret,
} from "@kubernetes/client-node";
import type { SiteScripts } from "./scripts/read-scripts.ts";
import type { Operation, Tenant } from "../tenant/tenant.ts";
import { databaseName, jobName, siteHost } from "../tenant/tenant.ts";

export const LABELS = {
  managedBy: "app.kubernetes.io/managed-by",
  tenant: "kairos.app/tenant",
  kind: "kairos.app/kind",
  generation: "kairos.app/generation",
  attempt: "kairos.app/attempt",
} as const;

export const MANAGED_BY = "kairos-control-plane";

/** The Secret with the database administrator's `username` and `password`, made by the operator. */
export const DATABASE_ADMIN_SECRET = "frappe-database-admin";

/** The volume claim of the bench's `sites`, made by the operator. */
const SITES_CLAIM = "frappe-sites";

/** Where the image of Frappe's maintainers has its bench. */
const BENCH = "/home/frappe/frappe-bench";

/** The user `frappe` of that image. */
const FRAPPE_UID = 1000;

/** Killing a site Job anywhere is safe, so it need not be given long to stop. */
const STOP_GRACE_SECONDS = 5;

const ACTIVE_DEADLINE_SECONDS = 2400;

/**
 * A Pod with a deadline of its own is one that a quota with the scope `Terminating` counts, and so the
 * quota counts site Jobs only. It is later than the Job's, whose condition says more.
 */
const POD_DEADLINE_SECONDS = ACTIVE_DEADLINE_SECONDS + 300;

/** Only a backstop: a Job is deleted as soon as its outcome is recorded. */
const KEEP_FINISHED_SECONDS = 7 * 24 * 3600;

/** The exit codes of the site scripts after which no further attempt can succeed. */
export const FINAL_EXIT_CODES = [65, 66, 67];

export interface ManifestSettings {
  namespace: string;
  baseDomain: string;
  frappeImage: string;
  frappeApps: string[];
  databaseHost: string;
  databasePort: number;
  /** How the site Jobs' own client reaches the database. */
  databaseTls: DatabaseTls;
  /** Whose certificates are believed then, in PEM; null for those that the image knows. */
  databaseCa: string | null;
  /** Where the bench's web server answers within the cluster; null where nobody looks. */
  benchUrl: string | null;
  scripts: SiteScripts;
}

/**
 * `default` is what the image's client does by itself; `verify` insists on a certificate that a known authority
 * has signed; `off` encrypts nothing.
 */
export const DATABASE_TLS = ["default", "verify", "off"] as const;
export type DatabaseTls = (typeof DATABASE_TLS)[number];

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

/** What of an operation its Job has to know. */
type JobOperation = Pick<Operation, "kind" | "generation" | "attempt">;

/** The one site Job that carries out an operation. */
export function siteJob(
  tenant: Tenant,
  operation: JobOperation,
  settings: ManifestSettings,
): V1Job {
  const labels = {
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.tenant]: tenant.id,
    [LABELS.kind]: operation.kind,
    [LABELS.generation]: String(operation.generation),
    [LABELS.attempt]: String(operation.attempt),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobName(tenant.id), namespace: settings.namespace, labels },
    spec: {
      ...JOB_LIMITS,
      template: { metadata: { labels }, spec: podSpec(tenant, operation, settings) },
    },
  };
}

const JOB_LIMITS: Omit<V1JobSpec, "template"> = {
  // What Kubernetes would repeat unseen, the control plane repeats in sight.
  backoffLimit: 0,
  activeDeadlineSeconds: ACTIVE_DEADLINE_SECONDS,
  ttlSecondsAfterFinished: KEEP_FINISHED_SECONDS,
  podFailurePolicy: {
    rules: [
      { action: "FailJob", onExitCodes: { operator: "In", values: FINAL_EXIT_CODES } },
      // A drained node is nobody's failure.
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    ],
  },
};

function podSpec(tenant: Tenant, operation: JobOperation, settings: ManifestSettings): V1PodSpec {
  return {
    ...containersOf(tenant, operation, settings),
    restartPolicy: "Never",
    activeDeadlineSeconds: POD_DEADLINE_SECONDS,
    terminationGracePeriodSeconds: STOP_GRACE_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: FRAPPE_UID,
      runAsGroup: FRAPPE_UID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: [{ name: "sites", persistentVolumeClaim: { claimName: SITES_CLAIM } }],
  };
}

function containersOf(
  tenant: Tenant,
  operation: JobOperation,
  settings: ManifestSettings,
): Pick<V1PodSpec, "initContainers" | "containers"> {
  const { scripts } = settings;
  const container = (
    name: string,
    script: string,
    env: V1EnvVar[],
    limitSeconds: number,
  ): V1Container => ({
    name,
    image: settings.frappeImage,
    workingDir: BENCH,
    // Instead of the image's entrypoint, which removes sites/assets and links it anew, for all sites.
    command: ["bash", "-c", literal(script)],
    env: [
      ...identity(tenant, operation, settings),
      plain("TIME_LIMIT_SECONDS", String(limitSeconds)),
      ...env,
    ],
    ...CONTAINER_LIMITS,
  });
  const admin = administrator(tenant, settings);
  const password = tenantPassword(tenant);
  const visited = plain("BENCH_URL", settings.benchUrl ?? "");
  switch (operation.kind) {
    case "create": {
      const site = [...createdSite(tenant, settings), visited];
      const { createDatabase, createSite } = scripts;
      return {
        initContainers: [container("database", createDatabase, [...admin, password], 300)],
        containers: [container("site", createSite, site, 1500)],
      };
    }
    case "drop":
      return { containers: [container("site", scripts.drop, admin, 1500)] };
    case "suspend":
    case "resume": {
      const script = scripts[operation.kind];
      return { containers: [container("site", script, [...admin, password, visited], 600)] };
    }
  }
}

const CONTAINER_LIMITS: Omit<V1Container, "name"> = {
  terminationMessagePolicy: "FallbackToLogsOnError",
  volumeMounts: [{ name: "sites", mountPath: `${BENCH}/sites` }],
  resources: {
    requests: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "1Gi" },
    limits: { cpu: "1", memory: "2Gi", "ephemeral-storage": "1Gi" },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  },
};

/** Whose site it is and which operation comes to it: what every script needs. */
function identity(tenant: Tenant, operation: JobOperation, settings: ManifestSettings): V1EnvVar[] {
  return [
    plain("TENANT_ID", tenant.id),
    plain("GENERATION", String(operation.generation)),
    plain("ATTEMPT", String(operation.attempt)),
    { name: "POD_UID", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } },
    plain("SITE", siteHost(tenant, settings.baseDomain)),
  ];
}

function database(tenant: Tenant, settings: ManifestSettings): V1EnvVar[] {
  return [
    plain("DB_HOST", settings.databaseHost),
    plain("DB_PORT", String(settings.databasePort)),
    plain("DB_NAME", databaseName(tenant.id)),
  ];
}

/** What only a container that runs none of the apps' code may have. */
function administrator(tenant: Tenant, settings: ManifestSettings): V1EnvVar[] {
  return [
    ...database(tenant, settings),
    secret("DB_ROOT_USERNAME", DATABASE_ADMIN_SECRET, "username"),
    secret("DB_ROOT_PASSWORD", DATABASE_ADMIN_SECRET, "password"),
    plain("DB_TLS", settings.databaseTls),
    plain("DB_TLS_CA", settings.databaseCa ?? ""),
  ];
}

function createdSite(tenant: Tenant, settings: ManifestSettings): V1EnvVar[] {
  return [
    ...database(tenant, settings),
    tenantPassword(tenant),
    secret("ADMIN_PASSWORD", jobName(tenant.id), "administrator_password"),
    plain("APPS", settings.frappeApps.join(" ")),
    plain("TENANT_EMAIL", tenant.email),
    plain("TENANT_FIRST_NAME", tenant.first_name ?? ""),
    plain("TENANT_LAST_NAME", tenant.last_name ?? ""),
    plain("ORGANIZATION", tenant.organization),
  ];
}

function tenantPassword(tenant: Tenant): V1EnvVar {
  return secret("DB_PASSWORD", jobName(tenant.id), "database_password");
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
