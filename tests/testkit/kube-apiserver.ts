/**
 * A real Kubernetes API server with etcd and the controllers, from the binaries under KUBEBUILDER_ASSETS
 * (https://book.kubebuilder.io/reference/envtest). There is no kubelet: a test moves a Pod by patching its
 * status.
 *
 * @module
 */
import { loadYaml } from "@kubernetes/client-node";
import type { V1Pod } from "@kubernetes/client-node";
import type { Ending } from "./fake-cluster.ts";
import { jobName } from "../../shared/tenant/names.ts";
import type { Manifest } from "../infrastructure/chart.ts";
import { startControlPlaneOnly } from "./kubernetes/kubelet-cluster.ts";
import { findControlPlane } from "./kubernetes/kubernetes-programs.ts";
import { chartObjectsOf, USERS } from "./kubernetes/site-namespace.ts";
import { eventually } from "./stack-fixture.ts";

export { findControlPlane as findKubeApiserver };

const NAMESPACE = "frappe";

/** By which the functions are known. */
export const TOKENS = { provision: USERS.provision.token, cleanup: USERS.cleanup.token } as const;

export type KubeApiserver = Awaited<ReturnType<typeof startKubeApiserver>>;

export function startKubeApiserver(assets: string) {
  return startControlPlaneOnly(assets, Object.values(USERS));
}

/** What of the chart concerns site Jobs: the namespace, and what is allowed in it. */
const SITE_JOB_TEMPLATES = ["namespace", "role", "role-binding", "quota", "network-policies"];

/** Applies the manifests and waits until Pods can be made. */
export async function applyManifests(server: KubeApiserver): Promise<void> {
  for (const manifest of chartObjectsOf(SITE_JOB_TEMPLATES)) {
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
  const times = { startedAt: new Date(), finishedAt: new Date() };
  const terminated = { exitCode, ...times, ...(message === undefined ? {} : { message }) };
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
