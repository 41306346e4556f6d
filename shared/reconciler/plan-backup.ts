/**
 * Which tenants get a backup by themselves, when one is due. Pure.
 *
 * @module
 */
import { firstDifference } from "./difference.ts";
import {
  addSeconds,
  BACKUP_KIND,
  DAY_SECONDS,
  isSettled,
  siteOf,
  TEST_RESTORE_KIND,
} from "../tenant/tenant.ts";
import type { BackupRequest, Tenant } from "../tenant/tenant.ts";
import { keptUntil, nextNight, otherKeptUntil, overdueFrom } from "../backups/schedule.ts";
import type { KeptBackups } from "../backups/schedule.ts";

/** A tenant to whose site something is done is looked at again so much later. */
export const LATER_SECONDS = 3600;

/** What is asked for anew where it was not reached. */
const OWN_KINDS: ReadonlySet<string> = new Set([BACKUP_KIND, TEST_RESTORE_KIND]);

export interface NightlySettings {
  /** When the night begins, in UTC. */
  hour: number;
  kept: KeptBackups;
}

/** What is done about a backup that is due: the one that is made, or null; and when the next one is due. */
export interface Nightly {
  backup: BackupRequest | null;
  next: Date;
}

/**
 * What comes of a tenant whose backup is due, with the id that the backup would have. A new command has what failed tried
 * again, so who needs more than a backup is left alone.
 */
export function decideNightly(
  tenant: Tenant,
  id: string,
  now: Date,
  { hour, kept }: NightlySettings,
): Nightly {
  const next = nextNight(tenant.id, hour, now);
  const kind = dueKind(tenant, now);
  if (kind === null) return { backup: null, next };
  const left = firstDifference(tenant);
  // One that was not reached is asked for anew.
  if (!isSettled(tenant) || (left !== null && !OWN_KINDS.has(left.kind))) {
    return { backup: null, next: addSeconds(now, LATER_SECONDS) };
  }
  const nightly = keptUntil(now, tenant.status.backup?.nightly_at ?? null, kept);
  const expires_at = kind === "nightly" ? nightly : otherKeptUntil(now);
  return { backup: { id, kind, requested_at: now, expires_at }, next };
}

/** Of a retained tenant only the last one, in the day before it may be dropped, and each night until there is one. */
function dueKind(tenant: Tenant, now: Date): "nightly" | "before-purge" | null {
  if (siteOf(tenant) === null) return null;
  switch (tenant.spec.state) {
    case "present":
    case "suspended":
      return "nightly";
    case "retained":
      return isLastDay(tenant, now) && !hasLastBackup(tenant) ? "before-purge" : null;
    default:
      return null;
  }
}

function isLastDay({ spec: { retention } }: Tenant, now: Date): boolean {
  return retention !== null && addSeconds(retention.purge_at, -DAY_SECONDS) <= now;
}

/** Whether a retained tenant has the backup without which it is not dropped. An earlier retention's is none. */
export function hasLastBackup({ spec: { backup, retention }, status }: Tenant): boolean {
  if (backup === null || retention === null || backup.kind !== "before-purge") return false;
  const isOfThisTime = backup.requested_at >= addSeconds(retention.purge_at, -DAY_SECONDS);
  return isOfThisTime && backup.id === status.backup?.id;
}

/** Whether a tenant has been without a good backup for too long, or cannot be dropped for want of one. */
export function isBackupOverdue(tenant: Tenant, now: Date): boolean {
  if (siteOf(tenant) === null || tenant.spec.state === "absent") return false;
  const { retention } = tenant.spec;
  if (retention !== null) return retention.purge_at <= now && !hasLastBackup(tenant);
  return overdueFrom(tenant) <= now;
}
