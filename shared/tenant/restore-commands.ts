/**
 * The commands that give a site what a backup holds, and that take it back. Pure.
 *
 * @module
 */
import { changed, refused } from "./command-effect.ts";
import type { CommandEffect, CommandRequest } from "./command-effect.ts";
import { newestKept, restoredDatabase } from "./site-database.ts";
import {
  DROP_KEPT_KIND,
  hasFailed,
  isIdle,
  isSettled,
  RESTORE_KIND,
  siteOf,
  UNDO_RESTORE_KIND,
} from "./tenant.ts";
import type { KeptSite, Tenant } from "./tenant.ts";

/** A command that gives the site what a backup holds. */
export interface RestoreCommand {
  name: "restore";
  /** The id of a backup of the tenant's that has succeeded. */
  backup: string;
  /** Why, where a caller says so. */
  reason: string | null;
}

/** A command that takes the newest restore back. */
export interface UndoRestoreCommand {
  name: "undo-restore";
}

/** A command of the control plane's own: what nobody can have any more is dropped. */
export interface ForgetKeptCommand {
  name: "forget-kept";
}

/** What a site was before is kept of so many restores at once. */
export const MAX_KEPT = 3;

/** What the command comes to for this tenant. */
export function applyRestore(
  tenant: Tenant,
  command: RestoreCommand | UndoRestoreCommand | ForgetKeptCommand,
  issued: CommandRequest,
): CommandEffect {
  if (command.name === "forget-kept") return forgetKept(tenant, issued);
  const closed = whyNotNow(tenant);
  if (closed !== null) return refused(closed);
  return command.name === "restore"
    ? requestRestore(tenant, command, issued)
    : requestUndo(tenant, issued);
}

/** Only of a customer's site that nothing else is done to. */
function whyNotNow(tenant: Tenant): string | null {
  const site = siteOf(tenant);
  if (site === null) return "The tenant has no site yet.";
  if (!isIdle(tenant)) return "Something else is being done to the tenant's site.";
  return site.suspended === null ? "The tenant's site is neither open nor suspended." : null;
}

function requestRestore(
  tenant: Tenant,
  { backup, reason }: RestoreCommand,
  issued: CommandRequest,
): CommandEffect {
  const { id, spec } = tenant;
  // What nobody can have back any more is dropped by the restore itself.
  const kept = stillKept(tenant, issued.now);
  if (kept.length >= MAX_KEPT) {
    return refused(`What the site was before its last ${MAX_KEPT} restores is still kept.`);
  }
  const database = restoredDatabase(id, spec.generation + 1);
  const wanted = {
    restore: { backup, tenant: id, database, requested_at: issued.now },
    requests: { ...spec.requests, [RESTORE_KIND]: issued.commandId },
  };
  const requestedBy = { ...issued.requestedBy, reason };
  return changed(tenant, { ...issued, requestedBy }, wanted, { kept });
}

/** Only as long as what the site was is kept: it may go at any moment after. */
function requestUndo(tenant: Tenant, issued: CommandRequest): CommandEffect {
  const kept = newestKept(tenant);
  if (kept === null || kept.until <= issued.now) {
    return refused("Nothing is kept of what the site was before a restore.");
  }
  const { requests } = tenant.spec;
  const wanted = { requests: { ...requests, [UNDO_RESTORE_KIND]: issued.commandId } };
  return changed(tenant, issued, wanted, {});
}

/** As with former names: not of a tenant that has failed, for what failed would be told of no longer. */
function forgetKept(tenant: Tenant, issued: CommandRequest): CommandEffect {
  const { spec } = tenant;
  const isDue = hasLeftovers(tenant, issued.now) && isSettled(tenant) && !hasFailed(tenant);
  if (!isDue) return { outcome: "unchanged" };
  const requests = { ...spec.requests, [DROP_KEPT_KIND]: issued.commandId };
  const restore = isLost(tenant) ? null : spec.restore;
  return changed(tenant, issued, { requests, restore }, { kept: stillKept(tenant, issued.now) });
}

/** That there is what nobody can have any more: what was kept for long enough, or what a restore left that came to nothing. */
export function hasLeftovers(tenant: Tenant, now: Date): boolean {
  return stillKept(tenant, now).length < tenant.status.kept.length || isLost(tenant);
}

/** That the newest restore has come to nothing, or that the site has neither its database nor is that kept. */
function isLost({ spec, status }: Tenant): boolean {
  const known = [status.site, ...status.kept].map((one) => one?.database);
  return spec.restore !== null && !known.includes(spec.restore.database);
}

function stillKept({ status: { kept } }: Tenant, now: Date): KeptSite[] {
  return kept.filter(({ until }) => until > now);
}
