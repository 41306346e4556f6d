/**
 * Takes a site back to the bench from which an upgrade took it, as it was before. Pure.
 *
 * @module
 */
import { goesBack, revertSucceeds, whileAway } from "../../tenant/site-upgrade.ts";
import { REVERT_KIND } from "../../tenant/tenant.ts";
import { siteMover, visited } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, FENCE, MIGRATION, REDIS } from "../script-parts.ts";

export const revert: OperationDefinition<typeof REVERT_KIND> = {
  kind: REVERT_KIND,
  isNeeded: goesBack,
  // A site that is away comes first.
  queueRank: 0,
  // Whatever it takes: nobody stays in between.
  maxAttempts: null,
  // Loading a large database takes hours.
  deadlineSeconds: 15_000,
  secret: null,
  statusWhileWorking: whileAway,
  statusWhenGivenUp: () => ({}),
  verified: (tenant, _settings, reason) => revertSucceeds(tenant, reason),
  containers: [
    {
      // It has the administrator's login, and runs none of the apps' code.
      name: "site",
      script: [...COMMON, ...FENCE, ...REDIS, ...MIGRATION, "revert/revert.sh"],
      limitSeconds: 14_400,
      environment: (source) => [...siteMover(source), ...visited(source)],
    },
  ],
};
