/**
 * The endpoint that backs a tenant's site up.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { otherBackup } from "../../../shared/backups/schedule.ts";
import { backupIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { problemSchema } from "../http/problem.ts";
import { acceptedFields, answerCommand, toAccepted } from "../tenants/answer-command.ts";
import { NO_SUCH_TENANT } from "../tenants/tenant-answers.ts";
import { requireBucket } from "./backup-answers.ts";

const acceptedBackupSchema = named("AcceptedBackup", {
  type: "object",
  additionalProperties: false,
  required: ["success", "id", "status", "message", "backup", "operation"],
  properties: {
    ...acceptedFields,
    backup: { ...backupIdSchema, description: "The backup, which is pending." },
  },
});

export const createBackup = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/backups",
  summary: "Back a tenant's site up",
  description:
    "Its database, its files and its configuration, encrypted with a key of the tenant's own, as of one moment of each. Visitors notice nothing. It is kept for 30 days.",
  answers: {
    202: {
      description: "The backup, which is being made.",
      schema: acceptedBackupSchema,
      headers: ["Location"],
    },
    404: NO_SUCH_TENANT,
    409: {
      description:
        "The tenant has no site yet, something else is being done to it, or there are no backups here; `error` says which.",
      schema: problemSchema,
    },
  },
  async handle(call, dependencies) {
    requireBucket(dependencies);
    const id = randomUUID();
    const backup = otherBackup(id, "manual", new Date());
    return answerCommand({ name: "backup", backup }, call, dependencies, {
      answer: (tenant) =>
        toAccepted(tenant, {
          message: "The backup is being made.",
          backup: tenant.spec.backup?.id ?? id,
        }),
    });
  },
});
