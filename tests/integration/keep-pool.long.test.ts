/** How the resync keeps the pool, on the official Firestore emulator. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectGarbage } from "../../functions/provision/collect-garbage.ts";
import { keepPool } from "../../functions/provision/keep-pool.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import { POOL_PAUSE_SECONDS } from "../../shared/reconciler/plan-pool.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { UNAVAILABLE } from "../testkit/rest-proxy.ts";
import {
  failedStandby,
  fillingStandby,
  readyStandby,
  storeStandbys,
} from "../testkit/some-standby.ts";
import { NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";
import { awayCluster } from "../testkit/test-dependencies.ts";
import { currentBench } from "../../shared/configuration/bench.ts";
import { standbyOf } from "../../shared/tenant/standby.ts";

const test = suite("keeping the pool");

const it = useStore(test);

let triggered: string[] = [];
test.before.each(() => {
  triggered = [];
});

function dependencies(poolSize: number, store = it.faulty): Dependencies {
  const bus: Dependencies["bus"] = {
    publish: async (trigger) =>
      void triggered.push(trigger.kind === "tenant" ? trigger.tenant_id : trigger.kind),
    publishEvent: async () => {},
    close: async () => {},
  };
  return { store, bus, cluster: awayCluster(), settings: { ...SETTINGS, poolSize } };
}

async function tenants(): Promise<Tenant[]> {
  const { docs } = await it.client.collection("tenants").get();
  return docs.map((document) => toDates(document.data()) as Tenant);
}

const wanted = async (state: string) =>
  (await tenants()).filter(({ spec }) => spec.state === state).map(({ id }) => id);

const poolFields = async () => (await it.client.doc("pools/main").get()).data() ?? {};

/** Keeps a pool of this size, and gives the names of what it logged. */
async function keep(size: number, now = NOW): Promise<string[]> {
  const lines = await logLinesOf(() => keepPool(dependencies(size), now));
  return lines.map(({ message }) => String(message));
}

test("where there is no pool it asks nothing", async () => {
  await storeStandbys(it.client, [readyStandby(NOW)]);
  await keep(0);
  assert.equal(it.proxy.calls, []);
});

test("a pool in order costs one query", async () => {
  await storeStandbys(it.client, [readyStandby(NOW), fillingStandby(NOW)]);
  await keep(2);
  assert.equal(it.proxy.calls, ["RunQuery"]);
});

test("what is missing is made in one batch and triggered, with its history and untold", async () => {
  await storeStandbys(it.client, [readyStandby(NOW)]);
  await keep(3);
  assert.equal(it.proxy.calls, ["RunQuery", "BatchGetDocuments", "RunQuery", "Commit"]);
  const made = (await tenants()).filter(({ status }) => status.phase === "queued");
  assert.equal(triggered.toSorted(), made.map(({ id }) => id).toSorted());
  assert.is(made.length, 2);
  for (const { spec } of made) {
    assert.equal(spec.standby, standbyOf(currentBench(SETTINGS.benches)));
  }
  const operations = await it.client.collection("operations").get();
  assert.equal(
    operations.docs.map((one) => `${one.get("kind")} ${one.get("requested_by")}`),
    ["create pool", "create pool"],
  );
  assert.ok((await it.client.collection("events").get()).empty);
});

/** With the pool's document, or before it is there for the first time. */
async function begin(isFirst: boolean): Promise<void> {
  if (!isFirst) await it.client.doc("pools/main").set({ failures: 0 });
}

for (const isFirst of [true, false]) {
  const when = isFirst ? "for the first time" : "later";

  test(`of many resyncs at once one makes what is missing, ${when}`, async () => {
    await begin(isFirst);
    const resyncs = Array.from({ length: 8 }, () => dependencies(3, it.store));
    await logLinesOf(() => Promise.all(resyncs.map((each) => keepPool(each, new Date()))));
    assert.is((await wanted("standby")).length, 3);
  });

  test(`whoever has not seen those that another resync has made meanwhile makes none, ${when}`, async () => {
    await begin(isFirst);
    it.proxy.injectFault({
      rpc: "Commit",
      before: () => keepPool(dependencies(2, it.store), addSeconds(NOW, 1)),
    });
    await keep(2);
    assert.is((await wanted("standby")).length, 2);
  });
}

