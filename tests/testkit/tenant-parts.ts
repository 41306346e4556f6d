/**
 * Tenants that are unlike others in some fields.
 *
 * @module
 */
import { withChanges } from "../../shared/tenant/tenant.ts";
import type { Profile, Spec, Status, Tenant, TenantChanges } from "../../shared/tenant/tenant.ts";

/** Some fields of a tenant's record, part by part. */
export interface TenantParts extends Partial<Pick<Tenant, "id" | "created_at" | "updated_at">> {
  profile?: Partial<Profile>;
  spec?: Partial<Spec>;
  status?: Partial<Status>;
}

/** The tenant with these fields, also those that no change of its own may reach; all others stay as they are. */
export function withParts<T extends Tenant>(
  tenant: T,
  { profile, spec, status, ...root }: TenantParts,
): T {
  return withChanges({ ...tenant, ...root }, { profile, spec, status } as TenantChanges) as T;
}
