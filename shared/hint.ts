/**
 * What wakes the control plane. A hint names whom to look at and nothing more: it is never a source
 * of what is wanted or of what has happened.
 *
 * @module
 */
import { tenantOfJob } from "./tenant.ts";

/** A message on the topic `tenant-events`. */
export type Hint = { kind: "tenant"; tenant_id: string } | { kind: "sweep" } | { kind: "audit" };

/** Whom a message calls for. `nobody` is a message that is understood and concerns no tenant. */
export type Call = { for: "tenant"; tenantId: string } | { for: "sweep" } | { for: "nobody" };

/** The message cannot be understood, and will not be when it comes again. */
export class HintError extends Error {
  override readonly name = "HintError";
}

/**
 * Reads a message of either topic: a hint, or a Kubernetes event as the Log Router sends it (a
 * LogEntry with the event as `jsonPayload`,
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry).
 */
export function parseHint(message: unknown): Call {
  if (!isObject(message)) throw new HintError("the message is not a JSON object");
  if (message["kind"] === "sweep") return { for: "sweep" };
  if (message["kind"] === "tenant") return callForTenant(message["tenant_id"]);
  if (isObject(message["jsonPayload"])) return callForEvent(message["jsonPayload"]);
  throw new HintError("the message is neither a hint nor a log entry of a Kubernetes event");
}

function callForTenant(tenantId: unknown): Call {
  if (typeof tenantId !== "string") throw new HintError("tenant_id is not a text");
  return { for: "tenant", tenantId };
}

function callForEvent(event: Record<string, unknown>): Call {
  const involved = event["involvedObject"];
  if (!isObject(involved) || involved["kind"] !== "Job") return { for: "nobody" };
  const tenantId = typeof involved["name"] === "string" ? tenantOfJob(involved["name"]) : null;
  return tenantId === null ? { for: "nobody" } : { for: "tenant", tenantId };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
