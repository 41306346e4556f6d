/**
 * What cleanup does with a new document `deletions/{tenantId}`: it reconciles that tenant. Of the
 * event it uses the subject only, and reads everything else itself.
 *
 * @module
 */
import type { CloudEvent } from "@google-cloud/functions-framework";
import { isTenantId } from "../../shared/tenant.ts";

/**
 * The tenant that a Firestore event is about, from its subject `documents/deletions/{tenantId}`.
 * Throws when the event is about anything else: then the trigger is set up wrongly.
 */
export function tenantOfDeletion(event: CloudEvent<unknown>): string {
  const { subject } = event;
  const match =
    typeof subject === "string" ? /^documents\/deletions\/([^/]+)$/.exec(subject) : null;
  const tenantId = match?.[1] ?? "";
  if (!isTenantId(tenantId)) throw new Error("the event's subject is not a document of deletions");
  return tenantId;
}
