/**
 * The endpoint that gives a tenant's site what a backup of it holds.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { JSONSchema } from "json-schema-to-ts";
import { parseManifest } from "../../../shared/backups/backup-manifest.ts";
import type { ShownBackup } from "../../../shared/backups/shown-backup.ts";
import { applyCommand } from "../../../shared/tenant/commands.ts";
import { backupIdSchema, reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies, Call } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { orNull } from "../http/or-null.ts";
import { validateOnlySchema } from "../http/parameter-schemas.ts";
import { Problem } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { findTenant } from "../tenants/find-tenant.ts";
import { answerPlainly, COMMAND_ANSWERS } from "../tenants/command-endpoint.ts";
import { GOOD_BACKUP_ANSWERS, goodBackup, requireBucket } from "./backup-answers.ts";
import { restoreOutlookSchema, toOutlook } from "./restore-outlook.ts";

const restoreSchema = named("Restore", {
  type: "object",
  additionalProperties: false,
  description: "a JSON object",
  required: ["backup"],
  properties: { backup: backupIdSchema, reason: orNull(reasonSchema) },
});

const querySchema = {
  type: "object",
  properties: { validate_only: validateOnlySchema },
} as const satisfies JSONSchema;

export const restoreTenant = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/restore",
  summary: "Give a tenant's site what a backup of it holds",
  description:
    "The site goes on until the new one is whole beside it and proved, is closed for the moment in which both are swapped, and " +
    "is open again, or stays suspended. What it was before is kept for 24 hours, in which `POST …/restore/undo` brings it " +
    "back. Names, domains and suspension stay as they are now. With `validate_only` nothing is done.",
  query: querySchema,
  body: restoreSchema,
  answers: {
    200: {
      description: "With `validate_only`: what the restore would bring.",
      schema: restoreOutlookSchema,
    },
    ...COMMAND_ANSWERS,
    ...GOOD_BACKUP_ANSWERS,
  },
  async handle(call, dependencies) {
    requireBucket(dependencies);
    const { backup: id, reason = null } = call.body;
    const backup = await goodBackup(id, call, dependencies);
    const command = { name: "restore", backup: id, reason } as const;
    if (call.query.validate_only === true) return outlook(backup, call, dependencies);
    return answerPlainly(command, "The backup is being restored.", call, dependencies);
  },
});

async function outlook(
  backup: ShownBackup,
  call: Omit<Call, "body" | "query">,
  dependencies: ApiDependencies,
): Promise<ApiResponse> {
  const { tenantId, requestedBy } = call;
  const now = new Date();
  const tenant = await findTenant(call, dependencies);
  const command = { name: "restore", backup: backup.id, reason: null } as const;
  const effect = applyCommand(tenant, command, { commandId: randomUUID(), requestedBy, now });
  if (effect.outcome === "refused") throw new Problem(409, effect.why);
  const content = await requireBucket(dependencies).readManifest(tenantId, backup.id);
  const manifest = parseManifest(content);
  if (manifest === null) {
    throw new Problem(
      409,
      "The backup's manifest is missing, or of a form that is not known here.",
    );
  }
  const others = await dependencies.store.backupsOfTenant(tenantId);
  return { status: 200, body: toOutlook(backup, manifest, others, now) };
}
