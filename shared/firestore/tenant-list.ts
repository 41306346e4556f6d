/**
 * The documents `tenants/{id}` as a list that is read page by page.
 *
 * @module
 */
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import type {
  CollectionReference,
  Firestore,
  Query,
  QueryDocumentSnapshot,
} from "@google-cloud/firestore";
import type { Phase, Tenant } from "../tenant/tenant.ts";
import { call, everyDocument } from "./firestore-calls.ts";
import { toShown } from "./tenant-documents.ts";

/** Where a page ends: its last document, as the list is ordered. */
export interface Position {
  /**
   * As fine as the database keeps it: a `Date` would lose those made within its millisecond. Null of a record
   * that is damaged there; such records come last.
   */
  createdAt: { seconds: number; nanoseconds: number } | null;
  id: string;
}

/** Which tenants a caller wants to see. */
export interface ListRequest {
  filter: { phase?: Phase; email?: string };
  limit: number;
  from: { skip: number } | { after: Position };
}

export interface TenantList {
  tenants: Tenant[];
  /** How many there are on all pages together. */
  total: number;
  /** Where the next page begins; null when there is none. */
  next: Position | null;
}

export function openTenantList(firestore: Firestore) {
  const tenants = firestore.collection("tenants");
  return { listTenants: (wanted: ListRequest) => listTenants(tenants, wanted) };
}

/** Where the record has what a list may be filtered by. */
const FILTERED = { phase: "status.phase", email: "profile.email" } as const;

/**
 * A page of the tenants, the newest first. Of those made at the same time, the id decides. Those of which the
 * record does not say when they were made come last: no query by that time finds them.
 */
async function listTenants(
  tenants: CollectionReference,
  { filter, limit, from }: ListRequest,
): Promise<TenantList> {
  let matching: Query = tenants;
  for (const [field, value] of Object.entries(filter)) {
    matching = matching.where(FILTERED[field as keyof typeof FILTERED], "==", value);
  }
  // One more than asked for tells whether more follow.
  const [dated, counted] = await Promise.all([
    readDated(matching, limit + 1, from),
    call(matching.count().get()),
  ]);
  const total = counted.data().count;
  const room = limit + 1 - dated.length;
  const datedTotal = room > 0 ? await countDated(matching, dated, from) : total;
  const undated = datedTotal === total ? [] : await readUndated(matching, room, from, datedTotal);
  const found = [...dated, ...undated];
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    tenants: page.flatMap((document) => toShown(document)?.tenant ?? []),
    total,
    next: found.length <= limit || last === undefined ? null : positionOf(last),
  };
}

/** All times that there are, and so nothing of another type. */
const ANY_TIME = new Timestamp(-62_135_596_800, 0);

const byTime = (matching: Query) =>
  matching.where("created_at", ">=", ANY_TIME).orderBy("created_at", "desc");

async function readDated(
  matching: Query,
  limit: number,
  from: ListRequest["from"],
): Promise<QueryDocumentSnapshot[]> {
  const ordered = byTime(matching).orderBy(FieldPath.documentId(), "desc").limit(limit);
  if ("skip" in from) return (await call(ordered.offset(from.skip).get())).docs;
  const { createdAt, id } = from.after;
  if (createdAt === null) return [];
  const start = new Timestamp(createdAt.seconds, createdAt.nanoseconds);
  return (await call(ordered.startAfter(start, id).get())).docs;
}

/** How many have a time. A first page that is the last one has seen them; else they are counted. */
async function countDated(
  matching: Query,
  seen: QueryDocumentSnapshot[],
  from: ListRequest["from"],
): Promise<number> {
  if ("skip" in from && from.skip === 0) return seen.length;
  return (await call(byTime(matching).count().get())).data().count;
}

/** Those without a time, which only reading all of them finds. There are none unless somebody made them. */
async function readUndated(
  matching: Query,
  limit: number,
  from: ListRequest["from"],
  datedTotal: number,
): Promise<QueryDocumentSnapshot[]> {
  const undated: QueryDocumentSnapshot[] = [];
  const isAfter = "after" in from && from.after.createdAt === null;
  let toSkip = "skip" in from ? from.skip - datedTotal : 0;
  for await (const document of everyDocument(matching, isAfter ? from.after.id : undefined)) {
    if (document.get("created_at") instanceof Timestamp) continue;
    if (toSkip > 0) toSkip -= 1;
    else undated.push(document);
    if (undated.length === limit) break;
  }
  return undated;
}

/** Where a document stands in a list that is ordered by `created_at`. */
export function positionOf(document: QueryDocumentSnapshot): Position {
  const createdAt: unknown = document.get("created_at");
  const { id } = document;
  if (!(createdAt instanceof Timestamp)) return { createdAt: null, id };
  const { seconds, nanoseconds } = createdAt;
  return { createdAt: { seconds, nanoseconds }, id };
}
