/**
 * What reconciling writes, and whether it has to. Pure.
 *
 * @module
 */
import { addSeconds } from "../tenant/tenant.ts";
import type { StatusChanges, Tenant, TenantChanges } from "../tenant/tenant.ts";
import type { Decision } from "./decision.ts";
import type { SeenJob } from "./history-writes.ts";
import { ask } from "./ports.ts";
import type { Reconciling, Stored } from "./ports.ts";

/** The decision's changes together with the requeue it asks for; null if nothing is to be written. */
export function changesOf(tenant: Tenant, decision: Decision, now: Date): TenantChanges | null {
  const { changes, actions, requeueAfterSeconds } = decision;
  const next_reconcile_at =
    requeueAfterSeconds === null ? null : addSeconds(now, requeueAfterSeconds);
  if (changes !== null) return { status: { ...changes, next_reconcile_at }, updated_at: now };
  const present = tenant.status.next_reconcile_at;
  // The slot, or the place in the queue, comes with a requeue of its own.
  if (actions[0]?.do === "takeSlot" && present !== null) return null;
  // Before a Job is made, this proves the record to be as it was read: nobody has gone on meanwhile.
  const makesJob = actions.some((action) => action.do === "createJob");
  if (!makesJob && isAsGood(present, next_reconcile_at, now)) return null;
  return { status: { next_reconcile_at } };
}

/** Changes that leave all as it is, for what is written beside a record and only if that is as it was read. */
export function unchanged({ status: { next_reconcile_at } }: Tenant): TenantChanges {
  return { status: { next_reconcile_at } };
}

/** Whether a requeue need not be written anew: it is no later than asked for, and not much earlier. */
function isAsGood(present: Date | null, asked: Date | null, now: Date): boolean {
  if (present === null || asked === null) return present === asked;
  const halfWay = (now.getTime() + asked.getTime()) / 2;
  return present <= asked && present.getTime() > halfWay;
}

/** Writes changes, and frees the slot that they give back. Null when the record changed since it was read. */
export function* write(
  stored: Stored<Tenant>,
  changes: TenantChanges,
  seen: SeenJob | null = null,
): Reconciling<Stored<Tenant> | null> {
  const freedSlot = slotFreedBy(changes.status ?? {}, stored.record);
  const written = yield* ask("writeTenant", { stored, changes, freedSlot, seen });
  if (written === null) return null;
  // Only now: a trigger before the slot is free would find it taken.
  if (freedSlot !== null) yield* ask("triggerNextInQueue", {});
  return written;
}

/** An attempt's slot is freed in the very write that records its outcome. */
function slotFreedBy({ operation }: StatusChanges, { status }: Tenant): number | null {
  const held = status.operation?.slot ?? null;
  return operation !== undefined && operation?.slot !== held ? held : null;
}
