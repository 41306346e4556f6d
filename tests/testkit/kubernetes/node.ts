/**
 * A node of its own: containerd and kubelet, in namespaces of their own, with a bridge for the Pods.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "../../../scripts/local/loopback-ports.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { ClusterProcesses } from "./kubernetes-processes.ts";
import { findCniPlugins } from "./kubernetes-programs.ts";
import { hasControlGroupsV1 } from "./territory.ts";
import type { Territory } from "./territory.ts";

export interface NodeOptions {
  assets: string;
  processes: ClusterProcesses;
  controlPlane: ControlPlane;
  territory: Territory;
  /** The token of `system:node:NODE_NAME`. */
  token: string;
  /** An archive of images, as docker saves them. */
  images: string;
  /** Which of them is the first process of a Pod. */
  pauseImage: string;
}

/** Its address, too: the API server takes a node's name for that. */
export const NODE_NAME = "127.0.0.1";

const FIRST_PROCESS = fileURLToPath(new URL("node.sh", import.meta.url));

export type Node = Awaited<ReturnType<typeof startNode>>;

/** Starts it and returns when it is ready for Pods. */
export async function startNode(options: NodeOptions) {
  const { processes, controlPlane, images } = options;
  const socket = join(processes.directory, "c.sock");
  writeFiles(options, socket);

  processes.start({
    name: "containerd",
    command: "unshare",
    args: [
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "bash",
      FIRST_PROCESS,
      processes.directory,
    ],
    env: process.env,
  });
  await processes.until("containerd answers", async () =>
    spawnSync("ctr", ["--address", socket, "version"]).status === 0 ? true : null,
  );
  importImages(socket, images);
  await startKubelet(options, socket);
  await processes.until("the node is ready", async () => {
    const node = await controlPlane.core.readNode({ name: NODE_NAME }).catch(() => null);
    const isReady = node?.status?.conditions?.some(
      ({ type, status }) => type === "Ready" && status === "True",
    );
    return isReady === true ? true : null;
  });
  return {
    /** Runs containerd's own client, and gives what it prints. */
    ctr: (...args: string[]) => ctr(socket, args),
    /** Kills the kubelet. The containers go on. */
    killKubelet(): void {
      const pid = processes.pid("kubelet");
      if (pid === undefined) throw new Error("there is no kubelet");
      process.kill(-pid, "SIGKILL");
    },
  };
}

async function startKubelet(options: NodeOptions, socket: string): Promise<void> {
  const { assets, processes, controlPlane, token } = options;
  const { directory } = processes;
  const [port = 0, health = 0] = await freePorts(2);
  const configuration = kubeletConfiguration(options, { socket, port, health });
  const file = join(directory, "kubelet.json");
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  const container = processes.pid("containerd") ?? 0;
  const into = [
    `--mount=/proc/${container}/ns/mnt`,
    `--pid=/proc/${container}/ns/pid_for_children`,
  ];
  processes.start({
    name: "kubelet",
    command: "nsenter",
    args: [
      ...into,
      join(assets, "kubelet"),
      `--config=${file}`,
      `--kubeconfig=${controlPlane.kubeconfigFor(token)}`,
      `--hostname-override=${NODE_NAME}`,
      `--root-dir=${join(directory, "kubelet")}`,
    ],
    env: process.env,
  });
}

function writeFiles(options: NodeOptions, socket: string): void {
  const { processes, territory } = options;
  const { directory } = processes;
  mkdirSync(join(directory, "cni"));
  mkdirSync(join(directory, "pod-logs"));
  writeFileSync(join(directory, "resolv.conf"), "");
  writeFileSync(
    join(directory, "cni/10-bridge.conflist"),
    JSON.stringify(network(territory, directory)),
  );
  writeFileSync(join(directory, "containerd.toml"), containerdConfiguration(options, socket));
}

/** Without a way out of the Pods' own network, in which the bridge is the only other one. */
function network({ bridge, subnet }: Territory, directory: string): unknown {
  const rangeStart = subnet.replace(/0\/24$/, "10");
  const ipam = {
    type: "host-local",
    dataDir: join(directory, "addresses"),
    ranges: [[{ subnet, rangeStart }]],
  };
  const plugins = [{ type: "bridge", bridge, ipam }];
  return { cniVersion: "0.4.0", name: bridge, plugins };
}

function containerdConfiguration({ processes, pauseImage }: NodeOptions, socket: string): string {
  const { directory } = processes;
  const plugin = (name: string) => `plugins."io.containerd.grpc.v1.cri"${name}`;
  return `version = 2
root = "${join(directory, "containerd")}"
state = "/run/containerd"
disabled_plugins = [${UNUSED_PLUGINS.map((name) => `"io.containerd.${name}"`).join(", ")}]
[grpc]
  address = "${socket}"
[${plugin("")}]
  sandbox_image = "${pauseImage}"
  stream_server_address = "127.0.0.1"
  disable_apparmor = true
  # Where the machine itself may not lower it.
  restrict_oom_score_adj = true
[${plugin(".cni")}]
  bin_dir = "${findCniPlugins()}"
  conf_dir = "${join(directory, "cni")}"
[${plugin(".containerd")}]
  snapshotter = "overlayfs"
[${plugin(".containerd.runtimes.runc")}]
  runtime_type = "io.containerd.runc.v2"
[${plugin(".containerd.runtimes.runc.options")}]
  SystemdCgroup = false
`;
}

const UNUSED_PLUGINS = [
  "internal.v1.opt",
  "internal.v1.tracing",
  "snapshotter.v1.aufs",
  "snapshotter.v1.btrfs",
  "snapshotter.v1.devmapper",
  "snapshotter.v1.zfs",
  "tracing.processor.v1.otlp",
];

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
function kubeletConfiguration(
  { processes, territory }: NodeOptions,
  { socket, port, health }: { socket: string; port: number; health: number },
): unknown {
  const file = (name: string) => join(processes.directory, name);
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: "127.0.0.1",
    port,
    healthzBindAddress: "127.0.0.1",
    healthzPort: health,
    readOnlyPort: 0,
    ...(hasControlGroupsV1() ? { failCgroupV1: false } : {}),
    cgroupDriver: "cgroupfs",
    cgroupRoot: territory.cgroup,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    containerRuntimeEndpoint: `unix://${socket}`,
    podLogsDir: file("pod-logs"),
    resolvConf: file("resolv.conf"),
    // The images came with the node, and nowhere can they be had again.
    imageGCHighThresholdPercent: 100,
    // A full disk of the machine is none of a test's.
    evictionHard: {
      "memory.available": "50Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
      "imagefs.inodesFree": "1%",
    },
    authentication: {
      anonymous: { enabled: false },
      x509: { clientCAFile: file("ca.crt") },
      webhook: { enabled: true },
    },
    authorization: { mode: "Webhook" },
  };
}

/** They come unpacked, so that no Pod waits for that. */
function importImages(socket: string, archive: string): void {
  ctr(socket, ["--namespace", "k8s.io", "images", "import", archive]);
}

function ctr(socket: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync("ctr", ["--address", socket, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`ctr ${args.join(" ")}: ${stderr || stdout}`);
  return stdout;
}
