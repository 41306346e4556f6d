/**
 * What the Job controller and a kubelet do with Jobs and Secrets, for as much of it as the control
 * plane relies on. tests/integration/cluster-contract.ts holds this to a real API server.
 *
 * @module
 */
import { setImmediate as immediately } from "node:timers/promises";
import type {
  V1Container,
  V1ContainerState,
  V1ContainerStateTerminated,
  V1Job,
  V1JobCondition,
  V1OwnerReference,
  V1Pod,
  V1PodSpec,
  V1Secret,
} from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startContainer } from "./container.ts";
import type { ContainerContext, RunningContainer, Terminated } from "./container.ts";

/** The call conflicts with what is there, as an HTTP 409 or 404 of the API. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export interface JobsOptions {
  namespace: string;
  /** How the container of a Job is run. */
  contextFor: (
    jobName: string,
    container: V1Container,
  ) => Omit<ContainerContext, "secret" | "podUid">;
  /** Called when a Job has ended, with the condition that says so. */
  onJobEnded: (job: V1Job, condition: V1JobCondition) => void;
}

export type Jobs = ReturnType<typeof createJobs>;

interface Entry {
  job: V1Job;
  pod: V1Pod;
  running: RunningContainer | null;
  /** The containers that have begun, by name. */
  begun: Map<string, RunningContainer>;
  /** Set when the Pod is to stop: by a deletion or by the deadline. */
  isStopping: boolean;
  /** Settles when the last container has ended. */
  podEnded: Promise<void>;
}

/** How often a Pod looks again for a Secret that is not there yet. */
const SECRET_POLL_MILLISECONDS = 100;

