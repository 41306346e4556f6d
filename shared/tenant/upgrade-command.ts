/**
 * The command that moves a site to another bench, where newer versions of its apps are. Pure.
 *
 * @module
 */
import { changed, refused } from "./command-effect.ts";
import type { CommandEffect, CommandRequest } from "./command-effect.ts";
import { isBetweenBenches, isIdle, siteOf, UPGRADE_KIND, withBackup } from "./tenant.ts";
import type { BackupRequest, Tenant } from "./tenant.ts";

export interface UpgradeCommand {
  name: "upgrade";
  /** The name of a bench that there is. */
  bench: string;
  /** What is backed up before, while the site is still open; null where there are no backups. */
  backup: BackupRequest | null;
  /** Why, where a caller says so. */
  reason: string | null;
}

/** What the command comes to for this tenant. */
export function requestUpgrade(
  tenant: Tenant,
  { bench, backup, reason }: UpgradeCommand,
  issued: CommandRequest,
): CommandEffect {
  const why = whyNoUpgrade(tenant);
  if (why !== null) return refused(why);
  if (tenant.status.site?.bench === bench) return requestNoUpgrade(tenant, bench, issued);
  const others = tenant.spec.requests;
  const before = backup === null ? { requests: others } : withBackup(others, backup);
  const requests = { ...before.requests, [UPGRADE_KIND]: issued.commandId };
  const requestedBy = { ...issued.requestedBy, reason };
  // What an earlier one failed for is no news any more.
  return changed(
    tenant,
    { ...issued, requestedBy },
    { ...before, bench, requests },
    { upgrade: null },
  );
}

/** The site stays where it is: what was asked for before and came to nothing is withdrawn. */
function requestNoUpgrade(tenant: Tenant, bench: string, issued: CommandRequest): CommandEffect {
  if (tenant.spec.bench === bench) return { outcome: "unchanged" };
  const { [UPGRADE_KIND]: _, ...requests } = tenant.spec.requests;
  return changed(tenant, issued, { bench, requests }, { upgrade: null });
}

/** Why the site cannot be moved at present; null where it can. */
export function whyNoUpgrade(tenant: Tenant): string | null {
  const site = siteOf(tenant);
  if (site === null) return "The tenant has no site yet.";
  if (isBetweenBenches(tenant)) return "The tenant is being upgraded.";
  if (!isIdle(tenant)) return "Something else is being done to the tenant's site.";
  return site.suspended === null ? "The tenant's site is neither open nor suspended." : null;
}
