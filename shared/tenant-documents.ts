/**
 * The documents `tenants/{id}`: as records, and as a list that is read page by page.
 *
 * @module
 */
import { FieldPath, Timestamp } from "@google-cloud/firestore";
import type {
  CollectionReference,
  DocumentData,
  DocumentSnapshot,
  Query,
  QueryDocumentSnapshot,
} from "@google-cloud/firestore";
import { call, toDates } from "./firestore-calls.ts";
import type { Stored } from "./reconcile.ts";
import type { Status, Tenant } from "./tenant.ts";

/** Where a page ends: its last tenant, as the list is ordered. */
export interface Position {
  /** As fine as the database keeps it: a `Date` would lose those made within its millisecond. */
  createdAt: { seconds: number; nanoseconds: number };
  id: string;
}

/** Which tenants a caller wants to see. */
export interface ListRequest {
  filter: { status?: Status; email?: string };
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

/** A tenant with its version; null when it is not there. */
export function toStored(snapshot: DocumentSnapshot): Stored<Tenant> | null {
  const found = snapshot.data();
  return found === undefined ? null : { record: toTenant(found), version: snapshot.updateTime };
}

/** Records of before there were names lack them. */
export function toTenant(stored: DocumentData): Tenant {
  return { first_name: null, last_name: null, ...(toDates(stored) as object) } as Tenant;
}

/** A page of the tenants, the newest first. Of those made at the same time, the id decides. */
export async function listTenants(
  tenants: CollectionReference,
  { filter, limit, from }: ListRequest,
): Promise<TenantList> {
  let matching: Query = tenants;
  for (const [field, value] of Object.entries(filter)) {
    matching = matching.where(field, "==", value);
  }
  const ordered = matching.orderBy("created_at", "desc").orderBy(FieldPath.documentId(), "desc");
  const rest =
    "after" in from
      ? ordered.startAfter(toTimestamp(from.after), from.after.id)
      : ordered.offset(from.skip);
  // One more than asked for tells whether more follow.
  const [found, counted] = await Promise.all([
    call(rest.limit(limit + 1).get()),
    call(matching.count().get()),
  ]);
  const page = found.docs.slice(0, limit);
  const last = page.at(-1);
  const isLastPage = found.docs.length <= limit || last === undefined;
  return {
    tenants: page.map((document) => toTenant(document.data())),
    total: counted.data().count,
    next: isLastPage ? null : positionOf(last),
  };
}

function positionOf(document: QueryDocumentSnapshot): Position {
  const { seconds, nanoseconds } = document.get("created_at") as Timestamp;
  return { createdAt: { seconds, nanoseconds }, id: document.id };
}

function toTimestamp({ createdAt }: Position): Timestamp {
  return new Timestamp(createdAt.seconds, createdAt.nanoseconds);
}
