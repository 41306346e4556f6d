/**
 * The contract of the cluster edge, held by the local stand-in and by a real Kubernetes API server
 * alike. What is different is only who moves the Pods: the stand-in runs them, and on the real server,
 * which has no kubelet here, the test patches their status.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { startLocalCluster } from "../scripts/local/cluster/server.ts";
import { startReaper } from "../scripts/local/reaper.ts";
import { connectCluster } from "../shared/cluster.ts";
import type { Cluster } from "../shared/cluster.ts";
import { EdgeError } from "../shared/errors.ts";
import { siteJob, siteSecret } from "../shared/manifests.ts";
import { jobName, newTenant } from "../shared/tenant.ts";
import type { Operation } from "../shared/tenant.ts";
import { findKubeApiserver, startKubeApiserver } from "./kube-apiserver.ts";
import { skip } from "./parts.ts";
import { eventually, temporaryDirectory } from "./stack-fixture.ts";

/** A cluster under test, and a hand on its Pods. */
interface Subject {
  cluster: Cluster;
  /** Lets the tenant's Pod end like this. */
  endPod: (tenantId: string, exitCode: number, message: string) => Promise<void>;
  /** The same edge with credentials that are not valid. */
  stranger: Cluster;
  stop: () => Promise<void>;
}

const NAMESPACE = "frappe";

/** On the stand-in, a Pod does what a test writes into its file. */
const SCRIPT = `
until [[ -s orders/$TENANT_ID ]]; do sleep 0.02; done
. "orders/$TENANT_ID"
`;

const SETTINGS = {
  namespace: NAMESPACE,
  baseDomain: "kairos.app",
  frappeImage: "frappe/erpnext:v16.32.3",
  frappeApps: ["erpnext"],
  databaseHost: "mariadb",
  databasePort: 3306,
  scripts: { create: SCRIPT, drop: SCRIPT },
};

function newOperation(more: Partial<Operation> = {}): Operation {
  return { kind: "create", generation: 1, attempt: 1, started_at: new Date(), ...more };
}

function tenantOf(id: string) {
  const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  return newTenant({ id, wishId: randomUUID(), ...wanted }, new Date());
}

async function createJob({ cluster }: Subject, id: string, operation = newOperation()) {
  const passwords = { database: "d", administrator: "a" };
  await cluster.createSecret(siteSecret(id, passwords, SETTINGS));
  await cluster.createJob(siteJob(tenantOf(id), operation, SETTINGS));
}

async function outcomeOf({ cluster }: Subject, id: string) {
  const { outcome } = await eventually("the Job has ended", async () => {
    const job = await cluster.readJob(id);
    return job === null || job.outcome === null ? null : job;
  });
  return outcome;
}

function addContract(test: Test, subject: () => Subject): void {
  test("a Job that is not there is null", async () => {
    assert.is(await subject().cluster.readJob(randomUUID()), null);
  });

  test("a Job says which operation it carries out, and has no outcome while it works", async () => {
    const id = randomUUID();
    await createJob(subject(), id, newOperation({ kind: "drop", generation: 7, attempt: 3 }));
    const job = await subject().cluster.readJob(id);
    assert.ok(job?.uid);
    assert.equal(
      { ...job, uid: "" },
      { uid: "", kind: "drop", generation: 7, attempt: 3, terminating: false, outcome: null },
    );
  });

  test("a Job whose name is taken is not made, and the one that is there stays", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    const before = await subject().cluster.readJob(id);
    await createJob(subject(), id, newOperation({ kind: "drop", generation: 2 }));
    assert.equal(await subject().cluster.readJob(id), before);
  });

  test("a Pod that ends well is a success", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, 0, "");
    assert.equal(await outcomeOf(subject(), id), { result: "succeeded" });
  });

  test("a Pod that fails is a failure in its own words", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, 1, '{"step":"new-site","reason":"no disk"}');
    assert.equal(await outcomeOf(subject(), id), {
      result: "failed",
      step: "new-site",
      reason: "BackoffLimitExceeded",
      message: "no disk",
    });
  });

  test("a Pod that fails without a word fails with the Job's condition", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, 137, "");
    assert.equal(await outcomeOf(subject(), id), {
      result: "failed",
      step: null,
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    });
  });

  test("a finished Job is deleted, and its name is free when the call returns", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    await subject().endPod(id, 0, "");
    await outcomeOf(subject(), id);
    const job = await subject().cluster.readJob(id);
    await subject().cluster.deleteJob(id, job?.uid ?? "");
    assert.is(await subject().cluster.readJob(id), null);
    await createJob(subject(), id, newOperation({ generation: 2 }));
    assert.is((await subject().cluster.readJob(id))?.generation, 2);
  });

  test("a Job of another uid is left alone", async () => {
    const id = randomUUID();
    await createJob(subject(), id);
    const before = await subject().cluster.readJob(id);
    await subject().cluster.deleteJob(id, randomUUID());
    assert.equal(await subject().cluster.readJob(id), before);
  });

  test("deleting what is not there is no error", async () => {
    await subject().cluster.deleteJob(randomUUID(), randomUUID());
    await subject().cluster.deleteSecret(randomUUID());
  });

  test("a Secret is made once and can be deleted", async () => {
    const id = randomUUID();
    const secret = siteSecret(id, { database: "first", administrator: "a" }, SETTINGS);
    await subject().cluster.createSecret(secret);
    await subject().cluster.createSecret(secret);
    await subject().cluster.deleteSecret(id);
    await subject().cluster.createSecret(secret);
  });

  test("the cluster answers a ping", async () => {
    await subject().cluster.ping();
  });

  test("credentials that are not valid are an error of the cluster that says denied", async () => {
    try {
      await subject().stranger.readJob(randomUUID());
      assert.unreachable();
    } catch (error) {
      assert.instance(error, EdgeError);
      assert.equal([(error as EdgeError).edge, (error as EdgeError).code], ["cluster", "denied"]);
    }
  });
}

