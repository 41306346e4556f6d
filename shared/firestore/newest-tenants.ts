/**
 * The list of all tenants that pass a filter, the newest first, without ranges.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type { Query, QueryDocumentSnapshot } from "@google-cloud/firestore";
import { call, everyDocument } from "./firestore-calls.ts";
import { byTime, newestFirst, startingAfter } from "./newest-first.ts";
import { deletedOf, nobodysOf } from "./tenant-filter.ts";
import type { Matching } from "./tenant-filter.ts";
import { namedPositionOf } from "./tenant-order.ts";
import { countAll, readShown, toTenants } from "./tenant-pages.ts";
import type { ListRequest, Read, TenantList } from "./tenant-pages.ts";

/**
 * A page of the tenants, the newest first. Of those made at the same time, the id decides. Those of which the
 * record does not say when they were made come last: no query by that time finds them.
 */
export async function listNewest(
  matching: Matching,
  limit: number,
  from: ListRequest["from"],
): Promise<TenantList> {
  // One more than asked for tells whether more follow.
  const [dated, all] = await Promise.all([
    readDated(matching, limit + 1, from),
    countAll(matching.query),
  ]);
  const room = limit + 1 - dated.shown.length;
  const datedCount = room > 0 ? await countDated(matching, dated, from) : all;
  const hidden = await countHidden(matching, dated, from, room);
  const undated =
    datedCount >= all ? [] : await readUndated(matching.query, room, from, datedCount - hidden);
  const found = [...dated.shown, ...undated];
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    tenants: toTenants(page),
    total: all - hidden,
    next: found.length <= limit || last === undefined ? null : namedPositionOf(last),
  };
}

async function readDated(
  matching: Matching,
  limit: number,
  from: ListRequest["from"],
): Promise<Read> {
  const ordered = newestFirst(matching.query);
  if ("skip" in from) {
    return from.skip === 0
      ? readShown(ordered, limit, matching.deletedToo)
      : readSkipping(matching, limit, from.skip);
  }
  const { createdAt, id } = from.after;
  if (createdAt === null) return { shown: [], read: 0 };
  return readShown(startingAfter(ordered, { createdAt, id }), limit, matching.deletedToo);
}

/** Skipped is what is shown: for each that is not, and comes before the place, one more is. */
async function readSkipping(matching: Matching, limit: number, skip: number): Promise<Read> {
  const list = newestFirst(matching.query);
  const [{ docs }, ...hidden] = await Promise.all([
    call(list.offset(skip).limit(1).get()),
    ...hiddenIn(matching).map((query) => call(query.select("created_at").get())),
  ]);
  const [place] = docs;
  if (place === undefined) return { shown: [], read: 0 };
  const before = hidden.flatMap((found) => found.docs).filter((one) => isBefore(one, place));
  const more = before.length;
  const rest = list.startAt(place);
  const { shown, read } = await readShown(rest, more + limit, matching.deletedToo);
  return { shown: shown.slice(more), read };
}

/** Whether a document comes before another one in the order of the list. */
function isBefore(one: QueryDocumentSnapshot, other: QueryDocumentSnapshot): boolean {
  const [left, right] = [one.get("created_at"), other.get("created_at")] as unknown[];
  if (!(left instanceof Timestamp) || !(right instanceof Timestamp)) return false;
  const [newer, older] = [left.valueOf(), right.valueOf()];
  return newer === older ? one.id > other.id : newer > older;
}

/** The queries for what is not shown, each of which finds something else. */
function hiddenIn(matching: Matching): Query[] {
  return [nobodysOf(matching), deletedOf(matching)].filter((query) => query !== null);
}

/** How many are not shown. A first page that is the last one has seen them. */
async function countHidden(
  matching: Matching,
  { shown, read }: Read,
  from: ListRequest["from"],
  room: number,
): Promise<number> {
  if (room > 0 && "skip" in from && from.skip === 0) return read - shown.length;
  return countAll(...hiddenIn(matching));
}

/** How many have a time. A first page that is the last one has seen them; else they are counted. */
async function countDated(
  matching: Matching,
  { read }: Read,
  from: ListRequest["from"],
): Promise<number> {
  if ("skip" in from && from.skip === 0) return read;
  return countAll(byTime(matching.query));
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
