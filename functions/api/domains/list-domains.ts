/**
 * The endpoint that lists the domains of a tenant.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { NO_SUCH_TENANT } from "../tenants/tenant-answers.ts";
import { requireTenant } from "./domain-answers.ts";
import { domainViewSchema, toDomainView } from "./domain-view.ts";

const domainListSchema = named("DomainList", {
  type: "object",
  additionalProperties: false,
  required: ["domains"],
  properties: {
    domains: {
      type: "array",
      items: domainViewSchema,
      description: "In the order of their names.",
    },
  },
});

export const listDomains = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/domains",
  summary: "List the domains of a tenant",
  answers: {
    200: { description: "All its domains.", schema: domainListSchema },
    404: NO_SUCH_TENANT,
  },
  async handle({ tenantId }, dependencies) {
    const { store, settings } = dependencies;
    const tenant = await requireTenant(tenantId, dependencies);
    const domains = await store.domainsOfTenant(tenantId);
    return {
      status: 200,
      body: { domains: domains.map((domain) => toDomainView(domain, tenant, settings)) },
    };
  },
});
