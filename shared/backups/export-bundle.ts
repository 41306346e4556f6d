/**
 * The bundle that an export makes of a backup: where it is in the bucket, and what the object says that is made last. Pure.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { parserOf } from "../platform/schema-parser.ts";

/** What `bench backup --with-files` makes, and `bench restore` takes. */
export const BUNDLE_FILES = [
  "database.sql.gz",
  "files.tar",
  "private-files.tar",
  "site_config_backup.json",
] as const;

const bundleSchema = {
  type: "object",
  required: ["files"],
  properties: {
    files: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "object", "bytes"],
        properties: {
          name: { enum: BUNDLE_FILES },
          object: { type: "string" },
          bytes: { type: "integer", minimum: 0 },
        },
      },
    },
  },
} as const satisfies JSONSchema;

export type BundleFile = FromSchema<typeof bundleSchema>["files"][number];

const parse = parserOf(bundleSchema);

/** The files that the object's content names; null where that is no bundle. */
export function parseBundle(content: unknown): BundleFile[] | null {
  const parsed = parse(content);
  return parsed.ok ? parsed.value.files : null;
}

/** Where all exports of a tenant are. */
export function tenantExportsPrefix(tenantId: string): string {
  return `exports/${tenantId}/`;
}

/** Where all exports of a backup are. */
export function backupExportsPrefix(tenantId: string, backupId: string): string {
  return `${tenantExportsPrefix(tenantId)}${backupId}/`;
}

/** The object of an export that is written last. */
export function bundleName(tenantId: string, backupId: string, folder: string): string {
  return `${backupExportsPrefix(tenantId, backupId)}${folder}/bundle.json`;
}
