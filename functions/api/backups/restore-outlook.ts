/**
 * What a restore would do, as callers are told of it before they ask for one. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { BackupManifest } from "../../../shared/backups/backup-manifest.ts";
import type { ShownBackup } from "../../../shared/backups/shown-backup.ts";
import { backupIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { named } from "../http/named-schema.ts";

const bytes = { type: "integer" } as const;

export const restoreOutlookSchema = named("RestoreOutlook", {
  type: "object",
  additionalProperties: false,
  required: [
    "success",
    "id",
    "message",
    "backup",
    "made_at",
    "image",
    "mariadb",
    "apps",
    "tables",
    "stored_bytes",
    "parts",
    "newer_seconds",
    "newer_backups",
  ],
  properties: {
    success: { type: "boolean", const: true },
    id: tenantIdSchema,
    message: { type: "string" },
    backup: backupIdSchema,
    made_at: {
      type: "string",
      format: "date-time",
      description: "What the backup holds is as of then.",
    },
    image: { type: "string", description: "The image of the bench that the site was on." },
    mariadb: { type: "string", description: "The version of the database's server then." },
    apps: {
      type: "object",
      additionalProperties: { type: ["string", "null"] },
      description: "The site's apps, each with its version, or null where that is not known.",
    },
    tables: { type: "integer", description: "How many tables its database has." },
    stored_bytes: { ...bytes, description: "What is read from the bucket." },
    parts: {
      type: "object",
      additionalProperties: bytes,
      description: "Each part with its size on the site.",
    },
    newer_seconds: {
      type: "integer",
      description:
        "How long ago that was: what the site's users have done since is not in it, and is kept for 24 hours.",
    },
    newer_backups: {
      type: "integer",
      description: "How many good backups there are of later times.",
    },
  },
});

export function toOutlook(
  { id, tenant_id }: ShownBackup,
  { made_at, image, mariadb, apps, tables, parts }: BackupManifest,
  others: readonly ShownBackup[],
  now: Date,
): FromSchema<typeof restoreOutlookSchema> {
  const made = new Date(made_at);
  const newer = others.filter((other) => other.state === "succeeded" && other.created_at > made);
  return {
    success: true,
    id: tenant_id,
    message: "Nothing was changed: this is what the backup holds.",
    backup: id,
    made_at: made.toISOString(),
    image,
    mariadb,
    apps,
    tables: Object.keys(tables).length,
    stored_bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    parts: Object.fromEntries(parts.map((part) => [part.name, part.plain_bytes])),
    newer_seconds: Math.max(0, Math.floor((now.getTime() - made.getTime()) / 1000)),
    newer_backups: newer.filter((other) => other.id !== id).length,
  };
}
