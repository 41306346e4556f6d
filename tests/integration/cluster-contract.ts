/**
 * The contract of the cluster adapter, held by the local fake and by a real Kubernetes API server
 * alike. What is different is only who moves the Pods: the fake runs them, and on the real server,
 * which has no kubelet here, the test patches their status.
 *
 * @module
 */
import { ApiException, BatchV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { V1Job } from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { OPERATION_KINDS } from "../../shared/operations/registry.ts";
import { connectCluster } from "../../shared/kubernetes/cluster.ts";
import type { Cluster } from "../../shared/kubernetes/cluster.ts";
import type { Job } from "../../shared/reconciler/decision.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import { siteJob, siteSecret } from "../../shared/operations/job-manifest.ts";
import { runReconcile } from "../../shared/runtime/run-reconcile.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds, newTenant, withChanges } from "../../shared/tenant/tenant.ts";
import { jobName } from "../../shared/tenant/names.ts";
import type { Operation, Tenant, TenantChanges } from "../../shared/tenant/tenant.ts";
import {
  applyManifests,
  patchPod,
  podOf,
  startKubeApiserver,
  TOKENS,
} from "../testkit/kube-apiserver.ts";
import type { KubeApiserver } from "../testkit/kube-apiserver.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";
import { startConnectionCounter } from "../testkit/connection-counter.ts";
import { NAMESPACE, SETTINGS, startFakeCluster } from "../testkit/fake-cluster.ts";
import type { Ending } from "../testkit/fake-cluster.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import { REQUESTER } from "../testkit/requester.ts";

/** A cluster under test, and a hand on its Pods. */
export interface Subject {
  cluster: Cluster;
  /** Lets one of the tenant's containers end like this, and with it the Pod. */
  endPod: (tenantId: string, ending: Ending) => Promise<void>;
  /** The same adapter with credentials that are not valid. */
  stranger: Cluster;
  /** The same adapter, that lists two Jobs with one call. */
  inPages: Cluster;
  /** The API itself, as the adapter's client knows it. */
  api: BatchV1Api;
  core: CoreV1Api;
  /** The same adapter in a namespace in which the credentials allow nothing. */
  elsewhere: Cluster;
  stop: () => Promise<void>;
}

function newOperation(more: Partial<Operation> = {}): Operation {
  const started_at = new Date();
  const inTime = { slot: 0, slot_at: started_at, deadline_at: addSeconds(started_at, 2700) };
  const first = { generation: 1, attempt: 1, first_attempt: 1 };
  return { kind: "create", ...first, started_at, ...inTime, ...more };
}

function tenantOf(id: string): Tenant {
  const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  return newTenant({ id, commandId: randomUUID(), requestedBy: REQUESTER, ...wanted }, new Date());
}

const PASSWORDS = { database: "d", administrator: "a" };

export async function createJob(
  { cluster }: Pick<Subject, "cluster">,
  id: string,
  operation = newOperation(),
  change: (job: V1Job) => V1Job = (job) => job,
): Promise<boolean> {
  await cluster.createSecret(siteSecret(id, PASSWORDS, SETTINGS));
  const made = await cluster.createJob(change(siteJob(tenantOf(id), operation, SETTINGS)));
  return made === "made";
}

const withMetadata =
  (metadata: NonNullable<V1Job["metadata"]>) =>
  (job: V1Job): V1Job => ({ ...job, metadata: { ...job.metadata, ...metadata } });

/** The labels of a Job that is not ours. */
const STRANGER = { labels: { somebody: "else" } };

/** As Kubernetes tells times. */
function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

async function uidOf({ cluster }: Subject, id: string): Promise<string | undefined> {
  return (await cluster.readJob(id))?.uid;
}

/** The Job, without what blocks it: that changes as its Pod comes on. */
async function lastingOf({ cluster }: Subject, id: string): Promise<Omit<Job, "blocker"> | null> {
  const job = await cluster.readJob(id);
  if (job === null) return null;
  const { blocker: _, ...lasting } = job;
  return lasting;
}

export async function outcomeOf({ cluster }: Pick<Subject, "cluster">, id: string) {
  const { outcome } = await eventually("the Job has ended", async () => {
    const job = await cluster.readJob(id);
    return job === null || job.outcome === null ? null : job;
  });
  return outcome;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no error";
  } catch (error) {
    return error instanceof AdapterError ? `${error.adapter} ${error.code}` : String(error);
  }
}

