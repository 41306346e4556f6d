import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdapterError } from "../../shared/platform/errors.ts";
import { MessageError } from "../../shared/pubsub/messages.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { handleEvent } from "./handle-message.ts";

const test = suite("handleEvent");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const TYPE = "google.cloud.pubsub.topic.v1.messagePublished";

const messageOf = (text: string) => ({
  id: "4711",
  type: TYPE,
  data: { message: { data: Buffer.from(text).toString("base64") } },
});

/** Dependencies without any tenant, that know which ones were asked for. */
function createDependencies() {
  const asked: string[] = [];
  const readTenant = (tenantId: string) => {
    asked.push(tenantId);
    return Promise.resolve(null);
  };
  return {
    asked,
    dependencies: { store: { readTenant }, settings: {} } as unknown as Dependencies,
  };
}

/** Handles an event. Gives the log lines and what was thrown. */
async function handle(event: unknown, { dependencies } = createDependencies()) {
  let error: unknown;
  const lines = await logLinesOf(async () => {
    error = await handleEvent(event, dependencies).catch((thrown: unknown) => thrown);
  });
  return { lines, error };
}

const refused: [sentence: string, event: unknown, messageId: string | null][] = [
  ["data that is not JSON", messageOf("resync"), "4711"],
  ["JSON that is no trigger", messageOf('{"kind":"other"}'), "4711"],
  ["no data", { message: { messageId: "4712" }, subscription: "s" }, "4712"],
  ["no id", { data: {} }, null],
];
for (const [sentence, event, messageId] of refused) {
  test(`a message with ${sentence} is refused, and its id is in the log`, async () => {
    const { lines, error } = await handle(event);
    assert.instance(error, MessageError);
    assert.equal(
      lines.map((line) => [line["severity"], line["messageId"]]),
      [["ERROR", messageId]],
    );
    assert.is(lines[0]?.["error"], (error as MessageError).message);
  });
}

test("the tenant that a message names is looked at, and one that is not there is no error", async () => {
  const it = createDependencies();
  const { error } = await handle(messageOf(JSON.stringify({ kind: "tenant", tenant_id: ID })), it);
  assert.is(error, undefined);
  assert.equal(it.asked, [ID]);
});

test("a message that concerns nobody, or a tenant that cannot be, is taken and nothing is read", async () => {
  const it = createDependencies();
  for (const message of [{ logName: "l" }, { kind: "tenant", tenant_id: "acme" }]) {
    const { lines, error } = await handle(messageOf(JSON.stringify(message)), it);
    assert.equal([lines, error], [[], undefined]);
  }
  assert.equal(it.asked, []);
});

test("the resync and the garbage collection have messages of their own", async () => {
  const nothing = () => Promise.resolve([]);
  const none = {
    dueTenants: nothing,
    readSlots: nothing,
    queue: nothing,
    recordHeartbeat: nothing,
    oldestUnsent: nothing,
  };
  const noneEver = {
    deletionsEnded: nothing,
    deletionsOpen: nothing,
    beginGarbageCollection: nothing,
    endGarbageCollection: nothing,
  };
  const store = { ...none, ...noneEver, tenants: () => [], reservations: () => [] };
  const dependencies = {
    store,
    cluster: { listJobs: nothing },
    settings: {},
  } as unknown as Dependencies;
  for (const [kind, message] of [
    ["resync", "ResyncFinished"],
    ["garbage-collection", "GarbageCollectionFinished"],
  ]) {
    const { lines } = await handle(messageOf(JSON.stringify({ kind })), {
      asked: [],
      dependencies,
    });
    assert.is(lines.at(-1)?.["message"], message);
  }
});

test("what finds no database is refused and named in the log, but a resync is not refused", async () => {
  const away = () =>
    Promise.reject(new AdapterError("store", "unavailable", "Firestore: unavailable"));
  const store = { readTenant: away, dueTenants: away, readSlots: away, recordHeartbeat: away };
  const cluster = { listJobs: () => Promise.resolve([]) };
  const dependencies = { store, cluster, settings: {} } as unknown as Dependencies;
  for (const [trigger, isRefused] of [
    [{ kind: "tenant", tenant_id: ID }, true],
    [{ kind: "resync" }, false],
  ] as const) {
    const { lines, error } = await handle(messageOf(JSON.stringify(trigger)), {
      asked: [],
      dependencies,
    });
    assert.is(error !== undefined, isRefused, trigger.kind);
    assert.type(lines.at(-1)?.["messageId"], "string");
    assert.is(lines.at(-1)?.["severity"], "ERROR");
  }
});

test.run();
