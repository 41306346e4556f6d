/**
 * Tenants whose sites are copies: made, at the creation, of a backup of any tenant's. Such a site is quiet: until it is resumed
 * by a command it sends nothing, fetches nothing and does nothing by itself. Pure.
 *
 * @module
 */
import { restoredDatabase } from "./site-database.ts";
import { RESTORE_KIND, siteOf } from "./tenant.ts";
import type { NamedTenant, RestoreRequest, StatusChanges, Tenant } from "./tenant.ts";

/** Which backup a copy is made of, and whose that is. */
export type CopySource = Pick<RestoreRequest, "backup" | "tenant">;

/** A new tenant whose site is to be a copy. The restore is asked for from the beginning. */
export function asCopy(tenant: NamedTenant, source: CopySource): NamedTenant {
  const { id, created_at, spec } = tenant;
  const database = restoredDatabase(id, spec.generation);
  return {
    ...tenant,
    spec: {
      ...spec,
      quiet: true,
      restore: { ...source, database, requested_at: created_at },
      requests: { ...spec.requests, [RESTORE_KIND]: spec.command_id },
    },
  };
}

/**
 * Whether the tenant's site is a copy that is not its customer's yet. It is made without a name, so that nobody sees it
 * before it holds what the backup holds.
 */
export function isUnfinishedCopy(tenant: Pick<Tenant, "spec" | "status">): boolean {
  return tenant.spec.restore !== null && siteOf(tenant) === null;
}

/** What of the status changes while a copy is made; nothing of anybody else's. */
export function copyWorks(tenant: Tenant): StatusChanges {
  return isUnfinishedCopy(tenant) ? { phase: "provisioning" } : {};
}

/** What of the status changes when it is given up: whatever is left to do, a retry begins with it. */
export function copyFails(tenant: Tenant): StatusChanges {
  return isUnfinishedCopy(tenant) ? { phase: "failed", done: tenant.status.done } : {};
}

/** Whether the site is kept from acting on the world, or is to be. */
export function isQuiet({ spec, status }: Pick<Tenant, "spec" | "status">): boolean {
  return spec.quiet || status.site?.quiet === true;
}
