/**
 * What may go wrong when the console asks the API.
 *
 * @module
 */
import type { Problem } from "./api-client.ts";

/** The API has refused. */
export class RefusedError extends Error {
  readonly status: number;
  /** By the name of the field: what is wrong with it. */
  readonly fields: ReadonlyMap<string, string>;
  /** By which the logs speak of the request. */
  readonly requestId: string | null;

  constructor(status: number, problem: Partial<Problem> | null, requestId: string | null) {
    super(problem?.detail ?? `The API has answered with ${status}.`);
    this.status = status;
    this.fields = new Map(
      problem?.errors?.map(({ pointer, message }) => [pointer.slice(1), message]) ?? [],
    );
    this.requestId = requestId;
  }
}

/** Nobody has answered: the way there is cut, or the service is down. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super("The API does not answer. Nothing is known of what has changed since.", { cause });
  }
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 401;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 404;
}

/** Whether the same request may succeed a moment later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return error instanceof RefusedError && (error.status === 429 || error.status >= 500);
}
