/**
 * The cluster: the one place that talks to Kubernetes. It knows nothing of what a tenant needs; it
 * makes, reads and deletes the objects that it is given.
 *
 * @module
 */
import type { CoreV1Event, V1Job, V1JobCondition, V1Pod, V1Secret } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { loadKubeConfig } from "./cluster-target.ts";
import type { ClusterTarget } from "../configuration/setting-types.ts";
import { within } from "../platform/deadline.ts";
import type { Job, JobReport, JobStep } from "../reconciler/decision.ts";
import { AdapterError } from "../platform/errors.ts";
import type { Blocker } from "../reconciler/blocker.ts";
import {
  answerOf,
  FORBIDDEN,
  isAnything,
  isList,
  isObject,
  isOutOfReach,
  madeOf,
  NOT_FOUND,
  OTHER_UID,
  unless,
} from "./cluster-answers.ts";
import type { Check } from "./cluster-answers.ts";
import { connect } from "./cluster-clients.ts";
import { readLog, readTail } from "./container-log.ts";
import type { ContainerLog, LogSource } from "./container-log.ts";
import { toBlocker, uidToAskAbout } from "./job-diagnosis.ts";
import { endCondition, newestFirst, toOutcome } from "./job-outcome.ts";
import { begunContainers, toReport } from "./job-report.ts";
import { stepsIn } from "./job-steps.ts";
import { LABELS, MANAGED_BY } from "../operations/job-manifest.ts";
import type { Made } from "../reconciler/ports.ts";
import { OPERATION_KINDS } from "../operations/registry.ts";
import { jobName, secretName, tenantOfJob } from "../tenant/names.ts";
import type { SiteSecret } from "../tenant/names.ts";
import type { OperationKind } from "../operations/registry.ts";

export interface ClusterOptions {
  target: ClusterTarget;
  namespace: string;
  /** How many Jobs are listed with one call. */
  pageSize?: number;
  /** A call that has no answer by then is given up. */
  callMilliseconds?: number;
  /** How long a container must have run before it is asked for its step. */
  stepAfterSeconds?: number;
}

export type Cluster = ReturnType<typeof connectCluster>;

/** More than any call takes that will be answered. */
const CALL_MILLISECONDS = 10_000;

/** What is over by then is nobody's news (`isReportable` of `reconciler/blocker.ts`), and costs no further call. */
export const STEP_AFTER_SECONDS = 45;

/** A working Job's log only says more, so it is not waited for as long as other answers. */
const TAIL_MILLISECONDS = 3_000;

/** How often it is looked at most whether the cluster is elsewhere. */
const FORGET_MILLISECONDS = 30_000;

/** Deleting a Job whose Pods stop in time is seen through; a slower one is left to the resync. */
const DELETION_MILLISECONDS = 10_000;
const DELETION_POLL_MILLISECONDS = 250;

/** A site Job as a listing shows it. */
export interface ListedJob {
  tenantId: string;
  uid: string;
  hasEnded: boolean;
  createdAt: Date;
}

const OURS = `${LABELS.managedBy}=${MANAGED_BY}`;

/** A container, in the Pod that it is in. */
type WorkingContainer = Pick<LogSource, "pod" | "container">;

