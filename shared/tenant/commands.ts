/**
 * What a caller may ask of a tenant that is there, and what each command changes in its record; and what
 * of the profile may be corrected, which is no command. Pure.
 *
 * @module
 */
import { hasFailed, statusAfterCommand } from "./tenant.ts";
import type { Profile, Requester, StatusChanges, Tenant, TenantChanges } from "./tenant.ts";

export type Command = "delete" | "retry" | "suspend" | "resume";

/** What a command comes to. */
export type CommandEffect =
  | { outcome: "changed"; changes: TenantChanges }
  /** It was requested already: the record stays as it is. */
  | { outcome: "unchanged" }
  /** The tenant's state does not allow it; `why` is a sentence for the caller. */
  | { outcome: "refused"; why: string };

/** What a caller may correct. None of it reaches a site that is made already. */
export type Corrections = Partial<Pick<Profile, "organization" | "email">>;

/** By whom and when a command was requested, and by which id its own write is recognised after an unclear commit. */
export interface CommandRequest {
  commandId: string;
  requestedBy: Requester;
  now: Date;
}

const BEING_DELETED = "The tenant is being deleted.";

/** What the command comes to for this tenant. */
export function applyCommand(
  tenant: Tenant,
  command: Command,
  issued: CommandRequest,
): CommandEffect {
  if (command === "delete") return requestDeletion(tenant, issued);
  if (tenant.spec.state === "absent") return refused(BEING_DELETED);
  switch (command) {
    case "retry":
      return requestRetry(tenant, issued);
    case "suspend":
      return requestState(tenant, "suspended", issued);
    case "resume":
      return requestState(tenant, "present", issued);
  }
}

/** What a correction comes to for this tenant. Its site is left as it is, so no generation begins. */
export function correct(tenant: Tenant, corrections: Corrections, now: Date): CommandEffect {
  if (tenant.spec.state === "absent") return refused(BEING_DELETED);
  const { profile } = tenant;
  const { organization = profile.organization, email = profile.email } = corrections;
  if (organization === profile.organization && email === profile.email) {
    return { outcome: "unchanged" };
  }
  return { outcome: "changed", changes: { profile: { organization, email }, updated_at: now } };
}

function requestDeletion(tenant: Tenant, issued: CommandRequest): CommandEffect {
  if (tenant.spec.state === "absent") return { outcome: "unchanged" };
  return changed(tenant, issued, "absent", { phase: "deleting" });
}

/** A command that was given up is requested once more. */
function requestRetry(tenant: Tenant, issued: CommandRequest): CommandEffect {
  if (!hasFailed(tenant)) return refused("Nothing of the tenant has failed.");
  const { spec, status } = tenant;
  return changed(tenant, issued, spec.state, status.site === null ? { phase: "queued" } : {});
}

/** The phases `active` and `suspended` are left only when the change is verified. */
function requestState(
  tenant: Tenant,
  state: "suspended" | "present",
  issued: CommandRequest,
): CommandEffect {
  const { site } = tenant.status;
  if (site === null) return refused("The tenant has no site yet.");
  if (tenant.spec.state === state && !hasFailed(tenant)) return { outcome: "unchanged" };
  return changed(tenant, issued, state, { site: { ...site, suspended: null } });
}

function changed(
  { spec }: Tenant,
  { commandId, requestedBy, now }: CommandRequest,
  state: Tenant["spec"]["state"],
  status: StatusChanges,
): CommandEffect {
  const generation = spec.generation + 1;
  return {
    outcome: "changed",
    changes: {
      spec: {
        state,
        generation,
        command_id: commandId,
        requested_at: now,
        requested_by: requestedBy,
      },
      status: { ...statusAfterCommand(now), ...status },
      updated_at: now,
    },
  };
}

function refused(why: string): CommandEffect {
  return { outcome: "refused", why };
}
