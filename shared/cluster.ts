/**
 * The cluster: the one place that talks to Kubernetes. It knows nothing of what a tenant needs; it
 * makes, reads and deletes the objects that it is given.
 *
 * @module
 */
import { ApiException, BatchV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { V1Job, V1JobCondition, V1Pod, V1Secret } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "./deadline.ts";
import type { Job, JobOutcome } from "./decide.ts";
import { EdgeError } from "./errors.ts";
import { LABELS } from "./manifests.ts";
import { jobName } from "./tenant.ts";
import type { JobKind } from "./tenant.ts";

export interface ClusterOptions {
  /** Path of a kubeconfig file; its current context is used. */
  kubeconfig: string;
  namespace: string;
}

export type Cluster = ReturnType<typeof connectCluster>;

/** A call that has no answer by then is given up. */
const CALL_MILLISECONDS = 10_000;

/** Deleting a Job whose Pods stop in time is seen through; a slower one is left to the sweep. */
const DELETION_POLLS = 40;
const DELETION_POLL_MILLISECONDS = 250;

/** Connects at the first call. Every method may throw an `EdgeError`. */
export function connectCluster({ kubeconfig, namespace }: ClusterOptions) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const batch = config.makeApiClient(BatchV1Api);
  const core = config.makeApiClient(CoreV1Api);

  /** The tenant's Job, and how it ended if it has; null when there is none. */
  async function readJob(tenantId: string): Promise<Job | null> {
    const name = jobName(tenantId);
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
    if (condition.type === "Complete") return { result: "succeeded" };
    const labelSelector = `job-name=${name}`;
    const pods = await call("list Pods", core.listNamespacedPod({ namespace, labelSelector }));
    return failureOf(condition, pods?.items ?? []);
  }

  /** Creates a Job. A name that is taken already is no error. */
  async function createJob(job: V1Job): Promise<void> {
    await call("create a Job", batch.createNamespacedJob({ namespace, body: job }), 409);
  }

  /** Deletes that very Job and its Pods, and waits up to 10 s for its name to be free. */
  async function deleteJob(tenantId: string, uid: string): Promise<void> {
    const name = jobName(tenantId);
    // Foreground holds the name until the last Pod is gone, so no newer Job works beside an older.
    const body = { propagationPolicy: "Foreground", preconditions: { uid } };
    await call("delete a Job", batch.deleteNamespacedJob({ name, namespace, body }), 404, 409);
    for (let poll = 0; poll < DELETION_POLLS; poll++) {
      const job = await call("read a Job", batch.readNamespacedJob({ name, namespace }), 404);
      if (job?.metadata?.uid !== uid) return;
      await sleep(DELETION_POLL_MILLISECONDS);
    }
  }

  /** Creates a Secret; one that exists stays as it is, so passwords are made once. */
  async function createSecret(secret: V1Secret): Promise<void> {
    await call("create a Secret", core.createNamespacedSecret({ namespace, body: secret }), 409);
  }

  async function deleteSecret(tenantId: string): Promise<void> {
    const name = jobName(tenantId);
    await call("delete a Secret", core.deleteNamespacedSecret({ name, namespace }), 404);
  }

  /** Returns if the cluster answers and lets us see Jobs. */
  async function ping(): Promise<void> {
    await call("list Jobs", batch.listNamespacedJob({ namespace, limit: 1 }));
  }

  return { readJob, createJob, deleteJob, createSecret, deleteSecret, ping };
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
  return text === "create" || text === "drop";
}

/** Newer clusters put other conditions before these, so the place in the list says nothing. */
function endCondition(job: V1Job): V1JobCondition | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

/** A failed Job in its own words: those that its Pod left, or else those of its condition. */
export function failureOf(condition: V1JobCondition, pods: V1Pod[]): JobOutcome {
  const reason = condition.reason ?? "Failed";
  const left = pods
    .flatMap(({ status }) => [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ])
    .map(({ state }) => state?.terminated)
    .find((terminated) => terminated !== undefined && terminated.exitCode !== 0);
  const { step, text } = parseTerminationMessage(left?.message ?? "");
  const message = text || condition.message || reason;
  return { result: "failed", step, reason, message };
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
