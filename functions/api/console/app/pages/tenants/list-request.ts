/**
 * What the list of tenants is asked for, and what the search field means. Pure.
 *
 * @module
 */
import type { listTenants } from "../../client/api-client.ts";
import type { TenantFilters } from "../../routing/route.ts";

export type ListParameters = NonNullable<Parameters<typeof listTenants>[0]>;

/** How many a page has. More would take longer to be drawn than to be read. */
export const PAGE_SIZE = 50;

/** The filters as the client of the API takes them. What a shared link says is the API's to judge. */
export function toListParameters(
  filters: TenantFilters,
  page: { limit: number; pageToken: string | null },
): ListParameters {
  const { created_after, created_before, order_by, ...rest } = filters;
  return {
    ...rest,
    createdAfter: created_after,
    createdBefore: created_before,
    orderBy: order_by,
    limit: page.limit,
    ...(page.pageToken === null ? {} : { pageToken: page.pageToken }),
    ...(filters.status === "deleted" ? { showDeleted: true } : {}),
  } as ListParameters;
}

/** What somebody looks for: an e-mail address, a tenant by its id, or the beginning of a name. */
export function readSearch(
  text: string,
): { by: "q" | "email"; value: string } | { by: "id"; id: string } {
  const sought = text.trim();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(sought)) {
    return { by: "id", id: sought.toLowerCase() };
  }
  if (sought.includes("@")) return { by: "email", value: sought };
  return { by: "q", value: sought.toLowerCase() };
}

/** What the filters have in the place of the search field. */
export function searchOf({ q, email }: TenantFilters): string {
  return email ?? q ?? "";
}

/** The filters with another search. */
export function withSearch(filters: TenantFilters, text: string): TenantFilters {
  const { q: _q, email: _email, ...rest } = filters;
  const search = readSearch(text);
  if (search.by === "id") return rest;
  return search.value === "" ? rest : { ...rest, [search.by]: search.value };
}

/** The filters with another value of one of them; an empty one takes it out. */
export function withFilter(
  filters: TenantFilters,
  name: keyof TenantFilters,
  value: string,
): TenantFilters {
  const { [name]: _, ...rest } = filters;
  return value === "" ? rest : { ...rest, [name]: value };
}

/** How old a tenant may be, by what the list of choices calls it, in days. */
export const AGES = [
  ["a day", 1],
  ["a week", 7],
  ["30 days", 30],
  ["a year", 365],
] as const;

/** The time so many days ago, to the minute, so that the same choice makes the same link for a while. */
export function daysAgo(days: number, now: Date): string {
  const minute = 60_000;
  const at = Math.floor((now.getTime() - days * 86_400_000) / minute) * minute;
  return new Date(at).toISOString();
}

/** Which of the choices an age is nearest to; null where no age is asked for. */
export function ageOf({ created_after }: TenantFilters, now: Date): number | null {
  if (created_after === undefined) return null;
  const days = (now.getTime() - Date.parse(created_after)) / 86_400_000;
  const fitting = AGES.find(([, age]) => days <= age + 0.5);
  return fitting?.[1] ?? null;
}
