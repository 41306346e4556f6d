/**
 * The documents `tenants/{id}` as a list that is read page by page.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type {
  CollectionReference,
  DocumentSnapshot,
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
  filter: {
    phase?: Phase;
    email?: string;
    /** The standbys; without it, all others. */
    state?: "standby";
  };
  /** Whether those are among them whose deletion can be taken back. */
  showDeleted?: boolean;
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
  return {
    listTenants: (wanted: ListRequest) =>
      wanted.filter.state === undefined
        ? listTenants(tenants, wanted)
        : listStandbys(tenants, wanted),
  };
}

/** Where the record has what a list may be filtered by. */
const FILTERED = { phase: "status.phase", email: "profile.email", state: "spec.state" } as const;

function matchingIn(tenants: Query, filter: ListRequest["filter"]): Query {
  let matching = tenants;
  for (const [field, value] of Object.entries(filter)) {
    matching = matching.where(FILTERED[field as keyof typeof FILTERED], "==", value);
  }
  return matching;
}

/**
 * A page of the tenants, the newest first. Of those made at the same time, the id decides. Those of which the
 * record does not say when they were made come last: no query by that time finds them.
 *
 * What no customer has had yet, and what is deleted, is left out while it is read, and not by the query: that would take an
 * index more for each combination of filters, and would lose the damaged records, which are to be seen.
 */
async function listTenants(
  tenants: CollectionReference,
  { filter, limit, from, showDeleted = false }: ListRequest,
): Promise<TenantList> {
  if (filter.phase === DELETED && !showDeleted) return { tenants: [], total: 0, next: null };
  const matching: Matching = {
    query: matchingIn(tenants, filter),
    // Of one phase that is another, none is deleted.
    hidesDeleted: !showDeleted && filter.phase === undefined,
  };
  // One more than asked for tells whether more follow.
  const [dated, counted] = await Promise.all([
    readDated(matching, limit + 1, from),
    call(matching.query.count().get()),
  ]);
  const all = counted.data().count;
  const room = limit + 1 - dated.shown.length;
  const datedCount = room > 0 ? await countDated(matching, dated, from) : all;
  const hidden = await countHidden(matching, dated, from, room);
  const undated =
    datedCount === all ? [] : await readUndated(matching.query, room, from, datedCount - hidden);
  const found = [...dated.shown, ...undated];
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    tenants: toTenants(page),
    total: all - hidden,
    next: found.length <= limit || last === undefined ? null : positionOf(last),
  };
}

/** What passes the filters, and whether what is deleted is left out of it. */
interface Matching {
  query: Query;
  hidesDeleted: boolean;
}

const toTenants = (page: DocumentSnapshot[]): Tenant[] =>
  page.flatMap((document) => toShown(document)?.tenant ?? []);

/** What was read in the order of time. */
interface Dated {
  /** Without what is not shown. */
  shown: QueryDocumentSnapshot[];
  /** How many were read for it. */
  read: number;
}

/** Null of what no customer has had, and of nothing else (`isNobodys`). */
const NAME = "spec.subdomain";

const DELETED: Phase = "deleted";

function isShown(document: QueryDocumentSnapshot, { hidesDeleted }: Matching): boolean {
  if (document.get(NAME) === null) return false;
  return !hidesDeleted || document.get(FILTERED.phase) !== DELETED;
}

async function readDated(
  matching: Matching,
  limit: number,
  from: ListRequest["from"],
): Promise<Dated> {
  const ordered = newestFirst(matching.query);
  if ("skip" in from) {
    return from.skip === 0
      ? readShown(ordered, limit, matching)
      : readSkipping(matching, limit, from.skip);
  }
  const { createdAt, id } = from.after;
  if (createdAt === null) return { shown: [], read: 0 };
  return readShown(startingAfter(ordered, { createdAt, id }), limit, matching);
}

