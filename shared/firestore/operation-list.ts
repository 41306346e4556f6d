/**
 * The documents `operations/{operationId}`, the history, as they are read: page by page, one by one, and how long the
 * newest have taken. A document whose id is no operation's is passed over, and so is one without a time in lists.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type {
  DocumentSnapshot,
  Firestore,
  Query,
  QueryDocumentSnapshot,
} from "@google-cloud/firestore";
import type { OperationRecord, OperationState } from "../tenant/operation-record.ts";
import { showOperation } from "../tenant/shown-operation.ts";
import type { ShownOperation } from "../tenant/shown-operation.ts";
import { call, toDates } from "./firestore-calls.ts";
import { newestFirst, positionOf, startingAfter } from "./newest-first.ts";
import type { Position } from "./newest-first.ts";

/** Which operations a caller wants to see: a tenant's, or all that pass the filters. */
export interface OperationListRequest {
  filter: { tenant_id?: string; state?: OperationState; kind?: string };
  /** Only those asked for then or later. */
  since: Date | null;
  limit: number;
  after: Position | null;
}

/** The log is in none of them. */
export interface OperationList {
  operations: ShownOperation[];
  /** Where the next page begins; null when there is none. */
  next: Position | null;
}

/** How many operations of a kind say how long the next one will take. */
const DURATIONS_READ = 100;

/** All fields but the log, which is most of a document. */
const LISTED: Record<Exclude<keyof OperationRecord, "log">, true> = {
  tenant_id: true,
  generation: true,
  attempt: true,
  kind: true,
  state: true,
  requested_by: true,
  request_id: true,
  request_reason: true,
  created_at: true,
  slot_at: true,
  job_at: true,
  running_at: true,
  ended_at: true,
  steps: true,
  outcome: true,
  expires_at: true,
};

export function openOperationList(firestore: Firestore) {
  const operations = firestore.collection("operations");

  /** A page of operations, the newest first. Of those asked for at the same time, the id decides. */
  async function listOperations(wanted: OperationListRequest): Promise<OperationList> {
    const { filter, since, limit, after } = wanted;
    const list = newestFirst(matchingIn(operations, filter), since).select(...Object.keys(LISTED));
    const rest = after === null ? list : restAfter(list, after);
    // What has no time would come last, and is in no list.
    if (rest === null) return { operations: [], next: null };
    // One more than asked for tells whether more follow.
    const found = await readShown(rest, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      operations: page.map(({ shown }) => shown),
      next: found.length <= limit || last === undefined ? null : positionOf(last.document),
    };
  }

  /** An operation, with the log. Null where there is none of this id. */
  async function readOperation(id: string): Promise<ShownOperation | null> {
    return toShownOperation(await call(operations.doc(id).get()));
  }

  /** How many seconds the newest successful operations of a kind took, from their slot to their end. */
  async function operationSeconds(kind: string): Promise<number[]> {
    const succeeded = newestFirst(matchingIn(operations, { kind, state: "succeeded" }));
    const { docs } = await call(
      succeeded.select("slot_at", "ended_at").limit(DURATIONS_READ).get(),
    );
    return docs.flatMap((document) => {
      const [start, end] = [document.get("slot_at"), document.get("ended_at")] as unknown[];
      if (!(start instanceof Timestamp) || !(end instanceof Timestamp)) return [];
      const seconds = (end.toMillis() - start.toMillis()) / 1000;
      return seconds < 0 ? [] : seconds;
    });
  }

  /** The operations in a state that were asked for first, without their logs. */
  async function oldestOperations(state: OperationState, limit: number): Promise<ShownOperation[]> {
    const inState = operations.where("state", "==", state).orderBy("created_at").limit(limit);
    const { docs } = await call(inState.select(...Object.keys(LISTED)).get());
    return docs.flatMap((document) => toShownOperation(document) ?? []);
  }

  return { listOperations, readOperation, operationSeconds, oldestOperations };
}

function matchingIn(operations: Query, filter: OperationListRequest["filter"]): Query {
  let matching = operations;
  for (const [field, value] of Object.entries(filter)) {
    matching = matching.where(field, "==", value);
  }
  return matching;
}

/** Null after what has no time. */
function restAfter(list: Query, { createdAt, id }: Position): Query | null {
  return createdAt === null ? null : startingAfter(list, { createdAt, id });
}

interface Found {
  document: QueryDocumentSnapshot;
  shown: ShownOperation;
}

/** The first so many that are operations. What is none costs a further read, and nobody's place on the page. */
async function readShown(query: Query, limit: number): Promise<Found[]> {
  const found: Found[] = [];
  let rest = query;
  for (;;) {
    const asked = limit - found.length;
    const { docs } = await call(rest.limit(asked).get());
    for (const document of docs) {
      const shown = toShownOperation(document);
      if (shown !== null) found.push({ document, shown });
    }
    const last = docs.at(-1);
    if (last === undefined || docs.length < asked || found.length === limit) return found;
    rest = query.startAfter(last);
  }
}

function toShownOperation(document: DocumentSnapshot): ShownOperation | null {
  const { createTime } = document;
  if (createTime === undefined) return null;
  const fields = toDates(document.data()) as Record<string, unknown>;
  return showOperation(fields, document.id, createTime.toDate());
}
