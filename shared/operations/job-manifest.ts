/**
 * The Kubernetes objects of a tenant: its Secret and its site Jobs. Pure: built from the record, the
 * settings, the registry and the scripts' text alone.
 *
 * @module
 */
import type { V1Container, V1Job, V1JobSpec, V1PodSpec, V1Secret } from "@kubernetes/client-node";
import { benchNamed } from "../configuration/bench.ts";
import { jobName, secretName } from "../tenant/names.ts";
import type { SiteSecret } from "../tenant/names.ts";
import { benchOf } from "../tenant/tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { identity, literal, plain } from "./job-environment.ts";
import type { EnvironmentSource, JobOperation, SiteSettings } from "./job-environment.ts";
import { toSeconds } from "./operation-definition.ts";
import type { ContainerDefinition, OperationDefinition } from "./operation-definition.ts";
import { definitionOf, OPERATIONS } from "./registry.ts";

export const LABELS = {
  managedBy: "app.kubernetes.io/managed-by",
  tenant: "kairos.app/tenant",
  kind: "kairos.app/kind",
  generation: "kairos.app/generation",
  attempt: "kairos.app/attempt",
} as const;

export const MANAGED_BY = "kairos-control-plane";

/** The claim of the volume that all benches, links and records of sites are on, made by the operator. */
const VOLUME_CLAIM = "kairos-volume";

/** Where a site Job has it. The scripts rely on it. */
const VOLUME = "/volume";

/** Where the image of Frappe's maintainers has its bench. */
const BENCH = "/home/frappe/frappe-bench";

/** The user `frappe` of that image. */
const FRAPPE_UID = 1000;

/** Killing a site Job anywhere is safe, so it need not be given long to stop. */
const STOP_GRACE_SECONDS = 5;

/**
 * A Pod with a deadline of its own is one that a quota with the scope `Terminating` counts, and so the
 * quota counts site Jobs only. It is later than the Job's, whose condition says more.
 */
const POD_GRACE_SECONDS = 300;

/** Only a backstop: a Job is deleted as soon as its outcome is recorded. */
const KEEP_FINISHED_SECONDS = 7 * 24 * 3600;

/** The exit codes of the site scripts after which no further attempt can succeed. */
export const FINAL_EXIT_CODES = [65, 66, 67, 68];

/** The whole script of every container, by `KIND/CONTAINER`. */
export type SiteScripts = ReadonlyMap<string, string>;

/** The scripts of all kinds of site Jobs, each made from what is said of its container. */
export function siteScripts(
  textOf: (container: ContainerDefinition, kind: string) => string,
): SiteScripts {
  const entries = OPERATIONS.flatMap(({ kind, containers }) =>
    containers.map((each) => [`${kind}/${each.name}`, textOf(each, kind)] as const),
  );
  return new Map(entries);
}

export interface ManifestSettings extends SiteSettings {
  namespace: string;
  scripts: SiteScripts;
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
  settings: Pick<ManifestSettings, "namespace">,
): V1Secret {
  return secretOf(tenantId, "passwords", settings, {
    database_password: passwords.database,
    administrator_password: passwords.administrator,
  });
}

/** The Secret with the key of a tenant's backups, in hex. */
export function backupKeySecret(
  tenantId: string,
  key: string,
  settings: Pick<ManifestSettings, "namespace">,
): V1Secret {
  return secretOf(tenantId, "backup-key", settings, { key });
}

function secretOf(
  tenantId: string,
  secret: SiteSecret,
  { namespace }: Pick<ManifestSettings, "namespace">,
  stringData: Record<string, string>,
): V1Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: secretName(tenantId, secret),
      namespace,
      labels: { [LABELS.managedBy]: MANAGED_BY, [LABELS.tenant]: tenantId },
    },
    type: "Opaque",
    stringData,
  };
}

/** The name of the bench that an operation's Job works in. */
export function benchOfJob(tenant: Tenant, { kind }: JobOperation): string {
  return definitionOf(kind).bench?.(tenant) ?? benchOf(tenant);
}