/** The kubeconfig in a file, changed to a token that nobody knows. */
function kubeconfigOfStranger(directory: string, kubeconfig: string): string {
  const config = JSON.parse(kubeconfig) as { users: { user: { token: string } }[] };
  for (const { user } of config.users) user.token = "guessed";
  const path = join(directory, "kubeconfig-of-stranger");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function startStandIn(): Promise<Subject> {
  const directory = temporaryDirectory();
  const orders = join(directory, "orders");
  mkdirSync(orders);
  const reaper = startReaper();
  const local = await startLocalCluster({
    namespace: NAMESPACE,
    secrets: [{ name: "frappe-database-admin", values: { username: "root", password: "r" } }],
    contextFor: (name, container) => ({
      directory,
      imageEnvironment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      logFile: join(directory, `${name}-${container}.log`),
      reaper,
    }),
    onJobEnded: () => {},
  });
  const path = join(directory, "kubeconfig");
  writeFileSync(path, local.kubeconfig);
  const stranger = kubeconfigOfStranger(directory, local.kubeconfig);
  return {
    cluster: connectCluster({ kubeconfig: path, namespace: NAMESPACE }),
    stranger: connectCluster({ kubeconfig: stranger, namespace: NAMESPACE }),
    endPod: (id, exitCode, message) => {
      const order = `printf %s '${message}' > "$TERMINATION_LOG"\nexit ${exitCode}\n`;
      writeFileSync(join(orders, id), order);
      return Promise.resolve();
    },
    async stop() {
      await local.close();
      reaper.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startReal(assets: string): Promise<Subject> {
  const server = await startKubeApiserver(assets);
  await server.createNamespace(NAMESPACE);
  const directory = temporaryDirectory();
  const stranger = kubeconfigOfStranger(directory, readFileSync(server.kubeconfig, "utf8"));
  return {
    cluster: connectCluster({ kubeconfig: server.kubeconfig, namespace: NAMESPACE }),
    stranger: connectCluster({ kubeconfig: stranger, namespace: NAMESPACE }),
    async endPod(id, exitCode, message) {
      const pod = await eventually("the Pod is there", async () => {
        const labelSelector = `job-name=${jobName(id)}`;
        const { items } = await server.core.listNamespacedPod({
          namespace: NAMESPACE,
          labelSelector,
        });
        return items[0] ?? null;
      });
      const terminated = { exitCode, ...(message === "" ? {} : { message }) };
      const status = { name: "x", image: "x", imageID: "x", ready: false, restartCount: 0 };
      // The client sends a list of operations, which replaces the whole status.
      await server.core.patchNamespacedPodStatus({
        name: pod.metadata?.name ?? "",
        namespace: NAMESPACE,
        body: [
          {
            op: "replace",
            path: "/status",
            value: {
              phase: exitCode === 0 ? "Succeeded" : "Failed",
              containerStatuses: [{ ...status, state: { terminated } }],
            },
          },
        ],
      });
    },
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function addSuite(name: string, start: () => Promise<Subject>): void {
  const test = suite(name);
  let subject: Subject;
  test.before(async () => {
    subject = await start();
  });
  test.after(async () => {
    await subject.stop();
  });
  addContract(test, () => subject);
  test.run();
}

addSuite("the cluster edge on the local stand-in", startStandIn);

const real = "the cluster edge on a real API server";
const { assets, reason } = findKubeApiserver(process.env);
if (assets === null) {
  const test = suite(real);
  skip(test, real, "kube-apiserver", reason);
  test.run();
} else {
  addSuite(real, () => startReal(assets));
}
