/**
 * What the record says of an operation that waits for its slot, and of one that takes it. Pure.
 *
 * @module
 */
import type { UpgradeLimits } from "../operations/operation-definition.ts";
import { definitionOf } from "../operations/registry.ts";
import { isNobodys } from "../tenant/standby.ts";
import { addSeconds, isBetweenBenches } from "../tenant/tenant.ts";
import type { Operation, StatusChanges, Tenant } from "../tenant/tenant.ts";
import { attemptSeconds } from "./attempts.ts";
import { REQUEUE_SECONDS } from "./decision.ts";

/** The `reason` of a tenant that waits for a slot. */
export const WAITING_FOR_SLOT = "WaitingForSlot";

/** The place in the queue of what no customer waits for: behind everybody. */
const POOL_RANK = 9;

/** The place of a site that nobody reaches until it is in one bench or the other. */
const AWAY_RANK = 0;

/** For what the resync sees by itself: a slot that is free. */
const LONG_REQUEUE_SECONDS = 10 * 60;

/**
 * What the record says while the operation waits for a slot; null if it says so already. The next reconcile is
 * only a backstop, and far ahead, so that those who wait do not fill the resync.
 */
export function waitingChanges(
  tenant: Tenant,
  { kind }: Operation,
  now: Date,
): StatusChanges | null {
  const { id, spec, status } = tenant;
  const { queue_key, next_reconcile_at } = status;
  const soon = addSeconds(now, LONG_REQUEUE_SECONDS / 2);
  const isFarAhead = next_reconcile_at !== null && next_reconcile_at > soon;
  if (queue_key !== null && isFarAhead) return null;
  return {
    reason: WAITING_FOR_SLOT,
    queue_key: `${rankOf(tenant, kind)} ${spec.requested_at.toISOString()} ${id}`,
    next_reconcile_at: addSeconds(now, LONG_REQUEUE_SECONDS),
  };
}

function rankOf(tenant: Tenant, kind: string): number {
  if (isNobodys(tenant)) return POOL_RANK;
  return isBetweenBenches(tenant) ? AWAY_RANK : definitionOf(kind).queueRank;
}

/** What the record says while a Job of this kind works. What was said of an earlier failure stays. */
export function changesDuring(kind: string, tenant: Tenant): StatusChanges {
  const { status } = tenant;
  const reason = status.reason === WAITING_FOR_SLOT ? null : status.reason;
  return { ...definitionOf(kind).statusWhileWorking(tenant), step: kind, reason, queue_key: null };
}

/** What the record says from the moment the operation has its slot. */
export function takingChanges(
  operation: Operation,
  slot: number,
  changes: StatusChanges,
  now: Date,
  settings: UpgradeLimits,
): StatusChanges {
  const deadline_at = addSeconds(now, attemptSeconds(operation.kind, settings));
  return {
    ...changes,
    step_since: now,
    operation: { ...operation, slot, slot_at: now, deadline_at },
    next_reconcile_at: addSeconds(now, REQUEUE_SECONDS),
  };
}
