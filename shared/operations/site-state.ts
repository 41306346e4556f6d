/**
 * What suspending and resuming have in common: each brings the site into one of two states. Pure.
 *
 * @module
 */
import { administrator, tenantPassword, visited } from "./job-environment.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { COMMON, FENCE } from "./script-parts.ts";

/** Which state that is, in the words of the spec, of the site and of the API. */
interface SiteState {
  state: "present" | "suspended";
  suspended: boolean;
  phase: "active" | "suspended";
}

/** Defines the operation whose script, relative to this folder, brings a site into a state. */
export function toSiteState<Kind extends string>(
  kind: Kind,
  script: string,
  { state, suspended, phase }: SiteState,
): OperationDefinition<Kind> {
  return {
    kind,
    isNeeded: ({ spec, status }) =>
      spec.state === state && status.site !== null && status.site.suspended !== suspended,
    queueRank: 1,
    maxAttempts: 3,
    deadlineSeconds: 2400,
    secret: null,
    statusWhileWorking: {},
    // What was verified before still holds.
    statusWhenGivenUp: {},
    verified: ({ status: { site } }) => ({ phase, site: site && { ...site, suspended } }),
    containers: [
      {
        name: "site",
        script: [...COMMON, ...FENCE, script],
        limitSeconds: 600,
        environment: (source) => [
          ...administrator(source),
          tenantPassword(source),
          ...visited(source),
        ],
      },
    ],
  };
}
