/**
 * What wakes the control plane. A hint names whom to look at and nothing more: it is never a source
 * of what is wanted or of what has happened.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { hintSchema, jobEventSchema, logEntrySchema } from "./message-schemas.ts";
import { tenantOfJob } from "../tenant/tenant.ts";
import { parserOf } from "../platform/schema-parser.ts";

/** A message on the topic `tenant-events`. */
export type Hint = FromSchema<typeof hintSchema>;

/** Whom a message calls for. `nobody` is a message that is understood and concerns no tenant. */
export type Call =
  | { for: "tenant"; tenantId: string }
  | { for: "sweep" }
  | { for: "audit" }
  | { for: "nobody" };

/** The message cannot be understood, and will not be when it comes again. */
export class HintError extends Error {
  override readonly name = "HintError";
}

const parseOwnHint = parserOf(hintSchema);
const parseJobEvent = parserOf(jobEventSchema);
const parseLogEntry = parserOf(logEntrySchema);

/** Reads a message of either topic: a hint, or a Kubernetes event as the Log Router sends it. */
export function parseHint(message: unknown): Call {
  const hint = parseOwnHint(message);
  if (hint.ok) return toCall(hint.value);
  const event = parseJobEvent(message);
  if (event.ok) return callForJob(event.value.jsonPayload.involvedObject.name);
  if (parseLogEntry(message).ok) return { for: "nobody" };
  throw new HintError("the message is neither a hint nor a log entry of a Kubernetes event");
}

function toCall(hint: Hint): Call {
  switch (hint.kind) {
    case "tenant":
      return { for: "tenant", tenantId: hint.tenant_id };
    case "sweep":
    case "audit":
      return { for: hint.kind };
  }
}

function callForJob(name: string): Call {
  const tenantId = tenantOfJob(name);
  return tenantId === null ? { for: "nobody" } : { for: "tenant", tenantId };
}