/** Connects at the first call. Every method may throw an `AdapterError`. */
export function connectCluster(
  {
    target,
    namespace,
    pageSize = 500,
    callMilliseconds = CALL_MILLISECONDS,
    stepAfterSeconds = STEP_AFTER_SECONDS,
  }: ClusterOptions,
  load: typeof loadKubeConfig = loadKubeConfig,
) {
  let clients: ReturnType<typeof connect> | null = null;
  let forgottenAt = -Infinity;

  /** Connects once; a connection that failed is tried again by the next call. */
  async function connected() {
    const used = (clients ??= connect(target, load));
    try {
      return await used;
    } catch (error) {
      if (clients === used) clients = null;
      throw error;
    }
  }

  /**
   * Where the cluster cannot be reached as it was known, its address or its certificate may be another by now: the
   * next call looks, unless one has just looked.
   */
  async function forgetWhereItIs(): Promise<void> {
    if (clients === null || performance.now() - forgottenAt < FORGET_MILLISECONDS) return;
    const forgotten = clients;
    clients = null;
    forgottenAt = performance.now();
    // Where it was not even found, there is nothing to close, and whoever asked has been told.
    await forgotten.then(
      ({ close }) => close(),
      () => {},
    );
  }

  /** Awaits a call, and sees that it was Kubernetes that answered. */
  async function call<T extends object>(what: string, isIt: Check, promise: Promise<T>) {
    try {
      return await answerOf(what, isIt, within(callMilliseconds, promise));
    } catch (error) {
      if (isOutOfReach(error)) await forgetWhereItIs();
      throw error;
    }
  }

  /** The tenant's Job, and how it ended, or what blocks it, or how far it is; null when there is none. */
  async function readJob(tenantId: string): Promise<Job | null> {
    const name = jobName(tenantId);
    const job = await jobNamed(name);
    if (job === null) return null;
    const identity = identityOf(job);
    const condition = conditionOf(job);
    const pods = await podsOf(name);
    const blocker = await blockerOf(job, pods);
    const container = isWorking(job) && blocker === null ? workingContainer(pods) : null;
    return {
      uid: job.metadata?.uid ?? "",
      terminating: job.metadata?.deletionTimestamp !== undefined,
      ...identity,
      outcome: condition === undefined ? null : toOutcome(condition, pods),
      blocker,
      ...(container !== null && (await workOf(job, container))),
    };
  }

  /** What is left of that very Job; null where it or its Pod is gone. Takes no longer than one call may. */
  async function readReport(tenantId: string, uid: string): Promise<JobReport | null> {
    const giveUpAt = performance.now() + callMilliseconds;
    const name = jobName(tenantId);
    const [job, pods] = await Promise.all([jobNamed(name), podsOf(name)]);
    const pod = newestFirst(pods).find((each) => isOwnedBy(each, uid));
    if (job?.metadata?.uid !== uid || pod === undefined) return null;
    return toReport(job, pod, await logsOf(pod, giveUpAt - performance.now()));
  }

  async function jobNamed(name: string): Promise<V1Job | null> {
    const { batch } = await connected();
    const answer = call("read a Job", isObject, batch.readNamespacedJob({ name, namespace }));
    return unless(answer, NOT_FOUND);
  }

  async function logsOf(pod: V1Pod, milliseconds: number): Promise<Map<string, ContainerLog>> {
    const { core } = await connected();
    const logs = begunContainers(pod).map(async ({ name: container }) => {
      const log = await readLog({ core, namespace, pod, container }, milliseconds);
      return log === null ? [] : [[container, log] as const];
    });
    return new Map((await Promise.all(logs)).flat());
  }

  /** The container of the newest Pod that has run for so long that its step is of interest; null without one. */
  function workingContainer(pods: V1Pod[]): WorkingContainer | null {
    const [pod] = newestFirst(pods);
    const since = Date.now() - stepAfterSeconds * 1000;
    const running = (pod === undefined ? [] : begunContainers(pod)).find(
      ({ state }) => (state.running?.startedAt?.getTime() ?? Infinity) <= since,
    );
    return pod === undefined || running === undefined ? null : { pod, container: running.name };
  }

  /** At which step a Job is, and what there is of it by then, out of one look at its log. */
  async function workOf(
    job: V1Job,
    { pod, container }: WorkingContainer,
  ): Promise<{ step: JobStep | null; report: JobReport | null }> {
    const { core } = await connected();
    const milliseconds = Math.min(TAIL_MILLISECONDS, callMilliseconds);
    const tail = await readTail({ core, namespace, pod, container }, milliseconds);
    if (tail === null) return { step: null, report: null };
    const step = stepsIn(tail.read).at(-1) ?? null;
    return { step, report: toReport(job, pod, new Map([[container, tail]])) };
  }

  async function podsOf(name: string): Promise<V1Pod[]> {
    const labelSelector = `job-name=${name}`;
    const { core } = await connected();
    const pods = core.listNamespacedPod({ namespace, labelSelector });
    return (await call("list Pods", isList, pods)).items;
  }

  /** Nothing blocks a Job that has ended and stays. */
  async function blockerOf(job: V1Job, pods: V1Pod[]): Promise<Blocker | null> {
    const isStaying = job.metadata?.deletionTimestamp === undefined;
    if (conditionOf(job) !== undefined && isStaying) return null;
    const now = new Date();
    const uid = uidToAskAbout(job, pods, now);
    const events = uid === null ? [] : await eventsOf(uid);
    return toBlocker(job, pods, events, now);
  }

  /** The events of an object. They only say more, so it does without where it may not read them. */
  async function eventsOf(uid: string): Promise<CoreV1Event[]> {
    const { core } = await connected();
    const fieldSelector = `involvedObject.uid=${uid}`;
    const events = core.listNamespacedEvent({ namespace, fieldSelector });
    return (await unless(call("list events", isList, events), FORBIDDEN))?.items ?? [];
  }

  /** Creates a Job. `taken` when its name is. */
  async function createJob(job: V1Job): Promise<Made> {
    const { batch } = await connected();
    const created = batch.createNamespacedJob({ namespace, body: job });
    return madeOf(call("create a Job", isObject, created));
  }

  /** Deletes that very Job and its Pods, and waits some 10 s at the most for its name to be free. */
  async function deleteJob(tenantId: string, uid: string): Promise<void> {
    const name = jobName(tenantId);
    const { batch } = await connected();
    // Foreground holds the name until the last Pod is gone, so no newer Job works beside an older.
    const body = { propagationPolicy: "Foreground", preconditions: { uid } };
    const deleted = batch.deleteNamespacedJob({ name, namespace, body });
    await unless(call("delete a Job", isAnything, deleted), NOT_FOUND, OTHER_UID);
    const giveUpAt = Date.now() + DELETION_MILLISECONDS;
    while (Date.now() < giveUpAt) {
      const job = await jobNamed(name);
      if (job?.metadata?.uid !== uid) return;
      await sleep(DELETION_POLL_MILLISECONDS);
    }
  }

  /** Creates a Secret; one that exists stays as it is, so passwords are made once. */
  async function createSecret(secret: V1Secret): Promise<Made> {
    const { core } = await connected();
    const created = core.createNamespacedSecret({ namespace, body: secret });
    return madeOf(call("create a Secret", isObject, created));
  }

  /** True when there was one. */
  async function deleteSecret(tenantId: string, secret: SiteSecret): Promise<boolean> {
    const name = secretName(tenantId, secret);
    const { core } = await connected();
    const deleted = core.deleteNamespacedSecret({ name, namespace });
    return (await unless(call("delete a Secret", isAnything, deleted), NOT_FOUND)) !== null;
  }

  /** All site Jobs that this control plane has made, read a page at a time. */
  async function listJobs(): Promise<ListedJob[]> {
    const { batch } = await connected();
    const listed: ListedJob[] = [];
    let next: string | undefined;
    do {
      const page = { namespace, labelSelector: OURS, limit: pageSize };
      const answer = batch.listNamespacedJob({ ...page, ...(next && { _continue: next }) });
      const jobs = await call("list Jobs", isList, answer);
      listed.push(...jobs.items.flatMap(toListed));
      next = jobs.metadata?._continue || undefined;
    } while (next !== undefined);
    return listed;
  }

  return { readJob, readReport, createJob, deleteJob, createSecret, deleteSecret, listJobs };
}

