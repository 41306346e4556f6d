/**
 * What the endpoints of custom domains have in common.
 *
 * @module
 */
import type { Domain } from "../../../shared/domains/domain.ts";
import type { StoredAnswer } from "../../../shared/tenant/repeated-request.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import type { AnswerSpec, ApiDependencies } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import { findTenant } from "../tenants/find-tenant.ts";
import { noSuchTenant } from "../tenants/tenant-answers.ts";
import { toDomainView } from "./domain-view.ts";

export const NO_SUCH_DOMAIN: AnswerSpec = {
  description: "There is no such tenant, or it has no such domain.",
  schema: problemSchema,
};

export function noSuchDomain(tenantId: string, domain: string): Problem {
  return new Problem(404, `Tenant ${tenantId} has no domain ${domain}.`);
}

/** Throws where there are no custom domains, since nobody would ever look at one. */
export function requireCustomDomains({ settings }: ApiDependencies): void {
  if (settings.sitesAddresses.length > 0) return;
  throw new Problem(409, "Custom domains are not set up here: SITES_ADDRESSES is not set.");
}

/** The tenant of the path. Throws 404 where there is none, or one that is nobody's yet. */
export async function requireTenant(
  tenantId: string,
  { store }: Pick<ApiDependencies, "store">,
): Promise<Tenant> {
  const tenant = await findTenant({ tenantId }, { store });
  if (tenant.spec.state === "standby") throw noSuchTenant(tenantId);
  return tenant;
}

/** The answer to what was asked of a domain: the domain as it is then. */
export function acceptedDomain(
  domain: Domain,
  tenant: Tenant,
  { settings }: ApiDependencies,
): StoredAnswer {
  const headers = { Location: `/tenants/${tenant.id}/domains/${domain.domain}` };
  return { status: 202, headers, body: { ...toDomainView(domain, tenant, settings) } };
}
