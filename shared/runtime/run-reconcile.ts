/**
 * Joins the pure core to the adapters: how each I/O request of a reconcile is performed.
 *
 * @module
 */
import type { V1Secret } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import type { Bucket } from "../backups/bucket.ts";
import type { Bus } from "../pubsub/bus.ts";
import type { Cluster } from "../kubernetes/cluster.ts";
import type { DomainDependencies } from "./reconcile-domains.ts";
import { createDecisionLog } from "./decision-log.ts";
import { deleteSecrets } from "./delete-secrets.ts";
import { errorFields, log, writeLogLine } from "../platform/log.ts";
import { backupKey } from "../backups/backup-key.ts";
import type { KeptBackups } from "../backups/schedule.ts";
import { backupKeySecret, benchOfJob, siteJob, siteSecret } from "../operations/job-manifest.ts";
import type { ManifestSettings } from "../operations/job-manifest.ts";
import type { Blocker } from "../reconciler/blocker.ts";
import type { JobReport } from "../reconciler/decision.ts";
import { runSteps } from "../reconciler/run-steps.ts";
import { reconcile } from "../reconciler/reconcile.ts";
import type { IoHandlers, ReconcileSettings, Version } from "../reconciler/ports.ts";
import type { Store } from "../firestore/store.ts";
import type { SiteSecret } from "../tenant/names.ts";
import type { Operation, Phase, Tenant } from "../tenant/tenant.ts";
import { benchNamed } from "../configuration/bench.ts";
import { sendTrigger } from "../pubsub/send-trigger.ts";

/** How many sites are to be there before anybody asks. */
export interface PoolSettings {
  poolSize: number;
  poolMaxAgeDays: number;
}

/** Which backups are made by themselves. */
export interface BackupSettings {
  /** Of which the keys of all backups are derived, in hex; null where there are none. */
  backupSecret: string | null;
  /** When the night begins, in UTC. */
  backupHour: number;
  backupKeepDaily: KeptBackups["daily"];
  backupKeepWeekly: KeptBackups["weekly"];
  backupKeepMonthly: KeptBackups["monthly"];
  /** How often each tenant's newest backup is restored apart; 0 for never. */
  restoreTestDays: number;
}

export interface Dependencies {
  store: Store;
  cluster: Cluster;
  bus: Bus;
  /** Not there where there are no backups. */
  bucket?: Pick<Bucket, "removeExports"> | null | undefined;
  /** Not there where custom domains are not set up. */
  domains?: DomainDependencies["domains"] | undefined;
  settings: ManifestSettings & ReconcileSettings & PoolSettings & BackupSettings;
}

/**
 * Reconciles one tenant with the real adapters, and logs every decision with how long its steps took.
 * Gives the tenant's phase at the end; null when it is gone. Throws an `AdapterError` when an adapter fails.
 */
export async function runReconcile(
  tenantId: string,
  dependencies: Dependencies,
): Promise<Phase | null> {
  const decisionLog = createDecisionLog(writeLogLine);
  try {
    const handlers = decisionLog.watch(handlersFor(dependencies));
    return await runSteps(reconcile(tenantId, dependencies.settings), handlers);
  } finally {
    decisionLog.end();
  }
}

