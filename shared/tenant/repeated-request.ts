/**
 * A request that comes again under the same key is answered as it was the first time, and has no
 * second effect. Pure.
 *
 * @module
 */
import { addSeconds } from "./tenant.ts";

/** An answer that can be given again, to the letter. */
export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** A request that its caller may send again. */
export interface IdempotentRequest {
  /** The SHA-256 of caller and key, in hex. */
  id: string;
  /** Of method, path and body: by it a key that was used for something else is found out. */
  hash: string;
  now: Date;
}

/** The same, and how it is answered once it has its effect: always with a 2xx. */
export interface AnsweredRequest extends IdempotentRequest {
  answer: StoredAnswer;
}

/** The document `requests/{id}`, written in the same batch as the request's effect. */
export interface RequestRecord {
  hash: string;
  /** As JSON text, for a map in Firestore forgets the order of its keys. */
  answer: string;
  created_at: Date;
  /** When the key may be used anew. Firestore's TTL deletes some time after it. */
  expires_at: Date;
}

/** What a request comes to whose key was used before. */
export type Repeated =
  | { outcome: "replayed"; answer: StoredAnswer }
  /** The key was used for something else. */
  | { outcome: "key-reused" };

/** How long an answer is kept. */
export const REQUEST_SECONDS = 24 * 3600;

/** The record of a request that was answered so. */
export function newRequestRecord(request: AnsweredRequest): RequestRecord {
  return {
    hash: request.hash,
    answer: JSON.stringify(request.answer),
    created_at: request.now,
    expires_at: addSeconds(request.now, REQUEST_SECONDS),
  };
}

/** What the record under a request's key makes of it; null where there is none, or it has expired. */
export function repeat(
  record: RequestRecord | undefined,
  request: Pick<IdempotentRequest, "hash" | "now">,
): Repeated | null {
  if (record === undefined || record.expires_at <= request.now) return null;
  if (record.hash !== request.hash) return { outcome: "key-reused" };
  return { outcome: "replayed", answer: JSON.parse(record.answer) as StoredAnswer };
}
