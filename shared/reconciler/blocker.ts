/**
 * What may block a site Job before it has an outcome, and how long that is taken for what it mostly is, a
 * matter of seconds. docs/operations.md says what an operator does about each.
 *
 * @module
 */

/** Why a site Job does not come on: the `reason` of its tenant while that lasts. */
export type BlockerReason =
  /** The image is not there, may not be pulled, or its name is none. */
  | "ImageNotPulled"
  /** A Secret, or a key in it, that a container takes its environment from. */
  | "SecretMissing"
  /** Kubernetes cannot create a container, for another reason than a Secret. */
  | "ContainerNotCreated"
  /** A volume claim that is not there or has no volume. */
  | "VolumeMissing"
  /** The volume is there, and the node cannot mount it. */
  | "VolumeNotMounted"
  /** No node has room for the Pod, or none is one that it may be on. */
  | "NoNodeFits"
  /** The settings do not name the bench where the site is. */
  | "BenchMissing"
  /** The namespace's quota allows no further Job, Secret or Pod. */
  | "QuotaExceeded"
  /** The Job is there, and its Pod is not made, for another reason than a quota. */
  | "PodNotCreated"
  /** The Pod has its node, and no container of it runs yet. */
  | "ContainersStarting"
  /** The Pod is being stopped, by somebody else than this control plane, and does not go. */
  | "PodTerminating"
  /** The Pod ran, and its node tells nothing of it any more. */
  | "NodeLost"
  /** The Job is being deleted, and holds its name until its Pod is gone. */
  | "JobTerminating";

/** That something blocks a site Job. */
export interface Blocker {
  reason: BlockerReason;
  /** A sentence for an operator, with the words of Kubernetes where it has any. */
  message: string;
  /** Since when, as far as Kubernetes tells. */
  since: Date;
}

/** What is over so soon is the ordinary course of things, and nobody's news. */
const ORDINARY_SECONDS = 45;

/** How long what somebody has to set right is waited for. */
const TIMEOUT_SECONDS = 10 * 60;

/** What no wait mends: it has to be set up. */
const SET_UP: ReadonlySet<BlockerReason> = new Set<BlockerReason>([
  "ImageNotPulled",
  "SecretMissing",
  "ContainerNotCreated",
  "VolumeMissing",
]);

/** Whether it has lasted long enough to be told of. */
export function isReportable({ since }: Blocker, now: Date): boolean {
  return secondsSince(since, now) >= ORDINARY_SECONDS;
}

/** Whether it is for somebody to set right, and has been waited for long enough. */
export function hasTimedOut({ reason, since }: Blocker, now: Date): boolean {
  return SET_UP.has(reason) && secondsSince(since, now) >= TIMEOUT_SECONDS;
}

function secondsSince(since: Date, now: Date): number {
  return (now.getTime() - since.getTime()) / 1000;
}
