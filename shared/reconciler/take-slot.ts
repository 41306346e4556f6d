/**
 * How an operation comes to its slot, or to its place among those that wait for one. Pure.
 *
 * @module
 */
import type { Action } from "./decision.ts";
import { ask } from "./ports.ts";
import type { ActionResult, Reconciling, ReconcileSettings, Stored } from "./ports.ts";
import { takingChanges, waitingChanges } from "./slot-queue.ts";
import { write } from "./status-writes.ts";
import { isNobodys } from "../tenant/standby.ts";
import type { Tenant } from "../tenant/tenant.ts";

type TakeSlot = Extract<Action, { do: "takeSlot" }>;

/**
 * Takes a slot, or a place in the queue. Who has taken a place looks once more, since a slot that was
 * freed in between was offered to nobody.
 */
export function* takeSlot(
  { operation, changes }: TakeSlot,
  stored: Stored<Tenant>,
  now: Date,
  settings: ReconcileSettings,
): Reconciling<ActionResult> {
  let current = stored;
  for (;;) {
    const taken = yield* ask("readSlots", {});
    for (const slot of freeSlots(taken, settings.maxConcurrentJobs, stored.record)) {
      const status = takingChanges(operation, slot, changes, now, settings);
      const claiming = { status, updated_at: now };
      const claim = yield* ask("claimSlot", { stored: current, slot, changes: claiming });
      if (claim.result === "lost") return "lost";
      if (claim.result === "claimed") {
        // Of several slots that become free at once, each may have been offered to the same one.
        if (current.record.status.queue_key !== null) yield* ask("triggerNextInQueue", {});
        return claim.stored;
      }
    }
    const wasInQueue = current.record.status.queue_key !== null;
    const waiting = waitingChanges(current.record, operation, now);
    if (waiting === null) return "waiting";
    const written = yield* write(current, { status: waiting, updated_at: now });
    if (written === null) return "lost";
    if (wasInQueue) return "waiting";
    current = written;
  }
}

/** The slot that only customers get, where there is more than one: so the pool never holds all of them. */
const CUSTOMERS_SLOT = 0;

/** The free slots, each tenant's from another one on, so that many at once do not meet at the first. */
function freeSlots(taken: number[], maxConcurrentJobs: number, tenant: Tenant): number[] {
  // More may be taken than there are, after the limit was lowered.
  if (taken.length >= maxConcurrentJobs) return [];
  const first = Number.parseInt(tenant.id.slice(0, 8), 16);
  const isKept = (slot: number) =>
    slot === CUSTOMERS_SLOT && maxConcurrentJobs > 1 && isNobodys(tenant);
  return Array.from(
    { length: maxConcurrentJobs },
    (_, k) => (first + k) % maxConcurrentJobs,
  ).filter((slot) => !taken.includes(slot) && !isKept(slot));
}