test("a batch is made once whose commit is repeated because its answer was lost", async () => {
  it.loseAnswerOfCommit();
  await keep(2);
  assert.is((await wanted("standby")).length, 2);
  await keep(2);
  assert.is((await wanted("standby")).length, 2);
});

test("what is of no use is dropped as by a DELETE, in the pool's name", async () => {
  const [old, next] = [readyStandby(addSeconds(NOW, -8 * 24 * 3600)), readyStandby(NOW)];
  await storeStandbys(it.client, [old, next]);
  await keep(1);
  assert.equal(await wanted("standby"), [next.id]);
  const { record } = await it.stored(old);
  assert.equal([record.spec.state, record.status.phase], ["absent", "deleting"]);
  assert.is(record.spec.requested_by.name, "pool");
  assert.is(record.status.standby_key, null);
  const deletion = await it.client.doc(`deletions/${old.id}`).get();
  assert.is(deletion.get("completed_at"), null);
  assert.ok((await it.client.collection("events").get()).empty);
});

test("three failures are a pause, which is told once, and after it filling goes on", async () => {
  await storeStandbys(it.client, [failedStandby(NOW), failedStandby(NOW)]);
  assert.equal(await keep(3), []);
  assert.is((await wanted("standby")).length, 3);
  assert.is((await poolFields())["failures"], 2);

  const later = addSeconds(NOW, 60);
  await storeStandbys(it.client, [failedStandby(NOW)]);
  assert.equal(await keep(4, later), ["PoolPaused"]);
  assert.is((await wanted("standby")).length, 3, "none is made, and the failed one is dropped");
  assert.equal(await keep(4, later), []);
  await keep(4, addSeconds(later, POOL_PAUSE_SECONDS));
  assert.is((await wanted("standby")).length, 4);
});

test("a failure is counted once, also where its standby is not dropped at first", async () => {
  const failed = failedStandby(NOW);
  await storeStandbys(it.client, [failed, readyStandby(NOW)]);
  it.proxy.injectFault({
    rpc: "Commit",
    before: async () =>
      it.proxy.injectFault({
        rpc: "Commit",
        before: () => it.client.doc(`tenants/${failed.id}`).update({ "status.step": "x" }),
      }),
  });
  await keep(1);
  assert.equal((await wanted("standby")).length, 2);
  await keep(1);
  assert.equal((await wanted("standby")).length, 1);
  assert.is((await poolFields())["failures"], 1);
});

test("what is damaged is left to the garbage collection, and stands in nobody's way", async () => {
  await storeStandbys(it.client, [{ ...readyStandby(NOW), sequence: -1 }]);
  await it.client.doc("pools/main").set({ failures: "many", paused_until: 7, counted: null });
  await keep(1);
  assert.is((await wanted("standby")).length, 2);
});

test("where not all standbys are to be seen none is made", async () => {
  const many = Array.from({ length: 110 }, () => failedStandby(NOW));
  await storeStandbys(it.client, many);
  await keep(2);
  assert.ok((await wanted("standby")).length >= 10);
  assert.equal(triggered, []);
});

test("a database that does not answer is told of, and ends no resync", async () => {
  it.proxy.injectFault({ rpc: "RunQuery", status: { code: 403, status: "PERMISSION_DENIED" } });
  assert.equal(await keep(1), ["PoolNotKept"]);
  it.proxy.injectFault({ rpc: "BatchGetDocuments", status: UNAVAILABLE });
  assert.equal(await keep(1), []);
});

test("a pool that was turned off is emptied by the garbage collection, and a customer's tenant is not touched", async () => {
  const customers = tenantNamed("customers");
  await it.store.createTenant(customers, null);
  await storeStandbys(
    it.client,
    Array.from({ length: 120 }, () => readyStandby(NOW)),
  );
  const lines = await logLinesOf(() => collectGarbage(dependencies(0, it.store), NOW));
  const dropped = lines.filter(({ message }) => message === "StandbyDropped");
  assert.is(dropped.length, 120);
  assert.equal(await wanted("standby"), []);
  assert.equal(await wanted("present"), [customers.id]);
});

test.run();
