/**
 * The names of a tenant's databases, each of which is also its only user's. Pure.
 *
 * @module
 */
import { databaseName } from "./names.ts";
import type { Tenant } from "./tenant.ts";

/** The database that the tenant's site works with, or is to be made with. */
export function currentDatabase({ id, status }: Pick<Tenant, "id" | "status">): string {
  return status.site?.database ?? databaseName(id);
}

/** The database that the restore under a generation makes. */
export function restoredDatabase(tenantId: string, generation: number): string {
  return `${databaseName(tenantId)}r${generation}`;
}
