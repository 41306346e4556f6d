/**
 * The endpoint by which a caller watches a tenant.
 *
 * @module
 */
import { toStatusView } from "../../../shared/tenant/status-event.ts";
import { toProgress } from "../history/operation-progress.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import { findTenant, pollHeaders } from "./find-tenant.ts";
import { NO_SUCH_TENANT, NOT_MODIFIED } from "./tenant-answers.ts";
import { tenantStatusSchema } from "./tenant-view.ts";

export const readTenantStatus = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/status",
  summary: "Watch a tenant",
  description:
    "`Retry-After` says when to ask again; without it nothing is under way. `operation` says how far it is.",
  answers: {
    200: {
      description: "The status.",
      schema: tenantStatusSchema,
      headers: ["ETag", "Retry-After"],
    },
    304: NOT_MODIFIED,
    404: NO_SUCH_TENANT,
  },
  async handle(call, dependencies) {
    const tenant = await findTenant(call, dependencies);
    const operation = toProgress(tenant, dependencies.estimates);
    const body = { ...toStatusView(tenant), operation };
    return { status: 200, headers: pollHeaders(tenant), body };
  },
});
