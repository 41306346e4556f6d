/** The resync, on the Firestore emulator and the fake cluster. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resync } from "../../functions/provision/resync.ts";
import { runReconcile } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../shared/tenant/tenant.ts";
import { costOfResync, writeSettled } from "../../scripts/benchmarks/parts/resync-cost.ts";
import { PERMISSION_DENIED } from "../testkit/rest-proxy.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import {
  awayCluster,
  createTenant,
  SETTLED,
  someTenant,
  startTestDependencies,
} from "../testkit/test-dependencies.ts";
import type { TestDependencies } from "../testkit/test-dependencies.ts";

const test = suite("the resync");

let it: TestDependencies;

test.before(async () => {
  it = await startTestDependencies();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const inAnHour = () => addSeconds(new Date(), 3600);
/** What nobody looks at by itself for long. */
const notDue = () => ({ next_reconcile_at: inAnHour() });

async function recordOf({ id }: Tenant): Promise<Tenant> {
  const stored = await it.dependencies.store.readTenant(id);
  if (stored === null) throw new Error(`there is no tenant ${id}`);
  return stored.record;
}

/** A tenant whose site is being made, and that nobody looks at by itself for long. */
async function createWorking(): Promise<Tenant> {
  const tenant = await createTenant(it);
  await logLinesOf(() => runReconcile(tenant.id, it.dependencies));
  await it.client.doc(`tenants/${tenant.id}`).update({ "status.next_reconcile_at": inAnHour() });
  return tenant;
}

const resyncQuietly = (dependencies = it.dependencies) => logLinesOf(() => resync(dependencies));

test("costs the same over ten settled tenants and over ten thousand", async () => {
  await writeSettled(it.client, 10);
  const few = await costOfResync(it, it.dependencies);
  // The heartbeat; the due tenants, the slots and those who wait for one.
  const calls = ["Commit", "RunQuery", "RunQuery", "RunQuery"];
  assert.equal(few, { calls, documents: 0, clusterCalls: 1 });
  await writeSettled(it.client, 9_990);
  assert.is((await it.client.collection("tenants").count().get()).data().count, 10_000);
  assert.equal(await costOfResync(it, it.dependencies), few);
});

test("reads those that have a slot and those that wait for one, and no settled tenant", async () => {
  await writeSettled(it.client, 10);
  await createWorking();
  await createTenant(it, { status: { ...notDue(), queue_key: "1 a" } });
  assert.is((await costOfResync(it, it.dependencies)).documents, 2);
});

test("triggers a tenant whose Job has ended, though no event has come", async () => {
  const tenant = await createWorking();
  it.fakeCluster.endPod(tenant.id, { exitCode: 0 });
  await eventually("its Job has ended", async () => {
    const job = await it.dependencies.cluster.readJob(tenant.id);
    return job?.outcome ?? null;
  });
  await resyncQuietly();
  assert.is((await recordOf(tenant)).status.phase, "active");
  assert.equal(await it.dependencies.store.readSlots(), []);
});

test("leaves a tenant alone whose Job works in its slot", async () => {
  const tenant = await createWorking();
  const before = await recordOf(tenant);
  await resyncQuietly();
  assert.equal(await recordOf(tenant), before);
});

/** A tenant on whose record is a slot. */
async function createWithSlot(slot: number): Promise<Tenant> {
  const tenant = await createTenant(it, { status: notDue() });
  const stored = await it.dependencies.store.readTenant(tenant.id);
  assert.ok(stored);
  const operation: Operation = {
    kind: "create",
    generation: 1,
    attempt: 1,
    first_attempt: 1,
    started_at: new Date(),
    slot,
    slot_at: new Date(),
    deadline_at: inAnHour(),
  };
  const changes = { status: { operation }, updated_at: new Date() };
  await it.dependencies.store.claimSlot(stored, slot, changes);
  return tenant;
}

test("makes the Job of a tenant that has a slot and none", async () => {
  const tenant = await createWithSlot(2);
  await resyncQuietly();
  assert.is((await it.dependencies.cluster.readJob(tenant.id))?.kind, "create");
});

test("frees a slot that is nobody's, and no other", async () => {
  const tenant = await createWithSlot(2);
  await it.client.doc("slots/3").create({ tenant_id: someTenant().id });
  await it.client.doc("slots/4").create({ tenant_id: tenant.id });
  await resyncQuietly();
  assert.equal(await it.dependencies.store.readSlots(), [{ slot: 2, tenantId: tenant.id }]);
});