/** The one site Job that carries out an operation. The settings must name the bench that it works in. */
export function siteJob(
  tenant: Tenant,
  operation: JobOperation,
  settings: ManifestSettings,
): V1Job {
  const benchName = benchOfJob(tenant, operation);
  const bench = benchNamed(settings.benches, benchName);
  if (bench === null) throw new TypeError(`The settings do not name the bench ${benchName}.`);
  const labels = {
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.tenant]: tenant.id,
    [LABELS.kind]: operation.kind,
    [LABELS.generation]: String(operation.generation),
    [LABELS.attempt]: String(operation.attempt),
  };
  const definition = definitionOf(operation.kind);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: jobName(tenant.id), namespace: settings.namespace, labels },
    spec: {
      ...jobLimits(toSeconds(definition.deadlineSeconds, settings)),
      template: {
        metadata: { labels },
        spec: podSpec(definition, { tenant, settings, bench }, operation, settings),
      },
    },
  };
}

function jobLimits(deadlineSeconds: number): Omit<V1JobSpec, "template"> {
  return {
    // What Kubernetes would repeat unseen, the control plane repeats in sight.
    backoffLimit: 0,
    activeDeadlineSeconds: deadlineSeconds,
    ttlSecondsAfterFinished: KEEP_FINISHED_SECONDS,
    podFailurePolicy: {
      rules: [
        { action: "FailJob", onExitCodes: { operator: "In", values: FINAL_EXIT_CODES } },
        // A drained node is nobody's failure.
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
  };
}

function podSpec(
  definition: OperationDefinition,
  source: EnvironmentSource,
  operation: JobOperation,
  settings: ManifestSettings,
): V1PodSpec {
  return {
    ...containersOf(definition, source, operation, settings),
    restartPolicy: "Never",
    activeDeadlineSeconds: toSeconds(definition.deadlineSeconds, settings) + POD_GRACE_SECONDS,
    terminationGracePeriodSeconds: STOP_GRACE_SECONDS,
    ...(definition.serviceAccount !== undefined && {
      serviceAccountName: definition.serviceAccount,
    }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: FRAPPE_UID,
      runAsGroup: FRAPPE_UID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: [{ name: "volume", persistentVolumeClaim: { claimName: VOLUME_CLAIM } }],
  };
}

/** All but the last are init containers, which Kubernetes runs one after the other. */
function containersOf(
  { kind, containers }: OperationDefinition,
  source: EnvironmentSource,
  operation: JobOperation,
  settings: ManifestSettings,
): Pick<V1PodSpec, "initContainers" | "containers"> {
  const made = containers.map((each) => container(kind, each, source, operation, settings));
  const initContainers = made.slice(0, -1);
  return {
    ...(initContainers.length > 0 && { initContainers }),
    containers: made.slice(-1),
  };
}

function container(
  kind: string,
  { name, limitSeconds, memory, environment }: ContainerDefinition,
  source: EnvironmentSource,
  operation: JobOperation,
  settings: ManifestSettings,
): V1Container {
  const { bench } = source;
  const script = settings.scripts.get(`${kind}/${name}`);
  if (script === undefined) throw new TypeError(`The container ${kind}/${name} has no script.`);
  return {
    name,
    image: bench.image,
    workingDir: BENCH,
    // Instead of the image's entrypoint, which removes sites/assets and links it anew, for all sites.
    command: ["bash", "-c", literal(script)],
    env: [
      ...identity(source, operation),
      plain("TIME_LIMIT_SECONDS", String(toSeconds(limitSeconds, settings))),
      ...environment(source),
    ],
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "volume", mountPath: VOLUME },
      // bench knows its sites by this place alone. Nothing can be moved from one mount to another.
      { name: "volume", mountPath: `${BENCH}/sites`, subPath: `benches/${bench.name}/sites` },
    ],
    resources: {
      requests: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "1Gi" },
      limits: { cpu: "1", memory: memory?.(settings) ?? "2Gi", "ephemeral-storage": "1Gi" },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
  };
}
