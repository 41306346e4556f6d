/**
 * The documents `requests/{id}`: how requests were answered that may come again. They are read beside what a
 * request is about, and written in the batch that holds its effect.
 *
 * @module
 */
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  WriteBatch,
} from "@google-cloud/firestore";
import type { Version } from "../reconciler/ports.ts";
import { newRequestRecord, repeat } from "../tenant/repeated-request.ts";
import type {
  AnsweredRequest,
  IdempotentRequest,
  Repeated,
  RequestRecord,
} from "../tenant/repeated-request.ts";
import { call, toDates } from "./firestore-calls.ts";
import { unchangedSince, versionOf } from "./versions.ts";

/** A document, and what was on record of a request at the same time. */
interface WithRecord {
  found: DocumentSnapshot;
  /** How a record that has not expired answers the request. */
  repeated: Repeated | null;
  /** The version of a record that has expired, to be overwritten. Without one, none was there. */
  expired: Version | null;
}

/** For a request that is null there is no record. */
export function openRequestRecords(firestore: Firestore) {
  const requests = firestore.collection("requests");

  /** Reads a document and, in the same call, what is on record of the request. */
  async function readWith(
    document: DocumentReference,
    request: IdempotentRequest | null,
  ): Promise<WithRecord> {
    if (request === null) {
      return { found: await call(document.get()), repeated: null, expired: null };
    }
    const read = await call(firestore.getAll(document, requests.doc(request.id)));
    const [found, kept] = read as [DocumentSnapshot, DocumentSnapshot];
    const record = toDates(kept.data()) as RequestRecord | undefined;
    return {
      found,
      repeated: repeat(record, request),
      expired: kept.exists ? versionOf(kept.updateTime) : null,
    };
  }

  /** Puts a request's record into a batch, which goes through only if nobody else's is there by then. */
  function addNew(
    batch: WriteBatch,
    request: AnsweredRequest | null,
    expired: Version | null,
  ): void {
    if (request === null) return;
    const document = requests.doc(request.id);
    const record = { ...newRequestRecord(request) };
    if (expired === null) batch.create(document, record);
    else batch.update(document, record, unchangedSince(expired));
  }

  return { readWith, addNew };
}

export type RequestRecords = ReturnType<typeof openRequestRecords>;
