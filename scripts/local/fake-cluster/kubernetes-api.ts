/**
 * A small Kubernetes API on loopback: exactly the calls that the control plane makes, refused in the
 * same way where its role would not allow them. Jobs run as bash processes.
 *
 * @module
 */
import type { V1Job, V1JobCondition, V1Secret } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { ClusterError, createJobs } from "./job-controller.ts";
import type { Jobs, JobsOptions } from "./job-controller.ts";

/** How a cluster may fail: it answers 500, or 429, or not at all. */
export type Fault = "error" | "busy" | "hang";

export interface LocalCluster {
  url: string;
  /** What a client needs to reach it, as the text of a kubeconfig file. */
  kubeconfig: string;
  jobs: Jobs;
  /** For tests: what every request meets until it is null again. */
  fault: Fault | null;
  close(): Promise<void>;
}

export interface LocalClusterOptions extends JobsOptions {
  /** Secrets that an operator would have made. */
  secrets: { name: string; values: Record<string, string> }[];
}

/** Starts the cluster on a free port of the loopback address. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { namespace } = options;
  const jobs = createJobs(options);
  for (const { name, values } of options.secrets) {
    jobs.createSecret({ metadata: { name }, stringData: values });
  }
  const token = randomBytes(16).toString("hex");
  const server = createServer((request, response) => {
    const { fault } = cluster;
    // A request that hangs ends with its client, or with the server.
    if (fault === "hang") return;
    void respond(request, response, () => {
      if (fault !== null) throw FAULTS[fault];
      return handle(request, jobs, { namespace, token });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cluster: LocalCluster = {
    url,
    kubeconfig: kubeconfigFor(url, token, namespace),
    jobs,
    fault: null,
    async close() {
      await jobs.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cluster;
}

const FAULTS = {
  error: new ClusterError(500, "InternalError", "an injected fault"),
  busy: new ClusterError(429, "TooManyRequests", "the cluster is busy"),
} as const;

/** A Buffer is a text, and everything else JSON. */
interface Answer {
  code: number;
  body: unknown;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<Answer>,
): Promise<void> {
  try {
    const { code, body } = await answer();
    send(response, code, body);
  } catch (error) {
    const problem =
      error instanceof ClusterError
        ? error
        : new ClusterError(400, "BadRequest", `the request cannot be understood: ${String(error)}`);
    request.resume();
    send(response, problem.code, toStatus(problem));
  }
}

function send(response: ServerResponse, code: number, body: unknown): void {
  const isText = Buffer.isBuffer(body);
  response.writeHead(code, { "Content-Type": isText ? "text/plain" : "application/json" });
  response.end(isText ? body : JSON.stringify(body));
}

async function handle(
  request: IncomingMessage,
  jobs: Jobs,
  { namespace, token }: { namespace: string; token: string },
): Promise<Answer> {
  if (request.headers.authorization !== `Bearer ${token}`) {
    throw new ClusterError(401, "Unauthorized", "Unauthorized");
  }
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://cluster");
  const prefix = new RegExp(`^/(?:api/v1|apis/batch/v1)/namespaces/${namespace}/`);
  const [resource = "", name = "", ...part] = pathname.replace(prefix, "").split("/");

  switch ([`${request.method} ${resource}`, ...(name === "" ? [] : ["NAME"]), ...part].join("/")) {
    case "POST jobs":
      return { code: 201, body: jobs.createJob((await json(request)) as V1Job) };
    case "GET jobs":
      return { code: 200, body: pageOfJobs(jobs.listJobs(), searchParams) };
    case "GET jobs/NAME":
      return { code: 200, body: jobs.readJob(name) };
    case "DELETE jobs/NAME":
      return { code: 200, body: jobs.deleteJob(name, await foregroundUid(request)) };
    case "GET pods": {
      const jobName = /^job-name=(.+)$/.exec(searchParams.get("labelSelector") ?? "")?.[1] ?? "";
      return { code: 200, body: list("PodList", "v1", jobs.listPods(jobName)) };
    }
    case "GET pods/NAME/log":
      return { code: 200, body: partOfLog(jobs, name, searchParams) };
    // Whatever blocks a Pod here, the Pod says itself.
    case "GET events":
      return { code: 200, body: list("EventList", "v1", []) };
    case "POST secrets":
      return { code: 201, body: jobs.createSecret((await json(request)) as V1Secret) };
    case "DELETE secrets/NAME":
      jobs.deleteSecret(name);
      return { code: 200, body: { kind: "Status", apiVersion: "v1", status: "Success" } };
    default: {
      const message = `${request.method} ${pathname} is forbidden`;
      throw new ClusterError(403, "Forbidden", message);
    }
  }
}

