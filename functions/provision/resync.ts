/**
 * The resync, once a minute: reconciles every tenant that needs it and that no event has reached. It costs one
 * listing of Jobs, one query of due tenants, one of unsent events and the slots, however many settled tenants there are;
 * with a pool one query of its standbys, with custom domains one of those that are due, and with backups one of theirs; one of the
 * rollouts that are due, and for one that is under way what its steps read.
 *
 * @module
 */
import type { ListedJob } from "../../shared/kubernetes/cluster.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { triggerQueue } from "../../shared/runtime/run-reconcile.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import type { TakenSlot } from "../../shared/firestore/store.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import { reconcileTenant } from "../../shared/runtime/reconcile-tenant.ts";
import { keepBackups } from "./keep-backups.ts";
import { keepRollouts } from "./keep-rollouts.ts";
import { keepPool } from "./keep-pool.ts";
import { checkDomains } from "./check-domains.ts";
import { sendUnsent } from "./send-unsent.ts";
import { workThrough } from "./work-through.ts";

/** How many due tenants one resync takes on at most; the next one is a minute away. */
const MAX_DUE = 200;

/** A resync takes no further tenant after so long, for the next one is about to begin. */
const MAX_MILLISECONDS = 45_000;

/** What a resync sees. */
export interface Sighting {
  /** The tenants that are due, the longest waiting first. */
  due: string[];
  jobs: Pick<ListedJob, "tenantId" | "hasEnded">[];
  slots: TakenSlot[];
}

/**
 * The tenants to reconcile: those that are due, and those whose Job and slot do not go together. A Job that
 * works in its slot needs nobody; that is most of what is there.
 */
export function tenantsToReconcile({ due, jobs, slots }: Sighting): string[] {
  const withSlot = new Set(slots.map(({ tenantId }) => tenantId));
  const withJob = new Set(jobs.map(({ tenantId }) => tenantId));
  const endedOrStray = jobs
    .filter(({ tenantId, hasEnded }) => hasEnded || !withSlot.has(tenantId))
    .map(({ tenantId }) => tenantId);
  const withoutJob = [...withSlot].filter((tenantId) => !withJob.has(tenantId));
  return [...new Set([...due, ...endedOrStray, ...withoutJob])];
}

/** What this process is resyncing. */
const underWay = new WeakSet<Dependencies>();

/**
 * Resyncs, unless this process is at it already: on a machine that is too slow for its clock, resyncs would
 * pile up. Throws only when the database does not answer.
 */
export async function resync(dependencies: Dependencies): Promise<void> {
  if (underWay.has(dependencies)) return;
  underWay.add(dependencies);
  try {
    await resyncOnce(dependencies);
  } finally {
    underWay.delete(dependencies);
  }
}

/** When the cluster does not answer, nothing is reconciled: no tenant could be taken any further. */
async function resyncOnce(dependencies: Dependencies): Promise<void> {
  const startedAt = Date.now();
  const jobs = await seeCluster(dependencies);
  if (jobs === null) return;
  const { store, settings } = dependencies;
  const [due, slots] = await Promise.all([
    store.dueTenants(new Date(startedAt), MAX_DUE),
    store.readSlots(),
    // The heartbeat, by which /health knows of the cluster without talking to it.
    store.recordHeartbeat(new Date()),
  ]);
  // A slot that somebody has written by hand may name anything.
  const tenantIds = tenantsToReconcile({ due, jobs, slots }).filter(isTenantId);
  // Without its database nobody comes any further, so the first failure is the last.
  const reconciled = await workThrough(tenantIds, startedAt + MAX_MILLISECONDS, (tenantId) =>
    reconcileTenant(tenantId, dependencies),
  );
  const oldestUnsentSeconds = await sendUnsent(dependencies, new Date());
  await freeOrphanedSlots(slots, jobs, dependencies);
  const pool = await keepPool(dependencies, new Date());
  await checkDomains(dependencies, new Date());
  await keepBackups(dependencies, new Date());
  await keepRollouts(dependencies, new Date());
  const free = settings.maxConcurrentJobs - slots.length;
  if (free > 0) await triggerQueue(free, dependencies);
  log(tenantIds.length > 0 ? "INFO" : "DEBUG", "ResyncFinished", {
    due: due.length,
    jobs: jobs.length,
    slots: slots.length,
    reconciled,
    left: tenantIds.length - reconciled,
    oldestUnsentSeconds,
    ...(settings.poolSize > 0 && { made: pool.made, dropped: pool.dropped.length }),
  });
}

/** The site Jobs that there are; null when the cluster does not answer. */
async function seeCluster({ cluster }: Dependencies): Promise<ListedJob[] | null> {
  try {
    return await cluster.listJobs();
  } catch (error) {
    log("ERROR", "ClusterUnavailable", errorFields(error));
    return null;
  }
}

/** A slot whose tenant has no Job and does not know of the slot would never be freed otherwise. */
async function freeOrphanedSlots(
  slots: TakenSlot[],
  jobs: ListedJob[],
  { store }: Dependencies,
): Promise<void> {
  const withJob = new Set(jobs.map(({ tenantId }) => tenantId));
  for (const slot of slots.filter(({ tenantId }) => !withJob.has(tenantId))) {
    if (await store.freeOrphanedSlot(slot)) log("WARNING", "OrphanedSlotFreed", { ...slot });
  }
}
