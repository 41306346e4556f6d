/**
 * The documents `tenants/{id}` as a list that is read page by page.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type {
  CollectionReference,
  Firestore,
  Query,
  QueryDocumentSnapshot,
} from "@google-cloud/firestore";
import type { Phase, Tenant } from "../tenant/tenant.ts";
import { call, everyDocument } from "./firestore-calls.ts";
import { byTime, newestFirst, positionOf, startingAfter } from "./newest-first.ts";
import type { Position } from "./newest-first.ts";
import { toShown } from "./tenant-documents.ts";

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

async function readDated(
  matching: Query,
  limit: number,
  from: ListRequest["from"],
): Promise<QueryDocumentSnapshot[]> {
  const ordered = newestFirst(matching).limit(limit);
  if ("skip" in from) return (await call(ordered.offset(from.skip).get())).docs;
  const { createdAt, id } = from.after;
  if (createdAt === null) return [];
  return (await call(startingAfter(ordered, { createdAt, id }).get())).docs;
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
