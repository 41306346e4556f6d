/**
 * Gives a tenant's site the names that it is to have: a new subdomain, the customer's own domains, and no longer those
 * that it had for long enough. Pure.
 *
 * @module
 */
import { hasWantedNames, verifiedSite } from "../../tenant/site-names.ts";
import { isLeftUnmigrated } from "../../tenant/site-upgrade.ts";
import { copyFails, copyWorks, isUnfinishedCopy } from "../../tenant/tenant-copy.ts";
import { isRequested, RESTORE_KIND } from "../../tenant/tenant.ts";
import type { Tenant } from "../../tenant/tenant.ts";
import { database, tenantPassword, visited, siteNames } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, CUSTOMER, HOSTS, SITE } from "../script-parts.ts";

export const rename: OperationDefinition<"rename"> = {
  kind: "rename",
  // Only of a site that visitors reach: the new name is proved by a visit.
  isNeeded: (tenant) => {
    const { spec, status } = tenant;
    const { site } = status;
    return (
      spec.state === "present" &&
      site !== null &&
      site.suspended === false &&
      (site.subdomain !== null || isRestoredCopy(tenant)) &&
      !hasWantedNames(spec, site)
    );
  },
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 900,
  secret: null,
  statusWhileWorking: copyWorks,
  // The site is reached by the names that it had.
  statusWhenGivenUp: copyFails,
  verified: (tenant, settings) => ({
    ...(isUnfinishedCopy(tenant) && { phase: "active" }),
    site: verifiedSite(tenant, false, settings),
  }),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...SITE, ...HOSTS, ...CUSTOMER, "rename/rename-site.sh"],
      limitSeconds: 600,
      environment: (source) => [
        ...database(source),
        tenantPassword(source),
        ...siteNames(source),
        ...visited(source),
      ],
    },
  ],
};

/** Whether it is a copy that holds what it is to hold, and lacks its names alone. */
function isRestoredCopy(tenant: Tenant): boolean {
  const isRestored = isUnfinishedCopy(tenant) && !isRequested(tenant, RESTORE_KIND);
  return isRestored && !isLeftUnmigrated(tenant);
}
