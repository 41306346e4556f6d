/**
 * A Kubernetes control plane of its own: etcd, the API server, the controllers and, where there is a node,
 * the scheduler. All of it listens on the loopback address.
 *
 * @module
 */
import { BatchV1Api, CoreV1Api, KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { freePorts } from "../../../scripts/local/loopback-ports.ts";
import { createAuthority } from "./authority.ts";
import type { ClusterProcesses } from "./kubernetes-processes.ts";

/** Somebody whom the API server knows by a token. */
export interface User {
  token: string;
  name: string;
  groups?: string[];
}

export interface ControlPlaneOptions {
  /** Where the programs are. */
  assets: string;
  processes: ClusterProcesses;
  users: User[];
  /** Whether Pods get a node. */
  schedules: boolean;
}

export type ControlPlane = Awaited<ReturnType<typeof startControlPlane>>;

/** The first address of the services, which is the API server's. Nothing routes to it here. */
const SERVICES = "10.96.0";

const ADMINISTRATORS = "system:masters";

/** Starts it and returns when it answers and new namespaces can have Pods. */
export async function startControlPlane(options: ControlPlaneOptions) {
  const { assets, processes, schedules } = options;
  const [etcd = 0, peer = 0, api = 0, controller = 0, scheduler = 0] = await freePorts(5);
  const authority = createAuthority(processes.directory);
  const { file } = authority;
  authority.sign({
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    alternativeNames: ["IP:127.0.0.1", `IP:${SERVICES}.1`, "DNS:localhost", "DNS:kubernetes"],
  });
  authority.sign({ name: "to-kubelet", subject: `/O=${ADMINISTRATORS}/CN=kube-apiserver` });

  const admin = tokenOf("admin", [ADMINISTRATORS]);
  const ofControllers = tokenOf("system:kube-controller-manager");
  const ofScheduler = tokenOf("system:kube-scheduler");
  const known = [...options.users, admin, ofControllers, ofScheduler];
  writeFileSync(file("tokens.csv"), known.map(toTokenLine).join(""), { mode: 0o600 });

  const url = `https://127.0.0.1:${api}`;
  const certificate = readFileSync(file("ca.crt"));
  /** A file by which a token's owner reaches the API server, or something that stands before it. */
  const kubeconfigFor = (token: string, at = url) => {
    const path = file(
      `kubeconfig-${known.findIndex((user) => user.token === token)}-${new URL(at).port}`,
    );
    writeFileSync(path, kubeconfigOf(at, certificate, token), { mode: 0o600 });
    return path;
  };
  const start = (name: string, args: string[]) =>
    processes.start({ name, command: join(assets, name), args, env: process.env });

  start("etcd", etcdFlags(file("etcd-data"), etcd, peer));
  start("kube-apiserver", [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    `--secure-port=${api}`,
    `--tls-cert-file=${file("apiserver.crt")}`,
    `--tls-private-key-file=${file("apiserver.key")}`,
    `--client-ca-file=${file("ca.crt")}`,
    `--token-auth-file=${file("tokens.csv")}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    `--service-cluster-ip-range=${SERVICES}.0/24`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("accounts.pub")}`,
    `--service-account-signing-key-file=${file("accounts.key")}`,
    `--kubelet-client-certificate=${file("to-kubelet.crt")}`,
    `--kubelet-client-key=${file("to-kubelet.key")}`,
    "--kubelet-preferred-address-types=Hostname,InternalIP",
  ]);
  const isReady = () => isAnsweredWell(`${url}/readyz`, certificate, admin.token);
  await processes.until("the API server is ready", isReady);

  const common = (port: number, kubeconfig: string) => [
    `--kubeconfig=${kubeconfig}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--leader-elect=false",
    "--authentication-skip-lookup",
  ];
  start("kube-controller-manager", [
    ...common(controller, kubeconfigFor(ofControllers.token)),
    `--cert-dir=${file("controller-certificates")}`,
    "--use-service-account-credentials",
    `--service-account-private-key-file=${file("accounts.key")}`,
    `--root-ca-file=${file("ca.crt")}`,
  ]);
  if (schedules) {
    const flags = common(scheduler, kubeconfigFor(ofScheduler.token));
    start("kube-scheduler", [...flags, `--cert-dir=${file("scheduler-certificates")}`]);
  }

  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFor(admin.token));
  const core = config.makeApiClient(CoreV1Api);

  /** Pods can be made in a new namespace only when its service account is there. */
  async function namespaceReady(name: string): Promise<void> {
    await processes.until(`${name} has its service account`, () =>
      core.readNamespacedServiceAccount({ name: "default", namespace: name }).catch(() => null),
    );
  }
  await namespaceReady("default");

  return {
    url,
    /** Of the authority that the API server's own is signed by. */
    certificate,
    certificateFile: file("ca.crt"),
    adminToken: admin.token,
    kubeconfigFor,
    core,
    batch: config.makeApiClient(BatchV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
    namespaceReady,
  };
}

/** Somebody with a token that nobody can guess. */
export function tokenOf(name: string, groups: string[] = []): User {
  return { token: randomBytes(16).toString("hex"), name, groups };
}

function toTokenLine({ token, name, groups = [] }: User): string {
  return `${token},${name},${name},"${groups.join(",")}"\n`;
}

function etcdFlags(directory: string, port: number, peerPort: number): string[] {
  const [url, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`] as const;
  return [
    `--data-dir=${directory}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

/** True where a URL is answered with 200, else null. */
function isAnsweredWell(url: string, ca: Buffer, token: string): Promise<true | null> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request(url, { ca, headers, timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : null);
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => resolve(null));
    sent.end();
  });
}

function kubeconfigOf(server: string, certificate: Buffer, token: string): string {
  const data = certificate.toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": data } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}