test("triggers as many of those who wait as slots are free, the first in the queue first", async () => {
  await createWorking();
  const waiting: Tenant[] = [];
  for (const place of ["1 c", "1 a", "0 d", "1 b"]) {
    waiting.push(await createTenant(it, { status: { ...notDue(), queue_key: place } }));
  }
  const settings = { ...it.dependencies.settings, maxConcurrentJobs: 3 };
  await resyncQuietly({ ...it.dependencies, settings });
  assert.equal(it.triggered, [waiting[2]?.id, waiting[1]?.id]);
});

test("triggers nobody while no slot is free", async () => {
  await createWorking();
  await createTenant(it, { status: { ...notDue(), queue_key: "1 a" } });
  const settings = { ...it.dependencies.settings, maxConcurrentJobs: 1 };
  await resyncQuietly({ ...it.dependencies, settings });
  assert.equal(it.triggered, []);
});

test("notes that it has seen the cluster", async () => {
  await resyncQuietly();
  assert.ok(await it.dependencies.store.readHeartbeat(5_000));
});

test("leaves everything alone, and notes nothing, when the cluster does not answer", async () => {
  const due = await createTenant(it, {
    status: { next_reconcile_at: addSeconds(new Date(), -60) },
  });
  await createTenant(it, { status: { ...notDue(), queue_key: "1 a" } });
  await it.client.doc("slots/3").create({ tenant_id: someTenant().id });
  it.proxy.calls.length = 0;
  const lines = await resyncQuietly({ ...it.dependencies, cluster: awayCluster() });
  assert.equal(
    lines.map(({ severity, message }) => `${String(severity)} ${String(message)}`),
    ["ERROR ClusterUnavailable"],
  );
  assert.equal(it.proxy.calls, []);
  assert.equal(await recordOf(due), due);
  assert.is((await it.dependencies.store.readSlots()).length, 1);
  assert.equal(it.triggered, []);
  assert.is(await it.dependencies.store.readHeartbeat(5_000), null);
});

test("throws when the database cannot be used, so that it comes again", async () => {
  it.proxy.injectFault({ rpc: "Commit", status: PERMISSION_DENIED });
  let error: unknown;
  await logLinesOf(async () => {
    error = await resync(it.dependencies).catch((thrown: unknown) => thrown);
  });
  assert.is((error as { adapter?: unknown } | undefined)?.adapter, "store");
});

test("takes on two hundred due tenants, those that have waited longest", async () => {
  const now = new Date();
  const due = Array.from({ length: 205 }, (_, minute) =>
    someTenant({
      status: { ...SETTLED, next_reconcile_at: addSeconds(now, -60 * (minute + 1)) },
    }),
  );
  const batch = it.client.batch();
  for (const tenant of due) batch.create(it.client.doc(`tenants/${tenant.id}`), tenant);
  await batch.commit();
  await resyncQuietly();
  // Each that was looked at is settled, and due no more.
  const still = await it.dependencies.store.dueTenants(now, 300);
  assert.equal(
    still.toSorted(),
    due
      .slice(0, 5)
      .map(({ id }) => id)
      .toSorted(),
  );
});

test("a damaged record is reported and keeps the resync from nobody, nor does a slot without a holder", async () => {
  const [damaged, due] = [await createTenant(it), await createTenant(it)];
  const past = { "status.next_reconcile_at": addSeconds(new Date(), -60) };
  await it.client.doc(`tenants/${damaged.id}`).update({ ...past, "spec.generation": "1" });
  await it.client
    .doc(`tenants/${due.id}`)
    .update({ "status.next_reconcile_at": addSeconds(new Date(), -30) });
  await it.client.doc("slots/0").create({});
  const lines = await resyncQuietly();
  const failed = lines.filter(({ severity }) => severity === "ERROR");
  assert.equal(
    failed.map(({ tenantId, error }) => [tenantId, error]),
    [[damaged.id, `Firestore: tenants/${damaged.id} is damaged: spec.generation`]],
  );
  assert.is((await recordOf(due)).status.phase, "provisioning");
  await eventually("the slot is free", async () => {
    await resyncQuietly();
    return (await it.client.doc("slots/0").get()).exists ? null : true;
  });
});

test.run();
