/**
 * What a tenant holds, a slot or a name: a document that bears the tenant's id.
 *
 * @module
 */
import type { DocumentReference, WriteBatch } from "@google-cloud/firestore";
import { call } from "./firestore-calls.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** Adds the deletion of a tenant's slot or name to a batch; of one that is another's it adds nothing. */
export async function deleteIfHeld(
  batch: WriteBatch,
  document: DocumentReference,
  tenantId: string,
): Promise<void> {
  const held = await call(document.get());
  if (held.get("tenant_id") !== tenantId) return;
  batch.delete(document, unchangedSince(versionOf(held.updateTime)));
}
