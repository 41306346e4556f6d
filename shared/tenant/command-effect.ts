/**
 * What a command comes to, and how it changes a tenant's record. Pure.
 *
 * @module
 */
import { statusAfterCommand } from "./tenant.ts";
import type { Requester, StatusChanges, Tenant, TenantChanges } from "./tenant.ts";

/** What a command comes to. */
export type CommandEffect =
  | { outcome: "changed"; changes: TenantChanges }
  /** It was requested already: the record stays as it is. */
  | { outcome: "unchanged" }
  /** The tenant's state does not allow it, or it needs a field more; `why` says so to the caller. */
  | { outcome: "refused"; why: string; field?: "reason" };

/** By whom and when a command was requested, and by which id its own write is recognised after an unclear commit. */
export interface CommandRequest {
  commandId: string;
  requestedBy: Requester;
  now: Date;
}

/** A new generation that wants this. */
export function changed(
  { spec }: Tenant,
  { commandId, requestedBy, now }: CommandRequest,
  wanted: TenantChanges["spec"],
  status: StatusChanges,
): CommandEffect {
  const generation = spec.generation + 1;
  return {
    outcome: "changed",
    changes: {
      spec: {
        ...wanted,
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

/** Why it cannot be. */
export function refused(why: string): CommandEffect {
  return { outcome: "refused", why };
}
