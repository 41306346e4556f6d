/**
 * What GKE writes into Cloud Logging of what happens in a cluster, from documentation: Kubernetes' events, by an
 * exporter, into the log `events`, each under the resource that it is about
 * (https://docs.cloud.google.com/kubernetes-engine/docs/how-to/view-logs); and the lines of a node's containerd.
 *
 * @module
 */
import type { CoreV1Event } from "@kubernetes/client-node";
import type { LogEntry } from "./logging-filter.ts";

/** The parts of an event that a filter may name. */
export type ClusterEvent = Pick<CoreV1Event, "reason" | "message" | "type"> & {
  involvedObject: { kind?: string; namespace?: string; name?: string };
};

const PROJECT_LOGS = "projects/my-project/logs";

/** An event as a log entry. */
export function asLogEntry(event: ClusterEvent): LogEntry {
  const { kind } = event.involvedObject;
  const type = kind === "Pod" ? "k8s_pod" : kind === "Node" ? "k8s_node" : "k8s_cluster";
  return {
    logName: `${PROJECT_LOGS}/events`,
    resource: { type, labels: { cluster_name: "kairos" } },
    jsonPayload: JSON.parse(JSON.stringify(event)) as unknown,
  };
}

/** A line of containerd's as a log entry, as the node's journal has it. */
export function ofNodeLog(line: string): LogEntry {
  return {
    logName: `${PROJECT_LOGS}/container-runtime`,
    resource: { type: "k8s_node", labels: { cluster_name: "kairos" } },
    jsonPayload: { MESSAGE: line },
  };
}

/** A line that a function has written, as a log entry. */
export function ofFunction(service: string, line: unknown): LogEntry {
  return {
    logName: `${PROJECT_LOGS}/run.googleapis.com%2Fstdout`,
    resource: { type: "cloud_run_revision", labels: { service_name: service } },
    jsonPayload: line,
  };
}
