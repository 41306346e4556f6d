/**
 * Tenants that are unlike others in some fields.
 *
 * @module
 */
import type { Profile, Spec, Status, Tenant } from "../../shared/tenant/tenant.ts";

/** Some fields of a tenant's record, part by part. */
export interface TenantParts extends Partial<Pick<Tenant, "id" | "created_at" | "updated_at">> {
  profile?: Partial<Profile>;
  spec?: Partial<Spec>;
  status?: Partial<Status>;
}

/** The tenant with these fields; all others stay as they are. */
export function withParts(tenant: Tenant, { profile, spec, status, ...root }: TenantParts): Tenant {
  return {
    ...tenant,
    ...root,
    profile: { ...tenant.profile, ...profile },
    spec: { ...tenant.spec, ...spec },
    status: { ...tenant.status, ...status },
  };
}
