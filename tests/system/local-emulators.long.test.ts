/** Stacks on emulators that already run. */
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import type { Message } from "@google-cloud/pubsub";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLUSTER_EVENTS, TENANT_EVENTS } from "../../shared/pubsub/bus.ts";
import { emulatorSpecs, findEmulators } from "../../scripts/local/emulators.ts";
import { freePorts, isAnswered, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { LocalProblem } from "../../scripts/local/start-error.ts";
import { takeEmulators } from "../../scripts/local/running-emulators.ts";
import { startStack } from "../../scripts/local/local-stack.ts";
import type { Stack } from "../../scripts/local/local-stack.ts";
import { createServerProcesses } from "../testkit/server-processes.ts";
import { eventually, startTestStack, temporaryDirectory } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("emulators that already run");

const processes = createServerProcesses();
const hosts = { firestore: "", pubsub: "" };
const directory = temporaryDirectory();

test.before(async () => {
  const [firestore = 0, pubsub = 0] = await freePorts(2);
  const programs = findEmulators(process.env);
  for (const spec of emulatorSpecs(programs, { firestore, pubsub }, process.env))
    processes.start(spec);
  for (const port of [firestore, pubsub]) await waitForPort(port, AbortSignal.timeout(60_000));
  hosts.firestore = `127.0.0.1:${firestore}`;
  hosts.pubsub = `127.0.0.1:${pubsub}`;
});
test.after(async () => {
  await processes.stop();
  rmSync(directory, { recursive: true, force: true });
});

let stacks: TestStack[] = [];
async function start(env: Record<string, string>): Promise<TestStack> {
  const it = await startTestStack(env);
  stacks.push(it);
  return it;
}
test.after.each(async () => {
  for (const it of stacks) await it.stop();
  stacks = [];
});

const both = () => ({
  FIRESTORE_EMULATOR_HOST: hosts.firestore,
  PUBSUB_EMULATOR_HOST: hosts.pubsub,
});

async function createTenant(it: TestStack): Promise<string> {
  const body = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
  const created = await it.call("POST", "/tenants", { body });
  assert.is(created.status, 201);
  const id = String(created.body["id"]);
  await it.until(id, "active");
  return id;
}

function openPubSub({ projectId, pubsubHost }: Stack): PubSub {
  return new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
}

/** Where the push subscriptions of provision push to. */
async function pushEndpoints(stack: Stack): Promise<string[]> {
  const pubsub = openPubSub(stack);
  const endpoints = [TENANT_EVENTS, CLUSTER_EVENTS].map(async (topic) => {
    const [{ pushConfig }] = await pubsub.subscription(`${topic}-provision`).getMetadata();
    return new URL(pushConfig?.pushEndpoint ?? "").origin;
  });
  const found = await Promise.all(endpoints);
  await pubsub.close();
  return found;
}

test("a stack works on them without Java, leaves them running, and the next one begins clean", async () => {
  const neighbour = new Firestore({ projectId: "somebody", host: hosts.firestore, ssl: false });
  await neighbour.doc("things/one").set({ is: "kept" });

  const first = await start({ ...both(), PATH: "/nowhere" });
  const old = await createTenant(first);
  await first.stop();
  for (const host of Object.values(hosts)) {
    assert.ok(await isAnswered({ host: "127.0.0.1", port: Number(host.split(":")[1]) }), host);
  }

  const second = await start({ ...both(), PATH: "/nowhere" });
  assert.is((await second.call("GET", `/tenants/${old}`)).status, 404);
  assert.is((await second.call("GET", "/tenants")).body["total"], 0);
  const { provision } = second.stack.urls;
  assert.equal(await pushEndpoints(second.stack), [provision, provision]);
  await createTenant(second);
  await second.stop();

  assert.is((await neighbour.doc("things/one").get()).get("is"), "kept");
  await neighbour.terminate();
});

test("beside one that already runs, the stack starts the other one and ends it again", async () => {
  const it = await start({ PUBSUB_EMULATOR_HOST: hosts.pubsub });
  assert.is(it.stack.pubsubHost, hosts.pubsub);
  assert.is.not(it.stack.firestoreHost, hosts.firestore);
  const own = { host: "127.0.0.1", port: Number(it.stack.firestoreHost.split(":")[1]) };
  assert.ok(await isAnswered(own));
  await createTenant(it);
  await it.stop();
  assert.not(await isAnswered(own));
});

test("the resync comes as often as is set, and between two attempts there is but a second", async () => {
  const it = await start({ ...both(), LOCAL_RESYNC_SECONDS: "0.2" });
  const provision = `/proc/${it.stack.functions.pid("provision")}/environ`;
  assert.ok(readFileSync(provision, "utf8").split("\0").includes("RETRY_PAUSE_SECONDS=1"));

  const pubsub = openPubSub(it.stack);
  const [subscription] = await pubsub.topic(TENANT_EVENTS).createSubscription("what-is-published");
  const triggers: unknown[] = [];
  subscription.on("message", (message: Message) => {
    triggers.push(JSON.parse(message.data.toString("utf8")));
    message.ack();
  });
  await eventually("resyncs come", async () => (triggers.length >= 3 ? true : null));
  await subscription.close();
  await subscription.delete();
  await pubsub.close();
  assert.equal(triggers[0], { kind: "resync" });
});

async function problemOf(env: Record<string, string>): Promise<string> {
  const [port] = await freePorts(1);
  const stackDirectory = join(directory, "never-started");
  try {
    const stack = await startStack({
      directory: stackDirectory,
      env: { ...process.env, PORT: String(port), ...env },
    });
    await stack.stop();
    return "it started";
  } catch (error) {
    return error instanceof LocalProblem ? error.message : String(error);
  }
}

for (const name of ["FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"]) {
  test(`where nothing answers at ${name}, one sentence says so`, async () => {
    const [closed] = await freePorts(1);
    const said = await problemOf({ ...both(), [name]: `127.0.0.1:${closed}` });
    assert.match(said, `${name} names a `);
    assert.match(said, `emulator at 127.0.0.1:${closed}, and nothing answers there.`);
  });
}

test("emulators that another stack uses are not taken from it", async () => {
  const release = await takeEmulators(hosts);
  const said = await problemOf({
    ...both(),
    FIRESTORE_EMULATOR_HOST: hosts.firestore.replace("127.0.0.1", "localhost"),
  });
  release();
  assert.match(said, /^Another stack uses the Firestore emulator at localhost:/);
});

test("only those emulators are looked for that are to be started", () => {
  const root = join(directory, "sdk");
  const bin = join(root, "bin");
  const jars = join(root, "platform/pubsub-emulator/lib");
  for (const made of [bin, jars]) mkdirSync(made, { recursive: true });
  writeFileSync(join(bin, "gcloud"), "");
  writeFileSync(join(jars, "cloud-pubsub-emulator-1-all.jar"), "");
  const java = findEmulators(process.env, ["pubsub"])[0]?.java ?? "";
  symlinkSync(java, join(bin, "java"));
  const env = { PATH: bin };
  assert.equal(
    findEmulators(env, ["pubsub"]).map(({ name }) => name),
    ["pubsub"],
  );
  assert.throws(() => findEmulators(env, ["firestore"]), /Firestore emulator is missing/);
  assert.equal(findEmulators({ PATH: "/nowhere" }, []), []);
});

test.run();
