/**
 * The endpoint that lists the backups of a tenant.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { problemSchema } from "../http/problem.ts";
import { findTenant } from "../tenants/find-tenant.ts";
import { backupSchema, toBackupView } from "./backup-view.ts";

const backupListSchema = named("BackupList", {
  type: "object",
  additionalProperties: false,
  required: ["backups"],
  properties: {
    backups: { type: "array", items: backupSchema, description: "The newest first." },
  },
});

export const listBackups = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/backups",
  summary: "List the backups of a tenant, the newest first",
  description: "Also of a tenant that is gone, for as long as there is one.",
  answers: {
    200: { description: "All its backups.", schema: backupListSchema },
    404: {
      description: "There is neither such a tenant nor a backup of it.",
      schema: problemSchema,
    },
  },
  async handle({ tenantId }, { store, settings }) {
    const backups = await store.backupsOfTenant(tenantId);
    if (backups.length === 0) await findTenant({ tenantId }, { store });
    const views = backups.map((backup) => toBackupView(backup, settings.backupBucket));
    return { status: 200, body: { backups: views } };
  },
});
