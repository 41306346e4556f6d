/**
 * The resync's part in rollouts: it takes each a few steps further. Where none is under way, it costs one query; else, for each step, those
 * tenants that are under way and a page of those that come next, however many there are.
 *
 * Whoever is asked stands in the rollout's record before, under whose version that is written: of two resyncs at once one asks.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { otherBackup } from "../../shared/backups/schedule.ts";
import type { ReadTenant } from "../../shared/firestore/store.ts";
import { DamagedRecordError } from "../../shared/platform/errors.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { sendTrigger } from "../../shared/pubsub/send-trigger.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import { decideRollout } from "../../shared/rollouts/decide-rollout.ts";
import { readsFor } from "../../shared/rollouts/observed-rollout.ts";
import type { ObservedRollout, SeenTenant } from "../../shared/rollouts/observed-rollout.ts";
import type { Rollout } from "../../shared/rollouts/rollout.ts";
import { seeTenant } from "../../shared/rollouts/see-tenant.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { benchNamed } from "../../shared/configuration/bench.ts";
import { standbyOf } from "../../shared/tenant/standby.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Requester, Tenant } from "../../shared/tenant/tenant.ts";
import { workThrough } from "./work-through.ts";

/** How many rollouts one resync looks at at most. One is not over; others may have tenants under way. */
const MAX_DUE = 10;

/** How many steps one resync takes a rollout further. */
const MAX_STEPS = 5;

/** No further step after so long: a resync has more to do. */
const MAX_MILLISECONDS = 10_000;

/** A rollout whose record is damaged is left alone for so long. */
const DAMAGED_SECONDS = 3600;

/** How long the pool may take to say whether a standby is ready. */
const POOL_MILLISECONDS = 5000;

/** Takes the rollouts that are due further, those first that have waited longest. Never throws. */
export async function keepRollouts(dependencies: Dependencies, now: Date): Promise<void> {
  const deadline = Date.now() + MAX_MILLISECONDS;
  try {
    for (const id of await dependencies.store.dueRollouts(now, MAX_DUE)) {
      await keepRollout(id, dependencies, now, deadline);
    }
  } catch (error) {
    log("WARNING", "RolloutsNotKept", errorFields(error));
  }
}

async function keepRollout(
  id: string,
  dependencies: Dependencies,
  now: Date,
  deadline: number,
): Promise<void> {
  let rollout = await readRollout(id, dependencies, now);
  for (let steps = 0; steps < MAX_STEPS && rollout !== null; steps++) {
    if (Date.now() > deadline) return;
    rollout = await step(rollout, dependencies, now, deadline);
  }
}

/** Null where there is none, or a damaged one: that keeps nobody from the others. */
async function readRollout(
  id: string,
  { store }: Dependencies,
  now: Date,
): Promise<Stored<Rollout> | null> {
  try {
    return await store.readRollout(id);
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
    log("WARNING", "RolloutsNotKept", { rolloutId: id, ...errorFields(error) });
    await store.putOffRollout(id, addSeconds(now, DAMAGED_SECONDS));
    return null;
  }
}

/** One decision. Gives the rollout as it is then, if it is to be looked at again at once and nobody else has written it. */
async function step(
  stored: Stored<Rollout>,
  dependencies: Dependencies,
  now: Date,
  deadline: number,
): Promise<Stored<Rollout> | null> {
  const { observed, tenants } = await observe(stored.record, dependencies, now);
  const { changes, ask, reason, recheckAfterSeconds } = decideRollout(stored.record, observed, now);
  const next_check_at = recheckAfterSeconds === null ? null : addSeconds(now, recheckAfterSeconds);
  const isNews = Object.keys(changes).length > 0;
  const written = await dependencies.store.writeRollout(stored, {
    ...changes,
    ...(isNews && { updated_at: now }),
    next_check_at,
  });
  if (written === null) return null;
  tellOf(stored.record, written.record, reason);
  const asked = tenants.filter(({ record }) => ask.includes(record.id));
  await workThrough(asked, deadline, (tenant) =>
    askTenant(tenant, written.record, dependencies, now),
  );
  return recheckAfterSeconds === 0 ? written : null;
}

/** What there is to be seen, and the tenants that were read for it. */
async function observe(
  rollout: Rollout,
  { store, settings }: Dependencies,
  now: Date,
): Promise<{ observed: ObservedRollout; tenants: Stored<Tenant>[] }> {
  const bench = benchNamed(settings.benches, rollout.to);
  const reads = readsFor(rollout, now);
  const askIds = new Map(rollout.under_way.map(({ id, ask_id }) => [id, ask_id]));
  const [underWay, page, standby] = await Promise.all([
    store.readTenants([...askIds.keys()]),
    reads.candidates && store.rolloutCandidates(reads.candidates),
    reads.pool && bench !== null && settings.poolSize > 0 && bench.current
      ? store.findStandby(standbyOf(bench), "", POOL_MILLISECONDS)
      : "none is to be",
  ]);
  const see = (read: ReadTenant): SeenTenant =>
    toSeen(read, rollout, askIds.get(read.id) ?? rollout.ask_id, now);
  return {
    observed: {
      isConfigured: bench !== null,
      isPoolReady: standby !== null,
      underWay: underWay.map(see),
      candidates: page && { tenants: page.tenants.map(see), isLast: page.isLast },
    },
    tenants: [...underWay, ...(page?.tenants ?? [])].flatMap(({ tenant }) => tenant ?? []),
  };
}

function toSeen(
  { id, tenant, isDamaged }: ReadTenant,
  rollout: Rollout,
  askId: string,
  now: Date,
): SeenTenant {
  if (isDamaged) return { id, is: "damaged" };
  if (tenant === null) return { id, is: "gone" };
  return { id, ...seeTenant(tenant.record, rollout, askId, now) };
}

/**
 * Asks a tenant by the ordinary command. Where somebody else has written its record meanwhile, or this fails, the next
 * look finds that it was not asked.
 */
async function askTenant(
  tenant: Stored<Tenant>,
  rollout: Rollout,
  { store, bus, settings }: Dependencies,
  now: Date,
): Promise<void> {
  const { id } = tenant.record;
  const mark = rollout.under_way.find((one) => one.id === id)?.ask_id ?? rollout.ask_id;
  const backup =
    settings.backupBucket === null ? null : otherBackup(randomUUID(), "before-upgrade", now);
  const command = { name: "upgrade", bench: rollout.to, backup, reason: null } as const;
  const issued = { commandId: mark, requestedBy: requesterOf(rollout), now };
  const effect = applyCommand(tenant.record, command, issued);
  if (effect.outcome !== "changed") return;
  if ((await store.writeTenant(tenant, effect.changes)) === null) return;
  await sendTrigger("tenant", id, bus);
}

function requesterOf({ id }: Rollout): Requester {
  return { name: `rollout:${id}`, request_id: null, reason: null };
}

function tellOf(before: Rollout, { id: rolloutId, state, to }: Rollout, reason: string | null) {
  if (before.state === state) return;
  if (state === "paused") log("ERROR", "RolloutPaused", { rolloutId, to, reason });
  if (state === "done") log("INFO", "RolloutDone", { rolloutId, to });
}