export function createJobs({ namespace, contextFor, onJobEnded }: JobsOptions) {
  const entries = new Map<string, Entry>();
  const secrets = new Map<string, V1Secret>();
  let lastVersion = 0;
  let isClosing = false;

  function nextVersion(): string {
    lastVersion += 1;
    return String(lastVersion);
  }

  function createJob(wanted: V1Job): V1Job {
    const name = requireName(wanted.metadata?.name);
    if (isClosing) throw new ClusterError(503, "ServiceUnavailable", "the cluster is closing");
    if (entries.has(name)) throw alreadyExists("jobs.batch", name);
    const created = {
      namespace,
      uid: randomUUID(),
      creationTimestamp: now(),
      resourceVersion: nextVersion(),
    };
    const job: V1Job = {
      ...wanted,
      metadata: { ...wanted.metadata, ...created },
      status: { active: 1, startTime: now() },
    };
    const entry: Entry = {
      job,
      pod: podOf(job),
      running: null,
      begun: new Map(),
      isStopping: false,
      podEnded: Promise.resolve(),
    };
    entries.set(name, entry);
    // As on a cluster, whoever has made it has the answer before the Pod starts.
    entry.podEnded = immediately().then(() => run(entry));
    return job;
  }

  async function run(entry: Entry): Promise<void> {
    const { spec } = entry.pod as { spec: V1PodSpec };
    const deadline = entry.job.spec?.activeDeadlineSeconds;
    const timer =
      deadline === undefined ? undefined : setTimeout(() => exceedDeadline(entry), deadline * 1000);
    let failed: V1ContainerStateTerminated | null = null;
    for (const [list, containers] of [
      ["initContainerStatuses", spec.initContainers ?? []],
      ["containerStatuses", spec.containers],
    ] as const) {
      for (const container of containers) {
        if (failed !== null || entry.isStopping) break;
        const terminated = await runContainer(entry, list, container);
        if (terminated === null) break;
        setState(entry.pod, list, container, { terminated });
        if (terminated.exitCode !== 0) failed = terminated;
      }
    }
    clearTimeout(timer);
    if (entry.isStopping) return;
    entry.pod.status = { ...entry.pod.status, phase: failed === null ? "Succeeded" : "Failed" };
    end(entry, failed === null ? COMPLETE : failureOf(entry.job, failed));
  }

  async function runContainer(
    entry: Entry,
    list: StatusList,
    container: V1PodSpec["containers"][number],
  ): Promise<V1ContainerStateTerminated | null> {
    const context = {
      ...contextFor(entry.job.metadata?.name ?? "", container),
      podUid: entry.pod.metadata?.uid ?? "",
      secret: (name: string, key: string) => secrets.get(name)?.stringData?.[key],
    };
    while (!entry.isStopping) {
      entry.running = startContainer(container, context);
      if (entry.running !== null) {
        const startedAt = now();
        entry.begun.set(container.name, entry.running);
        setState(entry.pod, list, container, { running: { startedAt } });
        return toTerminated(await entry.running.ended, startedAt);
      }
      setState(entry.pod, list, container, { waiting: WITHOUT_SECRET });
      await sleep(SECRET_POLL_MILLISECONDS);
    }
    return null;
  }

  function end(entry: Entry, condition: V1JobCondition): void {
    const { job } = entry;
    const hasCompleted = condition.type === "Complete";
    const counted = hasCompleted ? { succeeded: 1, completionTime: now() } : { failed: 1 };
    const startTime = job.status?.startTime ?? now();
    const conditions = [announcementOf(condition), condition].map(dated);
    job.status = { startTime, ...counted, conditions };
    job.metadata = { ...job.metadata, resourceVersion: nextVersion() };
    onJobEnded(job, condition);
  }

  /** The Job has failed only when its Pod is gone, which takes its words along. */
  function exceedDeadline(entry: Entry): void {
    stopPod(entry);
    const { job } = entry;
    job.status = { ...job.status, conditions: [dated(announcementOf(DEADLINE_EXCEEDED))] };
    job.metadata = { ...job.metadata, resourceVersion: nextVersion() };
    void endWithPod(entry);
  }

  async function endWithPod(entry: Entry): Promise<void> {
    await entry.podEnded;
    if (!isClosing) end(entry, DEADLINE_EXCEEDED);
  }

  function stopPod(entry: Entry): void {
    entry.isStopping = true;
    entry.running?.stop(entry.pod.spec?.terminationGracePeriodSeconds ?? 30);
  }

  /** Deletes in the foreground: the name is held until the Pod has stopped. */
  function deleteJob(name: string, uid: string | undefined): V1Job {
    const entry = entries.get(name);
    if (entry === undefined) throw notFound("jobs.batch", name);
    const { job } = entry;
    if (uid !== undefined && uid !== job.metadata?.uid) {
      const message = `the UID in the precondition (${uid}) does not match the UID in record`;
      throw new ClusterError(409, "Conflict", `Operation cannot be fulfilled on jobs: ${message}`);
    }
    if (job.metadata?.deletionTimestamp === undefined) {
      const deleting = { deletionTimestamp: now(), finalizers: ["foregroundDeletion"] };
      job.metadata = { ...job.metadata, ...deleting, resourceVersion: nextVersion() };
      stopPod(entry);
      void entry.podEnded.then(() => entries.delete(name));
    }
    return job;
  }

  function readJob(name: string): V1Job {
    const entry = entries.get(name);
    if (entry === undefined) throw notFound("jobs.batch", name);
    return entry.job;
  }

  function listPods(jobName: string): V1Pod[] {
    const entry = entries.get(jobName);
    const isGone = entry?.job.status?.conditions?.[0]?.reason === "DeadlineExceeded";
    return entry === undefined || isGone ? [] : [entry.pod];
  }

  /** What a container of a Pod has printed. Without a name it is the one that is no init container. */
  function readLog(podName: string, container: string | null): Buffer {
    const entry = [...entries.values()].find(({ pod }) => pod.metadata?.name === podName);
    if (entry === undefined) throw notFound("pods", podName);
    const { containers = [], initContainers = [] } = entry.pod.spec ?? {};
    const name = container ?? containers[0]?.name ?? "";
    if (![...initContainers, ...containers].some((each) => each.name === name)) {
      throw badRequest(`container ${name} is not valid for pod ${podName}`);
    }
    const begun = entry.begun.get(name);
    if (begun !== undefined) return begun.log();
    const where = `container "${name}" in pod "${podName}"`;
    throw badRequest(`${where} is waiting to start: PodInitializing`);
  }

  function createSecret(secret: V1Secret): V1Secret {
    const name = requireName(secret.metadata?.name);
    if (secrets.has(name)) throw alreadyExists("secrets", name);
    secrets.set(name, secret);
    return { metadata: { name, namespace, resourceVersion: nextVersion() } };
  }

  function deleteSecret(name: string): void {
    if (!secrets.delete(name)) throw notFound("secrets", name);
  }

  /** Kills every container and waits until all are gone. */
  async function close(): Promise<void> {
    isClosing = true;
    for (const entry of entries.values()) {
      entry.isStopping = true;
      entry.running?.stop(0);
    }
    await Promise.all([...entries.values()].map(({ podEnded }) => podEnded));
  }

  return {
    createJob,
    readJob,
    listJobs: () => [...entries.values()].map(({ job }) => job),
    deleteJob,
    listPods,
    readLog,
    createSecret,
    deleteSecret,
    secretNames: () => [...secrets.keys()],
    close,
  };
}

