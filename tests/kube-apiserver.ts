/**
 * A real Kubernetes API server with etcd and the controllers that matter to Jobs, from the binaries
 * under KUBEBUILDER_ASSETS (https://book.kubebuilder.io/reference/envtest). There is no kubelet: a
 * test moves a Pod by patching its status.
 *
 * @module
 */
import {
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  loadYaml,
} from "@kubernetes/client-node";
import type { V1Pod } from "@kubernetes/client-node";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, waitForPort } from "../scripts/local/ports.ts";
import { jobName } from "../shared/tenant.ts";
import { objectsIn, renderChart } from "./chart.ts";
import type { Manifest } from "./chart.ts";
import type { Ending } from "../scripts/laboratory/stand-in-cluster.ts";
import { createServerProcesses } from "../scripts/laboratory/server-processes.ts";
import { eventually } from "./stack-fixture.ts";

/** The directory of the binaries, or null with the reason why there is none. */
export function findKubeApiserver(env: NodeJS.ProcessEnv): {
  assets: string | null;
  reason: string;
} {
  const assets = env["KUBEBUILDER_ASSETS"];
  if (!assets) return { assets: null, reason: "KUBEBUILDER_ASSETS is not set" };
  const missing = ["etcd", "kube-apiserver", "kube-controller-manager"].filter(
    (name) => !existsSync(join(assets, name)),
  );
  if (missing.length === 0) return { assets, reason: "" };
  return { assets: null, reason: `KUBEBUILDER_ASSETS has no ${missing.join(", no ")}` };
}

const NAMESPACE = "frappe";

/** As in the values that the chart is rendered with. */
const PROJECT_ID = "test-project";

/** Who the server knows. What the functions may do there is only what the manifests give them. */
export const TOKENS = {
  admin: "admin-token",
  provision: "provision-token",
  cleanup: "cleanup-token",
} as const;

function user(name: "provision" | "cleanup"): string {
  return `kairos-${name}@${PROJECT_ID}.iam.gserviceaccount.com`;
}

export type KubeApiserver = Awaited<ReturnType<typeof startKubeApiserver>>;

export async function startKubeApiserver(assets: string) {
  const processes = createServerProcesses();
  const [etcd = 0, peer = 0, api = 0, controller = 0] = await freePorts(4);
  const file = (name: string) => join(processes.directory, name);
  const start = (name: string, args: string[]) =>
    processes.start({ name, command: join(assets, name), args, env: process.env });

  openssl(["genrsa", "-out", file("sa.key"), "2048"]);
  openssl(["rsa", "-in", file("sa.key"), "-pubout", "-out", file("sa.pub")]);
  const tokens = [
    `${TOKENS.admin},admin,admin,system:masters`,
    `${TOKENS.provision},${user("provision")},${user("provision")}`,
    `${TOKENS.cleanup},${user("cleanup")},${user("cleanup")}`,
  ];
  writeFileSync(file("tokens.csv"), `${tokens.join("\n")}\n`);

  const etcdUrl = `http://127.0.0.1:${etcd}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  start("etcd", [
    `--data-dir=${file("etcd")}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    "--unsafe-no-fsync",
  ]);
  start("kube-apiserver", [
    `--etcd-servers=${etcdUrl}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${api}`,
    "--advertise-address=127.0.0.1",
    `--cert-dir=${file("certs")}`,
    `--token-auth-file=${file("tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("sa.pub")}`,
    `--service-account-signing-key-file=${file("sa.key")}`,
    "--endpoint-reconciler-type=none",
  ]);
  await waitForPort(api, AbortSignal.timeout(60_000));

  const url = `https://127.0.0.1:${api}`;
  const certificate = readFileSync(file("certs/apiserver.crt"));
  const kubeconfigFor = (token: string, at = url) => {
    const path = file(`kubeconfig-${token}-${new URL(at).port}`);
    writeFileSync(path, kubeconfigOf(at, certificate, token));
    return path;
  };
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFor(TOKENS.admin));
  const core = config.makeApiClient(CoreV1Api);
  await eventually("the API server is ready", async () => {
    const namespaces = await core.listNamespace().catch(() => null);
    return namespaces;
  });
  start("kube-controller-manager", [
    `--kubeconfig=${kubeconfigFor(TOKENS.admin)}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${controller}`,
    `--cert-dir=${file("controller-certs")}`,
    "--leader-elect=false",
    "--controllers=job,namespace,serviceaccount,serviceaccount-token,garbagecollector,podgc,ttl-after-finished,resourcequota",
    `--service-account-private-key-file=${file("sa.key")}`,
    `--root-ca-file=${file("certs/apiserver.crt")}`,
  ]);

  return {
    url,
    certificate,
    kubeconfigFor,
    core,
    batch: config.makeApiClient(BatchV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
    /** Pods can be made in a new namespace only when its service account is there. */
    async namespaceReady(name: string): Promise<void> {
      await eventually("the default service account is there", () =>
        core.readNamespacedServiceAccount({ name: "default", namespace: name }).catch(() => null),
      );
    },
    stop: () => processes.stop("kube-controller-manager", "kube-apiserver", "etcd"),
  };
}

