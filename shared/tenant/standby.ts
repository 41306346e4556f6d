/**
 * Standbys: tenants whose sites are made before anybody asks, and what makes one of them a customer's. Pure.
 *
 * @module
 */
import type { Bench } from "../configuration/bench.ts";
import { isSameList } from "./site-names.ts";
import { newTenant, statusAfterCommand } from "./tenant.ts";
import type { NewTenant, Requester, Standby, Tenant, TenantChanges } from "./tenant.ts";

/** Who asks for standbys, and for their end. */
export const POOL: Requester = { name: "pool", request_id: null, reason: null };

/** What a standby is made with in this bench. */
export function standbyOf({ name, image, apps }: Bench): Standby {
  return { bench: name, image, apps };
}

/** A standby as it is when the pool asks for it. Nobody is told of it, so its first event is the customer's. */
export function newStandby(
  { id, commandId, standby }: { id: string; commandId: string; standby: Standby },
  now: Date,
): Tenant {
  const nobody = { organization: "", subdomain: "", email: "" };
  const tenant = newTenant(
    { id, bench: standby.bench, commandId, requestedBy: POOL, ...nobody },
    now,
  );
  const spec = { ...tenant.spec, state: "standby" as const, subdomain: null, standby };
  const status = { ...tenant.status, next_backup_at: null };
  return { ...tenant, sequence: 0, spec, status };
}

/** Whether no customer has ever had it: it is a standby, or one that is being dropped. Nobody is told of it. */
export function isNobodys({ spec }: Pick<Tenant, "spec">): boolean {
  return spec.subdomain === null;
}

/** Whether a customer may be given it. */
export function isReady({ spec, status }: Tenant): boolean {
  return spec.state === "standby" && status.standby_key !== null;
}

/** Whether a standby was made with what new sites have now. */
export function isMadeWith({ spec }: Tenant, { bench, image, apps }: Standby): boolean {
  const { standby } = spec;
  const isOfBench = standby !== null && standby.bench === bench && standby.image === image;
  return isOfBench && isSameList(standby.apps, apps);
}

/**
 * What makes a standby the tenant that a customer asks for: all but the site and what is known of it is as of a new
 * one, the time of its creation too.
 */
export function claimStandby(
  standby: Tenant,
  asked: Omit<NewTenant, "id">,
  now: Date,
): TenantChanges {
  const tenant = newTenant({ ...asked, id: standby.id, bench: standby.spec.bench }, now);
  const { created_at, updated_at, profile, spec, status } = tenant;
  return {
    created_at,
    updated_at,
    profile,
    spec: { ...spec, generation: standby.spec.generation + 1 },
    status: {
      ...statusAfterCommand(now),
      phase: status.phase,
      next_backup_at: status.next_backup_at,
    },
  };
}
