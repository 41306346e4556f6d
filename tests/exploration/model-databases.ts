/**
 * What Jobs do to the databases of a tenant in the model, a database standing for itself and the files that belong to it:
 * which one the site has, which are kept, and which are half made. And to its backups.
 *
 * @module
 */
import {
  BACKUP_KIND,
  RESTORE_KIND,
  TEST_RESTORE_KIND,
  UNDO_RESTORE_KIND,
} from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { currentDatabase, newestKept, testedDatabase } from "../../shared/tenant/site-database.ts";
import { MIGRATION_NEEDED } from "../../shared/tenant/site-upgrade.ts";
import type { Guarantees, ModelJob, Site, State } from "./model.ts";

/** A database that is there, by its name. */
export interface Database {
  owner: string;
  /** False while a restore has not made all of it. */
  isWhole: boolean;
  /** Of which bench's versions it is, or `OLDER`; null while it is of none. */
  version: string | null;
  /** Whether the site that works with it keeps from acting on the world. */
  isQuiet: boolean;
  /** Left by a Job that was killed before it could take it away. */
  isAbandoned?: true;
}

/** A backup that is there whatever happens. */
export const BACKUP = "backup";

/** Another one, of a version that no bench has any more. */
export const OLDER_BACKUP = "older backup";

/** The version of a database that this one holds. */
export const OLDER = "older";

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
  /** The backup that a restore reads. */
  source: string | null;
  /** Whether that has to be migrated. */
  isOlder: boolean;
  /** Whether the site is to keep from acting on the world. */
  isQuiet: boolean;
  /** The database that a test makes. */
  tested: string;
  /** The backup that is exported. */
  exported: string | null;
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
    source: spec.restore?.backup ?? null,
    isOlder: spec.restore?.backup === OLDER_BACKUP,
    isQuiet: spec.quiet,
    tested: testedDatabase(tenant),
    exported: spec.export?.backup ?? null,
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
  { tenantId, data, benches }: ModelJob,
  isWhole: boolean,
  { keepsWhatIsKept }: Guarantees,
): State {
  const restored = data.restored ?? "";
  if (state.databases[restored]?.isWhole) return state;
  const needed = [data.database, restored, ...(keepsWhatIsKept ? data.kept : [])];
  const cleared = withoutDatabases(state, tenantId, needed);
  const version = data.isOlder ? OLDER : benches.at;
  const { isQuiet } = data;
  return withDatabase(cleared, restored, { owner: tenantId, isWhole, version, isQuiet });
}

/** Whether the restore cannot read its backup any more. One that has made all of it needs it no longer. */
export function lacksBackup({ lost, databases }: State, { data }: ModelJob): boolean {
  return lost[data.source ?? ""] === true && !databases[data.restored ?? ""]?.isWhole;
}

/** What the success of a restore is told with, where the site is to be migrated. */
export function successOfRestore({ data }: ModelJob): string | null {
  return data.isOlder ? MIGRATION_NEEDED : null;
}

/** The site with another database, open or closed; null where that is not there. */
export function swapped(state: State, job: ModelJob, isOpen: boolean): State | null {
  const { tenantId, data } = job;
  const site = state.sites[tenantId];
  const database = broughtBy(job);
  const brought = state.databases[database];
  if (site === undefined || !brought?.isWhole) return null;
  const swappedSite = { ...site, database, state: isOpen ? "active" : "suspended" } as const;
  const settled = withDatabase(state, database, { ...brought, isQuiet: data.isQuiet });
  return { ...settled, sites: { ...state.sites, [tenantId]: swappedSite } };
}

/** Of which version the site's database is; null where it has none, or is of none. */
export function versionOf(
  { databases }: Pick<State, "databases">,
  { database }: Site,
): string | null {
  return databases[database]?.version ?? null;
}

/** The site's database is of this version from now on. */
export function withVersion(state: State, { database }: Site, version: string | null): State {
  const now = state.databases[database];
  return now === undefined ? state : withDatabase(state, database, { ...now, version });
}

/** The site, where its database acts on the world from now on. */
export function speaking(state: State, { data }: ModelJob): State {
  const database = state.databases[data.database];
  if (data.isQuiet || database === undefined) return state;
  return withDatabase(state, data.database, { ...database, isQuiet: false });
}

/** A test has made a database of the newest backup, beside all that there is. What earlier ones have left is gone. */
export function withTested(
  state: State,
  { tenantId, data }: ModelJob,
  { clearsTested }: Guarantees,
  isAbandoned = false,
): State {
  const before = clearsTested ? withoutTested(state, tenantId) : state;
  const database = { owner: tenantId, isWhole: false, version: null, isQuiet: false };
  return withDatabase(before, data.tested, { ...database, ...(isAbandoned && { isAbandoned }) });
}

/** The state when a test has begun to make its database; null where nothing is new by that. */
export function testedOn(state: State, job: ModelJob, guarantees: Guarantees): State | null {
  const isBegun = job.kind !== TEST_RESTORE_KIND || state.databases[job.data.tested] !== undefined;
  return isBegun ? null : withTested(state, job, guarantees);
}

/** Without what tests have made, or without that of this one alone. */
export function withoutTested(state: State, tenantId: string, only?: string): State {
  const isGone = (name: string) =>
    isTested(name) && state.databases[name]?.owner === tenantId && (only ?? name) === name;
  const others = Object.entries(state.databases).filter(([name]) => !isGone(name));
  return { ...state, databases: Object.fromEntries(others) };
}

/** Whether it is the name of a database that a test makes. */
export function isTested(name: string): boolean {
  return /t\d+$/.test(name);
}

/** The state when the Pod of a Job has been stopped. What it has made for itself, it takes away before. */
export function leavingNothing(state: State, job: ModelJob, { stopsCleanly }: Guarantees): State {
  if (job.kind !== TEST_RESTORE_KIND || job.outcome !== null || !stopsCleanly) return state;
  return withoutTested(state, job.tenantId, job.data.tested);
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
