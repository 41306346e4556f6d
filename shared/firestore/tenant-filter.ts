/**
 * Which tenants a list has: what a caller asks for, as a query, and what is not shown of what a query finds.
 *
 * @module
 */
import { Filter } from "@google-cloud/firestore";
import type { Query, QueryDocumentSnapshot } from "@google-cloud/firestore";
import type { Phase } from "../tenant/tenant.ts";
import { ANY_TIME } from "./newest-first.ts";

/** What a caller asks for. Whoever is in the list passes all of it. */
export interface TenantFilter {
  phase?: Phase;
  email?: string;
  /** What is desired of it. The standbys are in a list by this only. */
  state?: "present" | "suspended" | "standby";
  /** The bench where its site is or, as long as it has none, is to be (`benchOf`). */
  bench?: string;
  /** How its subdomain begins. */
  prefix?: string;
  /** Only those made then or later. */
  createdFrom?: Date;
  /** Only those made earlier than then. */
  createdBefore?: Date;
}

/** The fields of a record that lists ask for. */
export const FIELDS = {
  phase: "status.phase",
  email: "profile.email",
  state: "spec.state",
  siteBench: "status.site.bench",
  wantedBench: "spec.bench",
  site: "status.site",
  /** Null of what no customer has had, and of nothing else (`isNobodys`). */
  name: "spec.subdomain",
  time: "created_at",
} as const;

const DELETED: Phase = "deleted";

/** What is asked for, apart from ranges: of names and of times. */
export interface Matching {
  query: Query;
  /** Whether what is deleted is shown of it. */
  deletedToo: boolean;
}

/** Those that have what is asked for, apart from ranges. */
export function matchingIn(tenants: Query, filter: TenantFilter, showDeleted: boolean): Matching {
  let query = tenants;
  for (const name of ["phase", "email", "state"] as const) {
    const value = filter[name];
    if (value !== undefined) query = query.where(FIELDS[name], "==", value);
  }
  if (filter.bench !== undefined) query = query.where(inBench(filter.bench));
  // Of one phase that is another, none is deleted.
  return { query, deletedToo: showDeleted || filter.phase !== undefined };
}

function inBench(bench: string): Filter {
  return Filter.or(
    Filter.where(FIELDS.siteBench, "==", bench),
    Filter.and(
      Filter.where(FIELDS.site, "==", null),
      Filter.where(FIELDS.wantedBench, "==", bench),
    ),
  );
}

/** Those with a time, from the first on that is asked for to the last. */
export function inTime(list: Query, { createdFrom, createdBefore }: TenantFilter): Query {
  const later = list.where(FIELDS.time, ">=", createdFrom ?? ANY_TIME);
  return createdBefore === undefined ? later : later.where(FIELDS.time, "<", createdBefore);
}

/** Those with a name, that begins as it is asked for. */
export function named(list: Query, { prefix = "" }: TenantFilter): Query {
  const later = list.where(FIELDS.name, ">=", prefix);
  return prefix === "" ? later : later.where(FIELDS.name, "<", afterAll(prefix));
}

/** The first text that comes after all that begin so, as ASCII is ordered. */
function afterAll(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}

/** Whether only those are asked for that were made at some time. */
export function hasTimes({ createdFrom, createdBefore }: TenantFilter): boolean {
  return createdFrom !== undefined || createdBefore !== undefined;
}

/** Whether nobody can pass. */
export function isEmpty(filter: TenantFilter, showDeleted: boolean): boolean {
  const { createdFrom, createdBefore } = filter;
  if (createdFrom && createdBefore && createdFrom >= createdBefore) return true;
  // A standby has no name.
  if (filter.state === "standby" && filter.prefix !== undefined) return true;
  return filter.phase === DELETED && !showDeleted;
}

/**
 * Whether a document that a query has found is shown. What no customer has had yet, and what is deleted, is left out while it
 * is read, and not by the query: that would take an index more for each combination of filters, and would lose the damaged
 * records, which are to be seen.
 */
export function isShown(document: QueryDocumentSnapshot, deletedToo: boolean): boolean {
  if (document.get(FIELDS.name) === null) return false;
  return deletedToo || document.get(FIELDS.phase) !== DELETED;
}

/** Those of them that are no customer's. None of these is deleted. */
export function nobodysOf({ query }: Matching): Query {
  return query.where(FIELDS.name, "==", null);
}

/** Those of them that are not shown because they are deleted; null where they are shown. */
export function deletedOf({ query, deletedToo }: Matching): Query | null {
  return deletedToo ? null : query.where(FIELDS.phase, "==", DELETED);
}
