/**
 * Which tenants get a backup by themselves, when one is due. Pure.
 *
 * @module
 */
import { firstDifference } from "./difference.ts";
import { addSeconds, isSettled, siteOf } from "../tenant/tenant.ts";
import type { BackupRequest, Tenant } from "../tenant/tenant.ts";
import { keptUntil, nextNight } from "../backups/schedule.ts";
import type { KeptBackups } from "../backups/schedule.ts";

/** A tenant to whose site something is done is looked at again so much later. */
const LATER_SECONDS = 3600;

/** A tenant without a good backup for so long is told of: of two nights in a row, one has failed. */
const OVERDUE_SECONDS = 36 * 3600;

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
  const night = nextNight(tenant.id, hour, now);
  const { state } = tenant.spec;
  if (siteOf(tenant) === null || (state !== "present" && state !== "suspended")) {
    return { backup: null, next: night };
  }
  if (!isSettled(tenant) || firstDifference(tenant) !== null) {
    return { backup: null, next: addSeconds(now, LATER_SECONDS) };
  }
  const newest = tenant.status.backup?.requested_at ?? null;
  const expires_at = keptUntil(now, newest, kept);
  return { backup: { id, kind: "nightly", requested_at: now, expires_at }, next: night };
}

/** Whether a tenant has been without a good backup for too long. */
export function isBackupOverdue(tenant: Tenant, now: Date): boolean {
  const newest = tenant.status.backup?.requested_at ?? tenant.created_at;
  return siteOf(tenant) !== null && addSeconds(newest, OVERDUE_SECONDS) <= now;
}
