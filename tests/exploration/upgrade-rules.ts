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
import { isMove, isWhole } from "./model-benches.ts";
import type { State } from "./model.ts";
import { holds } from "./violation.ts";

/** Whether the site is where the record says, with all that belongs to it. */
export function isWhereRecorded({ id, status }: Tenant, { sites }: State): boolean {
  const site = sites[id];
  return site !== undefined && status.site !== null && isWhole(site, status.site.bench);
}

/** What holds of a tenant in every state. */
export function checkBenches(record: Tenant, state: State): void {
  const { id, spec, status } = record;
  if (status.site === null || spec.state === "absent") return;
  const isAway = isBetweenBenches(record);
  holds(
    isAway || isWhereRecorded(record, state),
    "who is not in between is whole, in the bench of the record",
  );
  holds(!isAway || !isSettled(record), "nobody rests in between");
  const job = state.jobs[id] ?? null;
  const site = state.sites[id];
  if (job === null || job.isStray || job.hasWorked || job.terminating || site === undefined) return;
  if (job.outcome !== null || isMove(job.kind) || job.kind === "drop") return;
  holds(isWhole(site, job.benches.at), "all else finds a site that is whole, in its bench");
}

/** What holds of a step of a tenant. */
export function checkMove(was: Tenant, record: Tenant, state: State): void {
  const [before, after] = [was.status, record.status];
  if (before.site !== null && after.site !== null && before.site.bench !== after.site.bench) {
    holds(isWhereRecorded(record, state), "a bench on record is the one that was proved");
  }
  if (isBetweenBenches(was) || !isBetweenBenches(record)) return;
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
