/**
 * What is written beside a tenant's record on the official Firestore emulator: the event and the history come with the
 * change that they tell of, once, or not at all.
 */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordCommand } from "../../functions/api/tenants/record-command.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import type { OperationRecord } from "../../shared/tenant/operation-record.ts";
import { toStatusView } from "../../shared/tenant/status-event.ts";
import type { StatusEvent } from "../../shared/tenant/status-event.ts";
import type { Operation, Tenant } from "../../shared/tenant/tenant.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { ACTIVE, NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";

const test = suite("what is told of tenants");

const it = useStore(test);

const issued = () => ({ commandId: randomUUID(), requestedBy: REQUESTER, now: NOW });

const create: Operation = {
  kind: "create",
  generation: 1,
  attempt: 1,
  first_attempt: 1,
  started_at: NOW,
  slot: 0,
  slot_at: NOW,
  deadline_at: NOW,
};

async function eventsOf({ id }: Tenant): Promise<StatusEvent[]> {
  const found = await it.client.collection("events").where("tenant_id", "==", id).get();
  return found.docs
    .map((document) => toDates(document.data()) as StatusEvent)
    .toSorted((left, right) => left.sequence - right.sequence);
}

async function historyOf({ id }: Tenant): Promise<OperationRecord[]> {
  const found = await it.client.collection("operations").where("tenant_id", "==", id).get();
  return found.docs.map((document) => toDates(document.data()) as OperationRecord);
}

const toldIn = (events: StatusEvent[]) => events.map(({ sequence, type }) => `${sequence} ${type}`);
const keptIn = (records: OperationRecord[]) =>
  records.map(
    ({ generation, attempt, kind, state }) => `${generation}.${attempt} ${kind} ${state}`,
  );

test("a new tenant comes with its first event and its first attempt, or with none of them", async () => {
  const tenant = tenantNamed("told-first");
  await it.store.createTenant(tenant, null);
  assert.equal(toldIn(await eventsOf(tenant)), ["1 queued"]);
  assert.equal(keptIn(await historyOf(tenant)), ["1.1 create queued"]);

  const rival = tenantNamed("told-first");
  assert.is((await it.store.createTenant(rival, null)).outcome, "subdomain-taken");
  assert.equal(await eventsOf(rival), []);
  assert.equal(await historyOf(rival), []);
});

test("what the commit repeats because its answer was lost is told once", async () => {
  const tenant = tenantNamed("told-again");
  it.loseAnswerOfCommit();
  await it.faulty.createTenant(tenant, null);
  it.loseAnswerOfCommit();
  await recordCommand(it.faulty, tenant.id, "delete", issued(), null);
  assert.equal(toldIn(await eventsOf(tenant)), ["1 queued", "2 deleting"]);
  assert.equal(keptIn(await historyOf(tenant)), ["1.1 create superseded", "2.1 drop queued"]);
});

test("a write that lost its race tells of nothing", async () => {
  const tenant = await it.create();
  const stale = await it.stored(tenant);
  await it.store.writeTenant(stale, { status: { step: "first" }, updated_at: NOW });
  const changes = { status: { phase: "failed" }, updated_at: NOW } as const;
  assert.is(await it.store.writeTenant(stale, changes), null);
  const taking = { status: { operation: create }, updated_at: NOW };
  assert.is((await it.store.claimSlot(stale, 0, taking)).result, "lost");
  assert.equal(toldIn(await eventsOf(tenant)), ["1 queued", "2 queued"]);
  assert.equal(keptIn(await historyOf(tenant)), ["1.1 create queued"]);
});

test("a slot that another one took tells of nothing", async () => {
  const [holder, rival] = [await it.create(), await it.create()];
  const taking = { status: { operation: create, phase: "provisioning" }, updated_at: NOW } as const;
  assert.is((await it.store.claimSlot(await it.stored(holder), 0, taking)).result, "claimed");
  assert.is((await it.store.claimSlot(await it.stored(rival), 0, taking)).result, "taken");
  assert.equal(keptIn(await historyOf(holder)), ["1.1 create running"]);
  assert.equal(keptIn(await historyOf(rival)), ["1.1 create queued"]);
  assert.equal(toldIn(await eventsOf(rival)), ["1 queued"]);
});

test("one write after the other is told in order, with the record that it gives", async () => {
  const tenant = await it.create();
  const taking = { status: { operation: create, phase: "provisioning" }, updated_at: NOW } as const;
  const claim = await it.store.claimSlot(await it.stored(tenant), 0, taking);
  assert.ok(claim.result === "claimed");
  const outcome = {
    status: { ...ACTIVE.status, operation: { ...create, slot: null } },
    updated_at: NOW,
  };
  const written = await it.store.writeTenant(claim.stored, outcome, { freedSlot: 0 });
  assert.ok(written);
  const { record } = await it.stored(tenant);
  assert.equal(record, written.record);
  const events = await eventsOf(tenant);
  assert.equal(toldIn(events), ["1 queued", "2 provisioning", "3 active"]);
  assert.equal(events.at(-1)?.data, toStatusView(record));
  assert.equal(keptIn(await historyOf(tenant)), ["1.1 create succeeded"]);
});

test("a correction of what the customer said is told to nobody", async () => {
  const tenant = await it.create();
  await it.store.writeTenant(await it.stored(tenant), {
    profile: { organization: "Other" },
    updated_at: NOW,
  });
  assert.equal(toldIn(await eventsOf(tenant)), ["1 queued"]);
});

test("the end of a deletion is told, and the history outlives the record", async () => {
  const tenant = await it.create();
  await recordCommand(it.store, tenant.id, "delete", issued(), null);
  const { record, version } = await it.stored(tenant);
  assert.is(await it.store.endDeletion(record, version, NOW), true);
  assert.is(await it.store.endDeletion(record, version, NOW), false);
  assert.equal(toldIn(await eventsOf(tenant)), ["1 queued", "2 deleting", "3 deleted"]);
  assert.equal(keptIn(await historyOf(tenant)), ["1.1 create superseded", "2.1 drop succeeded"]);
});

test("a history that is gone keeps nobody from going on", async () => {
  const tenant = await it.create();
  await it.client.doc(`operations/${tenant.id}.1.1`).delete();
  const outcome = { status: { observed_generation: 1 }, updated_at: NOW };
  assert.ok(await it.store.writeTenant(await it.stored(tenant), outcome));
  assert.equal(keptIn(await historyOf(tenant)), ["1.1 create succeeded"]);
});

test.run();
