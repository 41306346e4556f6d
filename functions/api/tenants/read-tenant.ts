/**
 * The endpoint that shows a tenant.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { showDeletedSchema } from "../http/parameter-schemas.ts";
import { findTenant, pollHeaders } from "./find-tenant.ts";
import { NO_SUCH_TENANT, NOT_MODIFIED } from "./tenant-answers.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

const querySchema = {
  type: "object",
  properties: { show_deleted: showDeletedSchema },
} as const satisfies JSONSchema;

export const readTenant = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}",
  summary: "Read a tenant",
  description:
    "One whose deletion can be taken back is found with `show_deleted` only; `purge_at` says until when.",
  query: querySchema,
  answers: {
    200: { description: "The tenant.", schema: tenantSchema, headers: ["ETag", "Retry-After"] },
    304: NOT_MODIFIED,
    404: NO_SUCH_TENANT,
  },
  async handle(call, dependencies) {
    const showDeleted = call.query.show_deleted === true;
    const tenant = await findTenant(call, dependencies, { showDeleted });
    return { status: 200, headers: pollHeaders(tenant), body: toView(tenant) };
  },
});
