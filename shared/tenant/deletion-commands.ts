/**
 * The commands by which a tenant goes, and by which it comes back. Pure.
 *
 * @module
 */
import { changed, refused } from "./command-effect.ts";
import type { CommandEffect, CommandRequest } from "./command-effect.ts";
import {
  addSeconds,
  DAY_SECONDS,
  FIRST_BACKUP_SECONDS,
  hasFailed,
  isBetweenBenches,
  isDeleted,
  isToGo,
  siteOf,
  withoutPending,
  withoutPendingLink,
} from "./tenant.ts";
import type { Retention, Tenant } from "./tenant.ts";

/** `delete` is at once and for good. */
export type PlainDeletionCommand = "delete" | "undelete";

/** A caller's command that deletes the tenant: a site that is a customer's is retained. */
export interface DeleteCommand {
  name: "delete";
  /** For how many days the deletion can be taken back; 0: it cannot be. */
  retentionDays: number;
  /** Whether it is to be at once and for good all the same, also of a tenant that is retained already. */
  purge: boolean;
  /** Why. There is no purge without it. */
  reason: string | null;
}

export type DeletionCommand = PlainDeletionCommand | DeleteCommand;

const CLOSED_FOR_GOOD = "The deletion of the tenant cannot be taken back.";

/** What the command comes to for this tenant. */
export function applyDeletion(
  tenant: Tenant,
  command: DeletionCommand,
  issued: CommandRequest,
): CommandEffect {
  switch (command) {
    case "delete":
      return requestDrop(tenant, issued);
    case "undelete":
      return requestReturn(tenant, issued);
    default:
      return requestDeletion(tenant, command, issued);
  }
}

/** Who is gone for callers does not come back to be dropped. */
function requestDrop(tenant: Tenant, issued: CommandRequest): CommandEffect {
  if (tenant.spec.state === "absent") return { outcome: "unchanged" };
  const phase = isDeleted(tenant) ? "deleted" : "deleting";
  const ended = tenant.spec.retention === null ? {} : { retention: null };
  return changed(tenant, issued, { state: "absent", ...ended }, { phase });
}

function requestDeletion(
  tenant: Tenant,
  { retentionDays, purge, reason }: DeleteCommand,
  issued: CommandRequest,
): CommandEffect {
  if (purge && reason === null) {
    return { outcome: "refused", why: "reason is required for a purge", field: "reason" };
  }
  const issuedWhy = { ...issued, requestedBy: { ...issued.requestedBy, reason } };
  if (purge) return requestDrop(tenant, issuedWhy);
  if (isToGo(tenant)) return { outcome: "unchanged" };
  return retentionDays === 0
    ? requestDrop(tenant, issuedWhy)
    : requestRetention(tenant, retentionDays, issuedWhy);
}

/** Only a site that is a customer's is worth keeping. */
function requestRetention(tenant: Tenant, days: number, issued: CommandRequest): CommandEffect {
  const { spec } = tenant;
  const site = siteOf(tenant);
  if (site === null) return requestDrop(tenant, issued);
  const from = spec.state === "suspended" ? "suspended" : "present";
  const retention: Retention = { from, purge_at: addSeconds(issued.now, days * DAY_SECONDS) };
  const link = withoutPendingLink(tenant);
  const requests = withoutPending(tenant, link.requests ?? spec.requests);
  // An upgrade that has not begun is not to come, either.
  const bench = isBetweenBenches(tenant) ? spec.bench : site.bench;
  const wanted = { state: "retained", retention, bench, ...link, requests } as const;
  return changed(tenant, issued, wanted, {
    phase: "deleting",
    site: { ...site, suspended: null },
  });
}

/** As long as nothing is dropped: also while the deletion is being carried out. */
function requestReturn(tenant: Tenant, issued: CommandRequest): CommandEffect {
  const { state, retention } = tenant.spec;
  if (state === "absent") return refused(CLOSED_FOR_GOOD);
  if (retention === null) {
    const isAsAsked = state !== "standby" && !hasFailed(tenant);
    return isAsAsked ? { outcome: "unchanged" } : refused("The tenant is not deleted.");
  }
  const { site } = tenant.status;
  return changed(
    tenant,
    issued,
    { state: retention.from, retention: null },
    // What is done from now on may have opened it, so another deletion closes it anew.
    {
      phase: "queued",
      site: site && { ...site, retained: false },
      // Its newest is of before the deletion.
      next_backup_at: addSeconds(issued.now, FIRST_BACKUP_SECONDS),
    },
  );
}
