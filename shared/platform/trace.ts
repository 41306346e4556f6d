/**
 * Which trace a request belongs to, so that Cloud Logging shows its log lines together and beside the
 * request's own. Cloud Run gives every request the header `traceparent`
 * (https://www.w3.org/TR/trace-context/).
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const storage = new AsyncLocalStorage<Record<string, string>>();

/**
 * From now on, whatever a request of this process's server causes knows its trace. The functions
 * framework hands a request's headers to no event function, so they are read where Node itself tells of
 * a request, before anything handles it.
 */
export function followTraces(projectId: string): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    storage.enterWith(traceFields(request.headers["traceparent"], projectId));
  });
}

/** Adds fields to every log line of the request that is being handled. */
export function noteInTrace(fields: Record<string, string>): void {
  Object.assign(storage.getStore() ?? {}, fields);
}

/** What a log line says of the trace that it belongs to; nothing outside of any. */
export function currentTrace(): Record<string, string> {
  return storage.getStore() ?? {};
}

/** The fields of Cloud Logging (https://cloud.google.com/logging/docs/structured-logging). */
export function traceFields(
  traceparent: string | string[] | undefined,
  projectId: string,
): Record<string, string> {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(String(traceparent));
  const [, traceId, spanId] = match ?? [];
  if (traceId === undefined || spanId === undefined) return {};
  return {
    "logging.googleapis.com/trace": `projects/${projectId}/traces/${traceId}`,
    "logging.googleapis.com/spanId": spanId,
  };
}
