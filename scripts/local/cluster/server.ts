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
import { ClusterError, createJobs } from "./jobs.ts";
import type { Jobs, JobsOptions } from "./jobs.ts";

export interface LocalCluster {
  url: string;
  /** What a client needs to reach it, as the text of a kubeconfig file. */
  kubeconfig: string;
  jobs: Jobs;
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
    void respond(request, response, () => handle(request, jobs, { namespace, token }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: kubeconfigFor(url, token, namespace),
    jobs,
    async close() {
      await jobs.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<{ code: number; body: unknown }>,
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
  response.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

async function handle(
  request: IncomingMessage,
  jobs: Jobs,
  { namespace, token }: { namespace: string; token: string },
): Promise<{ code: number; body: unknown }> {
  if (request.headers.authorization !== `Bearer ${token}`) {
    throw new ClusterError(401, "Unauthorized", "Unauthorized");
  }
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://cluster");
  const prefix = new RegExp(`^/(?:api/v1|apis/batch/v1)/namespaces/${namespace}/`);
  const [resource = "", name = ""] = pathname.replace(prefix, "").split("/");

  switch (`${request.method} ${resource}${name === "" ? "" : "/NAME"}`) {
    case "POST jobs":
      return { code: 201, body: jobs.createJob((await json(request)) as V1Job) };
    case "GET jobs":
      return { code: 200, body: list("JobList", "batch/v1", jobs.listJobs()) };
    case "GET jobs/NAME":
      return { code: 200, body: jobs.readJob(name) };
    case "DELETE jobs/NAME":
      return { code: 200, body: jobs.deleteJob(name, await foregroundUid(request)) };
    case "GET pods": {
      const jobName = /^job-name=(.+)$/.exec(searchParams.get("labelSelector") ?? "")?.[1] ?? "";
      return { code: 200, body: list("PodList", "v1", jobs.listPods(jobName)) };
    }
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

function list(kind: string, apiVersion: string, items: unknown[]): unknown {
  return { kind, apiVersion, metadata: { resourceVersion: "0" }, items };
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
