/**
 * Sends the status events that are in the outbox. An event is deleted after it was published, and the next one of its
 * tenant is published after that: so none is lost, and none comes before an earlier one. What fails between the two
 * is published again, with the same id.
 *
 * @module
 */
import type { Store } from "../firestore/store.ts";
import { log } from "../platform/log.ts";
import type { Bus } from "../pubsub/bus.ts";

/** An event that is this old and not published is sent by the resync. Before, whatever it triggered is at it. */
export const UNSENT_SECONDS = 60;

export interface EventDependencies {
  store: Pick<Store, "unsentEvents" | "deleteEvent">;
  bus: Pick<Bus, "publishEvent">;
}

/**
 * Sends a tenant's events, one after the other. Two that do so at once publish some of them twice. Throws an `AdapterError` when
 * the database or Pub/Sub does not answer; what is not sent by then stays.
 */
export async function sendEvents(
  tenantId: string,
  { store, bus }: EventDependencies,
): Promise<void> {
  const { events, damaged } = await store.unsentEvents(tenantId);
  for (const event of damaged) log("ERROR", "EventDamaged", { tenantId, event });
  for (const event of events) {
    await bus.publishEvent(event);
    const { sequence, type } = event;
    log("INFO", "EventSent", { tenantId, sequence, type });
    await store.deleteEvent(event);
  }
}
