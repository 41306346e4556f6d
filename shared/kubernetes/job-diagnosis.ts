/**
 * Why a site Job does not come on, out of what the cluster shows of it. Its own status says nothing of
 * that: the Pod says what it waits for, and of a Pod that cannot be made only an event tells. Pure.
 *
 * Kubernetes names some causes by a code and some, a missing Secret, a missing volume and a quota, only in
 * its message. There the message is read, and where it is not as expected the coarser reason remains.
 *
 * @module
 */
import type {
  CoreV1Event,
  V1ContainerState,
  V1ContainerStatus,
  V1Job,
  V1Pod,
  V1PodCondition,
} from "@kubernetes/client-node";
import type { Blocker, BlockerReason } from "../reconciler/blocker.ts";
import { newestFirst } from "./job-outcome.ts";
import { tidy } from "./last-words.ts";

/**
 * What blocks a Job that has no outcome, and since when; null while a container of it runs. `pods` are
 * the Job's, `events` those of the object that `objectToAsk` names.
 */
export function toBlocker(
  job: V1Job,
  pods: V1Pod[],
  events: CoreV1Event[],
  now: Date,
): Blocker | null {
  const [pod] = newestFirst(pods);
  const deletedAt = job.metadata?.deletionTimestamp;
  if (deletedAt !== undefined) return terminating("JobTerminating", deletedAt, pod, now);
  if (pod === undefined) return withoutPod(job, events);
  const stoppedAt = pod.metadata?.deletionTimestamp;
  if (stoppedAt !== undefined) return terminating("PodTerminating", stoppedAt, pod, now);
  if (hasEnded(pod)) return null;
  if (isRunning(pod)) return lostNode(pod, now);
  return unscheduled(pod) ?? waitingContainer(pod) ?? starting(pod, events);
}

/** Of which object the events say more than is known without them; null where they would not. */
export function uidToAskAbout(job: V1Job, pods: V1Pod[], now: Date): string | null {
  const [pod] = newestFirst(pods);
  const reason = toBlocker(job, pods, [], now)?.reason;
  if (reason === "PodNotCreated") return job.metadata?.uid ?? null;
  return reason === "ContainersStarting" ? (pod?.metadata?.uid ?? null) : null;
}

/** The blocker that a refusal by a quota is, by the words of Kubernetes; null if it was no quota. */
export function toQuotaExceeded(message: string, since: Date): Blocker | null {
  const [words] = /exceeded quota: .*/s.exec(message) ?? [];
  if (words === undefined) return null;
  return blocker("QuotaExceeded", since, "The namespace's quota allows no more", words);
}

function blocker(reason: BlockerReason, since: Date, sentence: string, words = ""): Blocker {
  const own = tidy(words);
  return { reason, since, message: own === "" ? `${sentence}.` : `${sentence}: ${own}` };
}

function terminating(
  reason: "JobTerminating" | "PodTerminating",
  since: Date,
  pod: V1Pod | undefined,
  now: Date,
): Blocker {
  const age = ageInWords(since, now);
  if (pod === undefined) {
    return blocker(reason, since, `The site Job is being deleted, and has not gone for ${age}`);
  }
  const where = pod.spec?.nodeName === undefined ? "" : ` on the node ${pod.spec.nodeName}`;
  const sentence = `The Pod ${nameOf(pod)}${where} has been stopping for ${age}`;
  return blocker(reason, since, `${sentence}; its node may be lost`);
}

/** Coarser the longer it lasts, so that the sentence is seldom another. */
export function ageInWords(since: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000));
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return plural(minutes < 15 ? minutes : minutes - (minutes % 5), "minute");
  return plural(Math.floor(minutes / 60), "hour");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function withoutPod(job: V1Job, events: CoreV1Event[]): Blocker {
  const since = job.metadata?.creationTimestamp ?? new Date(0);
  const words = newestMessage(events, "FailedCreate");
  if (words === null) return blocker("PodNotCreated", since, "The site Job has no Pod yet");
  return (
    toQuotaExceeded(words, since) ??
    blocker("PodNotCreated", since, "No Pod can be made for the site Job", words)
  );
}

