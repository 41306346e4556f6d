/**
 * Makes a standby's site the customer's who was given it. Pure.
 *
 * @module
 */
import { verifiedSite } from "../../tenant/site-names.ts";
import { LOGIN_LINK_KIND, requestDone } from "../../tenant/tenant.ts";
import { createdSite, loginKey, visited } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, FENCE } from "../script-parts.ts";

export const claim: OperationDefinition<"claim"> = {
  kind: "claim",
  isNeeded: ({ spec, status }) =>
    (spec.state === "present" || spec.state === "suspended") && status.site?.subdomain === null,
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  makesSecret: false,
  statusWhileWorking: { phase: "provisioning" },
  statusWhenGivenUp: { phase: "failed" },
  verified: (tenant, settings) => ({
    phase: "active",
    site: verifiedSite(tenant, false, settings),
    ...requestDone(tenant, LOGIN_LINK_KIND),
  }),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...FENCE],
      limitSeconds: 600,
      environment: (source) => [...createdSite(source), ...loginKey(source), visited(source)],
    },
  ],
};