function addContract(test: Test, subject: () => Subject): void {
  test("a Job that is not there is null", async () => {
    assert.is(await subject().cluster.readJob(randomUUID()), null);
  });

  test("a Job says which operation it carries out, and has no outcome while it works", async () => {
    for (const kind of OPERATION_KINDS) {
      const id = randomUUID();
      await createJob(subject(), id, newOperation({ kind, generation: 7, attempt: 3 }));
      const job = await subject().cluster.readJob(id);
      assert.ok(job?.uid);
      assert.equal(
        { ...job, uid: "", blocker: null },
        {
          uid: "",
          kind,
          generation: 7,
          attempt: 3,
          terminating: false,
          outcome: null,
          blocker: null,
        },
      );
    }
  });

  test("a Secret or a Job that is there is told from one that is made", async () => {
    const id = randomUUID();
    const { cluster } = subject();
    const secret = siteSecret(id, PASSWORDS, SETTINGS);
    const job = siteJob(tenantOf(id), newOperation(), SETTINGS);
    const made = [await cluster.createSecret(secret), await cluster.createJob(job)];
    const again = [await cluster.createSecret(secret), await cluster.createJob(job)];
    assert.equal(
      [made, again],
      [
        ["made", "made"],
        ["taken", "taken"],
      ],
    );
  });

  test("a Job whose name is taken is not made, and the one that is there stays", async () => {
    const id = randomUUID();
    assert.is(await createJob(subject(), id), true);
    const before = await lastingOf(subject(), id);
    const other = newOperation({ kind: "drop", generation: 2 });
    assert.is(await createJob(subject(), id, other), false);
    assert.equal(await lastingOf(subject(), id), before);
  });

  const endings: [sentence: string, ending: Ending, outcome: unknown][] = [
    ["a Pod that ends well", { exitCode: 0 }, { result: "succeeded", reason: null }],
    [
      "a Pod that ends well and leaves a reason",
      { exitCode: 0, message: '{"step":"verify","reason":"SiteNotOurs"}' },
      { result: "succeeded", reason: "SiteNotOurs" },
    ],
    [
      "a Pod that fails and says why",
      { exitCode: 1, message: '{"step":"new-site","reason":"no disk"}' },
      {
        result: "failed",
        step: "new-site",
        reason: "BackoffLimitExceeded",
        message: "no disk",
        retryable: true,
      },
    ],
    [
      "an init container that fails and says why",
      {
        exitCode: 1,
        message: '{"step":"database","reason":"access denied"}',
        container: "database",
      },
      {
        result: "failed",
        step: "database",
        reason: "BackoffLimitExceeded",
        message: "access denied",
        retryable: true,
      },
    ],
    [
      "a Pod that is killed",
      { exitCode: 137 },
      {
        result: "failed",
        step: null,
        reason: "Killed",
        message: 'The container "site" was killed by SIGKILL (exit status 137).',
        retryable: true,
      },
    ],
  ];
  for (const [sentence, ending, outcome] of endings) {
    test(`${sentence} has the outcome of that`, async () => {
      const id = randomUUID();
      await createJob(subject(), id);
      await subject().endPod(id, ending);
      assert.equal(await outcomeOf(subject(), id), outcome);
    });
  }

  test("a final exit code ends the Job for good, by its pod failure policy", async () => {
    for (const exitCode of [65, 66, 67]) {
      const id = randomUUID();
      await createJob(subject(), id);
      await subject().endPod(id, { exitCode, message: '{"step":"start","reason":"not ours"}' });
      assert.equal(await outcomeOf(subject(), id), {
        result: "failed",
        step: "start",
        reason: "PodFailurePolicy",
        message: "not ours",
        retryable: false,
      });
    }
  });

  const announced: [exitCode: number, conditions: string[]][] = [
    [0, ["SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"]],
    [1, ["FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"]],
    [65, ["FailureTarget PodFailurePolicy", "Failed PodFailurePolicy"]],
  ];
  for (const [exitCode, conditions] of announced) {
    test(`a Job whose Pod ended with ${exitCode} says that it will end, and then that it has`, async () => {
      const id = randomUUID();
      await createJob(subject(), id);
      await subject().endPod(id, { exitCode });
      await outcomeOf(subject(), id);
      const name = jobName(id);
      const { status } = await subject().api.readNamespacedJob({ name, namespace: NAMESPACE });
      const found = status?.conditions?.map(({ type, reason }) => `${type} ${reason}`);
      assert.equal(found, conditions);
    });
  }

  test("a Job that is over its deadline failed because of that", async () => {
    const id = randomUUID();
    await createJob(subject(), id, newOperation(), (job) => ({
      ...job,
      spec: { ...job.spec, activeDeadlineSeconds: 1 } as NonNullable<V1Job["spec"]>,
    }));
    assert.equal(await outcomeOf(subject(), id), {
      result: "failed",
      step: null,
      reason: "DeadlineExceeded",
      message: "The site Job worked longer than it may, and was stopped.",
      retryable: true,
    });
  });

  test("a Job that has ended leaves its times, and its scripts' steps with theirs", async () => {
    const before = wholeSecond(new Date());
    const id = randomUUID();
    await createJob(subject(), id);
    const [began, verified] = [before.getTime() / 1000 + 0.25, before.getTime() / 1000 + 0.5];
    const steps = `[["new-site",${began}],["verify",${verified}]]`;
    await subject().endPod(id, { exitCode: 0, message: `{"step":"verify","steps":${steps}}` });
    await outcomeOf(subject(), id);
    const uid = (await uidOf(subject(), id)) ?? "";
    const report = await subject().cluster.readReport(id, uid);
    const { createdAt, runningAt, endedAt } = report ?? {};
    const times = [before, createdAt, runningAt, endedAt].map((time) => time?.getTime() ?? NaN);
    assert.equal(
      times,
      times.toSorted((left, right) => left - right),
    );
    assert.not(times.includes(NaN));
    const last = report?.steps[1];
    assert.ok((last?.ended_at ?? 0) >= (last?.started_at ?? NaN));
    assert.equal(
      report?.steps.map(({ name, started_at }) => [name, started_at.getTime() / 1000]),
      [
        ["new-site", began],
        ["verify", verified],
      ],
    );
    assert.equal(report?.steps[0]?.ended_at, last?.started_at);
  });

  test("nothing is left of a Job that is not there, or of another uid", async () => {
    const { cluster } = subject();
    const id = randomUUID();
    assert.is(await cluster.readReport(id, randomUUID()), null);
    await createJob(subject(), id);
    await subject().endPod(id, { exitCode: 0 });
    await outcomeOf(subject(), id);
    assert.is(await cluster.readReport(id, randomUUID()), null);
    const uid = (await uidOf(subject(), id)) ?? "";
    assert.ok(await cluster.readReport(id, uid));
    await cluster.deleteJob(id, uid);
    assert.is(await cluster.readReport(id, uid), null);
  });

  test("a log is refused where there is no such Pod or container, and where a limit is none", async () => {
    const { core } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    const labelSelector = `job-name=${jobName(id)}`;
    const name = await eventually("the Pod is there", async () => {
      const { items } = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector });
      return items[0]?.metadata?.name ?? null;
    });
    const ask = async (more: object) => {
      const asked = { name, namespace: NAMESPACE, container: "site", ...more };
      const error = await core.readNamespacedPodLog(asked).catch((reason: unknown) => reason);
      return error instanceof ApiException ? error.code : 200;
    };
    assert.is(await ask({ name: "absent" }), 404);
    assert.is(await ask({ container: "absent" }), 400);
    assert.is(await ask({ tailLines: -1 }), 422);
    assert.is(await ask({ limitBytes: 0 }), 422);
  });

  test("a finished Job is deleted, and its name is free when the call returns", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, { exitCode: 0 });
    await outcomeOf(subject(), id);
    const job = await subject().cluster.readJob(id);
    await subject().cluster.deleteJob(id, job?.uid ?? "");
    assert.is(await subject().cluster.readJob(id), null);
    assert.is(await createJob(subject(), id, newOperation({ generation: 2 })), true);
    assert.is((await subject().cluster.readJob(id))?.generation, 2);
  });

  test("a Job of another uid is left alone", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    const before = await lastingOf(subject(), id);
    await subject().cluster.deleteJob(id, randomUUID());
    assert.equal(await lastingOf(subject(), id), before);
  });

  test("deleting what is not there is no error", async () => {
    await subject().cluster.deleteJob(randomUUID(), randomUUID());
    assert.is(await subject().cluster.deleteSecret(randomUUID(), "passwords"), false);
  });

  test("a Secret is made once and can be deleted, which says whether there was one", async () => {
    const id = randomUUID();
    const secret = siteSecret(id, PASSWORDS, SETTINGS);
    await subject().cluster.createSecret(secret);
    await subject().cluster.createSecret(secret);
    assert.is(await subject().cluster.deleteSecret(id, "passwords"), true);
    assert.is(await subject().cluster.deleteSecret(id, "passwords"), false);
    await subject().cluster.createSecret(secret);
  });

  test("the site Jobs that are ours are listed, with which of them have ended", async () => {
    const { cluster, endPod } = subject();
    const before = await cluster.listJobs();
    const [working, ended] = [randomUUID(), randomUUID()];
    for (const id of [working, ended]) await createJob(subject(), id);
    await createJob(subject(), randomUUID(), newOperation(), withMetadata(STRANGER));
    const name = `backup-${randomUUID()}`;
    await createJob(subject(), randomUUID(), newOperation(), withMetadata({ name }));
    await endPod(ended, { exitCode: 1 });
    await outcomeOf(subject(), ended);

    const known = new Set(before.map(({ uid }) => uid));
    const listed = (await cluster.listJobs()).filter(({ uid }) => !known.has(uid));
    for (const { createdAt } of listed) assert.instance(createdAt, Date);
    assert.equal(
      listed.map(({ tenantId, uid, hasEnded }) => `${tenantId} ${uid} ${hasEnded}`).toSorted(),
      [
        `${working} ${await uidOf(subject(), working)} false`,
        `${ended} ${await uidOf(subject(), ended)} true`,
      ].toSorted(),
    );
  });

  test("Jobs are listed page after page, and every one of them once", async () => {
    const ids = Array.from({ length: 5 }, (): string => randomUUID()).toSorted();
    for (const id of ids) await createJob(subject(), id);
    const listed = (await subject().inPages.listJobs()).map(({ tenantId }) => tenantId);
    assert.equal(listed.filter((tenantId) => ids.includes(tenantId)).toSorted(), ids);
    assert.is(new Set(listed).size, listed.length);
  });

  test("a page holds no more than it may, and says where it goes on", async () => {
    for (let k = 0; k < 3; k++) await createJob(subject(), randomUUID());
    const { api } = subject();
    const page = { namespace: NAMESPACE, limit: 2 };
    const first = await api.listNamespacedJob(page);
    assert.is(first.items.length, 2);
    const _continue = first.metadata?._continue ?? "";
    assert.ok(_continue);
    const second = await api.listNamespacedJob({ ...page, _continue });
    const uids = [...first.items, ...second.items].map(({ metadata }) => metadata?.uid);
    assert.is(new Set(uids).size, uids.length);
    const all = await api.listNamespacedJob({ namespace: NAMESPACE });
    assert.not(all.metadata?._continue);
  });

  test("credentials that are not valid are an error of the cluster that says denied", async () => {
    assert.is(await codeOf(subject().stranger.readJob(randomUUID())), "cluster denied");
  });

  test("what the credentials do not allow is an error of the cluster that says denied", async () => {
    assert.is(await codeOf(subject().elsewhere.readJob(randomUUID())), "cluster denied");
    assert.is(await codeOf(subject().elsewhere.readReport(randomUUID(), "u")), "cluster denied");
    assert.is(
      await codeOf(createJob({ cluster: subject().elsewhere }, randomUUID())),
      "cluster denied",
    );
  });

  test("a Job that is deleted underneath is made again", async () => {
    const { cluster } = subject();
    const id = randomUUID();
    const dependencies = worldOf(
      withParts(tenantOf(id), { status: { operation: newOperation() } }),
      cluster,
    );
    await runReconcile(id, dependencies);
    const first = await cluster.readJob(id);
    await cluster.deleteJob(id, first?.uid ?? "");
    const second = await eventually("it is there again", async () => {
      await runReconcile(id, dependencies);
      const job = await cluster.readJob(id);
      return job !== null && !job.terminating && job.uid !== first?.uid ? job : null;
    });
    assert.equal([second.kind, second.generation], ["create", 1]);
  });

  const holders: [sentence: string, holder: Partial<Operation>, after: string][] = [
    ["our own operation's Job is left to work", {}, "create 3.2 the same"],
    ["an older generation's Job gives way", { generation: 2, attempt: 9 }, "create 3.2 another"],
    ["an older attempt's Job gives way", { attempt: 1 }, "create 3.2 another"],
    [
      "a newer generation's Job is left alone",
      { kind: "drop", generation: 4 },
      "drop 4.2 the same",
    ],
    ["a newer attempt's Job is left alone", { attempt: 3 }, "create 3.3 the same"],
  ];
  for (const [sentence, holder, after] of holders) {
    test(`where the name is taken, ${sentence}`, async () => {
      const id = randomUUID();
      const own = newOperation({ generation: 3, attempt: 2 });
      await createJob(subject(), id, { ...own, ...holder });
      const before = await subject().cluster.readJob(id);
      const tenant = withParts(tenantOf(id), {
        spec: { generation: 3 },
        status: { operation: own },
      });
      const dependencies = worldOf(tenant, subject().cluster);
      await runReconcile(id, dependencies);
      // On the real server a Pod that nobody runs may outlast the first look.
      const job = await eventually("it is settled who holds the name", async () => {
        const held = await subject().cluster.readJob(id);
        if (held !== null && !held.terminating) return held;
        await runReconcile(id, dependencies);
        return null;
      });
      const same = job.uid === before?.uid ? "the same" : "another";
      assert.is(`${job.kind} ${job.generation}.${job.attempt} ${same}`, after);
    });
  }

  test("where the name is taken by a Job that is not ours, nothing is touched", async () => {
    const id = randomUUID();
    await createJob(subject(), id, newOperation(), withMetadata(STRANGER));
    const dependencies = worldOf(tenantOf(id), subject().cluster);
    assert.is(await codeOf(runReconcile(id, dependencies)), "cluster invalid");
    assert.is(await codeOf(runReconcile(id, dependencies)), "cluster invalid", "it is still there");
  });
}

