/**
 * What a change of a tenant's record means for its backups: which one begins, and how one has ended. As the history, it
 * follows from the record before and after alone. Pure.
 *
 * @module
 */
import type { BackupRecord } from "../backups/backup-record.ts";
import { withoutPersonalData } from "../tenant/personal-data.ts";
import { BACKUP_KIND, isRequested, isSettled, isToGo } from "../tenant/tenant.ts";
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

/**
 * The backup that is to be made; null where none is. One that a settled tenant still asks for was not reached, for
 * something before it was given up: the next command takes it up again.
 */
function pendingBackup(tenant: Tenant): BackupRequest | null {
  const isOver = tenant.spec.state === "absent" || isSettled(tenant);
  return isRequested(tenant, BACKUP_KIND) && !isOver ? tenant.spec.backup : null;
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

function closed(backup: BackupRequest, tenant: Tenant, ended: EndedJob | null): BackupWrite {
  const { profile, status, updated_at } = tenant;
  if (status.done[BACKUP_KIND] !== backup.id) {
    return failed(backup, whyNotMade(tenant, backup), null, updated_at);
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
