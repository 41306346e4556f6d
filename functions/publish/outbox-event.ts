/**
 * Reads the event of a new document `events/{eventId}`. Which tenant it is about is all that is used of it, and when it
 * came about.
 *
 * @module
 */
import { log } from "../../shared/platform/log.ts";
import { parserOf } from "../../shared/platform/schema-parser.ts";
import { outboxEventSchema } from "../../shared/pubsub/message-schemas.ts";
import { isTenantId } from "../../shared/tenant/names.ts";

const parseOutboxEvent = parserOf(outboxEventSchema);

export interface OutboxEvent {
  tenantId: string;
  /** Null where that is not to be told. */
  time: Date | null;
}

/**
 * The tenant that has a new event, from the subject `documents/events/{tenantId}.{sequence}`. Null where that is a document
 * that no event can have: somebody made it by hand, and no repetition would change it. Throws when it is about anything
 * else: then the trigger is set up wrongly.
 */
export function parseEvent(event: unknown): OutboxEvent | null {
  const parsed = parseOutboxEvent(event);
  if (!parsed.ok) throw new Error("the event's subject is not a document of events");
  const { subject, time = "" } = parsed.value;
  const id = subject.split("/").at(-1) ?? "";
  const [, tenantId = ""] = /^(.+)\.\d+$/.exec(id) ?? [];
  if (isTenantId(tenantId)) return { tenantId, time: toDate(time) };
  log("WARNING", "UnknownEvent", { event: id });
  return null;
}

function toDate(text: string): Date | null {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? null : time;
}
