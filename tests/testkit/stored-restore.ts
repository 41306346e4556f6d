/**
 * Restores of ACME: what asks for one, and what asks for it back.
 *
 * @module
 */
import { databaseName } from "../../shared/tenant/names.ts";
import { restoredDatabase } from "../../shared/tenant/site-database.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import type { Site, Tenant } from "../../shared/tenant/tenant.ts";
import { ACME } from "../crash/crash-injection.ts";
import type { Work } from "./site-bench.ts";
import { siteAt } from "./some-site.ts";
import { BACKUP_ID } from "./stored-backup.ts";

/** The generation under which ACME is restored: it was created and backed up before. */
const GENERATION = 3;

/** The database that ACME has at first, and the one that the restore makes. */
export const FIRST = databaseName(ACME.id);
export const RESTORED = restoredDatabase(ACME.id, GENERATION);

const UNTIL = new Date("2026-11-25T12:00:00Z");

/** ACME with a site as the record has it. */
export function acmeWith(
  site: Partial<Site>,
  more: Parameters<typeof withChanges>[1] = {},
): Tenant {
  const tenant = withChanges(ACME, more);
  return withChanges(tenant, { status: { site: siteAt("acme", { database: FIRST, ...site }) } });
}

/** What restores ACME, whose site is as given. */
export function restoreOfAcme(site: Partial<Site> = {}): Work {
  return restoreUnder(GENERATION, site);
}

/** The same under a generation, for another database each time. */
export function restoreUnder(generation: number, site: Partial<Site> = {}): Work {
  const database = restoredDatabase(ACME.id, generation);
  const restore = { backup: BACKUP_ID, tenant: ACME.id, database, requested_at: new Date(0) };
  const tenant = acmeWith(site, { spec: { restore, requests: { restore: "r" } } });
  return { kind: "restore", tenant, generation };
}

/** What takes that back. */
export const UNDO_OF_ACME = undoUnder(GENERATION + 1, RESTORED, FIRST);

/** What puts a kept database in the place of another one. */
export function undoUnder(generation: number, database: string, kept: string): Work {
  const status = { kept: [{ database: kept, until: UNTIL }] };
  return { kind: "undo-restore", tenant: acmeWith({ database }, { status }), generation };
}
