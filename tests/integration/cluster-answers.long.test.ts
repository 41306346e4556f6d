/** What is not an answer of Kubernetes, and which of its refusals mean what. */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCluster, STEP_AFTER_SECONDS } from "../../shared/kubernetes/cluster.ts";
import type { Cluster } from "../../shared/kubernetes/cluster.ts";
import { loadKubeConfig } from "../../shared/kubernetes/cluster-target.ts";
import { isReportable } from "../../shared/reconciler/blocker.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("what the cluster answers");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

/** Everything that is asked of a cluster that always answers this, with what comes of it. */
async function askAll(code: number, type: string, body: string): Promise<Record<string, string>> {
  const server = createServer((_request, response) => {
    response.writeHead(code, { "Content-Type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const directory = temporaryDirectory();
  const path = join(directory, "kubeconfig");
  writeFileSync(path, kubeconfigOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  const cluster = connectCluster({ target: { kind: "kubeconfig", path }, namespace: "frappe" });
  try {
    const answers = Object.entries(CALLS).map(async ([name, ask]) => [
      name,
      await cameOf(ask(cluster)),
    ]);
    return Object.fromEntries(await Promise.all(answers)) as Record<string, string>;
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const CALLS: Record<string, (cluster: Cluster) => Promise<unknown>> = {
  listJobs: (cluster) => cluster.listJobs(),
  readJob: (cluster) => cluster.readJob(ID),
  readReport: (cluster) => cluster.readReport(ID, "u"),
  createJob: (cluster) => cluster.createJob({ metadata: { name: "x" } }),
  createSecret: (cluster) => cluster.createSecret({ metadata: { name: "x" } }),
  deleteJob: (cluster) => cluster.deleteJob(ID, "u"),
  deleteSecret: (cluster) => cluster.deleteSecret(ID, "passwords"),
};

async function cameOf(call: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await call) ?? null);
  } catch (error) {
    return error instanceof AdapterError ? error.code : String(error);
  }
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}

const status = (code: number, reason: string, message: string) =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code });

for (const [sentence, type, body] of [
  ["a page of HTML", "text/html", "<html>Sign in</html>"],
  ["an empty object", "application/json", "{}"],
  ["nothing", "application/json", "null"],
] as const) {
  test(`${sentence} with status 200 is no answer, and no empty list`, async () => {
    const came = await askAll(200, type, body);
    assert.equal(new Set(Object.values(came)), new Set(["unavailable"]), JSON.stringify(came));
  });
}

test("only AlreadyExists means that it is made, and only Conflict that it is another", async () => {
  const exists = await askAll(409, "application/json", status(409, "AlreadyExists", "it is there"));
  assert.equal([exists["createJob"], exists["createSecret"]], ['"taken"', '"taken"']);
  assert.is(exists["deleteJob"], "unavailable");
  const conflict = await askAll(409, "application/json", status(409, "Conflict", "try again"));
  assert.equal([conflict["createJob"], conflict["createSecret"]], ["unavailable", "unavailable"]);
});

test("a 403 is a quota's, in its words, or a matter of rights", async () => {
  const words = "exceeded quota: site-jobs, requested: count/jobs.batch=1";
  const quota = await askAll(403, "application/json", status(403, "Forbidden", `no: ${words}`));
  for (const made of [quota["createJob"], quota["createSecret"]]) {
    const { reason, message } = JSON.parse(made ?? "") as Record<string, string>;
    assert.equal(
      [reason, message],
      ["QuotaExceeded", `The namespace's quota allows no more: ${words}`],
    );
  }
  const denied = await askAll(403, "application/json", status(403, "Forbidden", "not you"));
  assert.equal(new Set(Object.values(denied)), new Set(["denied"]));
});

const kubeconfigs = temporaryDirectory();
test.after(() => rmSync(kubeconfigs, { recursive: true, force: true }));

const STARTED = new Date("2026-11-29T17:00:00Z");

/** A Job at work, as far as a server tells of it that does this when it is asked for a log of its Pod. */
async function startWithoutLogs(onLog: (response: ServerResponse) => void, owner = "u") {
  const metadata = { name: "x", uid: "u" };
  const labels = Object.fromEntries(
    ["kind", "generation", "attempt"].map((name) => [`kairos.app/${name}`, "1"]),
  );
  const job = {
    metadata: { ...metadata, labels: { ...labels, "kairos.app/kind": "create" } },
    spec: {},
  };
  const state = { running: { startedAt: STARTED } };
  const containerStatuses = [{ name: "site", state }];
  const pod = {
    metadata: { ...metadata, ownerReferences: [{ uid: owner }] },
    status: { containerStatuses },
  };
  let asked = 0;
  const server = createServer(({ url = "" }, response) => {
    if (url.includes("/log?")) {
      asked += 1;
      onLog(response);
      return;
    }
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(url.includes("/pods?") ? { metadata: {}, items: [pod] } : job));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, stop, asked: () => asked };
}

test("a Job is asked for its step when it has lasted long enough to be told of", () => {
  const blocker = { reason: "NoNodeFits", message: "", since: STARTED } as const;
  const after = (seconds: number) => new Date(STARTED.getTime() + seconds * 1000);
  assert.is(isReportable(blocker, after(STEP_AFTER_SECONDS)), true);
  assert.is(isReportable(blocker, after(STEP_AFTER_SECONDS - 0.001)), false);
});

const refused = (code: number) => (response: ServerResponse) => {
  response.writeHead(code, { "Content-Type": "application/json" });
  response.end(status(code, "x", "no log"));
};

const failures: [sentence: string, onLog: (response: ServerResponse) => void][] = [
  ["may not be read", refused(403)],
  ["is not there", refused(404)],
  ["has not begun", refused(400)],
  ["is on a node that does not answer", refused(500)],
  ["says nothing, and of no type", (response) => response.writeHead(204).end()],
  [
    "is not sent to its end",
    (response) => response.writeHead(200, { "Content-Type": "text/plain" }).write("x"),
  ],
  ["breaks off", (response) => response.destroy()],
  ["never comes", () => {}],
];
for (const [sentence, onLog] of failures) {
  test(`where a log ${sentence}, everything else is told all the same`, async () => {
    const server = await startWithoutLogs(onLog);
    try {
      const cluster = clusterAt(server.url);
      const job = await cluster.readJob(ID);
      assert.equal([job?.kind, job?.step, server.asked()], ["create", null, 1]);
      const report = await cluster.readReport(ID, "u");
      const times = { createdAt: null, runningAt: STARTED, endedAt: null };
      assert.equal([report, server.asked()], [{ ...times, steps: [], log: null, result: null }, 2]);
    } finally {
      server.stop();
    }
  });
}

test("the Pod of another Job that has taken the name is not taken for its own", async () => {
  const server = await startWithoutLogs(refused(404), "another");
  try {
    assert.equal([await clusterAt(server.url).readReport(ID, "u"), server.asked()], [null, 0]);
  } finally {
    server.stop();
  }
});

/** An adapter that does not wait for long. */
function clusterAt(url: string): Cluster {
  const path = join(kubeconfigs, "kubeconfig");
  writeFileSync(path, kubeconfigOf(url));
  const target = { kind: "kubeconfig", path } as const;
  return connectCluster({ target, namespace: "frappe", callMilliseconds: 2000 });
}

/** A server that lists no Jobs, or refuses with a status. */
async function startLister(refusal?: number) {
  const server = createServer((_request, response) => {
    const list = { kind: "JobList", apiVersion: "batch/v1", metadata: {}, items: [] };
    response.writeHead(refusal ?? 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(refusal === undefined ? list : { kind: "Status" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, stop };
}

for (const [sentence, refusal] of [
  ["does not answer any more", undefined],
  ["knows its caller no more", 401],
] as const) {
  test(`a cluster that ${sentence} is looked for, and found elsewhere without a restart`, async () => {
    const [first, second] = [await startLister(refusal), await startLister()];
    const directory = temporaryDirectory();
    const path = join(directory, "kubeconfig");
    const looks: string[] = [];
    const load: typeof loadKubeConfig = (target) => {
      looks.push(readFileSync(path, "utf8"));
      return loadKubeConfig(target);
    };
    try {
      writeFileSync(path, kubeconfigOf(first.url));
      const options = { target: { kind: "kubeconfig", path }, namespace: "frappe" } as const;
      const cluster = connectCluster(options, load);
      if (refusal === undefined) {
        assert.equal(await cluster.listJobs(), []);
        first.stop();
      }
      const code = refusal === undefined ? "unavailable" : "denied";
      assert.is(await cameOf(cluster.listJobs()), code);
      writeFileSync(path, kubeconfigOf(second.url));
      assert.equal(await cluster.listJobs(), []);
      // And where it is nowhere, not every call looks.
      second.stop();
      const ask = () => cameOf(cluster.listJobs());
      assert.equal([await ask(), await ask()], ["unavailable", "unavailable"]);
      assert.is(looks.length, 2);
    } finally {
      first.stop();
      second.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

test.run();