/** What of the chart concerns site Jobs: the namespace, and what is allowed in it. */
const SITE_JOB_TEMPLATES = ["namespace", "role", "role-binding", "quota", "network-policies"];

/** The objects of the chart that a site Job meets, the namespace first. */
function readManifests(): Manifest[] {
  const rendered = renderChart();
  return SITE_JOB_TEMPLATES.flatMap((name) =>
    objectsIn(rendered.get(`templates/${name}.yaml`) ?? ""),
  );
}

/** Applies the manifests and waits until Pods can be made. */
export async function applyManifests(server: KubeApiserver): Promise<void> {
  for (const manifest of readManifests()) {
    // As the client's types have it, which differ from YAML in a name or two.
    await server.objects.create(loadYaml<Manifest>(JSON.stringify(manifest)));
  }
  await server.namespaceReady(NAMESPACE);
}

export async function podOf(server: KubeApiserver, id: string): Promise<V1Pod> {
  return eventually("the Pod is there", async () => {
    const labelSelector = `job-name=${jobName(id)}`;
    const { items } = await server.core.listNamespacedPod({ namespace: NAMESPACE, labelSelector });
    return items[0] ?? null;
  });
}

/** What a kubelet would report of a Pod whose container has ended. */
export async function patchPod(server: KubeApiserver, id: string, ending: Ending): Promise<void> {
  const { exitCode, message, container = "site" } = ending;
  const terminated = { exitCode, ...(message === undefined ? {} : { message }) };
  const status = { name: container, image: "x", imageID: "x", ready: false, restartCount: 0 };
  const list = container === "site" ? "containerStatuses" : "initContainerStatuses";
  const phase = exitCode === 0 ? "Succeeded" : "Failed";
  await server.core.patchNamespacedPodStatus({
    name: (await podOf(server, id)).metadata?.name ?? "",
    namespace: NAMESPACE,
    body: [
      {
        op: "replace",
        path: "/status",
        value: { phase, [list]: [{ ...status, state: { terminated } }] },
      },
    ],
  });
}

/**
 * Changes a Job in nothing that counts, which has its controller look at it. The controller of 1.20 plans
 * one look at a Job's deadline, when it sets the Job's start. Where it does not see yet that it has done so,
 * it sets the start anew, but its queue keeps the earlier of two looks, which is then too early, and the last.
 */
export async function touchJob(server: KubeApiserver, id: string): Promise<void> {
  await server.batch.patchNamespacedJob({
    name: jobName(id),
    namespace: NAMESPACE,
    body: [{ op: "add", path: "/metadata/labels/touched", value: String(Date.now()) }],
  });
}

function openssl(args: string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}

function kubeconfigOf(server: string, certificate: Buffer, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "test",
        cluster: { server, "certificate-authority-data": certificate.toString("base64") },
      },
    ],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}
