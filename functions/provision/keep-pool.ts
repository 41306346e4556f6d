/**
 * The resync's part in the pool: it makes standbys where some are missing, and drops those that are of no use.
 *
 * A pool in order costs one query, which reads each standby. What is to be done is decided once more after the pool's own
 * document was read, which every write that makes standbys insists on: so two at once do not make twice as many.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Standbys, Store } from "../../shared/firestore/store.ts";
import { currentBench } from "../../shared/configuration/bench.ts";
import { standbyOf } from "../../shared/tenant/standby.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { countFailures, planPool } from "../../shared/reconciler/plan-pool.ts";
import type { PoolState, WantedPool } from "../../shared/reconciler/plan-pool.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { newStandby, POOL } from "../../shared/tenant/standby.ts";
import { hasFailed } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { dropTenant } from "./drop-tenant.ts";
import { workThrough } from "./work-through.ts";
import { sendTrigger } from "../../shared/pubsub/send-trigger.ts";

/** As many as fit well into one batch; the next resync is a minute away. */
const MAX_MADE = 100;

/** And as many as one resync drops. */
const MAX_DROPPED = 100;

/** A resync has more to do. */
const MAX_MILLISECONDS = 10_000;

/** What a resync did for the pool. */
export interface PoolKept {
  made: number;
  /** Their ids. */
  dropped: string[];
}

const NOTHING: PoolKept = { made: 0, dropped: [] };

/** Keeps the pool, where there is to be one. Never throws: a resync has more to do. */
export async function keepPool(dependencies: Dependencies, now: Date): Promise<PoolKept> {
  if (!(dependencies.settings.poolSize > 0)) return NOTHING;
  try {
    return await keep(dependencies, now);
  } catch (error) {
    log("WARNING", "PoolNotKept", errorFields(error));
    return NOTHING;
  }
}

/**
 * Drops what is left of a pool that was turned off, and gives their ids. For the garbage collection, so that a resync
 * without a pool costs nothing for it.
 */
export async function drainPool(dependencies: Dependencies, now: Date): Promise<string[]> {
  if (dependencies.settings.poolSize > 0) return [];
  const all: string[] = [];
  for (;;) {
    const { dropped } = await keep(dependencies, now);
    if (dropped.length === 0) return all;
    all.push(...dropped);
  }
}

async function keep(dependencies: Dependencies, now: Date): Promise<PoolKept> {
  const { store } = dependencies;
  const glance = planPool(recordsOf(await seeStandbys(dependencies)), wantedIn(dependencies), now);
  if (glance.make === 0 && glance.drop.length === 0) return NOTHING;
  const pool = await store.readPool();
  const seen = await seeStandbys(dependencies);
  const state = countFailures(pool.state, recordsOf(seen), now);
  const plan = planPool(recordsOf(seen), wantedIn(dependencies), now, state.paused_until);
  const made = seen.isComplete ? newStandbys(plan.make, dependencies, now) : [];
  const isNews = made.length > 0 || state !== pool.state;
  // Another resync is at it.
  if (isNews && !(await store.writePool(pool, state, made, now))) return NOTHING;
  if (state.paused_until !== pool.state.paused_until) tellOfPause(state, recordsOf(seen));
  await Promise.all(made.map(({ id }) => sendTrigger("tenant", id, dependencies.bus)));
  const dropped = await drop(plan.drop, seen, dependencies, now);
  return { made: made.length, dropped };
}

/** Twice the pool's size is all that there should be, and then some that have failed. */
function seeStandbys({ store, settings }: Dependencies): Promise<Standbys> {
  return store.readStandbys(2 * settings.poolSize + MAX_DROPPED);
}

const recordsOf = ({ standbys }: Standbys): Tenant[] => standbys.map(({ record }) => record);

function wantedIn({ settings }: Dependencies): WantedPool {
  const { poolSize: size, poolMaxAgeDays: maxAgeDays } = settings;
  return { size, maxAgeDays, standby: standbyOf(currentBench(settings.benches)) };
}

function newStandbys(count: number, { settings }: Dependencies, now: Date): Tenant[] {
  const standby = standbyOf(currentBench(settings.benches));
  return Array.from({ length: Math.min(count, MAX_MADE) }, () =>
    newStandby({ id: randomUUID(), commandId: randomUUID(), standby }, now),
  );
}

function tellOfPause({ failures, paused_until }: PoolState, standbys: Tenant[]): void {
  const reasons = standbys.filter(hasFailed).map(({ status }) => status.reason);
  log("ERROR", "PoolPaused", { failures, reasons, until: paused_until });
}

/** Whoever was given to a customer since it was read is not dropped. Gives who is. */
async function drop(
  tenants: Tenant[],
  { standbys }: Standbys,
  { store }: Dependencies,
  now: Date,
): Promise<string[]> {
  const dropped: string[] = [];
  const unwanted = new Set(tenants.slice(0, MAX_DROPPED));
  const stored = standbys.filter(({ record }) => unwanted.has(record));
  await workThrough(stored, Date.now() + MAX_MILLISECONDS, async (standby) => {
    if (await dropStandby(standby, store, now)) dropped.push(standby.record.id);
  });
  return dropped;
}

/** In the pool's name. */
export function dropStandby(standby: Stored<Tenant>, store: Store, now: Date): Promise<boolean> {
  return dropTenant(standby, POOL, store, now);
}
