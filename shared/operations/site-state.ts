/**
 * What suspending and resuming have in common: each brings the site into one of two states, also after a deletion that was
 * taken back. Pure.
 *
 * @module
 */
import type { Site, Spec, Tenant } from "../tenant/tenant.ts";
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
  more: Partial<MoreOfFencing> = {},
): OperationDefinition<Kind> {
  return {
    kind,
    isNeeded: ({ spec, status }) =>
      spec.state === state &&
      status.site !== null &&
      (status.site.suspended !== suspended || isToSpeak(spec, status.site, state)),
    queueRank: 1,
    maxAttempts: 3,
    deadlineSeconds: 2400,
    secret: null,
    statusWhileWorking: (tenant) => (isBack(tenant) ? { phase: "provisioning" } : {}),
    statusWhenGivenUp: (tenant) => (isBack(tenant) ? { phase: "failed" } : {}),
    verified: ({ spec, status: { site } }) => ({
      phase,
      // Only who opens the site may have ended that it is quiet.
      site: site && {
        ...site,
        suspended,
        retained: false,
        quiet: site.quiet && (suspended || spec.quiet),
      },
    }),
    containers: [fencing(script, more)],
  };
}

/** The container whose script, relative to this folder, puts a site behind its fence or takes that away. */
export function fencing(
  script: string,
  { parts = [], environment = () => [] }: Partial<MoreOfFencing> = {},
): ContainerDefinition {
  return {
    name: "site",
    script: [...COMMON, ...FENCE, ...parts, script],
    limitSeconds: 600,
    environment: (source) => [
      ...administrator(source),
      tenantPassword(source),
      ...visited(source),
      ...environment(source),
    ],
  };
}

/** What one of these scripts needs more than the others. */
interface MoreOfFencing extends Pick<ContainerDefinition, "environment"> {
  parts: readonly string[];
}

/** Whether a site is quiet that is to be open and like any other. */
function isToSpeak(spec: Spec, site: Site, state: SiteState["state"]): boolean {
  return state === "present" && site.quiet && !spec.quiet;
}

/** Whether its deletion was taken back. Of everybody else, what was verified before still holds. */
function isBack({ status: { phase } }: Tenant): boolean {
  return phase !== "active" && phase !== "suspended";
}
