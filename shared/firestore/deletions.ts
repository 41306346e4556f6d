/**
 * The documents `deletions/{tenantId}`: the deletion records. Creating one triggers cleanup.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type { Firestore, WriteBatch } from "@google-cloud/firestore";
import { addSeconds, DELETION_RECORD_DAYS } from "../tenant/tenant.ts";
import type { Deletion } from "../tenant/tenant.ts";
import { call, toDates } from "./firestore-calls.ts";

/** How a deletion record begins. */
export interface NewDeletion {
  requestedAt: Date;
  /** Whether one is overwritten that somebody else has made, which triggers no cleanup. */
  overwrites: boolean;
}

/** How a deletion record ends. */
export interface DeletionEnd {
  completedAt: Date;
  /** Where the end was not the plain one. */
  reason: string | null;
}

export type Deletions = ReturnType<typeof openDeletions>;

export function openDeletions(firestore: Firestore) {
  const deletions = firestore.collection("deletions");

  /** Puts the beginning of a deletion record into a batch. */
  function addNew(
    batch: WriteBatch,
    tenantId: string,
    { requestedAt, overwrites }: NewDeletion,
  ): void {
    const document = deletions.doc(tenantId);
    const deletion: Deletion = {
      requested_at: requestedAt,
      completed_at: null,
      reason: null,
      expires_at: null,
    };
    if (overwrites) batch.set(document, deletion);
    else batch.create(document, deletion);
  }

  /** Puts the end of a deletion record into a batch. */
  function addEnd(batch: WriteBatch, tenantId: string, { completedAt, reason }: DeletionEnd): void {
    const end: Partial<Deletion> = {
      completed_at: completedAt,
      reason,
      expires_at: addSeconds(completedAt, DELETION_RECORD_DAYS * 24 * 3600),
    };
    batch.set(deletions.doc(tenantId), end, { merge: true });
  }

  /** The record of a deletion. What is no time in it is taken for none. */
  async function readDeletion(tenantId: string): Promise<Deletion | null> {
    const found = (await call(deletions.doc(tenantId).get())).data();
    if (found === undefined) return null;
    const deletion = toDates(found) as Deletion;
    return {
      ...deletion,
      completed_at: deletion.completed_at instanceof Date ? deletion.completed_at : null,
    };
  }

  /** The tenants whose deletion ended within a span of time. */
  async function deletionsEnded(since: Date, before: Date): Promise<string[]> {
    const query = deletions.where("completed_at", ">=", since).where("completed_at", "<", before);
    return (await call(query.select().get())).docs.map((document) => document.id);
  }

  /** The tenants whose deletion was asked for by then and has not ended. */
  async function deletionsOpen(before: Date): Promise<string[]> {
    const open = await call(deletions.where("completed_at", "==", null).get());
    return open.docs
      .filter((document) => {
        const requestedAt: unknown = document.get("requested_at");
        return !(requestedAt instanceof Timestamp) || requestedAt.toDate() < before;
      })
      .map((document) => document.id);
  }

  return { addNew, addEnd, methods: { readDeletion, deletionsEnded, deletionsOpen } };
}
