/**
 * What Jobs do to the databases of a tenant in the model, a database standing for itself and the files that belong to it:
 * which one the site has, which are kept, and which are half made. And to its backups.
 *
 * @module
 */
import { BACKUP_KIND, RESTORE_KIND, UNDO_RESTORE_KIND } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { currentDatabase, newestKept } from "../../shared/tenant/site-database.ts";
import type { Guarantees, ModelJob, State } from "./model.ts";

/** A database that is there, by its name. */
export interface Database {
  owner: string;
  /** False while a restore has not made all of it. */
  isWhole: boolean;
}

/** What a Job knows of databases and backups, as the record said when it was made. */
export interface JobData {
  /** The one that is the site's. */
  database: string;
  /** The one that a restore makes. */
  restored: string | null;
  /** Those that must not be dropped. */
  kept: string[];
  /** The one that comes back when a restore is taken back. */
  newest: string | null;
  /** Whether visitors reach the site, and shall. */
  isOpen: boolean;
  /** The backup that is to be made. */
  backup: string | null;
}

export function dataOf(tenant: Tenant): JobData {
  const { spec, status } = tenant;
  return {
    database: currentDatabase(tenant),
    restored: spec.restore?.database ?? null,
    kept: status.kept.map(({ database }) => database),
    newest: newestKept(tenant)?.database ?? null,
    isOpen: status.site?.suspended === false,
    backup: spec.backup?.id ?? null,
  };
}

/** Whether a Job of this kind puts another database in the place of the site's. */
export function isSwap(kind: string): boolean {
  return kind === RESTORE_KIND || kind === UNDO_RESTORE_KIND;
}

/** What such a Job puts there. */
function broughtBy({ kind, data }: ModelJob): string {
  return (kind === RESTORE_KIND ? data.restored : data.newest) ?? "";
}

export function withDatabase(state: State, name: string, database: Database): State {
  return { ...state, databases: { ...state.databases, [name]: database } };
}

/** Without the tenant's databases, but for those that are needed. */
export function withoutDatabases(state: State, tenantId: string, needed: string[]): State {
  const others = Object.entries(state.databases).filter(
    ([name, { owner }]) => owner !== tenantId || needed.includes(name),
  );
  return { ...state, databases: Object.fromEntries(others) };
}

/** What a restore makes beside the site, whole or half; what nobody needs goes first. */
export function withRestored(
  state: State,
  { tenantId, data }: ModelJob,
  isWhole: boolean,
  { keepsWhatIsKept }: Guarantees,
): State {
  const restored = data.restored ?? "";
  if (state.databases[restored]?.isWhole) return state;
  const needed = [data.database, restored, ...(keepsWhatIsKept ? data.kept : [])];
  const cleared = withoutDatabases(state, tenantId, needed);
  return withDatabase(cleared, restored, { owner: tenantId, isWhole });
}

/** The site with another database, open or closed; null where that is not there. */
export function swapped(state: State, job: ModelJob, isOpen: boolean): State | null {
  const { tenantId } = job;
  const site = state.sites[tenantId];
  const database = broughtBy(job);
  if (site === undefined || !state.databases[database]?.isWhole) return null;
  const swappedSite = { ...site, database, state: isOpen ? "active" : "suspended" } as const;
  return { ...state, sites: { ...state.sites, [tenantId]: swappedSite } };
}

/** Drops what a site was before, but for what may come back. */
export function withoutKept(state: State, job: ModelJob, { keepsWhatIsKept }: Guarantees): State {
  const { tenantId, data } = job;
  const needed = [data.database, ...(keepsWhatIsKept ? data.kept : [])];
  return withoutDatabases(state, tenantId, needed);
}

/** The backup is in the bucket. */
export function withBackupMade(state: State, { kind, data }: ModelJob): State {
  if (kind !== BACKUP_KIND || data.backup === null) return state;
  return { ...state, bucket: { ...state.bucket, [data.backup]: true } };
}
