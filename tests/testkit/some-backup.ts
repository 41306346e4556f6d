/**
 * Records of backups, as a store has them.
 *
 * @module
 */
import type { BackupRecord } from "../../shared/backups/backup-record.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";

/** A night's backup that has succeeded, and is kept for another week. */
export function someBackup(
  tenantId: string,
  createdAt: Date,
  more: Partial<BackupRecord> = {},
): BackupRecord {
  return {
    tenant_id: tenantId,
    kind: "nightly",
    state: "succeeded",
    requested_by: "backups",
    created_at: createdAt,
    ended_at: addSeconds(createdAt, 60),
    bytes: 4711,
    reason: null,
    message: null,
    verified_at: null,
    is_being_tested: false,
    expires_at: addSeconds(createdAt, 7 * 24 * 3600),
    ...more,
  };
}