/** Which operation a Job belongs to, by its labels. */
function identityOf(job: V1Job): Pick<Job, "kind" | "generation" | "attempt"> {
  const labels = job.metadata?.labels ?? {};
  const kind = labels[LABELS.kind];
  const generation = Number(labels[LABELS.generation]);
  const attempt = Number(labels[LABELS.attempt]);
  if (!isJobKind(kind) || !Number.isInteger(generation) || !Number.isInteger(attempt)) {
    const message = `the Job ${job.metadata?.name} was not made by this control plane`;
    throw new AdapterError("cluster", "invalid", message);
  }
  return { kind, generation, attempt };
}

function isJobKind(text: string | undefined): text is OperationKind {
  return OPERATION_KINDS.some((kind) => kind === text);
}

/** A Job that bears our label under another name is none of ours. */
function toListed(job: V1Job): ListedJob[] {
  const { name = "", uid = "", creationTimestamp = new Date(0) } = job.metadata ?? {};
  const tenantId = tenantOfJob(name);
  if (tenantId === null) return [];
  return [
    { tenantId, uid, hasEnded: conditionOf(job) !== undefined, createdAt: creationTimestamp },
  ];
}

/** Whether it has no outcome, and nobody has asked for its end. */
function isWorking(job: V1Job): boolean {
  return conditionOf(job) === undefined && job.metadata?.deletionTimestamp === undefined;
}

/** Between two looks another Job may have taken the name. */
function isOwnedBy({ metadata }: V1Pod, uid: string): boolean {
  return metadata?.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}

function conditionOf(job: V1Job): V1JobCondition | undefined {
  return endCondition(job.status?.conditions);
}
