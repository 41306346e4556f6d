/**
 * What a change of a tenant's record means for its backups: which one begins, and how one has ended. As the history, it
 * follows from the record before and after alone. Pure.
 *
 * @module
 */
import type { BackupRecord } from "../backups/backup-record.ts";
import { withoutPersonalData } from "../tenant/personal-data.ts";
import {
  BACKUP_KIND,
  isRequested,
  isSettled,
  isToGo,
  TEST_RESTORE_KIND,
} from "../tenant/tenant.ts";
import type { BackupRequest, Tenant } from "../tenant/tenant.ts";
import type { SeenJob } from "./history-writes.ts";

/** What is written of a backup's record; what is not named stays. */
export interface BackupWrite {
  id: string;
  fields: Partial<BackupRecord>;
}

/** What changes of backups when a tenant's record does. `seen`, if it is known, is the Job that it is about. */
export function backupsOfChange(
  before: Tenant,
  after: Tenant,
  seen: SeenJob | null,
): BackupWrite[] {
  const [was, is] = [pendingBackup(before), pendingBackup(after)];
  const tests = testsOfChange(before, after);
  if (was?.id === is?.id) return tests;
  return [
    ...tests,
    ...(was === null ? [] : [closed(was, after, seen)]),
    ...(is === null ? [] : [opened(is, after)]),
  ];
}

/**
 * The backup that is to be made; null where none is. One that a settled tenant still asks for was not reached, for
 * something before it was given up: the next command takes it up again.
 */
function pendingBackup(tenant: Tenant): BackupRequest | null {
  const isOver = tenant.spec.state === "absent" || isSettled(tenant);
  return isRequested(tenant, BACKUP_KIND) && !isOver ? tenant.spec.backup : null;
}

/** The backup that is to be restored apart; null where none is. */
function testedBackup(tenant: Tenant): string | null {
  const isOver = isToGo(tenant) || isSettled(tenant) || !isRequested(tenant, TEST_RESTORE_KIND);
  return isOver ? null : (tenant.status.backup?.id ?? null);
}

function testsOfChange(before: Tenant, after: Tenant): BackupWrite[] {
  const [was, is] = [testedBackup(before), testedBackup(after)];
  if (was === is) return [];
  return [
    ...(was === null
      ? []
      : [{ id: was, fields: { is_being_tested: false, ...verified(was, after) } }]),
    ...(is === null ? [] : [{ id: is, fields: { is_being_tested: true } }]),
  ];
}

function verified(
  id: string,
  { status: { backup } }: Tenant,
): Pick<BackupRecord, "verified_at"> | null {
  const isVerified = backup?.id === id && backup.verified_at !== null;
  return isVerified ? { verified_at: backup.verified_at } : null;
}

function opened(
  { id, kind, requested_at, expires_at }: BackupRequest,
  tenant: Tenant,
): BackupWrite {
  return {
    id,
    fields: {
      tenant_id: tenant.id,
      kind,
      state: "pending",
      requested_by: tenant.spec.requested_by.name,
      created_at: requested_at,
      ended_at: null,
      bytes: null,
      reason: null,
      message: null,
      verified_at: null,
      is_being_tested: false,
      expires_at,
    },
  };
}

function closed(backup: BackupRequest, tenant: Tenant, seen: SeenJob | null): BackupWrite {
  const { profile, status, updated_at } = tenant;
  if (status.done[BACKUP_KIND] !== backup.id) {
    return failed(backup, whyNotMade(tenant, backup), null, updated_at);
  }
  if (status.condition === "failed") {
    return failed(backup, status.reason, withoutPersonalData(status.message, profile), updated_at);
  }
  const { endedAt = null, result = null } = seen?.report ?? {};
  return {
    id: backup.id,
    fields: {
      state: "succeeded",
      ended_at: endedAt ?? updated_at,
      bytes: result?.["bytes"] ?? null,
    },
  };
}

/** Why nobody makes it any more, though it was not tried to the end. */
function whyNotMade(tenant: Tenant, { id }: BackupRequest): string {
  if (isToGo(tenant)) return "TenantDeleted";
  return tenant.spec.backup?.id === id ? "NotReached" : "Superseded";
}

function failed(
  { id }: BackupRequest,
  reason: string | null,
  message: string | null,
  ended_at: Date,
): BackupWrite {
  return { id, fields: { state: "failed", ended_at, reason, message } };
}
