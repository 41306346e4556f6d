/**
 * The sweep, once a minute: wakes every tenant that no event has woken and that needs it. It costs one
 * listing of Jobs, one query of due tenants and the slots, however many settled tenants there are.
 *
 * @module
 */
import type { ListedJob } from "../../shared/kubernetes/cluster.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { hintQueue } from "../../shared/runtime/perform.ts";
import type { World } from "../../shared/runtime/perform.ts";
import type { TakenSlot } from "../../shared/firestore/store.ts";
import { isTenantId } from "../../shared/tenant/tenant.ts";
import { wakeTenant } from "../../shared/runtime/reconcile-event.ts";

/** How many due tenants one sweep takes on at most; the next one is a minute away. */
const MAX_DUE = 200;

/** How many tenants a sweep works on at the same time. */
const CONCURRENCY = 8;

/** A sweep takes no further tenant after so long, for the next one is about to begin. */
const MAX_MILLISECONDS = 45_000;

/** What a sweep sees. */
export interface Sighting {
  /** The tenants that are due, the longest waiting first. */
  due: string[];
  jobs: Pick<ListedJob, "tenantId" | "hasEnded">[];
  slots: TakenSlot[];
}

/**
 * The tenants to wake: those that are due, and those whose Job and slot do not go together. A Job that
 * works in its slot needs nobody; that is most of what is there.
 */
export function tenantsToWake({ due, jobs, slots }: Sighting): string[] {
  const withSlot = new Set(slots.map(({ tenantId }) => tenantId));
  const withJob = new Set(jobs.map(({ tenantId }) => tenantId));
  const endedOrStray = jobs
    .filter(({ tenantId, hasEnded }) => hasEnded || !withSlot.has(tenantId))
    .map(({ tenantId }) => tenantId);
  const withoutJob = [...withSlot].filter((tenantId) => !withJob.has(tenantId));
  return [...new Set([...due, ...endedOrStray, ...withoutJob])];
}

/** The worlds that are being swept by this process. */
const underWay = new WeakSet<World>();

/**
 * Sweeps, unless this process is at it already: on a machine that is too slow for its clock, sweeps would
 * pile up. Throws only when the database does not answer.
 */
export async function sweep(world: World): Promise<void> {
  if (underWay.has(world)) return;
  underWay.add(world);
  try {
    await sweepOnce(world);
  } finally {
    underWay.delete(world);
  }
}

/** When the cluster does not answer, nothing is woken: no tenant could be taken any further. */
async function sweepOnce(world: World): Promise<void> {
  const startedAt = Date.now();
  const jobs = await seeCluster(world);
  if (jobs === null) return;
  const { store, settings } = world;
  const [due, slots] = await Promise.all([
    store.dueTenants(new Date(startedAt), MAX_DUE),
    store.readSlots(),
    // The heartbeat, by which /health knows of the cluster without talking to it.
    store.beat(new Date()),
  ]);
  // A slot that somebody has written by hand may name anything.
  const tenantIds = tenantsToWake({ due, jobs, slots }).filter(isTenantId);
  const woken = await wakeAll(tenantIds, world, startedAt + MAX_MILLISECONDS);
  await freeOrphanedSlots(slots, jobs, world);
  const free = settings.maxConcurrentJobs - slots.length;
  if (free > 0) await hintQueue(free, world);
  log(tenantIds.length > 0 ? "INFO" : "DEBUG", "swept", {
    due: due.length,
    jobs: jobs.length,
    slots: slots.length,
    woken,
    left: tenantIds.length - woken,
  });
}

/** The site Jobs that there are; null when the cluster does not answer. */
async function seeCluster({ cluster }: World): Promise<ListedJob[] | null> {
  try {
    return await cluster.listJobs();
  } catch (error) {
    log("ERROR", "the cluster does not answer", errorFields(error));
    return null;
  }
}

/** Wakes some at a time until the deadline. Gives how many it came to. */
async function wakeAll(tenantIds: string[], world: World, deadline: number): Promise<number> {
  const queue = tenantIds.values();
  let woken = 0;
  const failures: unknown[] = [];
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const tenantId of queue) {
      // Without its database nobody comes any further.
      if (failures.length > 0 || Date.now() > deadline) return;
      await wakeTenant(tenantId, world).catch((error: unknown) => failures.push(error));
      woken += 1;
    }
  });
  await Promise.all(workers);
  if (failures.length > 0) throw failures[0];
  return woken;
}

/** A slot whose tenant has no Job and does not know of the slot would never be freed otherwise. */
async function freeOrphanedSlots(
  slots: TakenSlot[],
  jobs: ListedJob[],
  { store }: World,
): Promise<void> {
  const withJob = new Set(jobs.map(({ tenantId }) => tenantId));
  for (const slot of slots.filter(({ tenantId }) => !withJob.has(tenantId))) {
    if (await store.freeOrphanedSlot(slot)) log("WARNING", "a slot was nobody's", { ...slot });
  }
}
