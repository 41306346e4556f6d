/**
 * What Kubernetes answers: whether it was Kubernetes, and what its refusals mean. Errors are classified here, once,
 * by their code and reason.
 *
 * @module
 */
import { ApiException } from "@kubernetes/client-node";
import { AdapterError } from "../platform/errors.ts";
import type { Made } from "../reconciler/ports.ts";
import { toQuotaExceeded } from "./job-diagnosis.ts";

/** Whether an answer is one of Kubernetes. The client makes an empty object of a page of HTML. */
export type Check = (answer: { kind?: string; metadata?: object; items?: unknown }) => boolean;

export const isList: Check = ({ items }) => Array.isArray(items);
export const isObject: Check = ({ metadata }) => metadata !== undefined && "name" in metadata;
export const isAnything: Check = ({ kind, metadata }) =>
  kind !== undefined || metadata !== undefined;

/** Awaits an answer, and throws an `AdapterError` where there is none, or where it is none of Kubernetes. */
export async function answerOf<T extends object>(
  what: string,
  isIt: Check,
  promise: Promise<T>,
): Promise<T> {
  let answer: T | null;
  try {
    answer = await promise;
  } catch (error) {
    throw toAdapterError(what, error);
  }
  if (answer !== null && isIt(answer)) return answer;
  const message = `Kubernetes: the answer to the call to ${what} is none of Kubernetes`;
  throw new AdapterError("cluster", "unavailable", message);
}

/** Whether it was not the cluster that answered, as far as one can tell, or it does not know us any more. */
export function isOutOfReach(error: unknown): boolean {
  const { cause } = error as AdapterError;
  return !(cause instanceof ApiException) || cause.code === 401;
}

/** An HTTP code, with the `reason` by which Kubernetes tells apart what has the same one. */
interface Refusal {
  code: number;
  reason?: string;
}

export const NOT_FOUND: Refusal = { code: 404 };
export const FORBIDDEN: Refusal = { code: 403 };
/** That it is made already. A 409 may also be a `Conflict`: somebody wrote at the same time. */
const EXISTS: Refusal = { code: 409, reason: "AlreadyExists" };
/** That the object is not the one which the precondition names. */
export const OTHER_UID: Refusal = { code: 409, reason: "Conflict" };

/** What a call comes to; null when it is refused in one of these ways. */
export async function unless<T>(answer: Promise<T>, ...refusals: Refusal[]): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const refusal = refusalOf(error);
    const isOne = refusals.some(
      ({ code, reason }) =>
        code === refusal.code && (reason === undefined || reason === refusal.reason),
    );
    if (isOne) return null;
    throw error;
  }
}

/** What came of making an object. */
export async function madeOf(answer: Promise<object>): Promise<Made> {
  try {
    return (await unless(answer, EXISTS)) === null ? "taken" : "made";
  } catch (error) {
    const { code, message } = refusalOf(error);
    const exceeded = code === 403 ? toQuotaExceeded(message ?? "", new Date()) : null;
    if (exceeded !== null) return exceeded;
    throw error;
  }
}

/** What Kubernetes has to say of a refusal: the fields of its `Status`. */
function refusalOf(error: unknown): Partial<Refusal> & { message?: string } {
  const cause = error instanceof AdapterError ? error.cause : undefined;
  if (!(cause instanceof ApiException)) return {};
  const { code } = cause;
  try {
    const { reason, message } = JSON.parse(String(cause.body)) as Record<string, unknown>;
    return {
      code,
      ...(typeof reason === "string" && { reason }),
      ...(typeof message === "string" && { message }),
    };
  } catch {
    return { code };
  }
}

function toAdapterError(what: string, error: unknown): AdapterError {
  if (!(error instanceof ApiException)) {
    const message = `Kubernetes: no answer to the call to ${what}`;
    return new AdapterError("cluster", "unavailable", message, { cause: error });
  }
  const { code } = error;
  const message = `Kubernetes: HTTP ${code} to the call to ${what}`;
  if (code === 401 || code === 403) {
    return new AdapterError("cluster", "denied", message, { cause: error });
  }
  const isPassing = code === 409 || code === 429 || code >= 500;
  return new AdapterError("cluster", isPassing ? "unavailable" : "invalid", message, {
    cause: error,
  });
}
