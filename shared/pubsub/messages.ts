/**
 * The messages that start a reconcile. A trigger names the tenant and nothing more: it is never a source
 * of what is wanted or of what has happened.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { triggerSchema, jobEventSchema, logEntrySchema } from "./message-schemas.ts";
import { tenantOfJob } from "../tenant/names.ts";
import { parserOf } from "../platform/schema-parser.ts";

/** A message on the topic `tenant-events`. */
export type Trigger = FromSchema<typeof triggerSchema>;

/** Whom a message calls for. `nobody` is a message that is understood and concerns no tenant. */
export type ReconcileRequest =
  | { for: "tenant"; tenantId: string }
  /** For a tenant's custom domains. */
  | { for: "domains"; tenantId: string }
  | { for: "resync" }
  | { for: "garbage-collection" }
  | { for: "nobody" };

/** The message cannot be understood, and will not be when it comes again. */
export class MessageError extends Error {
  override readonly name = "MessageError";
}

const parseTrigger = parserOf(triggerSchema);
const parseJobEvent = parserOf(jobEventSchema);
const parseLogEntry = parserOf(logEntrySchema);

/** Reads a message of either topic: a trigger, or a Kubernetes event as the Log Router sends it. */
export function parseMessage(message: unknown): ReconcileRequest {
  const trigger = parseTrigger(message);
  if (trigger.ok) return toRequest(trigger.value);
  const event = parseJobEvent(message);
  if (event.ok) return requestForJob(event.value.jsonPayload.involvedObject.name);
  if (parseLogEntry(message).ok) return { for: "nobody" };
  throw new MessageError("the message is neither a trigger nor a log entry of a Kubernetes event");
}

function toRequest(trigger: Trigger): ReconcileRequest {
  switch (trigger.kind) {
    case "tenant":
    case "domains":
      return { for: trigger.kind, tenantId: trigger.tenant_id };
    case "resync":
    case "garbage-collection":
      return { for: trigger.kind };
  }
}

function requestForJob(name: string): ReconcileRequest {
  const tenantId = tenantOfJob(name);
  return tenantId === null ? { for: "nobody" } : { for: "tenant", tenantId };
}
