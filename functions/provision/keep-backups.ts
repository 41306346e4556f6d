/**
 * The resync's part in backups: it asks for those that are due. Where none is, it costs one query.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import {
  decideNightly,
  isBackupOverdue,
  LATER_SECONDS,
} from "../../shared/reconciler/plan-backup.ts";
import type { NightlySettings } from "../../shared/reconciler/plan-backup.ts";
import { isTestDue } from "../../shared/reconciler/plan-restore-test.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import { nextNight } from "../../shared/backups/schedule.ts";
import { DamagedRecordError } from "../../shared/platform/errors.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import { sendTrigger } from "../../shared/pubsub/send-trigger.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import type { BackupCommand, TestRestoreCommand } from "../../shared/tenant/commands.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Requester, Tenant, TenantChanges } from "../../shared/tenant/tenant.ts";
import { workThrough } from "./work-through.ts";

/** Who asks for the backups of a night. */
const BACKUPS: Requester = { name: "backups", request_id: null, reason: null };

/** How many due tenants one resync looks at at most; the next one is a minute away. */
const MAX_DUE = 100;

/** No further one after so long: a resync has more to do. */
const MAX_MILLISECONDS = 10_000;

/** Of so many slots one may be a backup's, but for those that callers ask for. */
const SLOTS_FOR_EACH = 4;

/** Asks for the backups that are due, the longest waiting first, as many as may be under way. Never throws. */
export async function keepBackups(dependencies: Dependencies, now: Date): Promise<void> {
  const { store, settings } = dependencies;
  if (settings.backupBucket === null) return;
  try {
    const due = await store.dueBackups(now, MAX_DUE);
    if (due.length === 0) return;
    const share = Math.ceil(settings.maxConcurrentJobs / SLOTS_FOR_EACH);
    let room = share - (await store.countPendingBackups());
    if (room <= 0) await tellOfOldest(due, dependencies, now);
    await workThrough(due, Date.now() + MAX_MILLISECONDS, async (tenantId) => {
      if (room <= 0) return;
      room -= 1;
      if (!(await keepBackup(tenantId, dependencies, now))) room += 1;
    });
  } catch (error) {
    log("WARNING", "BackupsNotKept", errorFields(error));
  }
}

/** Whether a backup of the tenant was asked for. One tenant's fault keeps nobody else from theirs. */
async function keepBackup(
  tenantId: string,
  dependencies: Dependencies,
  now: Date,
): Promise<boolean> {
  const { store, settings } = dependencies;
  const tenant = await readTenant(tenantId, dependencies, now);
  if (tenant === null) return false;
  const { record } = tenant;
  if (isBackupOverdue(record, now)) tellOf(record);
  else if (await isTestable(record, dependencies, now)) {
    const later = { status: { next_backup_at: addSeconds(now, LATER_SECONDS) } };
    return ask(tenant, { name: "test-restore" }, later, dependencies, now);
  }
  const { backup, next } = decideNightly(record, randomUUID(), now, nightlySettings(settings));
  const due: TenantChanges = { status: { next_backup_at: next } };
  if (backup === null) {
    await store.writeTenant(tenant, due);
    return false;
  }
  return ask(tenant, { name: "backup", backup }, due, dependencies, now);
}

/** Whether the newest backup is to be restored apart. The backup of the night comes after it. */
async function isTestable(
  tenant: Tenant,
  { store, settings }: Dependencies,
  now: Date,
): Promise<boolean> {
  const { backup } = tenant.status;
  if (backup === null || !isTestDue(tenant, now, settings.restoreTestDays)) return false;
  const found = await store.readBackup(backup.id);
  const isThere = found?.state === "succeeded" && found.tenant_id === tenant.id;
  return isThere && found.expires_at !== null && found.expires_at > now;
}

/** Whether it was asked for. Either way the tenant is due again as it says. */
async function ask(
  tenant: Stored<Tenant>,
  command: BackupCommand | TestRestoreCommand,
  due: TenantChanges,
  { store, bus }: Dependencies,
  now: Date,
): Promise<boolean> {
  const issued = { commandId: randomUUID(), requestedBy: BACKUPS, now };
  const effect = applyCommand(tenant.record, command, issued);
  const changes = effect.outcome === "changed" ? effect.changes : {};
  const status = { ...changes.status, ...due.status };
  // Whatever came between has it looked at again in a minute.
  if ((await store.writeTenant(tenant, { ...changes, status })) === null) return false;
  await sendTrigger("tenant", tenant.record.id, bus);
  return effect.outcome === "changed";
}

/** Where as many are made as may, others may wait for too long. */
async function tellOfOldest([oldest]: string[], { store }: Dependencies, now: Date): Promise<void> {
  const shown = oldest === undefined ? null : await store.showTenant(oldest);
  if (shown?.damaged.length === 0 && isBackupOverdue(shown.tenant, now)) tellOf(shown.tenant);
}

function tellOf({ id: tenantId, status }: Tenant): void {
  log("ERROR", "BackupOverdue", { tenantId, newest: status.backup?.requested_at ?? null });
}

/** Null where there is none, or a damaged one: that is left alone until the next night, and others are not. */
async function readTenant(tenantId: string, { store, settings }: Dependencies, now: Date) {
  try {
    return await store.readTenant(tenantId);
  } catch (error) {
    if (!(error instanceof DamagedRecordError)) throw error;
    await store.putOffBackup(tenantId, nextNight(tenantId, settings.backupHour, now));
    return null;
  }
}

function nightlySettings(settings: Dependencies["settings"]): NightlySettings {
  const { backupHour: hour, backupKeepDaily, backupKeepWeekly, backupKeepMonthly } = settings;
  const kept = { daily: backupKeepDaily, weekly: backupKeepWeekly, monthly: backupKeepMonthly };
  return { hour, kept };
}
