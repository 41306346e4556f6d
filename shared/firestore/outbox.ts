/**
 * The documents `events/{eventId}`: the outbox, with the status events that are not published yet. Each is written in the
 * batch of the change that it tells of. The database is the only place that may lose none, so it is deleted only when
 * it was published.
 *
 * @module
 */
import { FieldPath } from "@google-cloud/firestore";
import type { Firestore, Query, QueryDocumentSnapshot, WriteBatch } from "@google-cloud/firestore";
import { eventId } from "../tenant/status-event.ts";
import type { StatusEvent } from "../tenant/status-event.ts";
import { toStatusEvent } from "./event-documents.ts";
import { call } from "./firestore-calls.ts";

/** The events of a tenant that are not published yet. */
export interface UnsentEvents {
  /** In the order of their sequence. */
  events: StatusEvent[];
  /** The ids of documents that are no events, for somebody has changed them. They stay, and hold up no other. */
  damaged: string[];
}

/** A tenant with events that are not published yet, and how old the oldest is. */
export interface UnsentTenant {
  tenantId: string;
  since: Date;
}

export type Outbox = ReturnType<typeof openOutbox>;

export function openOutbox(firestore: Firestore) {
  const events = firestore.collection("events");

  /** Puts an event into the batch of the change that it tells of. */
  function addNew(batch: WriteBatch, event: StatusEvent): void {
    batch.set(events.doc(eventId(event)), event);
  }

  /** By their ids and not by a field, so that it needs no index, and finds a damaged one too. */
  async function unsentEvents(tenantId: string): Promise<UnsentEvents> {
    // A sequence is of digits, and a colon comes after all of them.
    const ofTenant = events
      .where(FieldPath.documentId(), ">", `${tenantId}.`)
      .where(FieldPath.documentId(), "<", `${tenantId}.:`);
    const { docs } = await call(ofTenant.get());
    const found = docs.map(toStatusEvent).filter((event) => event !== null);
    return {
      // The ids are in the order of texts, in which 10 comes before 2.
      events: found.toSorted((a, b) => a.sequence - b.sequence),
      damaged: docs.filter((document) => toStatusEvent(document) === null).map(({ id }) => id),
    };
  }

  /** The tenants with an event from before then, whose oldest is the oldest first; from at most so many events. */
  async function oldestUnsent(before: Date, limit: number): Promise<UnsentTenant[]> {
    const oldest = await firstWhole(events.where("time", "<", before).orderBy("time").limit(limit));
    const since = new Map<string, Date>();
    for (const { tenant_id, time } of oldest) {
      if (!since.has(tenant_id)) since.set(tenant_id, time);
    }
    return [...since].map(([tenantId, time]) => ({ tenantId, since: time }));
  }

  /** Deletes an event that was published. */
  async function deleteEvent(event: StatusEvent): Promise<void> {
    await call(events.doc(eventId(event)).delete());
  }

  return { addNew, methods: { unsentEvents, oldestUnsent, deleteEvent } };
}

/** The events of a page, and of the next where it has none: damaged ones stay, and must not be all that is ever seen. */
async function firstWhole(page: Query): Promise<StatusEvent[]> {
  let last: QueryDocumentSnapshot | undefined;
  do {
    const { docs } = await call((last === undefined ? page : page.startAfter(last)).get());
    const events = docs.map(toStatusEvent).filter((event) => event !== null);
    if (events.length > 0) return events;
    last = docs.at(-1);
  } while (last !== undefined);
  return [];
}
