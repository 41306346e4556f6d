/**
 * What cleanup does with a new document `deletions/{tenantId}`: it reconciles that tenant. Of the
 * event it uses the subject only, and reads everything else itself.
 *
 * @module
 */
import { deletionEventSchema } from "../../shared/schemas/messages.ts";
import { isTenantId } from "../../shared/tenant.ts";
import { parserOf } from "../../shared/validate.ts";

const parseDeletionEvent = parserOf(deletionEventSchema);

/**
 * The tenant that a Firestore event is about, from its subject `documents/deletions/{tenantId}`.
 * Throws when the event is about anything else: then the trigger is set up wrongly.
 */
export function tenantOfDeletion(event: unknown): string {
  const parsed = parseDeletionEvent(event);
  const tenantId = parsed.ok ? parsed.value.subject.split("/").at(-1) : undefined;
  if (tenantId === undefined || !isTenantId(tenantId)) {
    throw new Error("the event's subject is not a document of deletions");
  }
  return tenantId;
}
