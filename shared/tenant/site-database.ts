/**
 * The databases of a tenant, each of which has one user of the same name: the one that its site works with, and those that
 * restores bring and leave. Pure.
 *
 * @module
 */
import { databaseName } from "./names.ts";
import { addSeconds, DAY_SECONDS, siteOf } from "./tenant.ts";
import type { KeptSite, StatusChanges, Tenant } from "./tenant.ts";

/** For so long what a site was before a restore is kept. */
const KEPT_SECONDS = DAY_SECONDS;

/** The database that the tenant's site works with, or is to be made with. */
export function currentDatabase({ id, status }: Pick<Tenant, "id" | "status">): string {
  return status.site?.database ?? databaseName(id);
}

/** The database that the restore under a generation makes. */
export function restoredDatabase(tenantId: string, generation: number): string {
  return `${databaseName(tenantId)}r${generation}`;
}

/** The database that a test of the tenant's newest backup makes, and drops again. */
export function testedDatabase({ id, spec }: Pick<Tenant, "id" | "spec">): string {
  return `${databaseName(id)}t${spec.generation}`;
}

/** What the site is again when a restore is taken back; null where nothing is kept. */
export function newestKept({ status: { kept } }: Pick<Tenant, "status">): KeptSite | null {
  return kept.at(-1) ?? null;
}

/** Until when the newest restore can be taken back; null where there is nothing to have back. */
export function undoUntil(tenant: Pick<Tenant, "created_at" | "status">): Date | null {
  const until = newestKept(tenant)?.until ?? null;
  return until !== null && until > tenant.created_at ? until : null;
}

/** A restore has succeeded: the site has another database, and the one before is kept. */
export function keptOnRestore(tenant: Tenant): StatusChanges {
  const { spec, status, created_at } = tenant;
  const { site, kept, operation } = status;
  if (site === null || spec.restore === null) return {};
  const began = operation?.slot_at ?? spec.restore.requested_at;
  // Nobody wants the empty site back of which a copy is made. The garbage collection drops it.
  const until = siteOf(tenant) === null ? created_at : addSeconds(began, KEPT_SECONDS);
  return {
    site: { ...site, database: spec.restore.database, quiet: spec.quiet },
    kept: [...kept, { database: site.database, until }],
  };
}

/**
 * A restore was taken back: both have changed their places, and the time runs on. Or, where nobody is to have back what was
 * restored, it is over: the garbage collection drops it.
 */
export function keptOnUndo({ created_at, status }: Tenant, isForGood: boolean): StatusChanges {
  const { site, kept } = status;
  const newest = kept.at(-1);
  if (site === null || newest === undefined) return {};
  const until = isForGood ? created_at : newest.until;
  return {
    site: { ...site, database: newest.database },
    kept: [...kept.slice(0, -1), { database: site.database, until }],
  };
}
