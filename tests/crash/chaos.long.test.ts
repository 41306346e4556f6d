/**
 * The real stack under everything that may go wrong at once: messages that come twice and out of order,
 * functions killed with -9, emulators that stand still, a cluster that fails, is busy or never answers.
 * Asserts what there is in the end: every tenant as it was asked for, and nothing left over.
 */
import { PubSub } from "@google-cloud/pubsub";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectGarbage } from "../../functions/provision/collect-garbage.ts";
import type { Fault } from "../../scripts/local/fake-cluster/kubernetes-api.ts";
import { FUNCTION_NAMES } from "../../scripts/local/function-process.ts";
import { waitForPort } from "../../scripts/local/loopback-ports.ts";
import { CLUSTER_EVENTS, TENANT_EVENTS } from "../../shared/pubsub/bus.ts";
import { DATABASE_ADMIN_SECRET } from "../../shared/operations/job-environment.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { databaseName, jobName, siteName } from "../../shared/tenant/names.ts";
import { connectDependencies } from "../../shared/runtime/connect.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import { toStatusView } from "../../shared/tenant/status-event.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { subscribeToStatus } from "../testkit/status-subscriber.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { Answer, TestStack } from "../testkit/stack-fixture.ts";
import { siteDirectory } from "../../scripts/local/volume.ts";

const test = suite("chaos");

const TENANTS = 60;

/** For so long things go wrong. */
const CHAOS_MILLISECONDS = 60_000;

/**
 * A step that failed is taken up again within two minutes (ADR 1), and every step of a life may fail once or
 * more. On a machine that is busy with something else beside, all of it takes longer.
 */
const TIMEOUT_MILLISECONDS = 15 * 60_000;

const inTime = <T>(what: string, look: () => Promise<T | null>) =>
  eventually(what, look, TIMEOUT_MILLISECONDS);

/** What went wrong, by kind. */
const faults: Record<string, number> = {};

function count(fault: string): void {
  faults[fault] = (faults[fault] ?? 0) + 1;
}

let it: TestStack;
let pubsub: PubSub;
let subscriber: Awaited<ReturnType<typeof subscribeToStatus>>;
let proxy: Awaited<ReturnType<typeof startDoublingProxy>>;
test.before(async () => {
  it = await startTestStack({
    LOCAL_RESYNC_SECONDS: "2",
    LOCAL_BENCH_FAULTS: "chaos-7:new-site:once,chaos-8:drop-site:once,chaos-9:database:once",
  });
  const { projectId, pubsubHost } = it.stack;
  pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  subscriber = await subscribeToStatus(pubsub);
  proxy = await startDoublingProxy(it.stack.urls.provision);
  await pushThrough(proxy.url);
});
test.after(async () => {
  await subscriber.stop();
  await pubsub.close();
  await it.stop();
  proxy.close();
});

