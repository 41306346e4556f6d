/**
 * The document `backups/{id}`: a backup, from the request on. It is written in the batches that change the tenant, and
 * outlives the tenant, so it holds no personal data. Pure.
 *
 * @module
 */
import type { BackupKind } from "../tenant/tenant.ts";

export const BACKUP_STATES = [
  /** It is being made, or is to be. */
  "pending",
  "succeeded",
  "failed",
] as const;
export type BackupState = (typeof BACKUP_STATES)[number];

export interface BackupRecord {
  tenant_id: string;
  kind: BackupKind;
  state: BackupState;
  /** Who asked for it, as `Requester.name`. */
  requested_by: string;
  /** When it was asked for. What it holds is as of then or later. */
  created_at: Date;
  ended_at: Date | null;
  /** How much there is of it in the bucket; null where that is not known. */
  bytes: number | null;
  /** Why there is none: PascalCase, for programs. */
  reason: string | null;
  /** The same for people. */
  message: string | null;
  /** When it was last restored apart and found whole; null before. */
  verified_at: Date | null;
  /** Whether it is being restored apart, or is to be. */
  is_being_tested: boolean;
  /** Until when the bucket keeps it. Then Firestore's TTL may remove the record. */
  expires_at: Date;
}

/** Where in the bucket all of a backup is. */
export function backupPrefix(tenantId: string, backupId: string): string {
  return `tenants/${tenantId}/${backupId}/`;
}

/** The object that is written last of all. What has none is no backup. */
export function manifestName(tenantId: string, backupId: string): string {
  return `${backupPrefix(tenantId, backupId)}manifest.json`;
}