/** The uid that a deletion insists on. Only foreground deletion is known here. */
async function foregroundUid(request: IncomingMessage): Promise<string | undefined> {
  const { propagationPolicy, preconditions } = (await json(request)) as {
    propagationPolicy?: string;
    preconditions?: { uid?: string };
  };
  if (propagationPolicy !== "Foreground") {
    throw new ClusterError(400, "BadRequest", "only propagationPolicy Foreground is known here");
  }
  return preconditions?.uid;
}

/** The Jobs that the query's `labelSelector` names, `limit` at a time, `continue` being the last one's name. */
function pageOfJobs(jobs: V1Job[], query: URLSearchParams): unknown {
  const terms = (query.get("labelSelector") ?? "").split(",").filter((term) => term !== "");
  const last = query.get("continue") ?? "";
  const left = jobs
    .filter((job) => terms.every((term) => hasLabel(job, term)))
    .filter((job) => nameOf(job) > last)
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const page = left.slice(0, Number(query.get("limit")) || undefined);
  const next = page.length < left.length ? { continue: nameOf(page.at(-1)) } : {};
  return list("JobList", "batch/v1", page, next);
}

/** The last `tailLines` of a container's log, and of these the first `limitBytes`. */
function partOfLog(jobs: Jobs, podName: string, query: URLSearchParams): Buffer {
  const tailLines = limitIn(query, "tailLines", 0);
  const limitBytes = limitIn(query, "limitBytes", 1);
  const log = jobs.readLog(podName, query.get("container"));
  return lastLines(log, tailLines).subarray(0, limitBytes);
}

/** Undefined where the query has none. */
function limitIn(query: URLSearchParams, name: string, least: number): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (Number.isInteger(Number(value)) && Number(value) >= least) return Number(value);
  const message = `PodLogOptions is invalid: ${name}: Invalid value: ${value}`;
  throw new ClusterError(422, "Invalid", message);
}

function lastLines(log: Buffer, count: number | undefined): Buffer {
  if (count === undefined) return log;
  const lines = log.toString("latin1").split("\n");
  // What follows the last end of a line is one only where it is not empty.
  const kept = count + (lines.at(-1) === "" ? 1 : 0);
  return Buffer.from(lines.slice(Math.max(0, lines.length - kept)).join("\n"), "latin1");
}

/** Only the terms `name=value` are known here. */
function hasLabel({ metadata }: V1Job, term: string): boolean {
  const [name = "", value] = term.split("=");
  return metadata?.labels?.[name] === value;
}

function nameOf(job: V1Job | undefined): string {
  return job?.metadata?.name ?? "";
}

function list(kind: string, apiVersion: string, items: unknown[], metadata: object = {}): unknown {
  return { kind, apiVersion, metadata: { resourceVersion: "0", ...metadata }, items };
}

function toStatus({ code, reason, message }: ClusterError): unknown {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    code,
  };
}

/** The client speaks plain HTTP only if it is told to skip the verification of certificates. */
function kubeconfigFor(url: string, token: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "local", user: { token } }],
    contexts: [{ name: "local", context: { cluster: "local", user: "local", namespace } }],
    "current-context": "local",
  });
}

/** The log entry by which the Log Router tells of a Job's end. */
export function toLogEntry(job: V1Job, condition: V1JobCondition, projectId: string): unknown {
  const { name = "", namespace = "", uid = "" } = job.metadata ?? {};
  const timestamp = new Date().toISOString();
  const hasCompleted = condition.type === "Complete";
  return {
    insertId: uid,
    logName: `projects/${projectId}/logs/events`,
    resource: { type: "k8s_cluster", labels: { project_id: projectId, cluster_name: "local" } },
    severity: hasCompleted ? "INFO" : "WARNING",
    timestamp,
    receiveTimestamp: timestamp,
    jsonPayload: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${Date.now().toString(16)}`, namespace },
      involvedObject: { apiVersion: "batch/v1", kind: "Job", name, namespace, uid },
      reason: hasCompleted ? "Completed" : condition.reason,
      message: hasCompleted ? "Job completed" : condition.message,
      type: hasCompleted ? "Normal" : "Warning",
      reportingComponent: "job-controller",
      source: { component: "job-controller" },
      firstTimestamp: timestamp,
      lastTimestamp: timestamp,
      count: 1,
    },
  };
}