const COMPLETE: V1JobCondition = {
  type: "Complete",
  status: "True",
  reason: "CompletionsReached",
};

const DEADLINE_EXCEEDED: V1JobCondition = {
  type: "Failed",
  status: "True",
  reason: "DeadlineExceeded",
  message: "Job was active longer than specified deadline",
};

/** What a Job says before its end, while its Pods may still be there. */
function announcementOf(end: V1JobCondition): V1JobCondition {
  return { ...end, type: end.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget" };
}

/** Why a Job failed whose container ended like this. No Job here has a backoff limit above 0. */
function failureOf(
  { metadata, spec }: V1Job,
  { exitCode }: V1ContainerStateTerminated,
): V1JobCondition {
  const failed = { type: "Failed", status: "True" };
  const rule = spec?.podFailurePolicy?.rules.findIndex(
    ({ action, onExitCodes }) => action === "FailJob" && onExitCodes?.values.includes(exitCode),
  );
  return rule === undefined || rule === -1
    ? {
        ...failed,
        reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit",
      }
    : {
        ...failed,
        reason: "PodFailurePolicy",
        message: `Container for pod of ${metadata?.name} failed with exit code ${exitCode} matching FailJob rule at index ${rule}`,
      };
}

function podOf(job: V1Job): V1Pod {
  const { metadata, spec } = job.spec?.template ?? {};
  const name = job.metadata?.name ?? "";
  return {
    metadata: {
      name: `${name}-${randomUUID().slice(0, 5)}`,
      uid: randomUUID(),
      namespace: job.metadata?.namespace ?? "",
      labels: { ...metadata?.labels, "job-name": name },
      creationTimestamp: now(),
      ownerReferences: [ownerOf(job)],
    },
    spec: spec ?? { containers: [] },
    status: { phase: "Running", startTime: now() },
  };
}

function ownerOf({ metadata }: V1Job): V1OwnerReference {
  const { name = "", uid = "" } = metadata ?? {};
  return { apiVersion: "batch/v1", kind: "Job", name, uid, controller: true };
}

/** The condition as one that has just come about. */
function dated(condition: V1JobCondition): V1JobCondition {
  return { ...condition, lastProbeTime: now(), lastTransitionTime: now() };
}

type StatusList = "initContainerStatuses" | "containerStatuses";

/** What a kubelet says of a container while a Secret of its environment is not there. */
const WITHOUT_SECRET = { reason: "CreateContainerConfigError", message: "secret not found" };

function toTerminated(
  { exitCode, message }: Terminated,
  startedAt: Date,
): V1ContainerStateTerminated {
  const reason = exitCode === 0 ? "Completed" : "Error";
  const times = { startedAt, finishedAt: now() };
  return { exitCode, reason, ...times, ...(message === "" ? {} : { message }) };
}

/** A container is in its list once, as it is now. */
function setState(
  pod: V1Pod,
  list: StatusList,
  { name, image = "" }: V1Container,
  state: V1ContainerState,
): void {
  const others = (pod.status?.[list] ?? []).filter((status) => status.name !== name);
  const status = { name, image, imageID: "", ready: false, restartCount: 0, state };
  pod.status = { ...pod.status, [list]: [...others, status] };
}

function requireName(name: string | undefined): string {
  if (name === undefined) throw new ClusterError(422, "Invalid", "metadata.name is required");
  return name;
}

function alreadyExists(resource: string, name: string): ClusterError {
  return new ClusterError(409, "AlreadyExists", `${resource} "${name}" already exists`);
}

function notFound(resource: string, name: string): ClusterError {
  return new ClusterError(404, "NotFound", `${resource} "${name}" not found`);
}

function badRequest(message: string): ClusterError {
  return new ClusterError(400, "BadRequest", message);
}

/** Kubernetes tells times in whole seconds. */
function now(): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000);
}
