/**
 * The endpoint that deletes a tenant.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { reasonSchema } from "../../../shared/tenant/field-schemas.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { answerPlainly, COMMAND_ANSWERS } from "./command-endpoint.ts";

const querySchema = {
  type: "object",
  properties: {
    purge: {
      type: "boolean",
      title: "Whether the site is dropped at once and for good",
      description: "true, or false as without it",
    },
    reason: { ...reasonSchema, title: "Why it is deleted; required beside purge" },
  },
} as const satisfies JSONSchema;

export const deleteTenant = defineEndpoint({
  method: "DELETE",
  path: "/tenants/{id}",
  summary: "Delete a tenant, its site and its data",
  description:
    "The status is `deleting`, and then 404. Where RETENTION_DAYS is set, the site is closed and kept for so many days: " +
    "until then the subdomain stays taken, and the deletion can be taken back. Else, and with `purge`, it is at once and " +
    "without a backup; `purge` also ends the time of a tenant that is deleted already.",
  query: querySchema,
  answers: COMMAND_ANSWERS,
  handle(call, dependencies) {
    const { purge = false, reason = null } = call.query;
    const { retentionDays } = dependencies.settings;
    const command = { name: "delete", retentionDays, purge, reason } as const;
    return answerPlainly(command, "The tenant is being deleted.", call, dependencies);
  },
});
