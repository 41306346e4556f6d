/**
 * The API's view of a backup: its schema, and how it is made of a record. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { BACKUP_STATES, manifestName } from "../../../shared/backups/backup-record.ts";
import type { ShownBackup } from "../../../shared/backups/shown-backup.ts";
import { backupIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { BACKUP_KINDS } from "../../../shared/tenant/tenant.ts";
import { named } from "../http/named-schema.ts";

const text = { type: ["string", "null"] } as const;
const time = { type: ["string", "null"], format: "date-time" } as const;

export const backupSchema = named("Backup", {
  type: "object",
  additionalProperties: false,
  required: [
    "id",
    "tenant_id",
    "kind",
    "state",
    "requested_by",
    "created_at",
    "ended_at",
    "bytes",
    "reason",
    "message",
    "manifest",
    "verified_at",
    "expires_at",
  ],
  properties: {
    id: backupIdSchema,
    tenant_id: tenantIdSchema,
    kind: {
      type: ["string", "null"],
      enum: [...BACKUP_KINDS, null],
      description: "Why it was made. Null of a damaged record.",
    },
    state: {
      type: ["string", "null"],
      enum: [...BACKUP_STATES, null],
      description: "`pending` until it is whole in the bucket. Null of a damaged record.",
    },
    requested_by: { ...text, description: "Who asked for it." },
    created_at: {
      type: "string",
      format: "date-time",
      description: "When it was asked for. What it holds is as of then or later.",
    },
    ended_at: time,
    bytes: {
      type: ["integer", "null"],
      description: "How much there is of it in the bucket; null where that is not known.",
    },
    reason: { ...text, description: "Why there is none, for programs: PascalCase." },
    message: { ...text, description: "The same for people." },
    manifest: { ...text, description: "Where in the bucket it says what it holds." },
    verified_at: {
      ...time,
      description: "When it was last restored apart and found whole; null before.",
    },
    expires_at: { ...time, description: "Until when it is kept." },
  },
});

/** What the API shows of a backup in this bucket. */
export function toBackupView(
  backup: ShownBackup,
  bucket: string | null,
): FromSchema<typeof backupSchema> {
  const { is_being_tested: _, ...shown } = backup;
  const { id, tenant_id, state, created_at, ended_at, verified_at, expires_at } = shown;
  const isThere = state === "succeeded" && bucket !== null;
  return {
    ...shown,
    created_at: created_at.toISOString(),
    ended_at: ended_at && ended_at.toISOString(),
    manifest: isThere ? `gs://${bucket}/${manifestName(tenant_id, id)}` : null,
    verified_at: verified_at && verified_at.toISOString(),
    expires_at: expires_at && expires_at.toISOString(),
  };
}
