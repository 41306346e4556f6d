/**
 * Puts a tenant's site behind its fence: nobody reaches its database, and visitors get an error. Pure.
 *
 * @module
 */
import { administrator, tenantPassword, visited } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, FENCE } from "../script-parts.ts";

export const suspend: OperationDefinition<"suspend"> = {
  kind: "suspend",
  isNeeded: ({ spec, status }) =>
    spec.state === "suspended" && status.site !== null && status.site.suspended !== true,
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  makesSecret: false,
  statusWhileWorking: {},
  // What was verified before still holds.
  statusWhenGivenUp: {},
  verified: ({ status: { site } }) => ({
    phase: "suspended",
    site: site && { ...site, suspended: true },
  }),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...FENCE, "suspend/suspend.sh"],
      limitSeconds: 600,
      environment: (source) => [...administrator(source), tenantPassword(source), visited(source)],
    },
  ],
};
