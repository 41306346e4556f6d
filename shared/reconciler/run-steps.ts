/**
 * Runs a reconcile against whatever answers its requests.
 *
 * @module
 */
import type { IoHandlers, IoRequest, Reconciling } from "./ports.ts";

/** Drives a generator of I/O requests against the handlers; an error is thrown into it. */
export async function runSteps<T>(steps: Reconciling<T>, handlers: IoHandlers): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    const answer = await settle(handlers, step.value);
    step = "error" in answer ? steps.throw(answer.error) : steps.next(answer.result);
  }
  return step.value;
}

async function settle(
  handlers: IoHandlers,
  request: IoRequest,
): Promise<{ result: unknown } | { error: unknown }> {
  try {
    const handler = handlers[request.io] as (request: IoRequest) => Promise<unknown>;
    return { result: await handler(request) };
  } catch (error) {
    return { error };
  }
}
