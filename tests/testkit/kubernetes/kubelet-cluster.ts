/**
 * A whole, current Kubernetes of its own: the control plane, and one node that runs Pods as containers. It
 * ends whole: processes, containers, mounts, bridge and control group.
 *
 * @module
 */
import { packImages } from "./image.ts";
import type { Image } from "./image.ts";
import { startControlPlane, tokenOf } from "./control-plane.ts";
import type { ControlPlane, User } from "./control-plane.ts";
import { NODE_NAME, startNode } from "./node.ts";
import type { Node } from "./node.ts";
import { createClusterProcesses } from "./kubernetes-processes.ts";
import type { ClusterProcesses } from "./kubernetes-processes.ts";
import { takeTerritory } from "./territory.ts";
import type { Territory } from "./territory.ts";

export interface WholeCluster extends ControlPlane {
  node: Node;
  territory: Territory;
  /** Of the cluster's own files; gone at its end. */
  directory: string;
  stop: () => Promise<void>;
}

/** Started first last, and all killed: their state is thrown away, and some take seconds over a SIGTERM. */
const PROCESSES = [
  "kubelet",
  "containerd",
  "kube-scheduler",
  "kube-controller-manager",
  "kube-apiserver",
  "etcd",
];

/** The first process of every Pod sleeps. */
const PAUSE = "kairos.test/pause:1";

/** Starts the control plane alone: there is no node, and a Pod moves when a test patches its status. */
export async function startControlPlaneOnly(assets: string, users: User[]) {
  const processes = createClusterProcesses();
  const stop = () => processes.stop(...PROCESSES);
  return orStop(stop, async () => {
    const controlPlane = await startControlPlane({ assets, processes, users, schedules: false });
    return { ...controlPlane, stop };
  });
}

/** Starts all of it and returns when the node is ready, with these images and no others. */
export async function startCluster(
  assets: string,
  { users, images }: { users: User[]; images: Image[] },
): Promise<WholeCluster> {
  const processes = createClusterProcesses();
  let territory: Territory | null = null;
  const stop = () => leave(processes, territory);
  return orStop(stop, async () => {
    const own = (territory = takeTerritory());
    const kubelet = tokenOf(`system:node:${NODE_NAME}`, ["system:nodes"]);
    const pause = { name: PAUSE, command: ["/usr/bin/sleep", "infinity"] };
    const [controlPlane, archive] = await Promise.all([
      startControlPlane({ assets, processes, users: [...users, kubelet], schedules: true }),
      packImages(processes.directory, [pause, ...images]),
    ]);
    const node = await startNode({
      assets,
      processes,
      controlPlane,
      territory: own,
      token: kubelet.token,
      images: archive,
      pauseImage: PAUSE,
    });
    return { ...controlPlane, node, territory: own, directory: processes.directory, stop };
  });
}

/** The node's namespaces go with its first process; only then can its bridge and control group go. */
async function leave(processes: ClusterProcesses, territory: Territory | null): Promise<void> {
  try {
    await processes.stop(...PROCESSES);
  } finally {
    await territory?.leave();
  }
}

async function orStop<T>(stop: () => Promise<void>, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await stop();
    throw error;
  }
}
