/**
 * What there is to say of a kind of site Job. Each kind has a folder of its own with all of it, and a line in the
 * registry. Pure.
 *
 * @module
 */
import type { V1EnvVar } from "@kubernetes/client-node";
import type { Status, StatusChanges, Tenant } from "../tenant/tenant.ts";
import type { SiteSecret } from "../tenant/names.ts";
import type { EnvironmentSource, SiteSettings } from "./job-environment.ts";

export interface OperationDefinition<Kind extends string = string> {
  kind: Kind;
  /**
   * Whether spec and status differ in what this operation brings about. It is run when no operation before it in the
   * registry is needed.
   */
  isNeeded: (tenant: Tenant) => boolean;
  /** Its place in the queue for slots: lower ones come first, whoever waits longer. */
  queueRank: number;
  /** After so many failed attempts the command is given up; null: never. */
  maxAttempts: number | null;
  /** How long its Job may work. */
  deadlineSeconds: Seconds;
  /** The bench that its Job works in, and whose image that runs; without this, the one of the site. */
  bench?: (tenant: Tenant) => string;
  /** Which of the tenant's Secrets is made before its Job. */
  secret: SiteSecret | null;
  /** Which tenant's Secret that is, where it may be another one's; with null, or without this, its own. */
  secretOf?: (tenant: Tenant) => string | null;
  /** Whether its Job reads or writes backups: without a bucket of theirs none is made. */
  needsBackups?: true;
  /** What of the status changes when its Job is about to work. */
  statusWhileWorking: (tenant: Tenant) => StatusChanges;
  /** What of the status changes when it is given up. `step`: where its last attempt failed, if that is known, or `UNTRIED`. */
  statusWhenGivenUp: (tenant: Tenant, step: string | null) => StatusChanges;
  /**
   * Of an operation that does not leave a site as it was when it is given up: where the status has the failure then. What is
   * recorded makes another operation needed, which sets the site right under the same command.
   */
  setRight?: OwnFailure;
  /** Of an operation whose failure is none of the site's: where the status has it. Without this, the tenant has failed. */
  ownFailure?: OwnFailure;
  /** What the success of its Job verifies. `reason`: what the Job said where that is not the plain one. */
  verified: (
    tenant: Tenant,
    settings: { baseDomain: string },
    reason: string | null,
  ) => StatusChanges;
  /** As whom its Job runs in the cluster; without it, as nobody in particular. Nothing of it may talk to Kubernetes. */
  serviceAccount?: string;
  /** One after the other. */
  containers: readonly [...ContainerDefinition[], ContainerDefinition];
}

/** In the place of a step: no attempt was made at it, so all is as it was. */
export const UNTRIED = "untried";

/** How long something may take: for ever the same, or as the settings say. */
export type Seconds = number | ((settings: UpgradeLimits) => number);

/** What the settings say of an upgrade, which may take longer and more than other operations. */
export interface UpgradeLimits {
  upgradeDeadlineMinutes: number;
}

/** How many seconds that is. */
export function toSeconds(seconds: Seconds, settings: UpgradeLimits): number {
  return typeof seconds === "number" ? seconds : seconds(settings);
}

/** A failure by which the tenant has not failed. */
export interface OwnFailure {
  /** What the status says in place of a failure. */
  record: (tenant: Tenant, failure: OperationFailure, now: Date) => StatusChanges;
  /** What a status says of it; null where it did not fail. */
  read: (status: Status) => Omit<OperationFailure, "patch"> | null;
}

/** Why an attempt failed. */
export interface OperationFailure {
  step: string | null;
  reason: string;
  message: string | null;
  /** Whether another attempt may succeed. */
  retryable: boolean;
  /** The patch of an app's that failed, where it was one. */
  patch?: string | undefined;
}

/** A container of a site Job. All containers share image and volume. */
export interface ContainerDefinition {
  name: string;
  /** The files of which its script is made, in this order, relative to this folder. */
  script: readonly string[];
  /** How long the script may work, whichever command it is at. */
  limitSeconds: Seconds;
  /** How much memory it may use, where that is not as usual. */
  memory?: (settings: SiteSettings) => string;
  /** Its environment beside what every container has. */
  environment: (source: EnvironmentSource) => V1EnvVar[];
}
