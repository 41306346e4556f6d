/**
 * What a change of a tenant's record means for its backups: which one begins, and how one has ended. As the history, it
 * follows from the record before and after alone. Pure.
 *
 * @module
 */
import type { BackupRecord } from "../backups/backup-record.ts";
import { withoutPersonalData } from "../tenant/personal-data.ts";
import { BACKUP_KIND, isRequested } from "../tenant/tenant.ts";
import type { BackupRequest, Tenant } from "../tenant/tenant.ts";
import type { EndedJob } from "./history-writes.ts";

/** What is written of a backup's record; what is not named stays. */
export interface BackupWrite {
  id: string;
  fields: Partial<BackupRecord>;
}

/** What changes of backups when a tenant's record does. `ended`, if it is known, is what is left of a Job. */
export function backupsOfChange(
  before: Tenant,
  after: Tenant,
  ended: EndedJob | null,
): BackupWrite[] {
  const [was, is] = [pendingBackup(before), pendingBackup(after)];
  if (was?.id === is?.id) return [];
  return [
    ...(was === null ? [] : [closed(was, after, ended)]),
    ...(is === null ? [] : [opened(is, after)]),
  ];
}

/** What becomes of a backup that a deletion comes before. */
export function backupsOfGone(tenant: Tenant, now: Date): BackupWrite[] {
  const pending = pendingBackup(tenant);
  return pending === null ? [] : [failed(pending, "TenantDeleted", null, now)];
}

/** The backup that is to be made; null where none is. */
export function pendingBackup(tenant: Tenant): BackupRequest | null {
  return isRequested(tenant, BACKUP_KIND) ? tenant.spec.backup : null;
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
      expires_at,
    },
  };
}

function closed(
  backup: BackupRequest,
  { profile, status, updated_at }: Tenant,
  ended: EndedJob | null,
): BackupWrite {
  if (status.done[BACKUP_KIND] !== backup.id) {
    return failed(backup, "Superseded", null, updated_at);
  }
  if (status.condition === "failed") {
    return failed(backup, status.reason, withoutPersonalData(status.message, profile), updated_at);
  }
  const { endedAt = null, result = null } = ended?.report ?? {};
  return {
    id: backup.id,
    fields: {
      state: "succeeded",
      ended_at: endedAt ?? updated_at,
      bytes: result?.["bytes"] ?? null,
    },
  };
}

function failed(
  { id }: BackupRequest,
  reason: string | null,
  message: string | null,
  ended_at: Date,
): BackupWrite {
  return { id, fields: { state: "failed", ended_at, reason, message } };
}