/** Its newest warning with one of these reasons. */
function newestMessage(events: CoreV1Event[], ...reasons: string[]): string | null {
  const lastSeen = ({ series, lastTimestamp, eventTime, metadata }: CoreV1Event) =>
    (
      series?.lastObservedTime ??
      lastTimestamp ??
      eventTime ??
      metadata.creationTimestamp
    )?.getTime() ?? 0;
  const [newest] = events
    .filter(({ reason = "" }) => reasons.includes(reason))
    .toSorted((left, right) => lastSeen(right) - lastSeen(left));
  return newest === undefined ? null : (newest.message ?? "");
}

function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function statusesOf({ status }: V1Pod): V1ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

function isRunning(pod: V1Pod): boolean {
  return statusesOf(pod).some(({ state }) => state?.running !== undefined);
}

/**
 * What its kubelet has last said of a Pod stays when the node is lost. The controller of nodes then changes
 * the Pod's readiness alone, which disagrees with that of its containers from there on.
 */
function lostNode(pod: V1Pod, now: Date): Blocker | null {
  const ready = conditionOf(pod, "Ready");
  const containers = pod.status?.containerStatuses ?? [];
  if (ready?.status !== "False" || containers.length === 0) return null;
  if (!containers.every((container) => container.ready)) return null;
  const since = ready.lastTransitionTime ?? now;
  return blocker(
    "NodeLost",
    since,
    `The node ${pod.spec?.nodeName} tells nothing of the Pod ${nameOf(pod)}`,
  );
}

function conditionOf({ status }: V1Pod, type: string): V1PodCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** `persistentvolumeclaim "x" not found`, and one that is there without a volume. */
const NO_VOLUME =
  /persistentvolumeclaim\S* .*(?:not found|being deleted)|unbound .*persistentvolumeclaim/i;

function unscheduled(pod: V1Pod): Blocker | null {
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status !== "False" || scheduled.reason !== "Unschedulable") return null;
  const { message = "", lastTransitionTime } = scheduled;
  const since = lastTransitionTime ?? pod.metadata?.creationTimestamp ?? new Date(0);
  return NO_VOLUME.test(message)
    ? blocker("VolumeMissing", since, "A volume that the site Job needs is missing", message)
    : blocker("NoNodeFits", since, "No node has room for the site Job", message);
}

type Waiting = NonNullable<V1ContainerState["waiting"]>;

/** What a kubelet calls an image that it does not get. */
const IMAGE_REASONS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** What it calls a container that it cannot make of the image that it has. */
const CONTAINER_REASONS = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
]);

/** `secret "x" not found`, `couldn't find key k in Secret n/x`. */
const NO_SECRET = /\bsecret "?\S+"? not found|couldn't find key .* in Secret/i;

function waitingContainer(pod: V1Pod): Blocker | null {
  for (const { name, image, state } of statusesOf(pod)) {
    const found = state?.waiting && toBlocked(name, image, state.waiting, waitingSince(pod));
    if (found) return found;
  }
  return null;
}

function toBlocked(
  name: string,
  image: string,
  { reason = "", message = "" }: Waiting,
  since: Date,
): Blocker | null {
  if (IMAGE_REASONS.has(reason)) {
    const words = message || reason;
    return blocker("ImageNotPulled", since, `The image ${image} cannot be pulled`, words);
  }
  if (!CONTAINER_REASONS.has(reason)) return null;
  return NO_SECRET.test(message)
    ? blocker("SecretMissing", since, "A Secret that the site Job needs is missing", message)
    : blocker(
        "ContainerNotCreated",
        since,
        `The container "${name}" cannot be created`,
        message || reason,
      );
}

/** Nothing tells since when a container waits: no longer than since the Pod was last known to come on. */
function waitingSince(pod: V1Pod): Date {
  const steps = [
    pod.metadata?.creationTimestamp,
    conditionOf(pod, "PodScheduled")?.lastTransitionTime,
    ...statusesOf(pod).map(({ state }) => state?.terminated?.finishedAt),
  ];
  return new Date(Math.max(0, ...steps.map((step) => step?.getTime() ?? 0)));
}

function starting(pod: V1Pod, events: CoreV1Event[]): Blocker {
  const since = waitingSince(pod);
  const mount = newestMessage(events, "FailedMount", "FailedAttachVolume");
  if (mount !== null) {
    return blocker("VolumeNotMounted", since, "A volume of the site Job cannot be mounted", mount);
  }
  const words = newestMessage(events, "FailedCreatePodSandBox", "FailedScheduling");
  return blocker("ContainersStarting", since, "No container of the site Job runs yet", words ?? "");
}

function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? "";
}
