/**
 * What cleanup does with a new document `deletions/{tenantId}`: it reconciles that tenant. Of the
 * event it uses the subject only, and reads everything else itself.
 *
 * @module
 */
import { log } from "../../shared/platform/log.ts";
import { deletionEventSchema } from "../../shared/pubsub/message-schemas.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import { parserOf } from "../../shared/platform/schema-parser.ts";

const parseDeletionEvent = parserOf(deletionEventSchema);

/**
 * The tenant that a Firestore event is about, from its subject `documents/deletions/{tenantId}`. Null where that is a
 * document that no tenant can have: somebody made it by hand, and no repetition would change it. Throws when the event
 * is about anything else: then the trigger is set up wrongly.
 */
export function tenantOfDeletion(event: unknown): string | null {
  const parsed = parseDeletionEvent(event);
  if (!parsed.ok) throw new Error("the event's subject is not a document of deletions");
  const tenantId = parsed.value.subject.split("/").at(-1) ?? "";
  if (isTenantId(tenantId)) return tenantId;
  log("WARNING", "UnknownDeletion", { tenantId });
  return null;
}
