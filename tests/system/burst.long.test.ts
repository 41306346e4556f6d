/**
 * 1,000 tenants at once, and slots for 50: every one gets its Job, none two, and never more than 50 at once. A
 * subscriber is told of each, in order, and last what the database says; and no secret is in whatever was written.
 * It is about the control plane, so the Jobs' containers only take a while here, so long that slots are scarce.
 */
import { PubSub } from "@google-cloud/pubsub";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runBurst, SLOTS, startBurstStack } from "../../scripts/benchmarks/parts/burst.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import { toStatusView } from "../../shared/tenant/status-event.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { watchJobs } from "../testkit/site-jobs.ts";
import { subscribeToStatus } from "../testkit/status-subscriber.ts";
import type { OwnStack } from "../testkit/own-stack.ts";
import { eventually } from "../testkit/stack-fixture.ts";

const test = suite("a burst");

const TENANTS = 1_000;

/** How many of them get a login link. */
const LINKS = 50;

let it: OwnStack;
let pubsub: PubSub;
let subscriber: Awaited<ReturnType<typeof subscribeToStatus>>;
/** The passwords of all sites. */
const passwords: string[] = [];
test.before(async () => {
  it = await startBurstStack();
  const { projectId, pubsubHost } = it.stack;
  pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  subscriber = await subscribeToStatus(pubsub);
  const { createSecret } = it.cluster.jobs;
  it.cluster.jobs.createSecret = (secret) => {
    // One that is there already is refused, and its passwords are nobody's.
    const created = createSecret(secret);
    passwords.push(...Object.values(secret.stringData ?? {}));
    return created;
  };
});
test.after(async () => {
  await subscriber.stop();
  await pubsub.close();
  await it.stop();
});

const documentsIn = async (collection: string) =>
  (await it.firestore.collection(collection).get()).docs;

test(`${TENANTS} creates are ${TENANTS} Jobs, ${SLOTS} at a time`, async () => {
  const made = watchJobs(it.cluster.jobs, ["sleep", "5"]);
  const { seconds, acceptedSeconds, repeated } = await runBurst(it, "burst", TENANTS);
  console.log(
    `${TENANTS} accepted after ${acceptedSeconds.toFixed(1)} s (${repeated} tried again), ` +
      `all active after ${seconds.toFixed(1)} s; ${made.atOnce()} Jobs at once at the most`,
  );
  const tenants = await it.firestore.collection("tenants").get();
  const wanted = tenants.docs.map(({ id }) => `site-${id}`);
  assert.is(wanted.length, TENANTS);
  assert.equal(made.names().toSorted(), wanted.toSorted());
  assert.ok(made.atOnce() <= SLOTS, `${made.atOnce()} Jobs at once`);
  assert.ok(made.atOnce() > 1, "they work beside each other");
  await eventually("no slot is taken", async () =>
    (await it.firestore.collection("slots").get()).empty ? true : null,
  );
});

test("a subscriber was told of each tenant in order, and last what the database says", async () => {
  // The resync sends some thousand, a part each time. Who looks seldom is no burden.
  const looked = async () => {
    await sleep(1_000);
    return (await it.firestore.collection("events").limit(1).get()).empty ? true : null;
  };
  await eventually("all is published", looked, 15 * 60_000);
  for (const document of await documentsIn("tenants")) {
    const record = toDates(document.data()) as Tenant;
    const last = await eventually(`the last word of ${record.id}`, async () => {
      const event = subscriber.eventsOf(record.id).at(-1);
      return Number(event?.sequence) === record.sequence ? event : null;
    });
    assert.equal(last?.data, { ...toStatusView(record) });
  }
});

/** Asks for a login link, and gives its key. */
async function linkFor(tenantId: string): Promise<string> {
  const { urls, apiKey } = it.stack;
  const response = await fetch(`${urls.api}/tenants/${tenantId}/login-links`, {
    method: "POST",
    headers: { "X-API-Key": apiKey },
  });
  const { url } = (await response.json()) as { url: string };
  return new URL(url).searchParams.get("key") ?? "";
}

test("no key, password or login key is in any log, record, operation or event", async () => {
  const tenants = (await documentsIn("tenants")).slice(0, LINKS);
  const loginKeys = await Promise.all(tenants.map(({ id }) => linkFor(id)));
  await eventually("the links are set", async () => {
    const query = it.firestore.collection("operations").where("kind", "==", "login-link");
    const set = (await query.get()).docs.filter(
      (document) => document.get("state") === "succeeded",
    );
    return set.length === LINKS ? true : null;
  });
  const logs = globSync(join(it.stack.logDirectory, "**/*.log")).flatMap((path) =>
    readFileSync(path, "utf8").split("\n"),
  );
  const collections = await it.firestore.listCollections();
  const documents = await Promise.all(collections.map(({ id }) => documentsIn(id)));
  const lines = [
    ...logs,
    ...documents.flat().map((document) => JSON.stringify(document.data())),
    ...subscriber.received.map((received) => JSON.stringify(received)),
  ];
  console.log(`${lines.length} lines were read`);
  assert.ok(lines.length > 10_000, `${lines.length} lines`);
  assert.is(passwords.length, 2 * TENANTS);
  assert.ok(loginKeys.every((key) => key.length === 43));
  const text = lines.join("\n");
  const secrets = [it.stack.apiKey, ...passwords, ...loginKeys];
  assert.equal(
    secrets.filter((secret) => text.includes(secret)),
    [],
  );
});

test.run();
