/**
 * A backup's record as it is shown. People write to the database too, and a record may be half there: what can be read of
 * it is shown, and null in place of the rest. Pure.
 *
 * @module
 */
import { isTenantId } from "../tenant/names.ts";
import { toText, toTime } from "../tenant/shown-fields.ts";
import type { Fields } from "../tenant/field-checks.ts";
import { BACKUP_KINDS } from "../tenant/tenant.ts";
import type { BackupKind } from "../tenant/tenant.ts";
import { BACKUP_STATES } from "./backup-record.ts";
import type { BackupRecord, BackupState } from "./backup-record.ts";

/** What is null in it, the record does not say. */
export interface ShownBackup extends Omit<
  BackupRecord,
  "kind" | "state" | "requested_by" | "expires_at"
> {
  id: string;
  kind: BackupKind | null;
  state: BackupState | null;
  requested_by: string | null;
  expires_at: Date | null;
}

/** Shows a record, however damaged. Null where it does not say whose the backup is. */
export function showBackup(fields: Fields, id: string, madeAt: Date): ShownBackup | null {
  const tenant_id = toText(fields["tenant_id"]);
  if (tenant_id === null || !isTenantId(tenant_id)) return null;
  const { bytes } = fields;
  return {
    id,
    tenant_id,
    kind: BACKUP_KINDS.find((kind) => kind === fields["kind"]) ?? null,
    state: BACKUP_STATES.find((state) => state === fields["state"]) ?? null,
    requested_by: toText(fields["requested_by"]),
    created_at: toTime(fields["created_at"]) ?? madeAt,
    ended_at: toTime(fields["ended_at"]),
    bytes: typeof bytes === "number" ? bytes : null,
    reason: toText(fields["reason"]),
    message: toText(fields["message"]),
    verified_at: toTime(fields["verified_at"]),
    is_being_tested: fields["is_being_tested"] === true,
    expires_at: toTime(fields["expires_at"]),
  };
}
