/** The outbox, and how it is sent, on the emulators of Firestore and Pub/Sub. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openOutbox } from "../../shared/firestore/outbox.ts";
import { openStore } from "../../shared/firestore/store.ts";
import { DeadlineError } from "../../shared/platform/deadline.ts";
import type { AdapterError } from "../../shared/platform/errors.ts";
import { openBus } from "../../shared/pubsub/bus.ts";
import { sendEvents } from "../../shared/runtime/send-events.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { eventId } from "../../shared/tenant/status-event.ts";
import type { StatusEvent } from "../../shared/tenant/status-event.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { PROJECT_ID, startFirestore, startPubsub } from "../testkit/own-emulators.ts";
import {
  INVALID_ARGUMENT,
  PERMISSION_DENIED,
  startRestProxy,
  UNAVAILABLE,
} from "../testkit/rest-proxy.ts";
import { someEvent } from "../testkit/some-event.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import { subscribeToStatus } from "../testkit/status-subscriber.ts";

const test = suite("the outbox");

type Testbed = Awaited<ReturnType<typeof startTestbed>>;
let it: Testbed;

async function startTestbed() {
  const [firestore, pubsub] = await Promise.all([startFirestore(), startPubsub()]);
  const proxies = {
    firestore: await startRestProxy(firestore.host),
    pubsub: await startRestProxy(pubsub.host),
  };
  const store = openStore({ projectId: PROJECT_ID, emulatorHost: proxies.firestore.host });
  const bus = openBus({ projectId: PROJECT_ID, emulatorHost: proxies.pubsub.host });
  const subscriber = await subscribeToStatus(pubsub.client);
  return {
    firestore,
    proxies,
    subscriber,
    dependencies: { store, bus },
    async stop() {
      await subscriber.stop();
      await Promise.all([store.close(), bus.close()]);
      for (const proxy of Object.values(proxies)) proxy.stop();
      await Promise.all([firestore.stop(), pubsub.stop()]);
    },
  };
}

test.before(async () => {
  it = await startTestbed();
});
test.before.each(() => it.firestore.empty());
test.after(() => it.stop());

/** Writes events as a change of the status does. */
async function write(...events: StatusEvent[]): Promise<void> {
  const batch = it.firestore.client.batch();
  const { addNew } = openOutbox(it.firestore.client);
  for (const event of events) addNew(batch, event);
  await batch.commit();
}

/** Spoils an event's document. */
const damage = (event: StatusEvent, changes: Record<string, unknown>) =>
  it.firestore.client.doc(`events/${eventId(event)}`).update(changes);

const eventsOf = (tenantId: string, count: number) =>
  Array.from({ length: count }, (_, k) => someEvent(tenantId, k + 1));

const documents = async () => (await it.firestore.client.collection("events").get()).docs;

async function isSent(tenantId: string): Promise<boolean> {
  let sent = true;
  await logLinesOf(() => sendEvents(tenantId, it.dependencies).catch(() => (sent = false)));
  return sent;
}

/** Sends until all is sent: on a busy machine Pub/Sub may not answer in time. */
const sendAll = (tenantId: string) =>
  eventually("all is sent", async () => ((await isSent(tenantId)) ? true : null));

test("keeps an event as it was written, and gives a tenant's own in the order of their sequence", async () => {
  const [one, other] = [randomUUID(), randomUUID()];
  const events = eventsOf(one, 12);
  await write(...events.toReversed(), ...eventsOf(other, 2));
  assert.equal(await it.dependencies.store.unsentEvents(one), { events, damaged: [] });
  assert.equal(await it.dependencies.store.unsentEvents(randomUUID()), { events: [], damaged: [] });
});

const damages: [what: string, changes: Record<string, unknown>][] = [
  ["another's id", { tenant_id: randomUUID() }],
  ["another number", { sequence: 9 }],
  ["a text for its number", { sequence: "1" }],
  ["a type that there is not", { type: "gone" }],
  ["no time", { time: "now" }],
  ["no view", { data: null }],
  ["another's view", { "data.id": randomUUID() }],
  ["a list in its view", { "data.reason": ["x"] }],
];
for (const [what, changes] of damages) {
  test(`tells of a document with ${what}, and gives the others`, async () => {
    const id = randomUUID();
    const [first, second] = [someEvent(id, 1), someEvent(id, 2)];
    await write(first, second);
    await damage(first, changes);
    const unsent = await it.dependencies.store.unsentEvents(id);
    assert.equal(unsent, { events: [second], damaged: [`${id}.1`] });
  });
}

