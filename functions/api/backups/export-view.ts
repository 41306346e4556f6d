/**
 * The API's view of an export: its schema, and how it is made of what the tenant's record says. Pure.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import { BUNDLE_FILES } from "../../../shared/backups/export-bundle.ts";
import { EXPORT_STATES } from "../../../shared/tenant/export-command.ts";
import type { ExportState } from "../../../shared/tenant/export-command.ts";
import { backupIdSchema, tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { named } from "../http/named-schema.ts";

export const exportSchema = named("Export", {
  type: "object",
  additionalProperties: false,
  required: ["backup", "tenant_id", "state", "expires_at", "files"],
  properties: {
    backup: backupIdSchema,
    tenant_id: tenantIdSchema,
    state: {
      type: "string",
      enum: EXPORT_STATES,
      description:
        "`pending` until it can be fetched, `ready` for a day, and then `expired`. Of one that has `failed`, its operation says why.",
    },
    expires_at: {
      type: ["string", "null"],
      format: "date-time",
      description: "Until when it can be fetched; null of one that never could.",
    },
    files: {
      type: "array",
      description: "While it is `ready`: what plain `bench restore` takes. Else empty.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "bytes", "url"],
        properties: {
          name: { type: "string", enum: BUNDLE_FILES },
          bytes: { type: "integer" },
          url: {
            type: "string",
            description:
              "Whoever has it may fetch the file until `expires_at`, without any other credential.",
          },
        },
      },
    },
  },
});

export type ExportView = FromSchema<typeof exportSchema>;

export function toExportView(
  { tenantId, backupId }: { tenantId: string; backupId: string },
  { state, bundle }: ExportState,
  files: ExportView["files"],
): ExportView {
  const expires_at = bundle && bundle.expires_at.toISOString();
  return { backup: backupId, tenant_id: tenantId, state, expires_at, files };
}
