/**
 * What the cluster adapter reads of logs, which only a cluster has that runs its Pods.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { jobName } from "../../shared/tenant/names.ts";
import { NAMESPACE } from "../testkit/fake-cluster.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import { clusterOf, createJob, outcomeOf } from "./cluster-contract.ts";
import type { startLocal } from "./cluster-contract.ts";

const STEPS = `step: new-site at 2026-11-29T17:00:01.123Z
step: install-app at 2026-11-29T17:00:02.007Z
`;

const printing = (text: string) => `printf %s '${text}'`;

export function addTestsOfLogs(
  test: Test,
  subject: () => Awaited<ReturnType<typeof startLocal>>,
): void {
  const reportOf = async (id: string) => {
    const { uid = "" } = (await subject().cluster.readJob(id)) ?? {};
    return subject().cluster.readReport(id, uid);
  };

  /** The Job as an adapter sees it which asks after so many seconds, once the first container has printed this. */
  const workingJob = async (log: string, stepAfterSeconds: number) => {
    const { fakeCluster, core } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    fakeCluster.work(id, printing(log));
    await eventually("it is printed", async () => {
      const pod = fakeCluster.jobs.listPods(jobName(id))[0]?.metadata?.name ?? "";
      const of = { name: pod, namespace: NAMESPACE, container: "database" };
      return (await core.readNamespacedPodLog(of).catch(() => "")) === log ? true : null;
    });
    fakeCluster.requests.length = 0;
    const job = await clusterOf(fakeCluster.kubeconfig, { stepAfterSeconds }).readJob(id);
    return { job, logs: fakeCluster.requests.filter((request) => request.includes("/log")) };
  };

  test("the last lines of all containers are left, without secrets", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, { exitCode: 1, script: printing("one\npassword=hunter2\n") });
    await outcomeOf(subject(), id);
    assert.is((await reportOf(id))?.log, "one\npassword=***");
  });

  test("the steps of a script that left no message are those of its log", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, { exitCode: 137, script: printing(`${STEPS}Installing\n`) });
    await outcomeOf(subject(), id);
    const { steps = [], log } = (await reportOf(id)) ?? {};
    assert.equal(steps.slice(0, 1), [
      {
        name: "new-site",
        started_at: new Date("2026-11-29T17:00:01.123Z"),
        ended_at: new Date("2026-11-29T17:00:02.007Z"),
      },
    ]);
    assert.is(steps[1]?.name, "install-app");
    assert.instance(steps[1]?.ended_at, Date);
    assert.is(log, `${STEPS}Installing`);
  });

  test("of a log that is too long to be read whole, the beginning has steps, and the end its last lines", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    const much = "yes 'this line is printed again and again' | head -c 3000000";
    const script = [printing(STEPS), much, printing("\nthe last one\n")].join("\n");
    await subject().endPod(id, { exitCode: 1, script });
    await outcomeOf(subject(), id);
    const report = await reportOf(id);
    assert.equal(
      report?.steps.map(({ name }) => name),
      ["new-site", "install-app"],
    );
    assert.is(report?.log?.split("\n").length, 50);
    assert.is(report?.log?.split("\n").at(-1), "the last one");
  });

  test("a second Pod's log begins where the first one's ended", async () => {
    const id = randomUUID();
    for (const log of ["the first\n", "the second\n"]) {
      await createJob(subject(), id);
      await subject().endPod(id, { exitCode: 1, script: printing(log) });
      await outcomeOf(subject(), id);
      assert.is((await reportOf(id))?.log, log.trim());
      await subject().cluster.deleteJob(id, (await subject().cluster.readJob(id))?.uid ?? "");
    }
  });

  test("the last lines are those that were asked for, and of these the first bytes", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, { exitCode: 1, script: printing("one\ntwo\nthree") });
    await outcomeOf(subject(), id);
    const name = subject().fakeCluster.jobs.listPods(jobName(id))[0]?.metadata?.name ?? "";
    const ask = (more: object) =>
      subject().core.readNamespacedPodLog({ name, namespace: NAMESPACE, ...more });
    assert.is(await ask({}), "one\ntwo\nthree");
    assert.is(await ask({ tailLines: 2 }), "two\nthree");
    assert.is(await ask({ tailLines: 2, limitBytes: 5 }), "two\nt");
    assert.is(await ask({ tailLines: 0 }), "");
    assert.is(await ask({ limitBytes: 1, container: "site" }), "o");
  });

  test("a Job that has worked for a while says at which step it is, and since when", async () => {
    const { job, logs } = await workingJob(`${STEPS}Installing\n`, 0);
    assert.equal(job?.step, { name: "install-app", since: new Date("2026-11-29T17:00:02.007Z") });
    assert.is(logs.length, 1);
  });

  test("a Job that has worked for a while shows its steps and the last lines of its log, without secrets", async () => {
    const { job, logs } = await workingJob(`${STEPS}password=hunter2\n`, 0);
    const { steps = [], log, runningAt, endedAt } = job?.report ?? {};
    assert.equal(
      steps.map(({ name, ended_at }) => [name, ended_at]),
      [
        ["new-site", new Date("2026-11-29T17:00:02.007Z")],
        ["install-app", null],
      ],
    );
    assert.is(log, `${STEPS}password=***`);
    assert.instance(runningAt, Date);
    assert.equal([endedAt, job?.outcome, logs.length], [null, null, 1]);
  });

  test("where nobody can tell at which step it is, that is null", async () => {
    for (const log of [
      "Installing\n",
      "step: new-site\n",
      "step: x at 2026-13-41T17:00:02.007Z\n",
    ]) {
      assert.is((await workingJob(log, 0)).job?.step, null);
    }
  });

  test("a Job that has just begun is not asked for its step", async () => {
    const { job, logs } = await workingJob(STEPS, 45);
    assert.equal([job?.step, job?.report, logs], [undefined, undefined, []]);
  });

  test("a Job that has ended is not asked for its step", async () => {
    const { fakeCluster } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, { exitCode: 1, script: printing(STEPS) });
    await outcomeOf(subject(), id);
    const job = await clusterOf(fakeCluster.kubeconfig, { stepAfterSeconds: 0 }).readJob(id);
    assert.is(job !== null && "step" in job, false);
  });
}
