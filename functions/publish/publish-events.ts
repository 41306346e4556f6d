/**
 * What publish does with a new document `events/{eventId}`: it sends all that is unsent of that tenant.
 *
 * Throwing lets the trigger's event come again, for up to a day. That is of use for the minute in which nobody
 * else is at it; from then on the resync sends what is left, each minute. So an event that is older is taken, and however
 * long Pub/Sub or the database is away, nothing piles up for it.
 *
 * @module
 */
import { AdapterError } from "../../shared/platform/errors.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { sendEvents, UNSENT_SECONDS } from "../../shared/runtime/send-events.ts";
import type { EventDependencies } from "../../shared/runtime/send-events.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { parseEvent } from "./outbox-event.ts";

/** Handles the event of one new document. */
export async function publishEvents(
  event: unknown,
  dependencies: EventDependencies,
  now = new Date(),
): Promise<void> {
  const parsed = parseEvent(event);
  if (parsed === null) return;
  const { tenantId, time } = parsed;
  try {
    await sendEvents(tenantId, dependencies);
  } catch (error) {
    log("WARNING", "EventsNotSent", { tenantId, ...errorFields(error) });
    const isResyncs = time === null || time < addSeconds(now, -UNSENT_SECONDS);
    if (isAway(error) && !isResyncs) throw error;
  }
}

/** Whether the database or Pub/Sub did not answer, so that it may later. */
function isAway(error: unknown): boolean {
  return error instanceof AdapterError && error.code !== "invalid";
}
