/**
 * The orders of lists of tenants, as queries, and where a page of such a list ends.
 *
 * Whatever a list has a range of is a field of its order, too: so one index serves both. A name has no second holder, and few
 * tenants are made at the same time, so that second field changes hardly anything in the order itself.
 *
 * @module
 */
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import type { Query, QueryDocumentSnapshot } from "@google-cloud/firestore";
import type { TenantOrder } from "../tenant/list-orders.ts";
import { positionOf } from "./newest-first.ts";
import type { Position } from "./newest-first.ts";
import { FIELDS, hasTimes, inTime, named } from "./tenant-filter.ts";
import type { TenantFilter } from "./tenant-filter.ts";

/** Where a page ends, in any of the orders. */
export interface NamedPosition extends Position {
  /** Empty where it has none. */
  subdomain: string;
}

/** A list in its order: a page can begin after any of its documents. */
export interface OrderedList {
  query: Query;
  /** The fields that it is ordered by, before the id. */
  by: ("time" | "name")[];
}

/**
 * Those with a time, or in the order of the names with a name, that are in the ranges that are asked for. Of those that are equal
 * in all that they are ordered by, the id decides.
 */
export function inOrder(matching: Query, filter: TenantFilter, order: TenantOrder): OrderedList {
  const by = fieldsOf(filter, order);
  const direction = order === "-created_at" ? "desc" : "asc";
  const ranges = { time: inTime, name: named };
  let query = matching;
  for (const field of by) {
    query = ranges[field](query, filter).orderBy(FIELDS[field], direction);
  }
  return { query: query.orderBy(FieldPath.documentId(), direction), by };
}

function fieldsOf(filter: TenantFilter, order: TenantOrder): OrderedList["by"] {
  if (order === "subdomain") return hasTimes(filter) ? ["name", "time"] : ["name"];
  return filter.prefix === undefined ? ["time"] : ["time", "name"];
}

/** Whether only what has a name is in such a list. */
export function isNamed(filter: TenantFilter, order: TenantOrder): boolean {
  return fieldsOf(filter, order).includes("name");
}

/** What follows a position in a list. */
export function listAfter(
  { query, by }: OrderedList,
  { createdAt, subdomain, id }: NamedPosition,
): Query {
  const time = createdAt && new Timestamp(createdAt.seconds, createdAt.nanoseconds);
  const values = { time, name: subdomain };
  return query.startAfter(...by.map((field) => values[field]), id);
}

/** Where a document stands in any of the orders. */
export function namedPositionOf(document: QueryDocumentSnapshot): NamedPosition {
  const name: unknown = document.get(FIELDS.name);
  return { ...positionOf(document), subdomain: typeof name === "string" ? name : "" };
}
