/**
 * What the record says of a site on its way from one bench to another. Pure.
 *
 * @module
 */
import { operationId } from "./operation-record.ts";
import { benchOf, isBetweenBenches } from "./tenant.ts";
import type { StatusChanges, Tenant, Upgrade, UpgradeFailure } from "./tenant.ts";

/** Whether the site, which has left its bench or is about to, is to go on. */
export function goesOn({ status: { upgrade } }: Pick<Tenant, "status">): boolean {
  return upgrade !== null && upgrade.under_way && upgrade.failure === null;
}

/** Whether the site is to be taken back to the bench that it came from. */
export function goesBack({ status: { upgrade } }: Pick<Tenant, "status">): boolean {
  return upgrade !== null && upgrade.under_way && upgrade.failure !== null;
}

/** The upgrade begins, or goes on as it began. It is on record before anything is done to the site. */
export function upgradeBegins(tenant: Tenant): { upgrade: Upgrade } {
  const { spec, status } = tenant;
  if (isBetweenBenches(tenant) && status.upgrade !== null) return { upgrade: status.upgrade };
  return { upgrade: { from: benchOf(tenant), to: spec.bench, under_way: true, failure: null } };
}

/**
 * The upgrade has succeeded. What the site was before a restore is not to be had back any more: its database is of the
 * old bench's version.
 */
export function upgradeSucceeds({ created_at, status }: Tenant): StatusChanges {
  const { site, upgrade, kept } = status;
  if (site === null || upgrade === null) return {};
  return {
    site: { ...site, bench: upgrade.to },
    upgrade: null,
    kept: kept.map((one) => ({ ...one, until: created_at })),
  };
}

/** The upgrade is given up: the site is in between until it was taken back. */
export function upgradeFails(
  tenant: Tenant,
  failure: Pick<UpgradeFailure, "step" | "reason" | "message"> & { patch?: string | undefined },
  at: Date,
): StatusChanges {
  const { step, reason, message, patch = null } = failure;
  const { upgrade } = upgradeBegins(tenant);
  const { generation, attempt } = tenant.status.operation ?? { generation: 0, attempt: 0 };
  const operation = operationId(tenant.id, generation, attempt);
  const told = { at, step, patch, reason, message, operation };
  return { upgrade: { ...upgrade, failure: told } };
}

/** The site was taken back, and is whole where it was. Why stays to be read. */
export function revertSucceeds({ status: { upgrade } }: Tenant): StatusChanges {
  return upgrade === null ? {} : { upgrade: { ...upgrade, under_way: false } };
}
