/**
 * The documents `operations/{operationId}`: the history of every tenant's operations.
 *
 * @module
 */
import type { Firestore, WriteBatch } from "@google-cloud/firestore";
import type { OperationWrite } from "../reconciler/history-writes.ts";

export type History = ReturnType<typeof openHistory>;

export function openHistory(firestore: Firestore) {
  const operations = firestore.collection("operations");

  /** Puts a write of a record into a batch. It never fails by itself: what the batch insists on is the tenant's. */
  function addWrite(batch: WriteBatch, { id, fields }: OperationWrite): void {
    batch.set(operations.doc(id), fields, { merge: true });
  }

  return { addWrite };
}
