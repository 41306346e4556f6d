/**
 * The documents `tenants/{id}` as they are read for a page of a list.
 *
 * @module
 */
import type { DocumentSnapshot, Query, QueryDocumentSnapshot } from "@google-cloud/firestore";
import type { TenantOrder } from "../tenant/list-orders.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { call } from "./firestore-calls.ts";
import { toShown } from "./tenant-documents.ts";
import { isShown } from "./tenant-filter.ts";
import type { TenantFilter } from "./tenant-filter.ts";
import type { NamedPosition } from "./tenant-order.ts";

/** Which tenants a caller wants to see. */
export interface ListRequest {
  filter: TenantFilter;
  /** Whether those are among them whose deletion can be taken back. */
  showDeleted?: boolean;
  /** Without it, the newest first. */
  order?: TenantOrder;
  limit: number;
  /** So many can be skipped only of the newest first, and where no range is asked for. */
  from: { skip: number } | { after: NamedPosition };
}

export interface TenantList {
  tenants: Tenant[];
  /** How many there are on all pages together. */
  total: number;
  /** Where the next page begins; null when there is none. */
  next: NamedPosition | null;
}

/** What was read of a query. */
export interface Read {
  /** Without what is not shown. */
  shown: QueryDocumentSnapshot[];
  /** How many were read for it. */
  read: number;
}

/** No more are read at a time, however many are not shown. */
const MOST_AGAIN = 300;

/**
 * The first so many of a list that are shown. What is not costs a further read, and nobody's place on the page. Where many
 * such are in a row, more and more are read at a time.
 */
export async function readShown(list: Query, limit: number, deletedToo: boolean): Promise<Read> {
  const found: Read = { shown: [], read: 0 };
  let rest = list;
  for (let again = 1; ; again = Math.min(2 * again, MOST_AGAIN)) {
    const missing = limit - found.shown.length;
    const asked = Math.max(missing, again);
    const { docs } = await call(rest.limit(asked).get());
    found.read += docs.length;
    const shown = docs.filter((document) => isShown(document, deletedToo));
    found.shown.push(...shown.slice(0, missing));
    const last = docs.at(-1);
    if (last === undefined || docs.length < asked || found.shown.length === limit) return found;
    rest = list.startAfter(last);
  }
}

/** How many documents the queries find, each of which finds others. */
export async function countAll(...queries: Query[]): Promise<number> {
  const counts = await Promise.all(queries.map((query) => call(query.count().get())));
  return counts.reduce((sum, counted) => sum + counted.data().count, 0);
}

export const toTenants = (page: DocumentSnapshot[]): Tenant[] =>
  page.flatMap((document) => toShown(document)?.tenant ?? []);
