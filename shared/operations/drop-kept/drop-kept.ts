/**
 * Drops what a site was before its restores, where nobody can have it back any more. Pure.
 *
 * @module
 */
import { DROP_KEPT_KIND, isRequestedOfSite } from "../../tenant/tenant.ts";
import { administrator, keptDatabases, tenantPassword } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, FENCE } from "../script-parts.ts";

export const dropKept: OperationDefinition<typeof DROP_KEPT_KIND> = {
  kind: DROP_KEPT_KIND,
  isNeeded: (tenant) => isRequestedOfSite(tenant, DROP_KEPT_KIND),
  // Whoever waits for a site comes first.
  queueRank: 5,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  secret: null,
  statusWhileWorking: () => ({}),
  // It goes with the next one, or with the tenant.
  statusWhenGivenUp: () => ({}),
  verified: () => ({}),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...FENCE, "drop-kept/drop-kept.sh"],
      limitSeconds: 1500,
      environment: (source) => [
        ...administrator(source),
        tenantPassword(source),
        keptDatabases(source),
      ],
    },
  ],
};
