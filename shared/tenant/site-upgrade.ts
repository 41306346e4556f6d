/**
 * What the record says of a site on its way from one bench to another. Pure.
 *
 * @module
 */
import { operationId } from "./operation-record.ts";
import { copyFails, isUnfinishedCopy } from "./tenant-copy.ts";
import { benchOf, isBetweenBenches, isToGo } from "./tenant.ts";
import type { StatusChanges, Tenant, Upgrade, UpgradeFailure } from "./tenant.ts";

/** Whether the site, which has left its bench or is about to, is to go on. */
export function goesOn(tenant: Pick<Tenant, "status">): boolean {
  return isUnderWay(tenant) && tenant.status.upgrade?.failure === null;
}

/** Whether the site is to be taken back to the bench that it came from. */
export function goesBack(tenant: Pick<Tenant, "status">): boolean {
  return isUnderWay(tenant) && tenant.status.upgrade?.failure !== null;
}

/** A site that was dropped on the way goes nowhere. */
function isUnderWay(tenant: Pick<Tenant, "status">): boolean {
  return isBetweenBenches(tenant) && tenant.status.site !== null;
}

/** Whose deletion was taken back meanwhile waits in no queue while the site is brought to where it is to be. */
export function whileAway({ status: { phase } }: Pick<Tenant, "status">): StatusChanges {
  return phase === "queued" ? { phase: "provisioning" } : {};
}

/** The upgrade begins, or goes on as it began. It is on record before anything is done to the site. */
export function upgradeBegins(tenant: Tenant): { upgrade: Upgrade } {
  const { spec, status } = tenant;
  if (isBetweenBenches(tenant) && status.upgrade !== null) return { upgrade: status.upgrade };
  return { upgrade: { from: benchOf(tenant), to: spec.bench, under_way: true, failure: null } };
}

/** What a restore says whose backup is of an older version of an app than the bench. */
export const MIGRATION_NEEDED = "MigrationNeeded";

/** The site that such a restore has left closed is migrated in its place. That another one could not be is no news any more. */
export function afterRestore(
  tenant: Tenant,
  reason: string | null,
): Pick<StatusChanges, "upgrade"> {
  if (reason !== MIGRATION_NEEDED) return isInPlace(tenant) ? { upgrade: null } : {};
  const bench = benchOf(tenant);
  return { upgrade: { from: bench, to: bench, under_way: true, failure: null } };
}

/** Whether the site is migrated where it is. */
export function isInPlace({ status: { upgrade } }: Pick<Tenant, "status">): boolean {
  return upgrade !== null && upgrade.from === upgrade.to;
}

/** Whether the site is closed, and has what such a restore has brought and nobody could migrate. A copy keeps it, and others do not. */
export function isLeftUnmigrated(tenant: Tenant): boolean {
  const { spec, status } = tenant;
  const isStill = status.site !== null && status.site.database === spec.restore?.database;
  const hasFailed = status.upgrade?.under_way === false && status.upgrade.failure !== null;
  return isInPlace(tenant) && hasFailed && isStill && !isToGo(tenant);
}

/**
 * The upgrade has succeeded. What the site was before a restore is not to be had back any more: its database is of the
 * old bench's version. Where it was migrated in its place, it can.
 */
export function upgradeSucceeds({ created_at, status }: Tenant): StatusChanges {
  const { site, upgrade, kept } = status;
  if (site === null || upgrade === null) return {};
  return {
    // The Job says which versions its apps have there.
    site: { ...site, bench: upgrade.to, apps: null },
    upgrade: null,
    kept: isInPlace({ status }) ? kept : kept.map((one) => ({ ...one, until: created_at })),
  };
}

/** The upgrade is given up: the site is in between until it was taken back. */
export function upgradeFails(
  tenant: Tenant,
  failure: Omit<UpgradeFailure, "at" | "patch" | "operation"> & { patch?: string | undefined },
  at: Date,
): StatusChanges {
  const { step, reason, message, retryable, patch = null } = failure;
  const { upgrade } = upgradeBegins(tenant);
  const { generation, attempt } = tenant.status.operation ?? { generation: 0, attempt: 0 };
  const operation = operationId(tenant.id, generation, attempt);
  const told = { at, step, patch, reason, message, retryable, operation };
  return { upgrade: { ...upgrade, failure: told } };
}

/** What a `revert` says that found the site upgraded and proved: visitors have been there since, so it is left as it is. */
export const ALREADY_UPGRADED = "AlreadyUpgraded";

/**
 * The site was taken back, and is whole where it was. Why stays to be read. Or it was upgraded all the same, by an attempt whose
 * end nobody saw. A copy that could not be migrated has failed, for it was nothing before.
 */
export function revertSucceeds(tenant: Tenant, reason: string | null): StatusChanges {
  if (reason === ALREADY_UPGRADED) return upgradeSucceeds(tenant);
  const { upgrade } = tenant.status;
  if (upgrade === null) return {};
  const over = { upgrade: { ...upgrade, under_way: false } };
  return isUnfinishedCopy(tenant) ? { ...over, ...copyFails(tenant), ...toldOf(upgrade) } : over;
}

function toldOf({ failure }: Upgrade): StatusChanges {
  if (failure === null) return {};
  const { step, reason, message, retryable } = failure;
  return { condition: "failed", step, reason, message, retryable };
}

/** What a retry changes of a copy that could not be migrated: it begins with that once more. */
export function migratesAgain(tenant: Tenant): Pick<StatusChanges, "upgrade"> {
  const { upgrade } = tenant.status;
  const isMigrated = upgrade !== null && isUnfinishedCopy(tenant) && isLeftUnmigrated(tenant);
  return isMigrated ? { upgrade: { ...upgrade, under_way: true, failure: null } } : {};
}
