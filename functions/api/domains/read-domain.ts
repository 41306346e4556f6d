/**
 * The endpoint that shows a domain of a tenant.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { NOT_MODIFIED } from "../tenants/tenant-answers.ts";
import { NO_SUCH_DOMAIN, noSuchDomain, requireTenant } from "./domain-answers.ts";
import { domainPollHeaders, domainViewSchema, toDomainView } from "./domain-view.ts";

export const readDomain = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/domains/{domain}",
  summary: "Read a domain of a tenant",
  description:
    "As it was when it was last looked at. `Retry-After` says when to ask again, while something is under way.",
  answers: {
    200: {
      description: "The domain.",
      schema: domainViewSchema,
      headers: ["ETag", "Retry-After"],
    },
    304: NOT_MODIFIED,
    404: NO_SUCH_DOMAIN,
  },
  async handle({ tenantId, domain: name }, dependencies) {
    const { store, settings } = dependencies;
    const tenant = await requireTenant(tenantId, dependencies);
    const domain = await store.showDomain(name);
    if (domain?.tenant_id !== tenantId) throw noSuchDomain(tenantId, name);
    const body = toDomainView(domain, tenant, settings);
    return { status: 200, headers: domainPollHeaders(domain), body };
  },
});
