/**
 * The documents `events/{eventId}` as status events. People write to the database too, and an event that nobody can read
 * must not keep anybody from the others.
 *
 * @module
 */
import type { DocumentSnapshot } from "@google-cloud/firestore";
import { isTenantId } from "../tenant/names.ts";
import { eventId } from "../tenant/status-event.ts";
import type { StatusEvent } from "../tenant/status-event.ts";
import { PHASES } from "../tenant/tenant.ts";
import { toDates } from "./firestore-calls.ts";

const TYPES: ReadonlySet<unknown> = new Set<StatusEvent["type"]>([...PHASES, "deleted"]);

/** The event that a document holds; null where it is damaged: not as this control plane writes one under that id. */
export function toStatusEvent(document: DocumentSnapshot): StatusEvent | null {
  const { tenant_id, sequence, type, time, data } = toDates(
    document.data(),
  ) as Partial<StatusEvent>;
  if (typeof tenant_id !== "string" || !isTenantId(tenant_id)) return null;
  if (!Number.isSafeInteger(sequence) || sequence === undefined || sequence < 1) return null;
  if (document.id !== eventId({ tenant_id, sequence })) return null;
  if (type === undefined || !TYPES.has(type) || !isTime(time)) return null;
  return isView(data) && data.id === tenant_id ? { tenant_id, sequence, type, time, data } : null;
}

function isTime(value: unknown): value is Date {
  return value instanceof Date;
}

/** Whether it is a map of what JSON has single values for. What it says is the writer's. */
function isView(value: unknown): value is StatusEvent["data"] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (one) => one === null || ["string", "number", "boolean"].includes(typeof one),
  );
}
