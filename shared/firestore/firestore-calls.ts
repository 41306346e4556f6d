/**
 * What every call to Firestore goes through: a limit on the wait, errors classified by their gRPC
 * status, timestamps as dates.
 *
 * @module
 */
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import type { Query, QueryDocumentSnapshot, WriteResult } from "@google-cloud/firestore";
import { DeadlineError, within } from "../platform/deadline.ts";
import { AdapterError } from "../platform/errors.ts";
import type { AdapterErrorCode } from "../platform/errors.ts";

/** How many documents are read at a time where all are read. */
const PAGE_SIZE = 300;

/** A call that has no answer by then is given up. */
export const CALL_MILLISECONDS = 10_000;

/** https://grpc.io/docs/guides/status-codes/ */
export const GRPC = { NOT_FOUND: 5, ALREADY_EXISTS: 6, FAILED_PRECONDITION: 9 } as const;

/** What an update under a version is answered when the record has changed or is gone. */
export const LOST_UPDATE: number[] = [GRPC.FAILED_PRECONDITION, GRPC.NOT_FOUND];

/** All documents of a query in the order of their ids, a page at a time; those after one of them, if it is named. */
export async function* everyDocument(
  documents: Query,
  afterId?: string,
): AsyncGenerator<QueryDocumentSnapshot> {
  const ordered = documents.orderBy(FieldPath.documentId()).limit(PAGE_SIZE);
  let query = afterId === undefined ? ordered : ordered.startAfter(afterId);
  for (;;) {
    const { docs } = await call(query.get());
    yield* docs;
    const last = docs.at(-1);
    if (last === undefined || docs.length < PAGE_SIZE) return;
    query = ordered.startAfter(last.id);
  }
}

/** Awaits a write. Null when it failed with one of the codes by which a lost race shows. */
export async function commit<T extends WriteResult | WriteResult[]>(
  write: () => Promise<T>,
  ...lost: number[]
): Promise<T | null> {
  try {
    return await within(CALL_MILLISECONDS, write());
  } catch (error) {
    const code = grpcCode(error);
    if (code !== null && lost.includes(code)) return null;
    throw toAdapterError(error);
  }
}

export async function call<T>(promise: Promise<T>, milliseconds = CALL_MILLISECONDS): Promise<T> {
  try {
    return await within(milliseconds, promise);
  } catch (error) {
    throw toAdapterError(error);
  }
}

/** What an answer that is not Firestore's own may still tell: that the credentials are not enough. */
const DENIED = new Set([7, 16]);

const GRPC_UNAVAILABLE = 14;

/**
 * The gRPC status of an error of the client library; null when it is none. What was answered by somebody on the way
 * to Firestore, or while a token was asked for, the client gives a status by its HTTP status, and a cause: that
 * is no word of Firestore's about a document.
 */
export function grpcCode(error: unknown): number | null {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code !== "number") return null;
  return cause === undefined || DENIED.has(code) ? code : GRPC_UNAVAILABLE;
}

/** A connection that broke off, which the client passes on as Node tells of it. */
function isBrokenConnection(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    typeof code === "string" && /^(E(?!RR_)[A-Z]+|ERR_(SOCKET|SSL|STREAM|TLS)_\w+)$/.test(code)
  );
}

/** A document that is missing is no error, so what NOT_FOUND says is not there is the database itself. */
const ADAPTER_ERROR_OF_GRPC: Record<number, AdapterErrorCode> = {
  3: "invalid",
  6: "invalid",
  7: "denied",
  9: "invalid",
  11: "invalid",
  12: "invalid",
  16: "denied",
};

/** What is neither an answer of Firestore nor a missing one is a mistake in here. */
export function toAdapterError(error: unknown): AdapterError {
  const grpc = grpcCode(error);
  const isMissingAnswer =
    grpc !== null || error instanceof DeadlineError || isBrokenConnection(error);
  const code = isMissingAnswer ? (ADAPTER_ERROR_OF_GRPC[grpc ?? -1] ?? "unavailable") : "invalid";
  return new AdapterError("store", code, `Firestore: ${code}`, { cause: error });
}

/** Firestore's timestamps become dates, as deep as they stand. */
export function toDates(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toDate();
  if (Array.isArray(value)) return value.map(toDates);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toDates(field)]));
}
