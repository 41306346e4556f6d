/**
 * The programs of Kubernetes that this machine has, and what it lacks.
 *
 * @module
 */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where the programs are, or else why there are none. */
export type Found = { assets: string; reason: "" } | { assets: null; reason: string };

const CONTROL_PLANE = ["etcd", "kube-apiserver", "kube-controller-manager"];
const NODE = ["kube-scheduler", "kubelet"];

/** What a node is made of beside Kubernetes' own, and the Debian package that has it. */
const BESIDE: Record<string, string> = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  ip: "iproute2",
  unshare: "util-linux",
  nsenter: "util-linux",
  python3: "python3",
  mariadbd: "mariadb-server",
  mariadb: "mariadb-client",
};

/** Where Debian and the CNI project put the plugins. */
const CNI_DIRECTORIES = ["/usr/lib/cni", "/opt/cni/bin"];

/** The directory of the control plane's programs: KUBEBUILDER_ASSETS, as envtest lays it out. */
export function findControlPlane(env: NodeJS.ProcessEnv): Found {
  const assets = env["KUBEBUILDER_ASSETS"];
  if (!assets) return { assets: null, reason: "KUBEBUILDER_ASSETS is not set" };
  const missing = CONTROL_PLANE.filter((name) => !existsSync(join(assets, name)));
  if (missing.length === 0) return { assets, reason: "" };
  return { assets: null, reason: `KUBEBUILDER_ASSETS has no ${missing.join(", no ")}` };
}

/** The same directory where this machine can also run a node: a kubelet that runs Pods as containers. */
export function findNode(env: NodeJS.ProcessEnv): Found {
  const { assets, reason } = findControlPlane(env);
  if (assets === null) return { assets, reason };
  const lacking = lackingForNode(assets, env);
  return lacking === null ? { assets, reason: "" } : { assets: null, reason: lacking };
}

function lackingForNode(assets: string, env: NodeJS.ProcessEnv): string | null {
  const programs = NODE.filter((name) => !existsSync(join(assets, name)));
  if (programs.length > 0) return `KUBEBUILDER_ASSETS has no ${programs.join(", no ")}`;
  if (process.platform !== "linux") return "a node needs Linux";
  if (process.getuid?.() !== 0) return "a node needs root";
  const absent = Object.entries(BESIDE).filter(([name]) => findProgram(name, env) === null);
  if (absent.length > 0) {
    return absent
      .map(([name, from]) => `there is no ${name} (Debian has it in ${from})`)
      .join("; ");
  }
  return findCniPlugins() === null
    ? "there are no CNI plugins (Debian has them in containernetworking-plugins)"
    : null;
}

/** The directory of the CNI plugins, or null. */
export function findCniPlugins(): string | null {
  const isWhole = (directory: string) =>
    ["bridge", "host-local", "loopback"].every((name) => existsSync(join(directory, name)));
  return CNI_DIRECTORIES.find(isWhole) ?? null;
}

/** A program's path on the PATH, or among the administrator's, or null. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  const directories = [...(env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/bin", "/sbin"];
  return directories.map((directory) => join(directory, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
