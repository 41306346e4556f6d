/**
 * What a caller may wish of a tenant that is there, and what each wish changes in its record; and what
 * of it may be corrected, which is no wish. Pure.
 *
 * @module
 */
import { addSeconds, hasFailed, hasSite, HINT_GRACE_SECONDS } from "./tenant.ts";
import type { Tenant, TenantChanges } from "./tenant.ts";

export type Wish = "delete" | "retry" | "suspend" | "resume";

/** What a wish comes to. */
export type Wished =
  | { outcome: "changed"; changes: TenantChanges }
  /** It is wished already: the record stays as it is. */
  | { outcome: "unchanged" }
  /** The tenant's state does not allow it; `why` is a sentence for the caller. */
  | { outcome: "refused"; why: string };

/** What a caller may correct. None of it reaches a site that is made already. */
export type Corrections = Partial<Pick<Tenant, "organization" | "email">>;

/** When a wish is made, and by which id its own write is recognised after an unclear commit. */
export interface Occasion {
  wishId: string;
  now: Date;
}

const BEING_DELETED = "The tenant is being deleted.";

/** What the wish comes to for this tenant. */
export function wish(tenant: Tenant, wished: Wish, occasion: Occasion): Wished {
  if (wished === "delete") return wishDeletion(tenant, occasion);
  if (tenant.desired === "absent") return refused(BEING_DELETED);
  switch (wished) {
    case "retry":
      return wishRetry(tenant, occasion);
    case "suspend":
      return wishMaintenance(tenant, "suspended", occasion);
    case "resume":
      return wishMaintenance(tenant, "present", occasion);
  }
}

/** What a correction comes to for this tenant: its site is left as it is, so the wish stays what it was. */
export function correct(tenant: Tenant, corrections: Corrections, now: Date): Wished {
  if (tenant.desired === "absent") return refused(BEING_DELETED);
  const { organization = tenant.organization, email = tenant.email } = corrections;
  if (organization === tenant.organization && email === tenant.email) {
    return { outcome: "unchanged" };
  }
  return { outcome: "changed", changes: { organization, email, updated_at: now } };
}

function wishDeletion(tenant: Tenant, occasion: Occasion): Wished {
  if (tenant.desired === "absent") return { outcome: "unchanged" };
  return changed(tenant, occasion, { desired: "absent", status: "deleting", site_url: null });
}

/** A wish that was given up is made once more. */
function wishRetry(tenant: Tenant, occasion: Occasion): Wished {
  if (!hasFailed(tenant)) return refused("Nothing of the tenant has failed.");
  return changed(tenant, occasion, hasSite(tenant) ? {} : { status: "queued" });
}

/** `active` and `suspended` are left only when the change is proved. */
function wishMaintenance(
  tenant: Tenant,
  desired: "suspended" | "present",
  occasion: Occasion,
): Wished {
  if (!hasSite(tenant)) return refused("The tenant has no site yet.");
  if (tenant.desired === desired && !hasFailed(tenant)) return { outcome: "unchanged" };
  return changed(tenant, occasion, { desired });
}

function changed(tenant: Tenant, { wishId, now }: Occasion, changes: TenantChanges): Wished {
  return {
    outcome: "changed",
    changes: {
      wish_id: wishId,
      wished_at: now,
      generation: tenant.generation + 1,
      step: null,
      reason: null,
      error_message: null,
      retryable: null,
      queue_place: null,
      updated_at: now,
      wake_at: addSeconds(now, HINT_GRACE_SECONDS),
      ...changes,
    },
  };
}

function refused(why: string): Wished {
  return { outcome: "refused", why };
}