/** The first so many of a list that are shown. What is not costs a further read, and nobody's place on the page. */
async function readShown(list: Query, limit: number, matching: Matching): Promise<Dated> {
  const dated: Dated = { shown: [], read: 0 };
  let rest = list;
  for (;;) {
    const asked = limit - dated.shown.length;
    const { docs } = await call(rest.limit(asked).get());
    dated.read += docs.length;
    dated.shown.push(...docs.filter((document) => isShown(document, matching)));
    const last = docs.at(-1);
    if (last === undefined || docs.length < asked || dated.shown.length === limit) return dated;
    rest = list.startAfter(last);
  }
}

/** Skipped is what is shown: for each that is not, and comes before the place, one more is. */
async function readSkipping(matching: Matching, limit: number, skip: number): Promise<Dated> {
  const list = newestFirst(matching.query);
  const [{ docs }, ...hidden] = await Promise.all([
    call(list.offset(skip).limit(1).get()),
    ...hiddenIn(matching).map((query) => call(query.select("created_at").get())),
  ]);
  const [place] = docs;
  if (place === undefined) return { shown: [], read: 0 };
  const before = hidden.flatMap((found) => found.docs).filter((one) => isBefore(one, place));
  const more = before.length;
  const { shown, read } = await readShown(list.startAt(place), more + limit, matching);
  return { shown: shown.slice(more), read };
}

/** Whether a document comes before another one in the order of the list. */
function isBefore(one: QueryDocumentSnapshot, other: QueryDocumentSnapshot): boolean {
  const [left, right] = [one.get("created_at"), other.get("created_at")] as unknown[];
  if (!(left instanceof Timestamp) || !(right instanceof Timestamp)) return false;
  const [newer, older] = [left.valueOf(), right.valueOf()];
  return newer === older ? one.id > other.id : newer > older;
}

/** The queries for what is not shown, each of which finds something else: what is nobody's is never `deleted`. */
function hiddenIn({ query, hidesDeleted }: Matching): Query[] {
  const nobodys = query.where(NAME, "==", null);
  return hidesDeleted ? [nobodys, query.where(FILTERED.phase, "==", DELETED)] : [nobodys];
}

/** How many are not shown. A first page that is the last one has seen them. */
async function countHidden(
  matching: Matching,
  { shown, read }: Dated,
  from: ListRequest["from"],
  room: number,
): Promise<number> {
  if (room > 0 && "skip" in from && from.skip === 0) return read - shown.length;
  const counts = await Promise.all(
    hiddenIn(matching).map(async (query) => (await call(query.count().get())).data().count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** How many have a time. A first page that is the last one has seen them; else they are counted. */
async function countDated(
  matching: Matching,
  { read }: Dated,
  from: ListRequest["from"],
): Promise<number> {
  if ("skip" in from && from.skip === 0) return read;
  return (await call(byTime(matching.query).count().get())).data().count;
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

/** The standbys: they are few, so all are read, and ordered here, for which no index is needed. */
async function listStandbys(
  tenants: CollectionReference,
  { filter, limit, from }: ListRequest,
): Promise<TenantList> {
  const { docs } = await call(matchingIn(tenants, filter).get());
  const ordered = docs.toSorted((one, other) => (isBefore(one, other) ? -1 : 1));
  const first = "skip" in from ? from.skip : placeAfter(ordered, from.after);
  const page = ordered.slice(first, first + limit);
  const last = page.at(-1);
  const isLast = first + limit >= ordered.length || last === undefined;
  return { tenants: toTenants(page), total: docs.length, next: isLast ? null : positionOf(last) };
}

/** One that has gone since then is followed by whatever came after it. */
function placeAfter(ordered: QueryDocumentSnapshot[], { createdAt, id }: Position): number {
  if (createdAt === null) return ordered.length;
  const then = new Timestamp(createdAt.seconds, createdAt.nanoseconds).valueOf();
  return ordered.filter((document) => {
    const at: unknown = document.get("created_at");
    if (!(at instanceof Timestamp)) return false;
    return at.valueOf() === then ? document.id >= id : at.valueOf() > then;
  }).length;
}
