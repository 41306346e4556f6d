/**
 * The documents `tenants/{id}` as a list that is read page by page.
 *
 * @module
 */
import type { Firestore, Query } from "@google-cloud/firestore";
import type { TenantOrder } from "../tenant/list-orders.ts";
import { listNewest } from "./newest-tenants.ts";
import { listStandbys } from "./standby-list.ts";
import { deletedOf, hasTimes, isEmpty, matchingIn, nobodysOf } from "./tenant-filter.ts";
import type { Matching, TenantFilter } from "./tenant-filter.ts";
import { inOrder, isNamed, listAfter, namedPositionOf } from "./tenant-order.ts";
import type { NamedPosition } from "./tenant-order.ts";
import { countAll, readShown, toTenants } from "./tenant-pages.ts";
import type { ListRequest, TenantList } from "./tenant-pages.ts";

export function openTenantList(firestore: Firestore) {
  const tenants = firestore.collection("tenants");

  /** A page of the tenants that pass a filter, in the order that is asked for. */
  async function listTenants(wanted: ListRequest): Promise<TenantList> {
    const { filter, limit, from, order = "-created_at", showDeleted = false } = wanted;
    if (isEmpty(filter, showDeleted)) return { tenants: [], total: 0, next: null };
    if (filter.state === "standby") return listStandbys(tenants, wanted);
    const matching = matchingIn(tenants, filter, showDeleted);
    if (order === "-created_at" && filter.prefix === undefined && !hasTimes(filter)) {
      return listNewest(matching, limit, from);
    }
    const after = "after" in from ? from.after : null;
    return listInOrder(matching, { filter, order, limit, after });
  }

  return { listTenants };
}

/** What is wanted of a list that has ranges, or another order than the newest first. */
interface OrderedRequest {
  filter: TenantFilter;
  order: TenantOrder;
  limit: number;
  after: NamedPosition | null;
}

/**
 * A page of such a list. A record so damaged that it has no time, or no name where names are asked for or ordered by, is in none:
 * only reading all would find it.
 */
async function listInOrder(
  matching: Matching,
  { filter, order, limit, after }: OrderedRequest,
): Promise<TenantList> {
  const list = inOrder(matching.query, filter, order);
  const rest = after === null ? list.query : listAfter(list, after);
  const [found, all] = await Promise.all([
    // One more than asked for tells whether more follow.
    readShown(rest, limit + 1, matching.deletedToo),
    countAll(list.query),
  ]);
  const isWhole = after === null && found.shown.length <= limit;
  const hidden = isWhole
    ? found.read - found.shown.length
    : await countAll(...hiddenIn(matching, filter, order));
  const page = found.shown.slice(0, limit);
  const last = page.at(-1);
  const isLast = found.shown.length <= limit || last === undefined;
  return {
    tenants: toTenants(page),
    total: all - hidden,
    next: isLast ? null : namedPositionOf(last),
  };
}

/** The queries for what is not shown of it, each of which finds something else. */
function hiddenIn(matching: Matching, filter: TenantFilter, order: TenantOrder): Query[] {
  const hidden: Query[] = [];
  const deleted = deletedOf(matching);
  if (deleted !== null) hidden.push(inOrder(deleted, filter, order).query);
  if (!isNamed(filter, order)) {
    // They are counted, so their order does not matter: one index is enough for both.
    hidden.push(inOrder(nobodysOf(matching), filter, "-created_at").query);
  }
  return hidden;
}
