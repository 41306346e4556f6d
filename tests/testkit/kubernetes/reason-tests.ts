/**
 * What a real kubelet, scheduler and quota say of site Jobs that cannot come on, as the cluster adapter tells it.
 *
 * @module
 */
import type { V1Job, V1PodSpec } from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { SETTINGS } from "../fake-cluster.ts";
import { connectCluster } from "../../../shared/kubernetes/cluster.ts";
import { siteJob, siteSecret } from "../../../shared/operations/job-manifest.ts";
import { newTenant } from "../../../shared/tenant/tenant.ts";
import { eventually } from "../stack-fixture.ts";
import { NAMESPACE } from "./site-cluster.ts";
import type { SiteCluster } from "./site-cluster.ts";
import { REQUESTER } from "../requester.ts";

/** How a Job differs from one that works. */
interface Case {
  sentence: string;
  /** Without its Secret, where false. */
  hasSecret?: boolean;
  job?: (spec: NonNullable<V1Job["spec"]>) => void;
  pod?: (spec: V1PodSpec) => void;
  /** Of the blocker or the outcome. */
  reason: string;
  message: RegExp;
}

const run = (spec: V1PodSpec, script: string, limits: Record<string, string>): void => {
  for (const container of spec.containers) {
    container.command = ["bash", "-c", script];
    container.resources = {
      requests: { cpu: "10m", memory: "16Mi" },
      limits: { cpu: "1", ...limits },
    };
  }
};

const CASES: Case[] = [
  {
    sentence: "a container that needs more memory than it may have",
    pod: (spec) => run(spec, "tail /dev/zero", { memory: "64Mi" }),
    reason: "OutOfMemory",
    message: /needed more memory than it may have/,
  },
  {
    sentence: "a container that writes more than it may onto its node's disk",
    pod: (spec) =>
      run(spec, "head -c 200M /dev/zero >/tmp/much; sleep 3600", {
        memory: "256Mi",
        "ephemeral-storage": "8Mi",
      }),
    reason: "Evicted",
    message: /The Pod was put off the node 127\.0\.0\.1/,
  },
  {
    sentence: "a Job that works longer than it may",
    job: (spec) => (spec.activeDeadlineSeconds = 5),
    pod: (spec) => run(spec, "sleep 3600", { memory: "64Mi" }),
    reason: "DeadlineExceeded",
    message: /worked longer than it may/,
  },
  {
    sentence: "an image that cannot be pulled",
    pod: (spec) => {
      for (const container of spec.containers) container.image = "registry.invalid/absent:1";
    },
    reason: "ImageNotPulled",
    message: /registry\.invalid\/absent/,
  },
  {
    sentence: "a Secret that is missing",
    hasSecret: false,
    pod: (spec) => {
      const secretKeyRef = { name: "absent", key: "password" };
      for (const { env = [] } of spec.containers)
        env.push({ name: "X", valueFrom: { secretKeyRef } });
    },
    reason: "SecretMissing",
    message: /absent/,
  },
  {
    sentence: "a volume claim that is missing",
    pod: (spec) => {
      const persistentVolumeClaim = { claimName: "absent" };
      spec.volumes = [{ name: "volume", persistentVolumeClaim }];
    },
    reason: "VolumeMissing",
    message: /absent/,
  },
  {
    sentence: "a Pod that fits no node",
    pod: (spec) => (spec.nodeSelector = { "kairos.test/nowhere": "true" }),
    reason: "NoNodeFits",
    message: /No node has room/,
  },
  {
    sentence: "a Pod that the quota does not allow",
    pod: (spec) => run(spec, "true", { memory: "9999Gi" }),
    reason: "QuotaExceeded",
    message: /exceeded quota: kairos-site-jobs/,
  },
];

/** All Jobs are made at once, for each waits for something else. */
export function addReasonTests(test: Test, cluster: () => SiteCluster): void {
  const adapter = () =>
    connectCluster({
      target: { kind: "kubeconfig", path: cluster().env.KUBECONFIG },
      namespace: NAMESPACE,
    });
  const ids = new Map<string, string>();

  for (const [index, { sentence, reason, message }] of CASES.entries()) {
    test(`${sentence}: ${reason}`, async () => {
      if (index === 0) for (const one of CASES) ids.set(one.sentence, await create(one));
      const id = ids.get(sentence) ?? "";
      const told = await eventually(`the Job says ${reason}`, async () => {
        const job = await adapter().readJob(id);
        const said = job?.outcome?.result === "failed" ? job.outcome : job?.blocker;
        return said?.reason === reason ? said : null;
      });
      assert.match(told.message, message);
      await eventually("the Job is gone", async () => {
        const job = await adapter().readJob(id);
        if (job !== null) await adapter().deleteJob(id, job.uid);
        return job === null ? true : null;
      });
    });
  }

  async function create({ hasSecret = true, job: change, pod }: Case): Promise<string> {
    const id = randomUUID();
    const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
    const tenant = newTenant({ id, commandId: "w", requestedBy: REQUESTER, ...wanted }, new Date());
    if (hasSecret) {
      const passwords = { database: randomUUID(), administrator: randomUUID() };
      await adapter().createSecret(siteSecret(id, passwords, SETTINGS));
    }
    const job = siteJob(tenant, { kind: "drop", generation: 1, attempt: 1 }, SETTINGS);
    const { spec } = job;
    const podSpec = spec?.template.spec;
    if (spec === undefined || podSpec === undefined || podSpec === null) throw new Error("no Pod");
    change?.(spec);
    pod?.(podSpec);
    assert.is(await adapter().createJob(job), "made");
    return id;
  }
}
