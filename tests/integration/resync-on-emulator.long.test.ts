/** The resync, on the Firestore emulator and the fake cluster. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resync } from "../../functions/provision/resync.ts";
import { runReconcile } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../shared/tenant/tenant.ts";
import { costOfResync, writeSettled } from "../../scripts/benchmarks/parts/resync-cost.ts";
import { connectCluster } from "../../shared/kubernetes/cluster.ts";
import type { Cluster } from "../../shared/kubernetes/cluster.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import { eventId } from "../../shared/tenant/status-event.ts";
import { NAMESPACE } from "../testkit/fake-cluster.ts";
import { PERMISSION_DENIED } from "../testkit/rest-proxy.ts";
import { someEvent } from "../testkit/some-event.ts";
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
  // The heartbeat; the due tenants, the slots, those who wait for one, and the events that are unsent.
  const calls = ["Commit", "RunQuery", "RunQuery", "RunQuery", "RunQuery", "RunQuery"];
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

/** Writes the n-th event of a tenant that is so many seconds old. */
async function writeEvent(tenantId: string, sequence: number, age: number): Promise<void> {
  const event = someEvent(tenantId, sequence, addSeconds(new Date(), -age));
  await it.client.doc(`events/${eventId(event)}`).set({ ...event });
}

const finished = (lines: Record<string, unknown>[]) =>
  lines.find(({ message }) => message === "ResyncFinished");

test("sends what has been unsent for over a minute, with all that is unsent of that tenant, and says so", async () => {
  const [old, young] = [someTenant().id, someTenant().id];
  await writeEvent(old, 2, 70);
  await writeEvent(old, 3, 5);
  await writeEvent(young, 1, 5);
  const lines = await resyncQuietly();
  assert.equal(it.published.map(eventId), [`${old}.2`, `${old}.3`]);
  assert.is(finished(lines)?.["oldestUnsentSeconds"], 0);
  const left = await it.client.collection("events").get();
  assert.equal(
    left.docs.map(({ id }) => id),
    [`${young}.1`],
  );
});

test("does not fail where events cannot be sent, and says for how long the oldest has been unsent", async () => {
  const tenant = await createTenant(it);
  await writeEvent(tenant.id, 1, 100);
  const away = () => Promise.reject(new AdapterError("bus", "unavailable", "away"));
  const bus = { ...it.dependencies.bus, publishEvent: away };
  const lines = await resyncQuietly({ ...it.dependencies, bus });
  const seconds = Number(finished(lines)?.["oldestUnsentSeconds"]);
  assert.ok(seconds >= 100 && seconds < 3600, String(seconds));
  assert.ok((await it.client.doc(`events/${tenant.id}.1`).get()).exists);
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

test("of a Job that works, steps and log are in the history at each look, and stay when nothing is left of it", async () => {
  const tenant = await createWorking();
  const step = "step: new-site at 2026-11-29T17:00:01.123Z";
  it.fakeCluster.work(tenant.id, `printf '${step}\\nadding a@acme.example, password=hunter2\\n'`);
  const target = { kind: "kubeconfig", path: it.fakeCluster.kubeconfig } as const;
  const cluster = connectCluster({ target, namespace: NAMESPACE, stepAfterSeconds: 0 });
  const look = async (more: Partial<Cluster> = {}) => {
    await it.client.doc(`tenants/${tenant.id}`).update({ "status.next_reconcile_at": new Date(0) });
    it.proxy.calls.length = 0;
    await resyncQuietly({ ...it.dependencies, cluster: { ...cluster, ...more } });
    return it.dependencies.store.readOperation(operationId(tenant.id, 1, 1));
  };
  const shown = await eventually("its log is read", async () => {
    const operation = await look();
    return operation?.log ? operation : null;
  });
  const log = `${step}\nadding ***, password=***`;
  assert.equal(
    [shown.state, shown.log, shown.steps.map(({ name }) => name), shown.ended_at],
    ["running", log, ["new-site"], null],
  );
  assert.ok(shown.running_at);
  await look();
  // The heartbeat, the requeue that is put off, and what was seen.
  assert.is(it.proxy.calls.filter((rpc) => rpc === "Commit").length, 3);

  const failure = { step: null, reason: "Failed", message: "its node is gone", retryable: true };
  const outcome = { result: "failed", ...failure } as const;
  const ended = await look({
    readJob: async (id) => {
      const job = await cluster.readJob(id);
      return job && { ...job, outcome };
    },
    readReport: async () => null,
  });
  assert.equal([ended?.state, ended?.log, ended?.steps.length], ["failed", log, 1]);
});

test.run();
