/**
 * Structured logs: one JSON object a line on standard output, in the shape that Cloud Logging reads
 * (https://cloud.google.com/logging/docs/structured-logging). Never give it a secret or an e-mail.
 *
 * @module
 */
import { AdapterError } from "./errors.ts";
import type { LogEvent } from "./log-events.ts";
import { currentTrace } from "./trace.ts";

export type Severity = "DEBUG" | "INFO" | "WARNING" | "ERROR";

/** Logs an event. `fields` are merged into the line, and the trace that it belongs to. */
export function log(
  severity: Severity,
  event: LogEvent,
  fields: Record<string, unknown> = {},
): void {
  writeLogLine(severity, event, fields);
}

/** The same for events that have their names elsewhere. */
export function writeLogLine(
  severity: Severity,
  message: string,
  fields: Record<string, unknown> = {},
): void {
  process.stdout.write(`${JSON.stringify({ severity, message, ...currentTrace(), ...fields })}\n`);
}

/** What a log line may tell of an error, and of what caused it. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (error instanceof AdapterError) {
    const { adapter, code, message, cause } = error;
    return { error: message, adapter, code, cause: causeFields(cause) };
  }
  if (error instanceof Error) return { error: error.message, stack: error.stack };
  return { error: String(error) };
}

function causeFields(cause: unknown): Record<string, unknown> | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { name, code, message } = cause as Error & { code?: unknown };
  // The Kubernetes client's errors carry the response, and quote it in their message.
  const said = "body" in cause ? {} : { message };
  return { name, code, ...said, cause: causeFields(cause.cause) };
}
