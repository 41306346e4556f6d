/**
 * The endpoint that shows a tenant.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { findTenant, pollHeaders } from "./find-tenant.ts";
import { NO_SUCH_TENANT, NOT_MODIFIED } from "./tenant-answers.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

export const readTenant = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}",
  summary: "Read a tenant",
  answers: {
    200: { description: "The tenant.", schema: tenantSchema, headers: ["ETag", "Retry-After"] },
    304: NOT_MODIFIED,
    404: NO_SUCH_TENANT,
  },
  async handle(call, dependencies) {
    const tenant = await findTenant(call, dependencies);
    return { status: 200, headers: pollHeaders(tenant), body: toView(tenant) };
  },
});
