/**
 * The rules of sites that go from one bench to another.
 *
 * @module
 */
import {
  hasFailed,
  isBetweenBenches,
  isRequested,
  isSettled,
  UPGRADE_KIND,
} from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { isInPlace } from "../../shared/tenant/site-upgrade.ts";
import { isMove, isWhole } from "./model-benches.ts";
import { versionOf } from "./model-databases.ts";
import type { State } from "./model.ts";
import { holds } from "./violation.ts";

/** Whether the site is where the record says, with all that belongs to it. */
export function isWhereRecorded({ id, status }: Tenant, state: State): boolean {
  const site = state.sites[id];
  return site !== undefined && status.site !== null && isWhole(state, site, status.site.bench);
}

/**
 * Whether the site is closed, and there is a restore to be blamed for it: nobody has recorded yet what it brought, or that cannot be
 * migrated.
 */
export function isClosedByRestore({ id, spec, status }: Tenant, { sites }: State): boolean {
  const site = sites[id];
  if (site === undefined || site.state === "active") return false;
  const { upgrade } = status;
  const isUnmigrated =
    upgrade !== null &&
    upgrade.from === upgrade.to &&
    !upgrade.under_way &&
    upgrade.failure !== null;
  const isBrought = site.database === spec.restore?.database;
  return isBrought && (isUnmigrated || site.database !== status.site?.database);
}

/** What holds of a tenant in every state. */
export function checkBenches(record: Tenant, state: State): void {
  const { id, spec, status } = record;
  if (status.site === null || spec.state === "absent") return;
  const site = state.sites[id];
  const isOpen = site?.state === "active";
  holds(
    !isOpen || versionOf(state, site) === site.bench,
    "nobody reaches a site that is not migrated",
  );
  const isAway = isBetweenBenches(record);
  const isClosed = isClosedByRestore(record, state);
  holds(
    isAway || isClosed || isWhereRecorded(record, state),
    "who is not in between is whole, in the bench of the record",
  );
  holds(!isAway || !isSettled(record), "nobody rests in between");
  const job = state.jobs[id] ?? null;
  if (job === null || job.isStray || job.hasWorked || job.terminating || site === undefined) return;
  if (job.outcome !== null || isMove(job.kind) || job.kind === "drop") return;
  holds(
    isClosed || isWhole(state, site, job.benches.at),
    "all else finds a site that is whole, in its bench",
  );
}

/** What holds of a step of a tenant. */
export function checkMove(was: Tenant, record: Tenant, state: State): void {
  const [before, after] = [was.status, record.status];
  if (before.site !== null && after.site !== null && before.site.bench !== after.site.bench) {
    holds(isWhereRecorded(record, state), "a bench on record is the one that was proved");
  }
  if (isBetweenBenches(was) || !isBetweenBenches(record)) return;
  // A restore asks for what is done in its place.
  if (isInPlace(record)) return;
  holds(!before.upgrade?.failure, "an upgrade that has failed is tried again only when asked");
  const { backup } = record.spec;
  const isAfterBackup = backup?.kind !== "before-upgrade" || state.bucket[backup.id] === true;
  holds(isAfterBackup, "no upgrade begins without its backup");
}

/** What holds of a tenant when nothing goes on any more. */
export function checkAfterMoves(record: Tenant): void {
  const isOpen = isRequested(record, UPGRADE_KIND) && !hasFailed(record);
  holds(!isOpen, "every upgrade has its end");
}
