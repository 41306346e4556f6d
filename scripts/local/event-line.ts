/**
 * A status event as `npm run events` prints it.
 *
 * @module
 */
import type { CloudEvent } from "../../shared/pubsub/cloud-event.ts";

/** Whose names fit into a column. */
const TYPE_WIDTH = 12;
const SUBDOMAIN_WIDTH = 20;

/** A line: when, the last word of the type, of which tenant, its status, and why. */
export function toEventLine({ time, type, data }: CloudEvent): string {
  const { subdomain, status, reason, error_message: message } = data;
  return [
    time.slice("2026-11-29T".length, -1),
    (type.split(".").at(-1) ?? "").padEnd(TYPE_WIDTH),
    subdomain.padEnd(SUBDOMAIN_WIDTH),
    status.padEnd(TYPE_WIDTH),
    [reason, message].filter((each) => each !== null).join(": ") || "-",
  ].join("  ");
}
