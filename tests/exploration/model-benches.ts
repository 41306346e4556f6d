/**
 * What Jobs do in the model to a site that goes from one bench to another: where it is, and of which bench's versions its
 * database is.
 *
 * @module
 */
import { benchOfJob } from "../../shared/operations/job-manifest.ts";
import { ALREADY_UPGRADED } from "../../shared/tenant/site-upgrade.ts";
import { REVERT_KIND, UPGRADE_KIND } from "../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../shared/tenant/tenant.ts";
import { OLDER, versionOf, withVersion } from "./model-databases.ts";
import type { Guarantees, ModelJob, Site, State } from "./model.ts";

/** What a Job knows of benches, as the record said when it was made. */
export interface JobBenches {
  /** The one that it works in. */
  at: string;
  /** Between which the site is, or is to be. */
  from: string;
  to: string;
}

export function benchesOf(tenant: Tenant, operation: Operation): JobBenches {
  const { from = "", to = "" } = tenant.status.upgrade ?? {};
  return { at: benchOfJob(tenant, operation), from, to };
}

/** Whether a Job of this kind takes a site from one bench to another. */
export function isMove(kind: string): boolean {
  return kind === UPGRADE_KIND || kind === REVERT_KIND;
}

/** Whether visitors may reach the site, which is in this bench with all that belongs to it. */
export function isWhole(state: State, site: Site, where: string): boolean {
  const isThere = site.state !== "half" && site.state !== "away" && site.bench === where;
  return isThere && versionOf(state, site) === where;
}

/** The state when such a Job has gone on by one stage; null where what is next is its end. */
function furtherOn(state: State, job: ModelJob, site: Site): State | null {
  const { kind, tenantId, benches } = job;
  const { to } = benches;
  const version = versionOf(state, site);
  if (isWhole(state, site, to)) return null;
  if (kind === REVERT_KIND) {
    // Its database is made afresh before it is where it was.
    const isTouched = isInPlace(job) ? site.state === "away" : site.bench === to;
    return isTouched && version !== null ? withVersion(state, site, null) : null;
  }
  const withSite = (next: Site) => ({ ...state, sites: { ...state.sites, [tenantId]: next } });
  if (site.state !== "away") return withSite({ ...site, state: "away" });
  if (site.bench !== to) return withSite({ ...site, bench: to });
  // The migration has begun, and is not at its end.
  return version !== null && version !== to ? withVersion(state, site, null) : null;
}

/** Whether the site is migrated where it is. */
function isInPlace({ benches: { from, to } }: ModelJob): boolean {
  return from === to;
}

/** The state when a Job that takes a site from one bench to another has gone on; null where it has not. */
export function movedOn(state: State, job: ModelJob): State | null {
  const { tenantId, generation, attempt } = job;
  const site = state.sites[tenantId];
  const next = isMove(job.kind) && site !== undefined ? furtherOn(state, job, site) : null;
  if (next === null) return null;
  return { ...next, claims: { ...next.claims, [tenantId]: { generation, attempt } } };
}

/** The state when such a Job has done all that it is to do. */
export function broughtHome(
  state: State,
  job: ModelJob,
  site: Site,
  { revertsClosed }: Guarantees,
): State {
  const { kind, tenantId, benches, data } = job;
  const { from, to } = benches;
  const isUpgrade = kind === UPGRADE_KIND;
  const isUpgraded = isWhole(state, site, to);
  // Visitors have been there since. In its place, nobody sees that, and all of it is done once more.
  if (isUpgraded && !isInPlace(job)) return state;
  const bench = isUpgrade ? to : from;
  // What could not be migrated in its place stays closed.
  const isOpen = data.isOpen && (isUpgrade || !isInPlace(job) || !revertsClosed);
  const home = { ...site, bench, state: isOpen ? "active" : "suspended" } as const;
  const before = isInPlace(job) ? OLDER : from;
  const version = isUpgrade || isUpgraded ? to : before;
  return withVersion({ ...state, sites: { ...state.sites, [tenantId]: home } }, home, version);
}

/** What the success of a Job is told with, where it is not the plain one. */
export function successOf(state: State, job: ModelJob, site: Site | undefined): string | null {
  const isUpgraded = site !== undefined && isWhole(state, site, job.benches.to);
  return job.kind === REVERT_KIND && isUpgraded && !isInPlace(job) ? ALREADY_UPGRADED : null;
}
