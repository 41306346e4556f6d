/**
 * How many connections to the cluster 200 calls use. The fake cluster is put behind TLS with a CA of its
 * own, as GKE's is, for there the Kubernetes client opens a new one for each call and leaves it open.
 *
 * @module
 */
import { BatchV1Api, KubeConfig } from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectCluster } from "../../../shared/kubernetes/cluster.ts";
import { jobName } from "../../../shared/tenant/names.ts";
import { makeCertificate } from "../../../tests/testkit/loopback-certificate.ts";
import type { Certificate } from "../../../tests/testkit/loopback-certificate.ts";
import { startConnectionCounter } from "../../../tests/testkit/connection-counter.ts";
import { NAMESPACE, startFakeCluster } from "../../../tests/testkit/fake-cluster.ts";
import type { Part } from "../measurement.ts";

const CALLS = 200;

/** How many of them at the most. */
const GOAL = 2;

export interface Connections {
  opened: number;
  /** Those that are still open after the last call. */
  open: number;
}

export const sockets: Part = {
  name: "sockets",
  description: `Connections to the cluster that ${CALLS} calls use, over TLS.`,
  async measure() {
    const { ours, plain } = await countConnections();
    const what = `${CALLS} calls to the cluster`;
    const row = { what, spread: null, samples: 1 };
    const compared = { ...row, what: `${what} by the Kubernetes client alone`, goal: null };
    return {
      rows: [
        { ...row, measuredAs: "connections open after them", value: ours.open, goal: GOAL },
        { ...row, measuredAs: "connections opened for them", value: ours.opened, goal: GOAL },
        { ...compared, measuredAs: "connections opened for them", value: plain.opened },
      ],
      plots: [],
    };
  },
};

/** Makes the calls as the control plane does, and as the Kubernetes client does by itself. */
export async function countConnections(): Promise<Record<"ours" | "plain", Connections>> {
  const fakeCluster = await startFakeCluster();
  try {
    const certificate = makeCertificate(fakeCluster.directory);
    const count = (connect: (kubeconfig: string) => Read) =>
      countFor(fakeCluster, certificate, connect);
    return { ours: await count(connectOurs), plain: await count(connectPlain) };
  } finally {
    await fakeCluster.stop();
  }
}

/** Reads the Job of a tenant that has none. */
type Read = (tenantId: string) => Promise<unknown>;

function connectOurs(kubeconfig: string): Read {
  const target = { kind: "kubeconfig", path: kubeconfig } as const;
  const cluster = connectCluster({ target, namespace: NAMESPACE });
  return (tenantId) => cluster.readJob(tenantId);
}

function connectPlain(kubeconfig: string): Read {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const batch = config.makeApiClient(BatchV1Api);
  return async (tenantId) => {
    const named = { name: jobName(tenantId), namespace: NAMESPACE };
    await batch.readNamespacedJob(named).catch(() => null);
  };
}

async function countFor(
  fakeCluster: Awaited<ReturnType<typeof startFakeCluster>>,
  certificate: Certificate,
  connect: (kubeconfig: string) => Read,
): Promise<Connections> {
  const counter = await startConnectionCounter(fakeCluster.url, certificate);
  fakeCluster.requests.length = 0;
  const read = connect(kubeconfigFor(fakeCluster, counter.url, certificate));
  for (let call = 0; call < CALLS; call++) await read(randomUUID());
  const { length } = fakeCluster.requests;
  if (length !== CALLS) throw new Error(`${length} of ${CALLS} calls reached the cluster`);
  const connections = { opened: counter.opened(), open: counter.open() };
  counter.stop();
  return connections;
}

/** The fake's kubeconfig, but for its address and what vouches for it. */
function kubeconfigFor(
  { kubeconfig, directory }: { kubeconfig: string; directory: string },
  server: string,
  { cert }: Certificate,
): string {
  const config = JSON.parse(readFileSync(kubeconfig, "utf8")) as { clusters: object[] };
  const cluster = { server, "certificate-authority-data": cert.toString("base64") };
  const path = join(directory, "kubeconfig-tls");
  writeFileSync(path, JSON.stringify({ ...config, clusters: [{ name: "local", cluster }] }));
  return path;
}