/** Stands between Pub/Sub and provision: every message goes through twice, each time after a while. */
async function startDoublingProxy(target: string) {
  const server = createServer((request, response) => {
    void (async () => {
      const body = new Uint8Array(await buffer(request));
      const forward = async () => {
        await sleep(randomInt(500));
        const headers = { "Content-Type": request.headers["content-type"] ?? "" };
        const answer = await fetch(`${target}${request.url}`, { method: "POST", headers, body });
        await answer.body?.cancel();
        return answer.status;
      };
      count("message doubled and delayed");
      const statuses = await Promise.all(
        [forward(), forward()].map((sent) => sent.catch(() => 503)),
      );
      response.writeHead(Math.max(...statuses)).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function pushThrough(url: string): Promise<void> {
  const { projectId } = it.stack;
  for (const topic of [TENANT_EVENTS, CLUSTER_EVENTS]) {
    const pushEndpoint = `${url}/projects/${projectId}/topics/${topic}`;
    await pubsub.subscription(`${topic}-provision`).modifyPushConfig({ pushEndpoint });
  }
}

/** Calls until there is an answer that is not about the fault of the moment. */
async function callUntilAnswered(
  method: string,
  path: string,
  init?: Parameters<TestStack["call"]>[2],
): Promise<Answer> {
  let fault: unknown;
  const answered = inTime(`${method} ${path} is answered`, async () => {
    const answer = await it.call(method, path, init).catch((error: unknown) => {
      fault = error;
      return null;
    });
    if (answer === null || answer.status < 500) return answer;
    fault = answer;
    return null;
  });
  return answered.catch((error: unknown) => {
    throw new Error(`${method} ${path} was never answered`, { cause: [error, fault] });
  });
}

const subdomainOf = (number: number) => `chaos-${number}`;

/** Creates a tenant. An answer that got lost is found out by the list. */
async function create(number: number): Promise<string> {
  const subdomain = subdomainOf(number);
  const body = { organization: "Chaos", subdomain, email: `office@${subdomain}.example` };
  const { status, body: created } = await callUntilAnswered("POST", "/tenants", { body });
  if (status === 201) return String(created["id"]);
  assert.is(status, 409, JSON.stringify(created));
  const { body: listed } = await callUntilAnswered("GET", "/tenants?limit=1000");
  const tenants = listed["tenants"] as { id: string; subdomain: string }[];
  return tenants.find((tenant) => tenant.subdomain === subdomain)?.id ?? "";
}

/** Every second one is to go: right away, a little later, or when it is active. */
async function remove(id: string, number: number): Promise<void> {
  if (number % 6 === 2) await sleep(randomInt(5_000));
  if (number % 6 === 4) await untilStatus(id, "active");
  await callUntilAnswered("DELETE", `/tenants/${id}`);
}

/** Looks seldom enough that those who look are no burden. */
function untilStatus(id: string, wanted: string): Promise<true> {
  return inTime(`tenant ${id} is ${wanted}`, async () => {
    const { status, body } = await callUntilAnswered("GET", `/tenants/${id}/status`);
    if ((status === 404 ? "gone" : body["status"]) === wanted) return true;
    await sleep(250);
    return null;
  });
}

/** Lets things go wrong, one after the other, and all is well again after each. */
async function disturb(end: number): Promise<void> {
  for (let turn = 0; Date.now() < end; turn++) {
    await DISTURBANCES[turn % DISTURBANCES.length]?.();
    await sleep(randomInt(1_500));
  }
}

/** Kills what answers: one that is only starting has nothing in hand, and would never come to have. */
async function killFunctions(end: number): Promise<void> {
  while (Date.now() < end) {
    const name = FUNCTION_NAMES[randomInt(FUNCTION_NAMES.length)] ?? "api";
    await waitForPort(Number(new URL(it.stack.urls[name]).port), AbortSignal.timeout(60_000));
    const pid = it.stack.functions.pid(name);
    if (pid !== undefined && kill(pid, "SIGKILL")) count(`${name} killed`);
    await sleep(500 + randomInt(2_500));
  }
}

const DISTURBANCES = [
  () => pause("firestore-emulator", "Firestore paused", 5_000),
  () => troubleCluster("error"),
  () => pause("pubsub-emulator", "Pub/Sub paused", 5_000),
  () => troubleCluster("hang"),
  // Longer than anybody waits for an answer.
  () => pause("firestore-emulator", "Firestore paused for long", 12_000),
  () => troubleCluster("busy"),
];

async function pause(name: string, fault: string, milliseconds: number): Promise<void> {
  const pid = it.stack.emulators.pid(name);
  if (pid === undefined || !kill(pid, "SIGSTOP")) return;
  count(fault);
  await sleep(milliseconds);
  kill(pid, "SIGCONT");
}

async function troubleCluster(fault: Fault): Promise<void> {
  count(`cluster: ${fault}`);
  it.cluster.fault = fault;
  await sleep(1_000 + randomInt(4_000));
  it.cluster.fault = null;
}

/** The process itself only, by its id. False when it is gone. */
function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

test(`${TENANTS} tenants come to what was asked of them, and nothing is left over`, async () => {
  const end = Date.now() + CHAOS_MILLISECONDS;
  const chaos = Promise.all([disturb(end), killFunctions(end)]);
  const numbers = Array.from({ length: TENANTS }, (_, number) => number);
  const ids = await Promise.all(
    numbers.map(async (number) => {
      // They come over half of the time, so that there is always something at every stage.
      await sleep((number * CHAOS_MILLISECONDS) / 2 / TENANTS);
      const id = await create(number);
      if (number % 2 === 0) await remove(id, number);
      return id;
    }),
  );
  await chaos;
  console.log(`faults: ${JSON.stringify(faults)}`);
  // Each function was killed, and everything else went wrong at least once.
  assert.is(Object.keys(faults).length, FUNCTION_NAMES.length + DISTURBANCES.length + 1);

  const kept = numbers.filter((number) => number % 2 === 1);
  for (const [number, id] of ids.entries()) {
    await untilStatus(id, number % 2 === 1 ? "active" : "gone");
  }
  await emptied("slots and requeues", unsettled);
  await emptied("events", async () => {
    const { docs } = await it.firestore.collection("events").get();
    return docs.map((found) => found.ref.path);
  });
  // What a stalled reconcile may have left is the garbage collection's, a day later.
  const { projectId, firestoreHost, pubsubHost } = it.stack;
  const dependencies = connectDependencies({
    GOOGLE_CLOUD_PROJECT: projectId,
    FIRESTORE_EMULATOR_HOST: firestoreHost,
    PUBSUB_EMULATOR_HOST: pubsubHost,
    KUBECONFIG: join(it.directory, "kubeconfig"),
  });
  await collectGarbage(dependencies, addSeconds(new Date(), 24 * 3600));
  await emptied("Jobs", () => Promise.resolve(it.cluster.jobs.listJobs()));
  await Promise.all([dependencies.store.close(), dependencies.bus.close()]);

  for (const [number, id] of ids.entries()) await told(id, number);

  const idsKept = kept.map((number) => ids[number] ?? "");
  const names = kept.map(subdomainOf);
  const documents = async (collection: string) =>
    (await it.firestore.collection(collection).get()).docs.map((document) => document.id);
  equalSets(await documents("tenants"), idsKept, "tenants");
  equalSets(await documents("subdomains"), names, "reservations");
  equalSets(
    it.cluster.jobs.secretNames(),
    [DATABASE_ADMIN_SECRET, ...idsKept.map(jobName)],
    "Secrets",
  );
  const { volume } = it.stack;
  const sites = idsKept.map(siteName);
  equalSets(
    readdirSync(volume.sites).filter((name) => name.startsWith("tn")),
    sites,
    "sites",
  );
  equalSets(
    readdirSync(volume.hosts),
    names.map((name) => `${name}.kairos.app`),
    "hosts",
  );
  const databases = readdirSync(join(it.directory, "database", "databases"));
  equalSets(databases, idsKept.map(databaseName), "databases");
  const records = readdirSync(volume.tenants);
  equalSets(
    records.filter((name) => !name.endsWith(".gone")),
    sites,
    "owner records",
  );
  for (const [k, id] of idsKept.entries()) {
    const owner = join(volume.tenants, siteName(id), "owner");
    assert.is(readFileSync(owner, "utf8"), `${id}\n${siteName(id)}\n`);
    assert.is(
      realpathSync(join(volume.hosts, `${names[k]}.kairos.app`)),
      siteDirectory(volume, id),
    );
  }
});

/** The subscriber was told of the tenant in order, and last of what became of it; and its history is closed. */
async function told(id: string, number: number): Promise<void> {
  const record = (await it.firestore.doc(`tenants/${id}`).get()).data();
  const last = await inTime(`the last word of ${id}`, async () => {
    const event = subscriber.eventsOf(id).at(-1);
    if (event === undefined) return null;
    const isLast =
      record === undefined
        ? event.type.endsWith(".deleted")
        : Number(event.sequence) === record["sequence"];
    return isLast ? event : null;
  });
  if (record !== undefined) {
    assert.equal(last.data, { ...toStatusView(toDates(record) as Tenant) }, subdomainOf(number));
  }
  const operations = it.firestore.collection("operations").where("tenant_id", "==", id);
  const states = (await operations.get()).docs.map((document) => String(document.get("state")));
  assert.not(
    states.some((state) => state === "queued" || state === "running"),
    states.join(),
  );
}

/** The slots that are taken, and the tenants that wait for something. */
async function unsettled(): Promise<unknown[]> {
  const [slots, tenants] = await Promise.all([
    it.firestore.collection("slots").get(),
    it.firestore.collection("tenants").where("status.next_reconcile_at", "!=", null).get(),
  ]);
  return [...slots.docs, ...tenants.docs].map((found) => [found.ref.path, found.data()]);
}

/** Waits until nothing is left, and prints what is left for good. */
async function emptied(what: string, look: () => Promise<unknown[]>): Promise<void> {
  let left: unknown[] = [];
  const looking = inTime(`there are no ${what}`, async () => {
    left = await look();
    return left.length === 0 ? true : null;
  });
  await looking.catch((error: unknown) => {
    console.log(JSON.stringify(left, null, 2));
    throw error;
  });
}

function equalSets(actual: string[], expected: string[], what: string): void {
  assert.equal(actual.toSorted(), expected.toSorted(), what);
}

test.run();
