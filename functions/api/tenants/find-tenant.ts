/**
 * What the endpoints that show a tenant have in common.
 *
 * @module
 */
import { isDeleted, isSettled } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { noSuchTenant } from "./tenant-answers.ts";

/** They say how soon it is worth asking again while something is under way. */
export const POLL_HEADERS: Readonly<Record<string, string>> = { "Retry-After": "5" };

/** The tenant of the path. Throws 404 where there is none, or one that is deleted, unless such are to be shown. */
export async function findTenant(
  { tenantId }: Pick<Call, "tenantId">,
  { store }: Pick<ApiDependencies, "store">,
  { showDeleted = false } = {},
): Promise<Tenant> {
  const tenant = (await store.showTenant(tenantId))?.tenant;
  if (tenant === undefined || (isDeleted(tenant) && !showDeleted)) throw noSuchTenant(tenantId);
  return tenant;
}

/** Says when to ask again, while something is under way. */
export function pollHeaders(tenant: Tenant): Record<string, string> {
  return isSettled(tenant) ? {} : POLL_HEADERS;
}
