/**
 * The endpoint that takes a tenant's pin away.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { recordCorrection } from "./record-correction.ts";
import { NO_SUCH_TENANT, noSuchTenant, NOT_ALLOWED } from "./tenant-answers.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

export const unpinTenant = defineEndpoint({
  method: "DELETE",
  path: "/tenants/{id}/pin",
  summary: "Let rollouts move a tenant again",
  description: "Also where it is not pinned.",
  answers: {
    200: { description: "The tenant as it is now.", schema: tenantSchema },
    404: NO_SUCH_TENANT,
    409: NOT_ALLOWED,
  },
  async handle({ tenantId }, { store }) {
    const result = await recordCorrection(store, tenantId, { pin: null }, new Date());
    if (result === null) throw noSuchTenant(tenantId);
    if (result.outcome === "refused") throw new Problem(409, result.why);
    return { status: 200, body: toView(result.tenant) };
  },
});
