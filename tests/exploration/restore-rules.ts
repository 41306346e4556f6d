/**
 * The rules of backups and of the databases that restores bring and leave.
 *
 * @module
 */
import {
  BACKUP_KIND,
  DROP_KEPT_KIND,
  hasFailed,
  isRequested,
  isSettled,
  isToGo,
  RESTORE_KIND,
  siteOf,
  UNDO_RESTORE_KIND,
} from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import type { State } from "./model.ts";
import { holds } from "./violation.ts";

/** What holds of a tenant in every state. */
export function checkDatabases(record: Tenant, { databases, sites }: State): void {
  const { id, spec, status } = record;
  const { site, kept } = status;
  if (site === null || spec.state === "absent") return;
  const isThere = (name: string) => databases[name]?.owner === id && databases[name].isWhole;
  holds(isThere(site.database), "the site's database is there");
  holds(
    kept.every(({ database }) => isThere(database)),
    "what is kept is there",
  );
  // A copy that was given up has no names yet, and a retry goes on with whatever is there.
  const isAtRest = isSettled(record) && siteOf(record) !== null && site.suspended !== null;
  holds(
    !isAtRest || sites[id]?.database === site.database,
    "the site has the database of its record",
  );
}

/** What holds of the backups of all. */
export function checkBackups(state: State): void {
  const records = Object.values(state.tenants).flatMap((stored) => stored?.record ?? []);
  const pending = Object.keys(state.backups).filter((id) => state.backups[id] === "pending");
  const awaited = records.flatMap((record) => awaitedBackup(record) ?? []);
  holds(
    pending.toSorted().join() === awaited.toSorted().join(),
    "a backup is pending as long as it is to be made",
  );
  holds(
    state.askedBackups.every((id) => state.backups[id] !== undefined),
    "who asked for a backup has its record",
  );
  for (const [id, is] of Object.entries(state.backups)) {
    holds(is !== "succeeded" || state.bucket[id] === true, "a backup that succeeded is whole");
  }
  for (const { status } of records) {
    const isWhole = status.backup === null || state.bucket[status.backup.id] === true;
    holds(isWhole, "the newest backup is whole");
  }
  for (const { owner } of Object.values(state.databases)) {
    holds(Boolean(state.tenants[owner]), "no database outlives its tenant");
  }
}

function awaitedBackup(record: Tenant): string | null {
  const { spec } = record;
  const isAwaited = isRequested(record, BACKUP_KIND) && !isSettled(record);
  return isAwaited && spec.state !== "absent" ? (spec.backup?.id ?? null) : null;
}

/** What holds of a step of a tenant. */
export function checkSwap(was: Tenant, record: Tenant, { sites }: State): void {
  const [before, after] = [was.status.site, record.status.site];
  if (before !== null && after !== null && before.database !== after.database) {
    holds(
      sites[record.id]?.database === after.database,
      "a database on record is the one that was verified",
    );
  }
  const isBack = isToGo(was) && !isToGo(record);
  const isAnother = [RESTORE_KIND, UNDO_RESTORE_KIND].some((kind) => isRequested(record, kind));
  holds(!isBack || !isAnother, "who comes back has the site that they had");
}

/** What holds of every step of backups. One that was not reached may be taken up again by the next command. */
export function checkEndedBackups(before: State, after: State): void {
  for (const [id, was] of Object.entries(before.backups)) {
    holds(was !== "succeeded" || after.backups[id] === was, "a backup that succeeded stays");
  }
}

/** What holds of a tenant when nothing goes on any more. */
export function checkLeftovers(record: Tenant, { databases }: State): void {
  const { id, spec, status } = record;
  const site = siteOf(record);
  const { kind, generation } = status.operation ?? {};
  const isCleared = kind === RESTORE_KIND || kind === DROP_KEPT_KIND;
  if (generation !== spec.generation) return;
  if (site === null || hasFailed(record) || !isCleared) return;
  const needed = [site.database, ...status.kept.map(({ database }) => database)];
  const own = Object.keys(databases).filter((name) => databases[name]?.owner === id);
  holds(
    own.toSorted().join() === needed.toSorted().join(),
    "no database is left but what may be needed",
  );
}
