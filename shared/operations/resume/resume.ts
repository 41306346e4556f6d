/**
 * Takes the fence before a suspended site away. Pure.
 *
 * @module
 */
import { administrator, tenantPassword, visited } from "../job-environment.ts";
import type { OperationDefinition } from "../operation-definition.ts";
import { COMMON, FENCE } from "../script-parts.ts";

export const resume: OperationDefinition<"resume"> = {
  kind: "resume",
  isNeeded: ({ spec, status }) =>
    spec.state === "present" && status.site !== null && status.site.suspended !== false,
  queueRank: 1,
  maxAttempts: 3,
  deadlineSeconds: 2400,
  makesSecret: false,
  statusWhileWorking: {},
  // What was verified before still holds.
  statusWhenGivenUp: {},
  verified: ({ status: { site } }) => ({
    phase: "active",
    site: site && { ...site, suspended: false },
  }),
  containers: [
    {
      name: "site",
      script: [...COMMON, ...FENCE, "resume/resume.sh"],
      limitSeconds: 600,
      environment: (source) => [...administrator(source), tenantPassword(source), visited(source)],
    },
  ],
};
