/**
 * The console's pages and their addresses. An address is what stands behind the `#`: it works behind any path prefix,
 * and what is filtered by, e-mail addresses among it, reaches no server's log. Pure.
 *
 * @module
 */

/** The filters of the list of tenants, by the names of the API's parameters. An empty one is left out. */
export const TENANT_FILTERS = [
  "q",
  "email",
  "status",
  "state",
  "bench",
  "created_after",
  "created_before",
  "order_by",
] as const;
export type TenantFilters = Partial<Record<(typeof TENANT_FILTERS)[number], string>>;

export type Route =
  | { page: "fleet" }
  | { page: "tenants"; filters: TenantFilters; pageToken: string | null }
  | { page: "tenant"; id: string; operation: string | null }
  | { page: "rollouts" }
  | { page: "rollout"; id: string }
  | { page: "benches" }
  | { page: "pool" }
  | { page: "garbage-collection" }
  | { page: "nothing" };

/** What the address bar has behind the path, with its `#` or without. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  const [page = "", id, more, operation, ...rest] = path.split("/").filter(Boolean).map(decode);
  if (rest.length > 0) return { page: "nothing" };
  if (id === undefined) return parsePage(page, new URLSearchParams(query));
  if (page === "tenants" && more === undefined) return { page: "tenant", id, operation: null };
  if (page === "tenants" && more === "operations" && operation !== undefined) {
    return { page: "tenant", id, operation };
  }
  if (page === "rollouts" && more === undefined) return { page: "rollout", id };
  return { page: "nothing" };
}

function parsePage(page: string, query: URLSearchParams): Route {
  switch (page) {
    case "":
      return { page: "fleet" };
    case "tenants":
      return { page, filters: parseFilters(query), pageToken: query.get("page_token") };
    case "rollouts":
    case "benches":
    case "pool":
    case "garbage-collection":
      return { page };
    default:
      return { page: "nothing" };
  }
}

function parseFilters(query: URLSearchParams): TenantFilters {
  return Object.fromEntries(
    TENANT_FILTERS.flatMap((name) => {
      const value = query.get(name) ?? "";
      return value === "" ? [] : [[name, value]];
    }),
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a page, to be followed by a link. */
export function toHash(route: Exclude<Route, { page: "nothing" }>): string {
  switch (route.page) {
    case "fleet":
      return "#/";
    case "tenants":
      return `#/tenants${toQuery({ ...route.filters, page_token: route.pageToken ?? "" })}`;
    case "tenant": {
      const operation = route.operation === null ? "" : `/operations/${encode(route.operation)}`;
      return `#/tenants/${encode(route.id)}${operation}`;
    }
    case "rollout":
      return `#/rollouts/${encode(route.id)}`;
    case "rollouts":
    case "benches":
    case "pool":
    case "garbage-collection":
      return `#/${route.page}`;
  }
}

/** The address of the tenants that pass the filters. */
export function tenantsHash(filters: TenantFilters = {}): string {
  return toHash({ page: "tenants", filters, pageToken: null });
}

export function tenantHash(id: string): string {
  return toHash({ page: "tenant", id, operation: null });
}

const encode = encodeURIComponent;

function toQuery(values: Readonly<Record<string, string>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}
