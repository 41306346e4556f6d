/**
 * What suspending and resuming have in common: each brings the site into one of two states, also after a deletion that was
 * taken back. Pure.
 *
 * @module
 */
import type { Tenant } from "../tenant/tenant.ts";
import { administrator, tenantPassword, visited } from "./job-environment.ts";
import type { ContainerDefinition, OperationDefinition } from "./operation-definition.ts";
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
    statusWhileWorking: (tenant) => (isBack(tenant) ? { phase: "provisioning" } : {}),
    statusWhenGivenUp: (tenant) => (isBack(tenant) ? { phase: "failed" } : {}),
    verified: ({ status: { site } }) => ({
      phase,
      site: site && { ...site, suspended, retained: false },
    }),
    containers: [fencing(script)],
  };
}

/** The container whose script, relative to this folder, puts a site behind its fence or takes that away. */
export function fencing(script: string): ContainerDefinition {
  return {
    name: "site",
    script: [...COMMON, ...FENCE, script],
    limitSeconds: 600,
    environment: (source) => [...administrator(source), tenantPassword(source), ...visited(source)],
  };
}

/** Whether its deletion was taken back. Of everybody else, what was verified before still holds. */
function isBack({ status: { phase } }: Tenant): boolean {
  return phase !== "active" && phase !== "suspended";
}
