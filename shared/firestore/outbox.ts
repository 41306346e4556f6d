/**
 * The documents `events/{eventId}`: what is to be published of tenants. A document goes when it was published.
 *
 * @module
 */
import type { Firestore, WriteBatch } from "@google-cloud/firestore";
import { eventId } from "../tenant/status-event.ts";
import type { StatusEvent } from "../tenant/status-event.ts";

export type Outbox = ReturnType<typeof openOutbox>;

export function openOutbox(firestore: Firestore) {
  const events = firestore.collection("events");

  /** Puts an event into the batch of the change that it tells of. */
  function addNew(batch: WriteBatch, event: StatusEvent): void {
    batch.set(events.doc(eventId(event)), event);
  }

  return { addNew };
}