test("knows the tenants whose events have waited longest, by one query", async () => {
  const now = new Date();
  const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
  const aged = (id: string, sequence: number, age: number) =>
    someEvent(id, sequence, addSeconds(now, -age));
  await write(aged(a, 1, 70), aged(b, 4, 300), aged(b, 5, 80), aged(c, 1, 10));
  it.proxies.firestore.calls.length = 0;
  assert.equal(await it.dependencies.store.oldestUnsent(addSeconds(now, -60), 200), [
    { tenantId: b, since: addSeconds(now, -300) },
    { tenantId: a, since: addSeconds(now, -70) },
  ]);
  assert.equal(it.proxies.firestore.calls, ["RunQuery"]);
  // A limit is of events.
  assert.is((await it.dependencies.store.oldestUnsent(now, 1)).length, 1);
});

test("damaged events, however old and many, keep nobody from the others", async () => {
  const now = new Date();
  const id = randomUUID();
  const aged = (sequence: number, age: number) => someEvent(id, sequence, addSeconds(now, -age));
  await write(...[1, 2, 3, 4].map((sequence) => aged(sequence, 1000 - sequence)), aged(5, 90));
  for (const sequence of [1, 2, 3, 4]) await damage(someEvent(id, sequence), { data: null });
  assert.equal(await it.dependencies.store.oldestUnsent(now, 2), [
    { tenantId: id, since: addSeconds(now, -90) },
  ]);
});

test("sends a tenant's events as CloudEvents in their order, and has none left", async () => {
  const id = randomUUID();
  const events = eventsOf(id, 12);
  await write(...events);
  await sendAll(id);
  await eventually("the last has come", async () =>
    it.subscriber.idsOf(id).includes(`${id}.12`) ? true : null,
  );
  assert.equal([...new Set(it.subscriber.idsOf(id))], events.map(eventId));
  const first = it.subscriber.received.find(({ event }) => event.subject === id);
  assert.equal(first?.attributes, {
    "content-type": "application/cloudevents+json",
    type: "app.kairos.tenant.active",
    sequence: "0000000001",
  });
  assert.is(first?.orderingKey, id);
  assert.equal(first?.event.data, events[0]?.data);
  assert.equal(await documents(), []);
});

test("a message that Pub/Sub refuses is told from one that it could not take now", async () => {
  const event = someEvent(randomUUID(), 1);
  for (const [status, code] of [
    [INVALID_ARGUMENT, "invalid"],
    [PERMISSION_DENIED, "unavailable"],
  ] as const) {
    const error = await eventually("it is answered in time", async () => {
      it.proxies.pubsub.injectFault({ rpc: "Publish", status });
      const thrown = await it.dependencies.bus.publishEvent(event).catch((each: unknown) => each);
      const { cause } = thrown as AdapterError;
      return cause instanceof DeadlineError ? null : (thrown as AdapterError);
    });
    assert.is(error.code, code);
  }
});

test("a call that fails, or whose answer is lost, loses nothing and changes no order", async () => {
  const RPCS = ["RunQuery", "Publish", "Commit"] as const;
  for (const rpc of RPCS) {
    for (const status of [PERMISSION_DENIED, UNAVAILABLE]) {
      const id = randomUUID();
      await write(...eventsOf(id, 3));
      // It is passed on, so that it took effect, and then answered with an error.
      it.proxies[rpc === "Publish" ? "pubsub" : "firestore"].injectFault({ rpc, status });
      const sent = await isSent(id);
      // The clients themselves repeat a call that was answered so.
      if (status === PERMISSION_DENIED) assert.not(sent, rpc);
      if (!sent) await sendAll(id);
      const ids = eventsOf(id, 3).map(eventId);
      await eventually("the last has come", async () =>
        it.subscriber.idsOf(id).includes(`${id}.3`) ? true : null,
      );
      assert.equal([...new Set(it.subscriber.idsOf(id))], ids, `${rpc} ${status.status}`);
      assert.equal(await documents(), []);
    }
  }
});

test("several that send at once publish each in order, and leave none", async () => {
  const id = randomUUID();
  const events = eventsOf(id, 6);
  await write(...events);
  await logLinesOf(() =>
    Promise.allSettled(Array.from({ length: 4 }, () => sendEvents(id, it.dependencies))),
  );
  await sendAll(id);
  await eventually("the last has come", async () =>
    it.subscriber.idsOf(id).includes(`${id}.6`) ? true : null,
  );
  assert.equal([...new Set(it.subscriber.idsOf(id))], events.map(eventId));
  assert.equal(await documents(), []);
});

test.run();
