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
import type { ModelJob, Site, State } from "./model.ts";

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
export function isWhole({ state, bench, version }: Site, where: string): boolean {
  return state !== "half" && state !== "away" && bench === where && version === where;
}

/** The site as it is when such a Job has gone on by one stage; null where what is next is its end. */
function furtherOn({ kind, benches: { from, to } }: ModelJob, site: Site): Site | null {
  if (isWhole(site, to)) return null;
  if (kind === REVERT_KIND) {
    // Its database is made afresh before it is where it was.
    const isTouched = site.bench === to && site.version !== null;
    return isTouched ? { ...site, version: null } : null;
  }
  if (site.state !== "away") return { ...site, state: "away" };
  if (site.bench !== to) return { ...site, bench: to };
  // The migration has begun, and is not at its end.
  return site.version === from ? { ...site, version: null } : null;
}

/** The state when a Job that takes a site from one bench to another has gone on; null where it has not. */
export function movedOn(state: State, job: ModelJob): State | null {
  const { tenantId, generation, attempt } = job;
  const site = state.sites[tenantId];
  const next = isMove(job.kind) && site !== undefined ? furtherOn(job, site) : null;
  if (next === null) return null;
  return {
    ...state,
    claims: { ...state.claims, [tenantId]: { generation, attempt } },
    sites: { ...state.sites, [tenantId]: next },
  };
}

/** The site when such a Job has done all that it is to do. */
export function broughtHome({ kind, benches: { from, to }, data }: ModelJob, site: Site): Site {
  // Visitors have been there since.
  if (isWhole(site, to)) return site;
  const bench = kind === UPGRADE_KIND ? to : from;
  return { ...site, bench, version: bench, state: data.isOpen ? "active" : "suspended" };
}

/** What the success of a Job is told with, where it is not the plain one. */
export function successOf({ kind, benches }: ModelJob, site: Site | undefined): string | null {
  const isUpgraded = site !== undefined && isWhole(site, benches.to);
  return kind === REVERT_KIND && isUpgraded ? ALREADY_UPGRADED : null;
}