/** One tenant's record in memory, on a cluster that is not. */
function worldOf(tenant: Tenant, cluster: Cluster): Dependencies {
  let record: Tenant | null = tenant;
  const store = {
    readTenant: async () => record && { record, version: 1 },
    writeTenant: async (stored: Stored<Tenant>, changes: TenantChanges) => {
      record = withChanges(stored.record, changes);
      return { ...stored, record };
    },
    endDeletion: async () => {
      record = null;
      return true;
    },
  };
  const bus = { publish: async () => {} };
  return { store, bus, cluster, settings: SETTINGS } as unknown as Dependencies;
}

/** A kubeconfig's text, changed to a token that nobody knows, in a file. */
function kubeconfigOfStranger(directory: string, kubeconfig: string): string {
  const config = JSON.parse(kubeconfig) as { users: { user: { token: string } }[] };
  for (const { user } of config.users) user.token = "guessed";
  const path = join(directory, "kubeconfig-of-stranger");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

export function clusterOf(
  path: string,
  more: Partial<Parameters<typeof connectCluster>[0]> = {},
): Cluster {
  return connectCluster({ target: { kind: "kubeconfig", path }, namespace: NAMESPACE, ...more });
}

/** What a test has of a cluster that this file reaches. */
function adaptersOf(kubeconfig: string, directory: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const stranger = kubeconfigOfStranger(directory, readFileSync(kubeconfig, "utf8"));
  return {
    cluster: clusterOf(kubeconfig),
    inPages: clusterOf(kubeconfig, { pageSize: 2 }),
    stranger: clusterOf(stranger),
    elsewhere: clusterOf(kubeconfig, { namespace: "default" }),
    api: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
  };
}

/** The local fake, whose Pods run. */
export async function startLocal() {
  const fakeCluster = await startFakeCluster();
  return {
    fakeCluster,
    ...adaptersOf(fakeCluster.kubeconfig, fakeCluster.directory),
    endPod: async (id: string, ending: Ending) => fakeCluster.endPod(id, ending),
    stop: () => fakeCluster.stop(),
  };
}

/** A real API server, whose Pods the test moves. */
export async function startReal(assets: string): Promise<Subject & { server: KubeApiserver }> {
  const server = await startKubeApiserver(assets);
  await applyManifests(server);
  const directory = temporaryDirectory();
  const kubeconfig = server.kubeconfigFor(TOKENS.provision);
  return {
    server,
    ...adaptersOf(kubeconfig, directory),
    endPod: (id, ending) => patchPod(server, id, ending),
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A container that a kubelet has not started. */
const UNREADY = { image: "frappe/erpnext:v0", imageID: "", ready: false, restartCount: 0 };

/** What a kubelet or a scheduler would report of a Pod. */
async function patchStatus(server: KubeApiserver, id: string, value: object): Promise<void> {
  await server.core.patchNamespacedPodStatus({
    name: (await podOf(server, id)).metadata?.name ?? "",
    namespace: NAMESPACE,
    body: [{ op: "replace", path: "/status", value }],
  });
}

async function patchPodFinalizers(
  server: KubeApiserver,
  id: string,
  finalizers: string[],
): Promise<void> {
  await server.core.patchNamespacedPod({
    name: (await podOf(server, id)).metadata?.name ?? "",
    namespace: NAMESPACE,
    body: [{ op: "add", path: "/metadata/finalizers", value: finalizers }],
  });
}

/** Has a suite hold a cluster to the contract, and to more of its own. */
export function holdToContract<T extends Subject>(
  test: Test,
  start: () => Promise<T>,
  addMore: (test: Test, subject: () => T) => void = () => {},
): void {
  let subject: T;
  test.before(async () => {
    subject = await start();
  });
  test.after(async () => {
    await subject.stop();
  });
  addContract(test, () => subject);
  addMore(test, () => subject);
}

/** What only a real API server can show. */
export function addTestsOfRealServer(
  test: Test,
  subject: () => Subject & { server: KubeApiserver },
) {
  test("cleanup may do what provision may", async () => {
    const cleanup = clusterOf(subject().server.kubeconfigFor(TOKENS.cleanup));
    const id = randomUUID();
    assert.is(await createJob({ cluster: cleanup }, id), true);
    assert.is((await cleanup.readJob(id))?.kind, "create");
  });

  test("the functions can neither read, list nor change Secrets, nor touch Pods or anything else", async () => {
    const { server } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    await podOf(server, id);
    const headers = { Authorization: `Bearer ${TOKENS.provision}` };
    const name = jobName(id);
    const forbidden: [method: string, path: string][] = [
      ["GET", `/api/v1/namespaces/frappe/secrets/${name}`],
      ["GET", "/api/v1/namespaces/frappe/secrets"],
      ["GET", "/api/v1/namespaces/frappe/secrets?watch=true"],
      ["PATCH", `/api/v1/namespaces/frappe/secrets/${name}`],
      ["DELETE", "/api/v1/namespaces/frappe/secrets"],
      ["DELETE", `/api/v1/namespaces/frappe/pods/${name}`],
      ["POST", "/api/v1/namespaces/frappe/pods"],
      ["POST", `/api/v1/namespaces/frappe/pods/${name}/exec`],
      ["POST", `/api/v1/namespaces/frappe/pods/${name}/log`],
      ["GET", `/api/v1/namespaces/frappe/pods/${name}/exec`],
      ["GET", `/api/v1/namespaces/frappe/pods/${name}/attach`],
      ["GET", `/api/v1/namespaces/frappe/pods/${name}/proxy`],
      ["GET", `/api/v1/namespaces/default/pods/${name}/log`],
      ["PATCH", `/apis/batch/v1/namespaces/frappe/jobs/${name}`],
      ["GET", "/apis/batch/v1/namespaces/default/jobs"],
      ["GET", "/api/v1/namespaces/default/secrets"],
      ["GET", "/api/v1/nodes"],
      ["POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/frappe/rolebindings"],
    ];
    for (const [method, path] of forbidden) {
      const status = await statusOf(server, method, path, headers);
      assert.is(status, 403, `${method} ${path}`);
    }
  });

  test("of a Pod they may read the log, and no other way leads into it", async () => {
    const { server } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    const pod = (await podOf(server, id)).metadata?.name;
    for (const token of [TOKENS.provision, TOKENS.cleanup]) {
      const headers = { Authorization: `Bearer ${token}` };
      const path = `/api/v1/namespaces/frappe/pods/${pod}/log?container=site`;
      // Without a node there is nothing in it.
      assert.is(await statusOf(server, "GET", path, headers), 204);
    }
  });

  test("while a Pod of an older Job is there, no newer Job of the tenant can be made", async () => {
    const { server, cluster } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    await patchPodFinalizers(server, id, ["kairos.app/held-by-a-test"]);
    const old = await cluster.readJob(id);
    await cluster.deleteJob(id, old?.uid ?? "");
    const newer = newOperation({ kind: "drop", generation: 2 });
    assert.is(await createJob(subject(), id, newer), false);
    assert.is((await cluster.readJob(id))?.terminating, true);
    assert.is((await cluster.readJob(id))?.uid, old?.uid);

    await patchPodFinalizers(server, id, []);
    await eventually("the name is free", async () =>
      (await createJob(subject(), id, newer)) ? true : null,
    );
    assert.is((await cluster.readJob(id))?.kind, "drop");
  });

  const waits: [waiting: object, reason: string][] = [
    [{ reason: "ErrImagePull", message: "not found" }, "ImageNotPulled"],
    [{ reason: "CreateContainerConfigError", message: 'secret "x" not found' }, "SecretMissing"],
    [{ reason: "CreateContainerError", message: "no such file" }, "ContainerNotCreated"],
    [{ reason: "ContainerCreating" }, "ContainersStarting"],
  ];
  for (const [waiting, expected] of waits) {
    test(`a Pod's own words say why its Job does not come on: ${expected}`, async () => {
      const id = randomUUID();
      await createJob(subject(), id);
      await patchStatus(subject().server, id, {
        phase: "Pending",
        initContainerStatuses: [{ ...UNREADY, name: "database", state: { waiting } }],
      });
      const job = await subject().cluster.readJob(id);
      assert.equal([job?.outcome, job?.blocker?.reason], [null, expected]);
    });
  }

  test("a Pod that no node fits says so", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    const scheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
    const conditions = [{ ...scheduled, message: "0/0 nodes are available." }];
    await patchStatus(subject().server, id, { phase: "Pending", conditions });
    const job = await subject().cluster.readJob(id);
    assert.is(job?.blocker?.message, "No node has room for the site Job: 0/0 nodes are available.");
  });

  test("a Job whose Pods the quota does not allow says so, in the quota's words", async () => {
    const id = randomUUID();
    const huge = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "9999Gi" } };
    await createJob(subject(), id, newOperation({ kind: "drop" }), (job) => {
      const { spec } = job.spec?.template ?? {};
      for (const container of spec?.containers ?? []) container.resources = huge;
      return job;
    });
    const blocker = await eventually("the event is there", async () => {
      const job = await subject().cluster.readJob(id);
      return job?.blocker?.reason === "QuotaExceeded" ? job.blocker : null;
    });
    assert.match(blocker.message, /exceeded quota: .*limits\.memory=9999Gi/);
  });

  test("a Job that the quota does not allow is refused in the quota's words, and so is a Secret", async () => {
    const { server, cluster } = subject();
    const id = randomUUID();
    const hard = { "count/jobs.batch": "0", "count/secrets": "0" };
    const metadata = { name: "nothing" };
    await server.core.createNamespacedResourceQuota({
      namespace: NAMESPACE,
      body: { metadata, spec: { hard } },
    });
    try {
      for (const make of [
        () => cluster.createJob(siteJob(tenantOf(id), newOperation(), SETTINGS)),
        () => cluster.createSecret(siteSecret(id, PASSWORDS, SETTINGS)),
      ]) {
        const made = await eventually("it is refused", async () => {
          const result = await make().catch(() => null);
          if (result === "made") {
            await cluster.deleteSecret(id, "passwords");
            await cluster.deleteJob(id, (await cluster.readJob(id))?.uid ?? "");
          }
          return typeof result === "object" ? result : null;
        });
        assert.is(made.reason, "QuotaExceeded");
        assert.match(made.message, /exceeded quota: nothing/);
      }
    } finally {
      await server.core.deleteNamespacedResourceQuota({ name: "nothing", namespace: NAMESPACE });
    }
  });

  test("a Job that does not go says since when", async () => {
    const { server, cluster } = subject();
    const id = randomUUID();
    await createJob(subject(), id);
    await patchPodFinalizers(server, id, ["kairos.app/held-by-a-test"]);
    const before = await cluster.readJob(id);
    await cluster.deleteJob(id, before?.uid ?? "");
    const after = await cluster.readJob(id);
    assert.equal([after?.terminating, after?.blocker?.reason], [true, "JobTerminating"]);
    assert.match(after?.blocker?.message ?? "", /^The Pod site-\S+ has been stopping for less/);
    await patchPodFinalizers(server, id, []);
  });

  test("200 calls use one or two connections", async () => {
    const { server } = subject();
    const counter = await startConnectionCounter(server.url, null);
    const kubeconfig = server.kubeconfigFor(TOKENS.provision, counter.url);
    const cluster = clusterOf(kubeconfig);
    const id = randomUUID();
    await createJob({ cluster }, id);
    for (let call = 0; call < 200; call++) await cluster.readJob(id);
    assert.ok(counter.opened() <= 2, `${counter.opened()} connections`);
    counter.stop();
  });

  test("the quota counts the Pods of site Jobs, and no others", async () => {
    const { server } = subject();
    const used = async () => {
      const { items } = await server.core.listNamespacedResourceQuota({ namespace: NAMESPACE });
      return Number(items[0]?.status?.used?.["pods"] ?? 0);
    };
    const before = await eventually("the quota is counted", async () => (await used()) || null);
    const containers = [{ name: "bench", image: "x" }];
    const body = { metadata: { name: "bench" }, spec: { containers } };
    await server.core.createNamespacedPod({ namespace: NAMESPACE, body });
    await createJob(subject(), randomUUID());
    await eventually("the site Job's Pod is counted", async () =>
      (await used()) > before ? true : null,
    );
    assert.is(await used(), before + 1);
  });
}

async function statusOf(
  { url, certificate }: KubeApiserver,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const { request } = await import("node:https");
  return new Promise((resolve, reject) => {
    const type = {
      "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
    };
    const options = { method, ca: certificate, headers: { ...headers, ...type } };
    const sent = request(`${url}${path}`, options, (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    sent.once("error", reject);
    sent.end(method === "GET" || method === "DELETE" ? undefined : "{}");
  });
}
