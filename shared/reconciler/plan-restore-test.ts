/**
 * Whose newest backup is to be restored apart, to see that it can be. It is looked at when a tenant's backup is due, so the tests are
 * spread over the night as the backups are, and over the days by the tenant's id. Pure.
 *
 * @module
 */
import { addSeconds, DAY_SECONDS, hasFailed, isSettled, siteOf } from "../tenant/tenant.ts";
import type { NewestBackup, Tenant } from "../tenant/tenant.ts";

/** After a failure the next night's is another backup: whether that is whole tells whether something is wrong with all of them. */
const AFTER_FAILURE_SECONDS = DAY_SECONDS / 2;

/** A first test is due on the tenant's own day and the day after, so that not all are tested in the first night of all. */
const FIRST_SECONDS = 2 * DAY_SECONDS;

/** Whether a test of the tenant's newest backup is due; `days` is how often, 0 for never. */
export function isTestDue(tenant: Tenant, now: Date, days: number): boolean {
  const { backup } = tenant.status;
  if (days === 0 || backup === null || !isAtRest(tenant)) return false;
  const failure = backup.tests?.failure ?? null;
  if (failure !== null) return addSeconds(failure.at, AFTER_FAILURE_SECONDS) <= now;
  return isDueByDay(tenant, backup, now, days);
}

/** Only of a customer's site that is as it was asked for: a new command would have what failed tried again. */
function isAtRest(tenant: Tenant): boolean {
  const { state } = tenant.spec;
  const isKept = state === "present" || state === "suspended";
  const isWhole = (siteOf(tenant)?.suspended ?? null) !== null;
  return isKept && isWhole && isSettled(tenant) && !hasFailed(tenant);
}

function isDueByDay(
  { id, created_at }: Tenant,
  backup: NewestBackup,
  now: Date,
  days: number,
): boolean {
  const day = ownDay(id, now, days);
  const passed = backup.tests?.passed_at ?? null;
  if (passed !== null) return day > passed && backup.requested_at > passed;
  return day > created_at && addSeconds(day, FIRST_SECONDS) > now;
}

/** The beginning of the newest day that is the tenant's own: one in so many, which its id says. */
export function ownDay(tenantId: string, now: Date, days: number): Date {
  const own = Math.floor((Number.parseInt(tenantId.slice(-8), 16) / 2 ** 32) * days);
  const today = Math.floor(now.getTime() / (DAY_SECONDS * 1000));
  const newest = today - ((((today - own) % days) + days) % days);
  return new Date(newest * DAY_SECONDS * 1000);
}
