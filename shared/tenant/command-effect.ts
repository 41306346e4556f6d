/**
 * What a command comes to, and how it changes a tenant's record. Pure.
 *
 * @module
 */
import { isRequested, statusAfterCommand, TEST_RESTORE_KIND, withoutTest } from "./tenant.ts";
import type { Requester, Spec, StatusChanges, Tenant, TenantChanges } from "./tenant.ts";

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

/** A new generation that wants this, and no restore test that is under way. */
export function changed(
  tenant: Tenant,
  { commandId, requestedBy, now }: CommandRequest,
  wanted: TenantChanges["spec"],
  status: StatusChanges,
): CommandEffect {
  const generation = tenant.spec.generation + 1;
  return {
    outcome: "changed",
    changes: {
      spec: {
        ...wanted,
        ...withdrawnTest(tenant, wanted),
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

/** Whatever is asked for, and by whom: it may be a test that it asks for. */
function withdrawnTest(
  tenant: Tenant,
  { requests = tenant.spec.requests }: Partial<Spec> = {},
): Partial<Pick<Spec, "requests">> {
  const isOld = requests[TEST_RESTORE_KIND] === tenant.spec.requests[TEST_RESTORE_KIND];
  return isOld && isRequested(tenant, TEST_RESTORE_KIND) ? { requests: withoutTest(requests) } : {};
}

/** Why it cannot be. */
export function refused(why: string): CommandEffect {
  return { outcome: "refused", why };
}
