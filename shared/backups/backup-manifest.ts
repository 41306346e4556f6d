/**
 * What a backup's manifest says, as far as callers are told of it. Its code is not checked here: the site Job that restores
 * the backup does that, and changes nothing before. Pure.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { parserOf } from "../platform/schema-parser.ts";

const versionsSchema = {
  type: "object",
  additionalProperties: { type: ["string", "null"] },
} as const satisfies JSONSchema;

const manifestSchema = {
  type: "object",
  required: ["format", "made_at", "image", "apps", "mariadb", "tables", "parts"],
  properties: {
    format: { enum: [1, 2] },
    made_at: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}([.]\\d+)?Z$" },
    image: { type: "string" },
    apps: versionsSchema,
    mariadb: { type: "string" },
    tables: { type: "object" },
    parts: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "bytes", "plain_bytes"],
        properties: {
          name: { type: "string" },
          bytes: { type: "integer" },
          plain_bytes: { type: "integer" },
        },
      },
    },
  },
} as const satisfies JSONSchema;

export type BackupManifest = FromSchema<typeof manifestSchema>;

const parse = parserOf(manifestSchema);

/** What the object's content says; null where that is no manifest that this version knows. */
export function parseManifest(content: unknown): BackupManifest | null {
  const parsed = parse(content);
  return parsed.ok ? parsed.value : null;
}
