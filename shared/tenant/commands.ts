/**
 * What a caller may ask of a tenant that is there, and what each command changes in its record; and what
 * of it may be corrected, which is no command. Pure.
 *
 * @module
 */
import { addSeconds, hasFailed, hasSite, TRIGGER_GRACE_SECONDS } from "./tenant.ts";
import type { Tenant, TenantChanges } from "./tenant.ts";

export type Command = "delete" | "retry" | "suspend" | "resume";

/** What a command comes to. */
export type CommandEffect =
  | { outcome: "changed"; changes: TenantChanges }
  /** It is command already: the record stays as it is. */
  | { outcome: "unchanged" }
  /** The tenant's state does not allow it; `why` is a sentence for the caller. */
  | { outcome: "refused"; why: string };

/** What a caller may correct. None of it reaches a site that is made already. */
export type Corrections = Partial<Pick<Tenant, "organization" | "email">>;

/** When a command is made, and by which id its own write is recognised after an unclear commit. */
export interface CommandRequest {
  commandId: string;
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
  if (tenant.desired === "absent") return refused(BEING_DELETED);
  switch (command) {
    case "retry":
      return requestRetry(tenant, issued);
    case "suspend":
      return requestState(tenant, "suspended", issued);
    case "resume":
      return requestState(tenant, "present", issued);
  }
}

/** What a correction comes to for this tenant: its site is left as it is, so the command stays what it was. */
export function correct(tenant: Tenant, corrections: Corrections, now: Date): CommandEffect {
  if (tenant.desired === "absent") return refused(BEING_DELETED);
  const { organization = tenant.organization, email = tenant.email } = corrections;
  if (organization === tenant.organization && email === tenant.email) {
    return { outcome: "unchanged" };
  }
  return { outcome: "changed", changes: { organization, email, updated_at: now } };
}

function requestDeletion(tenant: Tenant, issued: CommandRequest): CommandEffect {
  if (tenant.desired === "absent") return { outcome: "unchanged" };
  return changed(tenant, issued, { desired: "absent", status: "deleting", site_url: null });
}

/** A command that was given up is made once more. */
function requestRetry(tenant: Tenant, issued: CommandRequest): CommandEffect {
  if (!hasFailed(tenant)) return refused("Nothing of the tenant has failed.");
  return changed(tenant, issued, hasSite(tenant) ? {} : { status: "queued" });
}

/** `active` and `suspended` are left only when the change is verified. */
function requestState(
  tenant: Tenant,
  desired: "suspended" | "present",
  issued: CommandRequest,
): CommandEffect {
  if (!hasSite(tenant)) return refused("The tenant has no site yet.");
  if (tenant.desired === desired && !hasFailed(tenant)) return { outcome: "unchanged" };
  return changed(tenant, issued, { desired });
}

function changed(
  tenant: Tenant,
  { commandId, now }: CommandRequest,
  changes: TenantChanges,
): CommandEffect {
  return {
    outcome: "changed",
    changes: {
      command_id: commandId,
      requested_at: now,
      generation: tenant.generation + 1,
      step: null,
      reason: null,
      error_message: null,
      retryable: null,
      queue_key: null,
      updated_at: now,
      next_reconcile_at: addSeconds(now, TRIGGER_GRACE_SECONDS),
      ...changes,
    },
  };
}

function refused(why: string): CommandEffect {
  return { outcome: "refused", why };
}
