/**
 * The endpoint that removes a backup.
 *
 * @module
 */
import type { ShownBackup } from "../../../shared/backups/shown-backup.ts";
import { exportOf } from "../../../shared/tenant/export-command.ts";
import { backupIdSchema } from "../../../shared/tenant/field-schemas.ts";
import type { NewestBackup } from "../../../shared/tenant/tenant.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { keyReused } from "../tenants/tenant-answers.ts";
import { LOST_RACE, untilWritten } from "../tenants/until-written.ts";
import { NO_SUCH_BACKUP, noSuchBackup, requireBucket } from "./backup-answers.ts";

const deletedBackupSchema = named("DeletedBackup", {
  type: "object",
  additionalProperties: false,
  required: ["success", "backup", "message"],
  properties: {
    success: { type: "boolean", const: true },
    backup: backupIdSchema,
    message: { type: "string" },
  },
});

export const deleteBackup = defineEndpoint({
  method: "DELETE",
  path: "/tenants/{id}/backups/{backup}",
  summary: "Delete a backup",
  description:
    "At once and for ever, with what was exported of it. Without this, each goes at its `expires_at`.",
  answers: {
    200: { description: "Nothing of it is left.", schema: deletedBackupSchema },
    404: NO_SUCH_BACKUP,
    409: {
      description:
        "It is being made or exported, or there are no backups here; `error` says which.",
      schema: problemSchema,
    },
  },
  handle: (call, dependencies) => untilWritten(call.tenantId, () => remove(call, dependencies)),
});

async function remove(
  { tenantId, backupId, identity }: Omit<Call, "body" | "query">,
  dependencies: ApiDependencies,
): Promise<ApiResponse | typeof LOST_RACE> {
  const bucket = requireBucket(dependencies);
  const { store } = dependencies;
  const request = identity && { ...identity, now: new Date() };
  const basis = await store.readBackupForCommand(backupId, request);
  if (basis.outcome === "key-reused") throw keyReused();
  if (basis.outcome === "replayed") return basis.answer;
  const { backup, expiredRequest } = basis;
  if (backup?.tenant_id !== tenantId) throw noSuchBackup(tenantId, backupId);
  if (backup.state === "pending") throw new Problem(409, "The backup is being made.");
  if (await isBeingExported(backup, dependencies)) {
    throw new Problem(409, "The backup is being exported.");
  }
  // Before it goes, so that nobody counts on it.
  await store.discardBackup(backupId);
  if (!(await forgetNewest(backup, dependencies))) return LOST_RACE;
  await bucket.removeBackup(tenantId, backupId);
  const body = { success: true, backup: backupId, message: "The backup was deleted." };
  const answer = { status: 200, headers: {}, body };
  const isDeleted = await store.deleteBackup(
    backupId,
    request && { ...request, answer },
    expiredRequest,
  );
  return isDeleted ? answer : LOST_RACE;
}

/** Whether something would be left of it that is not there yet. */
async function isBeingExported(
  { id, tenant_id }: ShownBackup,
  { store }: ApiDependencies,
): Promise<boolean> {
  const shown = await store.showTenant(tenant_id);
  return shown !== null && exportOf(shown.tenant, id, new Date())?.state === "pending";
}

/** The tenant's newest backup is another one from then on. False where the tenant has changed meanwhile. */
async function forgetNewest(
  { id, tenant_id }: ShownBackup,
  { store }: ApiDependencies,
): Promise<boolean> {
  if ((await store.showTenant(tenant_id))?.tenant.status.backup?.id !== id) return true;
  const tenant = await store.readTenant(tenant_id);
  if (tenant === null) return true;
  const others = (await store.backupsOfTenant(tenant_id)).filter((other) => other.id !== id);
  const next = others.find(({ state }) => state === "succeeded");
  const { nightly_at = null } = tenant.record.status.backup ?? {};
  const backup: NewestBackup | null =
    next === undefined
      ? null
      : { id: next.id, requested_at: next.created_at, verified_at: null, nightly_at };
  return (await store.writeTenant(tenant, { status: { backup } })) !== null;
}
