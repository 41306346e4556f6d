/**
 * When backups are made by themselves, and how long each is kept. Pure.
 *
 * @module
 */
import { addSeconds, DAY_SECONDS } from "../tenant/tenant.ts";
import type { BackupKind, BackupRequest, Tenant } from "../tenant/tenant.ts";

const HOUR_SECONDS = 3600;

/** The night's backups are spread over so many hours, so that they are not all due at once. */
const NIGHT_HOURS = 5;

/** A backup that a caller asked for, or that was made before a tenant goes. */
const OTHER_BACKUP_DAYS = 30;

/** A tenant without a good backup for so long is told of: of two nights in a row, one has failed. */
const OVERDUE_SECONDS = 36 * HOUR_SECONDS;

/** How many of the nights' backups are kept, and of which nights. */
export interface KeptBackups {
  /** So many days each. */
  daily: number;
  /** So many weeks the first of each week. */
  weekly: number;
  /** So many months the first of each month. */
  monthly: number;
}

/** The tenant's next time at night: each has its own, which its id says. `hour` is when the night begins, in UTC. */
export function nextNight(tenantId: string, hour: number, now: Date): Date {
  const share = Number.parseInt(tenantId.slice(0, 8), 16) / 2 ** 32;
  const seconds = Math.floor((hour + share * NIGHT_HOURS) * HOUR_SECONDS);
  const midnight = new Date(Math.floor(now.getTime() / (DAY_SECONDS * 1000)) * DAY_SECONDS * 1000);
  // A night may have begun yesterday.
  let night = addSeconds(midnight, seconds - DAY_SECONDS);
  while (night <= now) night = addSeconds(night, DAY_SECONDS);
  return night;
}

/** From when on a customer's tenant has been without a good backup for too long. */
export function overdueFrom({ created_at, status }: Pick<Tenant, "created_at" | "status">): Date {
  return addSeconds(status.backup?.requested_at ?? created_at, OVERDUE_SECONDS);
}

/**
 * When a tenant is looked at again whose backup was given up: as it would be, or already when it has been without a good one for
 * too long. Then that is told of in time, and a backup is tried once more.
 */
export function nextLook(tenant: Pick<Tenant, "created_at" | "spec" | "status">): Date | null {
  const next = tenant.status.next_backup_at;
  const asked = tenant.spec.backup?.requested_at ?? null;
  const overdue = overdueFrom(tenant);
  return next !== null && asked !== null && asked < overdue && overdue < next ? overdue : next;
}

/** Until when a backup is kept that is made now, but for those of the nights. */
export function otherKeptUntil(now: Date): Date {
  return addSeconds(now, OTHER_BACKUP_DAYS * DAY_SECONDS);
}

/** A backup that is asked for now, and that is none of a night's. */
export function otherBackup(id: string, kind: OtherKind, now: Date): BackupRequest {
  return { id, kind, requested_at: now, expires_at: otherKeptUntil(now) };
}

type OtherKind = Exclude<BackupKind, "nightly">;

/**
 * Until when a night's backup is kept that is made now. `newest` is when the tenant's newest good one was made: the first
 * one of a month stands for the month, and the first one of a week for the week.
 */
export function keptUntil(
  now: Date,
  newest: Date | null,
  { daily, weekly, monthly }: KeptBackups,
): Date {
  const days = [daily];
  if (newest === null || weekOf(newest) < weekOf(now)) days.push(7 * weekly);
  if (newest === null || monthOf(newest) < monthOf(now)) days.push(31 * monthly);
  return addSeconds(now, Math.max(...days) * DAY_SECONDS);
}

/** Weeks begin on Monday; the first of January 1970 was a Thursday. */
function weekOf(time: Date): number {
  return Math.floor((time.getTime() / 1000 / DAY_SECONDS + 3) / 7);
}

function monthOf(time: Date): number {
  return time.getUTCFullYear() * 12 + time.getUTCMonth();
}
