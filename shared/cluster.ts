/**
 * The cluster: the one place that talks to Kubernetes. It knows nothing of what a tenant needs; it
 * makes, reads and deletes the objects that it is given.
 *
 * @module
 */
import {
  ApiException,
  BatchV1Api,
  CoreV1Api,
  createConfiguration,
  ServerConfiguration,
} from "@kubernetes/client-node";
import type {
  KubeConfig,
  RequestContext,
  SecurityAuthentication,
  V1Job,
  V1JobCondition,
  V1Pod,
  V1Secret,
} from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { loadKubeConfig } from "./cluster-target.ts";
import type { ClusterTarget } from "./cluster-target.ts";
import { within } from "./deadline.ts";
import type { Job, JobOutcome } from "./decide.ts";
import { EdgeError } from "./errors.ts";
import { FINAL_EXIT_CODES, LABELS, MANAGED_BY } from "./manifests.ts";
import { jobName, tenantOfJob } from "./tenant.ts";
import type { JobKind } from "./tenant.ts";

export interface ClusterOptions {
  target: ClusterTarget;
  namespace: string;
  /** How many Jobs are listed with one call. */
  pageSize?: number;
}

export type Cluster = ReturnType<typeof connectCluster>;

/** A call that has no answer by then is given up. */
const CALL_MILLISECONDS = 10_000;

/** Deleting a Job whose Pods stop in time is seen through; a slower one is left to the sweep. */
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

/** Connects at the first call. Every method may throw an `EdgeError`. */
export function connectCluster(
  { target, namespace, pageSize = 500 }: ClusterOptions,
  load: typeof loadKubeConfig = loadKubeConfig,
) {
  let clients: ReturnType<typeof connect> | null = null;

  /** Connects once; a connection that failed is tried again by the next call. */
  async function connected() {
    clients ??= connect(target, load);
    try {
      return await clients;
    } catch (error) {
      clients = null;
      throw error;
    }
  }

  /** The tenant's Job, and how it ended if it has; null when there is none. */
  async function readJob(tenantId: string): Promise<Job | null> {
    const name = jobName(tenantId);
    const { batch } = await connected();
    const job = await call("read a Job", batch.readNamespacedJob({ name, namespace }), 404);
    if (job === null) return null;
    const condition = endCondition(job);
    return {
      uid: job.metadata?.uid ?? "",
      terminating: job.metadata?.deletionTimestamp !== undefined,
      ...identityOf(job),
      outcome: condition === undefined ? null : await outcomeOf(name, condition),
    };
  }

  async function outcomeOf(name: string, condition: V1JobCondition): Promise<JobOutcome> {
    const labelSelector = `job-name=${name}`;
    const { core } = await connected();
    const pods = await call("list Pods", core.listNamespacedPod({ namespace, labelSelector }));
    return toOutcome(condition, pods?.items ?? []);
  }

  /** Creates a Job. False when its name is taken. */
  async function createJob(job: V1Job): Promise<boolean> {
    const { batch } = await connected();
    const created = batch.createNamespacedJob({ namespace, body: job });
    return (await call("create a Job", created, 409)) !== null;
  }

  /** Deletes that very Job and its Pods, and waits some 10 s at the most for its name to be free. */
  async function deleteJob(tenantId: string, uid: string): Promise<void> {
    const name = jobName(tenantId);
    const { batch } = await connected();
    // Foreground holds the name until the last Pod is gone, so no newer Job works beside an older.
    const body = { propagationPolicy: "Foreground", preconditions: { uid } };
    await call("delete a Job", batch.deleteNamespacedJob({ name, namespace, body }), 404, 409);
    const giveUpAt = Date.now() + DELETION_MILLISECONDS;
    while (Date.now() < giveUpAt) {
      const job = await call("read a Job", batch.readNamespacedJob({ name, namespace }), 404);
      if (job?.metadata?.uid !== uid) return;
      await sleep(DELETION_POLL_MILLISECONDS);
    }
  }

  /** Creates a Secret; one that exists stays as it is, so passwords are made once. */
  async function createSecret(secret: V1Secret): Promise<void> {
    const { core } = await connected();
    await call("create a Secret", core.createNamespacedSecret({ namespace, body: secret }), 409);
  }

  /** True when there was one. */
  async function deleteSecret(tenantId: string): Promise<boolean> {
    const name = jobName(tenantId);
    const { core } = await connected();
    const deleted = core.deleteNamespacedSecret({ name, namespace });
    return (await call("delete a Secret", deleted, 404)) !== null;
  }

  /** All site Jobs that this control plane has made, read a page at a time. */
  async function listJobs(): Promise<ListedJob[]> {
    const { batch } = await connected();
    const listed: ListedJob[] = [];
    let next: string | undefined;
    do {
      const page = { namespace, labelSelector: OURS, limit: pageSize };
      const answer = batch.listNamespacedJob({ ...page, ...(next && { _continue: next }) });
      const jobs = await call("list Jobs", answer);
      listed.push(...(jobs?.items ?? []).flatMap(toListed));
      next = jobs?.metadata?._continue || undefined;
    } while (next !== undefined);
    return listed;
  }

  return { readJob, createJob, deleteJob, createSecret, deleteSecret, listJobs };
}

async function connect(target: ClusterTarget, load: typeof loadKubeConfig) {
  const config = await load(target);
  const server = config.getCurrentCluster()?.server ?? "";
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: reusingConnections(config) },
  });
  return { batch: new BatchV1Api(configuration), core: new CoreV1Api(configuration) };
}

