/**
 * What a real kubelet tells of a site Job's times and logs, as the cluster adapter tells it.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { connectCluster } from "../../../shared/kubernetes/cluster.ts";
import { siteJob, siteSecret } from "../../../shared/operations/job-manifest.ts";
import type { ManifestSettings } from "../../../shared/operations/job-manifest.ts";
import { readSiteScripts } from "../../../shared/operations/read-scripts.ts";
import type { OperationKind } from "../../../shared/operations/registry.ts";
import type { JobReport } from "../../../shared/reconciler/decision.ts";
import { SETTINGS } from "../fake-cluster.ts";
import { tenantNamed } from "../site-bench.ts";
import { eventually } from "../stack-fixture.ts";
import { NAMESPACE } from "./site-cluster.ts";
import type { SiteCluster } from "./site-cluster.ts";

const STEPS = `step: new-site at 2026-11-29T17:00:01.123Z
step: install-app at 2026-11-29T17:00:02.007Z
`;

const CREATE_STEPS =
  "check-services database start find-apps new-site set-config install-app add-user set-config verify";

export function addReportTests(test: Test, cluster: () => SiteCluster): void {
  /** An adapter that asks a working Job for its step at once. */
  const adapter = () =>
    connectCluster({
      target: { kind: "kubeconfig", path: cluster().env.KUBECONFIG },
      namespace: NAMESPACE,
      stepAfterSeconds: 0,
    });
  const passwords = { database: randomUUID(), administrator: randomUUID() };

  /** Makes a Job of the real scripts, or of another one in one container. */
  async function create(kind: OperationKind, script: string | null): Promise<string> {
    const { env } = cluster();
    const settings: ManifestSettings = {
      ...SETTINGS,
      databaseHost: env.DB_HOST,
      databasePort: Number(env.DB_PORT),
      databaseTls: "off",
      scripts: readSiteScripts(),
    };
    const id = randomUUID();
    const tenant = tenantNamed(`report-${id.slice(0, 8)}`, id);
    await adapter().createSecret(siteSecret(id, passwords, settings));
    const job = siteJob(tenant, { kind, generation: 1, attempt: 1 }, settings);
    for (const container of job.spec?.template.spec?.containers ?? []) {
      if (script === null) break;
      container.command = ["bash", "-c", script];
      container.resources = { requests: { cpu: "10m" }, limits: { cpu: "1", memory: "64Mi" } };
    }
    assert.is(await adapter().createJob(job), "made");
    return id;
  }

  /** What is left of a Job that ends like this. */
  async function reportOf(id: string, result: string): Promise<JobReport> {
    const job = await eventually("the Job has ended", async () => {
      const read = await adapter().readJob(id);
      return read?.outcome ? read : null;
    });
    assert.is(job.outcome?.result, result, JSON.stringify(job.outcome));
    const report = await adapter().readReport(id, job.uid);
    await remove(id);
    assert.ok(report);
    return report;
  }

  async function remove(id: string): Promise<void> {
    await eventually("the Job is gone", async () => {
      const job = await adapter().readJob(id);
      if (job !== null) await adapter().deleteJob(id, job.uid);
      return job === null ? true : null;
    });
    await adapter().deleteSecret(id, "passwords");
  }

  function assertInOrder({ createdAt, runningAt, endedAt, steps }: JobReport): void {
    const ofSteps = steps.flatMap(({ started_at, ended_at }) => [started_at, ended_at]);
    const times = [createdAt, runningAt, ...ofSteps, endedAt].map((time) => time?.getTime() ?? NaN);
    assert.not(times.includes(NaN));
    assert.equal(
      times,
      times.toSorted((left, right) => left - right),
    );
  }

  test("a Job that succeeded leaves the steps of both of its containers, and its last lines", async () => {
    const report = await reportOf(await create("create", null), "succeeded");
    assertInOrder(report);
    assert.is(report.steps.map(({ name }) => name).join(" "), CREATE_STEPS);
    assert.match(report.log ?? "", /^step: check-services at .*\n/);
    assert.match(report.log ?? "", /\nstep: verify at /);
    for (const password of Object.values(passwords)) assert.not.match(report.log ?? "", password);
  });

  test("a Job that failed leaves its steps, and its last words", async () => {
    const report = await reportOf(await create("suspend", null), "failed");
    assertInOrder(report);
    assert.equal(
      report.steps.map(({ name }) => name),
      ["close-site"],
    );
    assert.match(report.log ?? "", /\nfailed at close-site: .* is not this tenant's$/);
  });

  test("a script that was killed leaves the steps of its log", async () => {
    const id = await create("drop", `printf '${STEPS}'; exec tail /dev/zero`);
    const { steps, log } = await reportOf(id, "failed");
    assert.equal(
      steps.map(({ name }) => name),
      ["new-site", "install-app"],
    );
    assert.instance(steps[1]?.ended_at, Date);
    assert.is(log, STEPS.trim());
  });

  test("a log that is too long to be read whole has its first steps and its last lines", async () => {
    const much =
      "yes 'this line is printed again' | head -c 3000000; head -c 3000000 /dev/zero | tr '\\0' x";
    const id = await create("drop", `printf '${STEPS}'; ${much}; echo; echo the last one; exit 1`);
    const { steps, log } = await reportOf(id, "failed");
    assert.is(steps.length, 2);
    assert.is(log?.split("\n").at(-1), "the last one");
  });

  test("a Job that works says at which step it is", async () => {
    const id = await create("drop", `printf '${STEPS}'; exec sleep 3600`);
    const step = await eventually(
      "it says so",
      async () => (await adapter().readJob(id))?.step ?? null,
    );
    assert.equal(step, { name: "install-app", since: new Date("2026-11-29T17:00:02.007Z") });
    await remove(id);
  });
}