/** What performs each kind of I/O request. */
export function handlersFor(dependencies: Dependencies): IoHandlers {
  const { store, cluster, bus, settings } = dependencies;
  return {
    now: () => Promise.resolve(new Date()),
    readTenant: ({ tenantId }) => store.readTenant(tenantId),
    writeTenant: ({ stored, changes, freedSlot, seen }) =>
      store.writeTenant(stored, changes, { freedSlot, seen }),
    readSlots: async () => (await store.readSlots()).map(({ slot }) => slot),
    claimSlot: ({ stored, slot, changes }) => store.claimSlot(stored, slot, changes),
    triggerNextInQueue: () => triggerQueue(1, { store, bus }),
    readReport: ({ tenantId, uid }) => readReport(tenantId, uid, cluster),
    readJob: ({ tenantId }) => cluster.readJob(tenantId),
    createJob: async ({ tenant, operation }) =>
      benchMissing(tenant, operation, settings) ??
      cluster.createJob(siteJob(tenant, operation, settings)),
    deleteJob: ({ tenantId, uid }) => cluster.deleteJob(tenantId, uid),
    createSecret: async ({ tenantId, secret }) =>
      cluster.createSecret(await newSecret(tenantId, secret, dependencies)),
    deleteSecret: ({ tenantId }) => deleteSecretThings(tenantId, dependencies),
    endDeletion: ({ tenant, version }) => endDeletion(tenant, version, dependencies),
    decided: () => Promise.resolve(),
  };
}

/** What keeps a Job from being made until an operator names its bench again; null where the settings do. */
function benchMissing(
  tenant: Tenant,
  operation: Operation,
  { benches }: Pick<ManifestSettings, "benches">,
): Blocker | null {
  const name = benchOfJob(tenant, operation);
  if (benchNamed(benches, name) !== null) return null;
  const named = benches.map((bench) => bench.name).join(", ");
  const message = `The settings do not name the bench ${name}: they name ${named}.`;
  return { reason: "BenchMissing", message, since: new Date() };
}

/** What is secret is born here and ends in the Secret: no reconcile, record or log sees it. */
async function newSecret(
  tenantId: string,
  secret: SiteSecret,
  { store, settings }: Dependencies,
): Promise<V1Secret> {
  if (secret === "passwords") {
    const passwords = { database: newPassword(), administrator: newPassword() };
    return siteSecret(tenantId, passwords, settings);
  }
  if (settings.backupSecret === null) {
    throw new TypeError("There are no backups here: BACKUP_BUCKET and BACKUP_SECRET are not set.");
  }
  const salt = await store.backupSalt(tenantId, randomBytes(32).toString("hex"));
  return backupKeySecret(tenantId, backupKey(settings.backupSecret, salt, tenantId), settings);
}

/** Nobody is to read anything of a tenant that is gone: what was exported of its backups goes with its Secrets. */
async function deleteSecretThings(tenantId: string, dependencies: Dependencies): Promise<void> {
  await dependencies.bucket?.removeExports(tenantId);
  await deleteSecrets(tenantId, dependencies);
}

/** What a tenant had of custom domains is taken apart as soon as it is gone. */
async function endDeletion(
  tenant: Tenant,
  version: Version,
  { store, bus, domains }: Dependencies,
): Promise<boolean> {
  const hasEnded = await store.endDeletion(tenant, version, new Date());
  if (hasEnded && domains) await sendTrigger("domains", tenant.id, bus);
  return hasEnded;
}

/** What is left of a Job. An outcome is recorded without it rather than not at all. */
async function readReport(
  tenantId: string,
  uid: string,
  cluster: Cluster,
): Promise<JobReport | null> {
  try {
    return await cluster.readReport(tenantId, uid);
  } catch (error) {
    log("WARNING", "ReportNotRead", { tenantId, ...errorFields(error) });
    return null;
  }
}

/**
 * Triggers the first so many of those that wait for a slot. Never throws: a trigger that is lost costs time,
 * and the resync sees free slots and those who wait.
 */
export async function triggerQueue(
  count: number,
  { store, bus }: Pick<Dependencies, "store" | "bus">,
): Promise<void> {
  try {
    const waiting = await store.queue(count);
    await Promise.all(
      waiting.map((tenantId) => bus.publish({ kind: "tenant", tenant_id: tenantId })),
    );
  } catch (error) {
    log("WARNING", "QueueNotTriggered", errorFields(error));
  }
}

/** 192 bits, in characters that need no quoting anywhere. */
function newPassword(): string {
  return randomBytes(24).toString("hex");
}