/**
 * The client makes a new pool of connections for every request to a server with a CA of its own, and
 * leaves it open. This hands every request the first one.
 */
function reusingConnections(config: KubeConfig): SecurityAuthentication {
  let pool: ReturnType<RequestContext["getDispatcher"]>;
  return {
    getName: () => config.getName(),
    async applySecurityAuthentication(context) {
      await config.applySecurityAuthentication(context);
      pool ??= context.getDispatcher();
      if (pool !== undefined) context.setDispatcher(pool);
    },
  };
}

/** Awaits a call. Null when it was answered with one of the expected HTTP codes. */
async function call<T>(
  what: string,
  promise: Promise<T>,
  ...expected: number[]
): Promise<T | null> {
  try {
    return await within(CALL_MILLISECONDS, promise);
  } catch (error) {
    if (error instanceof ApiException && expected.includes(error.code)) return null;
    throw toEdgeError(what, error);
  }
}

function toEdgeError(what: string, error: unknown): EdgeError {
  if (!(error instanceof ApiException)) {
    const message = `Kubernetes: no answer to the call to ${what}`;
    return new EdgeError("cluster", "unavailable", message, { cause: error });
  }
  const { code } = error;
  const message = `Kubernetes: HTTP ${code} to the call to ${what}`;
  if (code === 401 || code === 403) {
    return new EdgeError("cluster", "denied", message, { cause: error });
  }
  const isPassing = code === 409 || code === 429 || code >= 500;
  return new EdgeError("cluster", isPassing ? "unavailable" : "invalid", message, { cause: error });
}

/** Which operation a Job belongs to, by its labels. */
function identityOf(job: V1Job): Pick<Job, "kind" | "generation" | "attempt"> {
  const labels = job.metadata?.labels ?? {};
  const kind = labels[LABELS.kind];
  const generation = Number(labels[LABELS.generation]);
  const attempt = Number(labels[LABELS.attempt]);
  if (!isJobKind(kind) || !Number.isInteger(generation) || !Number.isInteger(attempt)) {
    const message = `the Job ${job.metadata?.name} was not made by this control plane`;
    throw new EdgeError("cluster", "invalid", message);
  }
  return { kind, generation, attempt };
}

function isJobKind(text: string | undefined): text is JobKind {
  return text === "create" || text === "drop" || text === "suspend" || text === "resume";
}

/** A Job that bears our label under another name is none of ours. */
function toListed(job: V1Job): ListedJob[] {
  const { name = "", uid = "", creationTimestamp = new Date(0) } = job.metadata ?? {};
  const tenantId = tenantOfJob(name);
  if (tenantId === null) return [];
  return [
    { tenantId, uid, hasEnded: endCondition(job) !== undefined, createdAt: creationTimestamp },
  ];
}

/** Newer clusters put other conditions before these, so the place in the list says nothing. */
function endCondition(job: V1Job): V1JobCondition | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

/**
 * How a Job ended, in its own words: those that its Pod left, or else those of its condition. Init
 * containers speak first, since nothing runs after one that failed.
 */
export function toOutcome(condition: V1JobCondition, pods: V1Pod[]): JobOutcome {
  const hasSucceeded = condition.type === "Complete";
  const ended = newestFirst(pods)
    // What ended with its node is nobody's failure, and the Job went on without it.
    .filter((pod) => hasSucceeded || !isDisrupted(pod))
    .flatMap(({ status }) => [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ])
    .flatMap(({ state }) => state?.terminated ?? [])
    .filter(({ exitCode }) => (exitCode === 0) === hasSucceeded);
  if (hasSucceeded) {
    const words = ended.map(({ message }) => parseTerminationMessage(message ?? ""));
    return { result: "succeeded", reason: words.find(({ step }) => step !== null)?.text ?? null };
  }
  const reason = condition.reason ?? "Failed";
  const [failed] = ended;
  const { step, text } = parseTerminationMessage(failed?.message ?? "");
  const message = text || condition.message || reason;
  const retryable = !FINAL_EXIT_CODES.includes(failed?.exitCode ?? 0);
  return { result: "failed", step, reason, message, retryable };
}

/** A Job has more than one Pod when one of them was disrupted; the last one decided. */
function newestFirst(pods: V1Pod[]): V1Pod[] {
  const madeAt = ({ metadata }: V1Pod) => metadata?.creationTimestamp?.getTime() ?? 0;
  return pods.toSorted((left, right) => madeAt(right) - madeAt(left));
}

function isDisrupted({ status }: V1Pod): boolean {
  const isDisruption = ({ type, status: isSo }: { type: string; status: string }) =>
    type === "DisruptionTarget" && isSo === "True";
  return status?.conditions?.some(isDisruption) ?? false;
}

/**
 * A site script ends with `{"step","reason"}` as its termination message. One that could not leave
 * it, being killed, say, leaves the end of its log instead, of which the last line says most.
 */
function parseTerminationMessage(message: string): { step: string | null; text: string } {
  try {
    const { step, reason } = JSON.parse(message) as { step?: unknown; reason?: unknown };
    if (typeof step === "string" && typeof reason === "string") return { step, text: reason };
  } catch {
    // Not a script's own message.
  }
  const lines = message.split("\n").filter((line) => line.trim() !== "");
  return { step: null, text: lines.at(-1)?.trim() ?? "" };
}
