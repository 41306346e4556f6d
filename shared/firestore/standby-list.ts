/**
 * The standbys as a list. They are few, so all are read, and ordered here, for which no index is needed.
 *
 * @module
 */
import { Timestamp } from "@google-cloud/firestore";
import type { CollectionReference, QueryDocumentSnapshot } from "@google-cloud/firestore";
import { call } from "./firestore-calls.ts";
import { positionOf } from "./newest-first.ts";
import type { Position } from "./newest-first.ts";
import { FIELDS, matchingIn } from "./tenant-filter.ts";
import type { TenantFilter } from "./tenant-filter.ts";
import { namedPositionOf } from "./tenant-order.ts";
import { toTenants } from "./tenant-pages.ts";
import type { ListRequest, TenantList } from "./tenant-pages.ts";

/** A page of the standbys, the newest first unless the oldest are asked for first: none has a name to be ordered by. */
export async function listStandbys(
  tenants: CollectionReference,
  { filter, limit, from, order, showDeleted = false }: ListRequest,
): Promise<TenantList> {
  const { docs } = await call(matchingIn(tenants, filter, showDeleted).query.get());
  const sign = order === "created_at" ? 1 : -1;
  const compare = (one: Position, other: Position) => sign * byAge(one, other);
  const passing = docs
    .filter((document) => isInTime(document, filter))
    .toSorted((one, other) => compare(positionOf(one), positionOf(other)));
  const first =
    "skip" in from
      ? from.skip
      : passing.filter((document) => compare(positionOf(document), from.after) <= 0).length;
  const page = passing.slice(first, first + limit);
  const last = page.at(-1);
  const isLast = first + limit >= passing.length || last === undefined;
  const next = isLast ? null : namedPositionOf(last);
  return { tenants: toTenants(page), total: passing.length, next };
}

/** Negative where the one was made before the other. Of one that is damaged nobody knows: it counts as the oldest. */
function byAge(one: Position, other: Position): number {
  const left = one.createdAt ?? NEVER;
  const right = other.createdAt ?? NEVER;
  return (
    left.seconds - right.seconds ||
    left.nanoseconds - right.nanoseconds ||
    (one.id < other.id ? -1 : Number(one.id > other.id))
  );
}

const NEVER = { seconds: Number.MIN_SAFE_INTEGER, nanoseconds: 0 };

function isInTime(
  document: QueryDocumentSnapshot,
  { createdFrom, createdBefore }: TenantFilter,
): boolean {
  if (createdFrom === undefined && createdBefore === undefined) return true;
  const at: unknown = document.get(FIELDS.time);
  if (!(at instanceof Timestamp)) return false;
  const made = at.toDate();
  return (
    (createdFrom === undefined || made >= createdFrom) &&
    (createdBefore === undefined || made < createdBefore)
  );
}
