/**
 * Gives a site that was made before anybody asked for it, a standby's, to the customer who has asked. Pure.
 *
 * @module
 */
import { verifiedSite } from "../../tenant/site-names.ts";
import { LOGIN_LINK_KIND, requestDone } from "../../tenant/tenant.ts";
import {
  customer,
  database,
  loginKey,
  tenantPassword,
  visited,
  siteNames,
} from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, CUSTOMER, HOSTS, LOGIN, SITE } from "../script-parts.ts";

export const claim: OperationDefinition<"claim"> = {
  kind: "claim",
  isNeeded: ({ spec, status: { site } }) =>
    (spec.state === "present" || spec.state === "suspended") &&
    site !== null &&
    site.subdomain === null &&
    // A copy is no standby.
    spec.restore === null,
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 900,
  secret: null,
  statusWhileWorking: () => ({ phase: "provisioning" }),
  statusWhenGivenUp: () => ({ phase: "failed" }),
  verified: (tenant, settings) => ({
    phase: "active",
    site: verifiedSite(tenant, false, settings),
    // A link that was asked for with the tenant, it has set.
    ...requestDone(tenant, LOGIN_LINK_KIND),
  }),
  containers: [
    {
      // The apps' code runs here, so it knows no administrator.
      name: "site",
      script: [...COMMON, ...SITE, ...HOSTS, ...CUSTOMER, ...LOGIN, "claim/claim-site.sh"],
      limitSeconds: 600,
      environment: (source) => [
        ...database(source),
        tenantPassword(source),
        ...customer(source),
        ...siteNames(source),
        ...loginKey(source),
        ...visited(source),
      ],
    },
  ],
};
