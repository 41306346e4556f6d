/**
 * The endpoint that shows a backup.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { POLL_HEADERS } from "../tenants/find-tenant.ts";
import { NOT_MODIFIED } from "../tenants/tenant-answers.ts";
import { NO_SUCH_BACKUP, noSuchBackup } from "./backup-answers.ts";
import { backupSchema, toBackupView } from "./backup-view.ts";

export const readBackup = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/backups/{backup}",
  summary: "Read a backup",
  description: "`Retry-After` says when to ask again; without it the backup is no longer pending.",
  answers: {
    200: { description: "The backup.", schema: backupSchema, headers: ["ETag", "Retry-After"] },
    304: NOT_MODIFIED,
    404: NO_SUCH_BACKUP,
  },
  async handle({ tenantId, backupId }, { store, settings }) {
    const backup = await store.readBackup(backupId);
    if (backup?.tenant_id !== tenantId) throw noSuchBackup(tenantId, backupId);
    const headers = backup.state === "pending" ? POLL_HEADERS : {};
    return { status: 200, headers, body: toBackupView(backup, settings.backupBucket) };
  },
});
