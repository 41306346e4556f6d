/**
 * That the alerts of `terraform/` are about what a real Kubernetes writes: each filter is held against the events of
 * Pods that cannot come on, and against containerd's log.
 *
 * @module
 */
import type { CoreV1Event, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "uvu";
import { missingTerraform, openTerraform } from "../../../scripts/terraform/run-terraform.ts";
import { filtersAfter } from "../../infrastructure/alert-filters.ts";
import type { Filters } from "../../infrastructure/alert-filters.ts";
import { asLogEntry, ofNodeLog } from "../../infrastructure/kubernetes-log.ts";
import type { LogEntry } from "../../infrastructure/logging-filter.ts";
import { skip } from "../parts.ts";
import { eventually } from "../stack-fixture.ts";
import { IMAGE, NAMESPACE } from "./site-cluster.ts";
import type { SiteCluster } from "./site-cluster.ts";

/** What is wrong with a Pod, by the alert that tells of it. */
const PODS: Readonly<Record<string, (spec: V1PodSpec) => void>> = {
  "image-not-pulled": ({ containers }) => {
    for (const container of containers) container.image = "registry.invalid/absent:1";
  },
  evicted: ({ containers }) => {
    for (const container of containers) {
      container.command = ["bash", "-c", "head -c 200M /dev/zero >/tmp/much; sleep 3600"];
      container.resources = limits({ memory: "256Mi", "ephemeral-storage": "8Mi" });
    }
  },
  "no-node": (spec) => {
    spec.nodeSelector = { "kairos.test/nowhere": "true" };
  },
};

export function addAlertTests(test: Test, cluster: () => SiteCluster): void {
  const missing = missingTerraform();
  if (missing !== null) {
    skip(test, "the alerts are about what Kubernetes writes", "terraform", missing);
    return;
  }
  let filters: Filters;

  test("the alerts' filters are read", async () => {
    const terraform = await openTerraform();
    try {
      filters = await filtersAfter("everything.tftest.hcl", NAMESPACE, terraform);
    } finally {
      terraform.close();
    }
  });

  for (const [name, change] of Object.entries(PODS)) {
    test(`${name}: a real event matches`, async () => {
      await cluster().core.createNamespacedPod({
        namespace: NAMESPACE,
        body: podNamed(name, change),
      });
      await eventually(`an event of ${name}`, () => matching(name, `alert-${name}`));
      await cluster().core.deleteNamespacedPod({ name: `alert-${name}`, namespace: NAMESPACE });
    });
  }

  test("namespace-quota: a real event matches", async () => {
    const template = podNamed("quota", ({ containers }) => {
      for (const container of containers) container.resources = limits({ memory: "9999Gi" });
    });
    const spec = { ...template.spec, activeDeadlineSeconds: 3600 } as V1PodSpec;
    const body = {
      metadata: { name: "alert-quota" },
      spec: { template: { metadata: template.metadata ?? {}, spec } },
    };
    await cluster().batch.createNamespacedJob({ namespace: NAMESPACE, body });
    await eventually("an event of the quota", () => matching("namespace-quota", "alert-quota"));
    await cluster().batch.deleteNamespacedJob({ name: "alert-quota", namespace: NAMESPACE });
  });

  test("out-of-memory: containerd's own word matches", async () => {
    const body = podNamed("memory", ({ containers }) => {
      for (const container of containers) {
        container.command = ["bash", "-c", "tail /dev/zero"];
        container.resources = limits({ memory: "64Mi" });
      }
    });
    await cluster().core.createNamespacedPod({ namespace: NAMESPACE, body });
    const log = join(cluster().directory, "containerd.log");
    await eventually("containerd tells of it", async () => {
      const lines = readFileSync(log, "utf8").split("\n");
      return lines.some((line) => filters.matches("out-of-memory", ofNodeLog(line))) ? true : null;
    });
    await cluster().core.deleteNamespacedPod({ name: "alert-memory", namespace: NAMESPACE });
  });

  /** True once an event of this object matches the alert; the other alerts of its kind must not match it. */
  async function matching(alert: string, object: string): Promise<true | null> {
    const { items } = await cluster().core.listNamespacedEvent({ namespace: NAMESPACE });
    return items.filter((event) => isOf(event, object)).some((event) => isTold(event)) || null;

    function isTold(event: CoreV1Event): boolean {
      const entry: LogEntry = asLogEntry(event);
      const told = filters.names.filter((one) => filters.matches(one, entry));
      if (told.some((one) => one !== alert)) throw new Error(`${told.join(", ")} of ${object}`);
      return told.length > 0;
    }
  }
}

function isOf({ involvedObject }: CoreV1Event, name: string): boolean {
  return involvedObject.name === name;
}

function limits(most: Record<string, string>) {
  return { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "1", ...most } };
}

function podNamed(name: string, change: (spec: V1PodSpec) => void): V1Pod {
  const spec: V1PodSpec = {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: "main",
        image: IMAGE,
        imagePullPolicy: "IfNotPresent",
        command: ["bash", "-c", "true"],
        resources: limits({ memory: "64Mi" }),
      },
    ],
  };
  change(spec);
  return { metadata: { name: `alert-${name}` }, spec };
}
