/** The store on the official Firestore emulator. */
import { Timestamp } from "@google-cloud/firestore";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openStore } from "../../shared/firestore/store.ts";
import type { ListRequest, NamedPosition, TenantList } from "../../shared/firestore/store.ts";
import { AdapterError, DamagedRecordError } from "../../shared/platform/errors.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Deletion, Operation, Tenant, TenantChanges } from "../../shared/tenant/tenant.ts";
import { PROJECT_ID } from "../testkit/own-emulators.ts";
import { NOT_FOUND } from "../testkit/rest-proxy.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import {
  answerWith,
  assertOneEffect,
  createUnder,
  dayAfter,
  keyed,
  NOW,
  outcomesOf,
  tenantNamed,
  useStore,
} from "../testkit/stored-tenants.ts";

const test = suite("the store");

const it = useStore(test);

const TENANT_ID = randomUUID();

test("a database that is not there is an outage, and no tenant that is not there", async () => {
  const tenant = tenantNamed(`lost-${randomUUID().slice(0, 8)}`);
  const injected = { status: NOT_FOUND };
  for (const [rpc, call] of [
    ["BatchGetDocuments", () => it.faulty.readTenant(TENANT_ID)],
    ["BatchGetDocuments", () => it.faulty.showTenant(TENANT_ID)],
    ["RunQuery", () => it.faulty.dueTenants(NOW, 1)],
    ["RunQuery", () => it.faulty.tenantsToPurge(NOW, 1)],
    ["Commit", () => it.faulty.recordHeartbeat(NOW)],
  ] as const) {
    it.proxy.injectFault({ rpc, ...injected });
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    assert.instance(error, AdapterError);
    assert.is((error as AdapterError).code, "unavailable", rpc);
  }
  // A commit may have met a document that is gone, so what it met is read, which then says so.
  it.proxy.injectFault({
    rpc: "Commit",
    before: async () => it.proxy.injectFault({ rpc: "BatchGetDocuments", ...injected }),
    ...injected,
  });
  const error: unknown = await it.faulty
    .createTenant(tenant, null)
    .catch((thrown: unknown) => thrown);
  assert.is((error as AdapterError).code, "unavailable");
});

/** What may come in the place of Firestore's own answer, and says nothing about a document. */
for (const [what, answer] of [
  ["a page that says 404", { page: 404 }],
  ["a page that says 413", { page: 413 }],
  ["half of an answer", { isCutShort: true }],
] as const) {
  test(`${what} to a read means that Firestore is unavailable`, async () => {
    it.proxy.injectFault({ rpc: "BatchGetDocuments", ...answer });
    const error: unknown = await it.faulty.readTenant(TENANT_ID).catch((thrown: unknown) => thrown);
    assert.instance(error, AdapterError);
    assert.is((error as AdapterError).code, "unavailable");
  });

  // A commit of which the answer breaks off is repeated by the client, like any whose answer is lost.
  if ("isCutShort" in answer) continue;
  test(`${what} to a write does too, and not that somebody else was quicker`, async () => {
    const tenant = tenantNamed(`page-${randomUUID().slice(0, 8)}`);
    await it.store.createTenant(tenant, null);
    const stored = await it.stored(tenant);
    it.proxy.injectFault({ rpc: "Commit", ...answer });
    const error: unknown = await it.faulty
      .writeTenant(stored, { status: { next_reconcile_at: null } })
      .catch((thrown: unknown) => thrown);
    assert.instance(error, AdapterError);
    assert.is((error as AdapterError).code, "unavailable");
  });
}

test("a read that is given up lets go of its connection", async () => {
  let isClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => (isClosed = resolve));
  const silent = createServer((_request, response) => void response.once("close", isClosed));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const store = openStore({ projectId: PROJECT_ID, emulatorHost: `127.0.0.1:${port}` });
  const error: unknown = await store.readTenant(TENANT_ID).catch((thrown: unknown) => thrown);
  assert.is((error as AdapterError).code, "unavailable");
  await closed;
  silent.close();
});

function operationIn(slot: number | null): Operation {
  const attempt = { generation: 1, attempt: 1, first_attempt: 1, started_at: NOW };
  return {
    kind: "create",
    ...attempt,
    slot,
    slot_at: NOW,
    deadline_at: slot === null ? null : NOW,
  };
}

test("reads a tenant back exactly as it was stored, dates included", async () => {
  const tenant = withParts(tenantNamed("read-back"), { status: { operation: operationIn(3) } });
  assert.is((await it.store.createTenant(tenant, null)).outcome, "created");
  assert.equal((await it.stored(tenant)).record, tenant);
});

test("of many at once for one subdomain, exactly one is created, and it holds the name", async () => {
  const rivals = Array.from({ length: 20 }, () => tenantNamed("contested"));
  const results = await Promise.all(rivals.map((tenant) => it.store.createTenant(tenant, null)));
  const outcomes = results.map(({ outcome }) => outcome);
  assert.is(outcomes.filter((outcome) => outcome === "created").length, 1);
  assert.is(outcomes.filter((outcome) => outcome === "subdomain-taken").length, 19);
  const winner = rivals[outcomes.indexOf("created")];
  const reservation = await it.client.doc("subdomains/contested").get();
  assert.is(reservation.get("tenant_id"), winner?.id);
  const records = await it.client
    .collection("tenants")
    .where("spec.subdomain", "==", "contested")
    .get();
  assert.equal(
    records.docs.map(({ id }) => id),
    [winner?.id],
  );
});

test("a creation is a success whose commit is repeated because its answer was lost", async () => {
  it.loseAnswerOfCommit();
  assert.is((await it.faulty.createTenant(tenantNamed("repeated"), null)).outcome, "created");
});

test("of many twins of a request at once one is created, and the others get the same answer", async () => {
  const request = keyed();
  const twins = Array.from({ length: 20 }, () => tenantNamed("twins"));
  const results = await Promise.all(twins.map((tenant) => createUnder(it.store, tenant, request)));
  const winner = twins[outcomesOf(results).indexOf("created")];
  assert.ok(winner);
  assertOneEffect(results, "created", answerWith(winner));
  const { docs } = await it.client.collection("tenants").get();
  assert.equal(
    docs.map(({ id }) => id),
    [winner.id],
  );
  assert.is(await it.store.readReservation("twins"), winner.id);
});

test("a creation that nothing is in the way of reads nothing, and one that is refused reads once", async () => {
  await createUnder(it.faulty, tenantNamed("in-one-go"), keyed());
  assert.equal(it.proxy.calls, ["Commit"]);
  await createUnder(it.faulty, tenantNamed("in-one-go"), keyed());
  assert.equal(it.proxy.calls, ["Commit", "Commit", "BatchGetDocuments"]);
});

test("a creation under a key that was used for something else creates nothing", async () => {
  const request = keyed();
  await createUnder(it.store, tenantNamed("first-use"), request);
  const before = await it.recordOf(request);
  const other = tenantNamed("second-use");
  const result = await createUnder(it.store, other, { ...request, hash: "h2" });
  assert.equal(result, { outcome: "key-reused" });
  assert.is(await it.store.readTenant(other.id), null);
  assert.is(await it.store.readReservation("second-use"), null);
  assert.equal(await it.recordOf(request), before);
});

test("a creation that finds its name taken leaves its key unused", async () => {
  await it.create({ spec: { subdomain: "taken" } });
  const request = keyed();
  const result = await createUnder(it.store, tenantNamed("taken"), request);
  assert.equal(result, { outcome: "subdomain-taken" });
  assert.is(await it.recordOf(request), undefined);
  const second = await createUnder(it.store, tenantNamed("free"), { ...request, hash: "h2" });
  assert.equal(second, { outcome: "created" });
});

test("a creation under a key is a success whose commit is repeated because its answer was lost", async () => {
  const [tenant, request] = [tenantNamed("repeated"), keyed()];
  it.loseAnswerOfCommit();
  const result = await createUnder(it.faulty, tenant, request);
  assert.equal(result, { outcome: "replayed", answer: answerWith(tenant) });
  assert.is(await it.store.readReservation("repeated"), tenant.id);
});

test("a key is good for a day, whether or not Firestore has removed its record by then", async () => {
  const [tenant, request] = [tenantNamed("today"), keyed()];
  await createUnder(it.store, tenant, request);
  const expiry = dayAfter(NOW);
  const justBefore = { ...request, now: new Date(expiry.getTime() - 1) };
  const again = await createUnder(it.store, tenantNamed("today"), justBefore);
  assert.equal(again, { outcome: "replayed", answer: answerWith(tenant) });

  const later = { ...request, now: expiry, hash: "h2" };
  const next = tenantNamed("tomorrow");
  assert.equal(await createUnder(it.store, next, later), { outcome: "created" });
  const record = await it.recordOf(request);
  assert.equal(Object.keys(record ?? {}).toSorted(), [
    "answer",
    "created_at",
    "expires_at",
    "hash",
  ]);
  assert.equal(record?.["expires_at"].toDate(), dayAfter(expiry));
  const replay = await createUnder(it.store, tenantNamed("tomorrow"), later);
  assert.equal(replay, { outcome: "replayed", answer: answerWith(next) });
});

test("an expired record stays where the name is somebody else's", async () => {
  const request = keyed();
  await createUnder(it.store, tenantNamed("kept"), request);
  const before = await it.recordOf(request);
  const later = { ...request, now: dayAfter(NOW) };
  const result = await createUnder(it.store, tenantNamed("kept"), later);
  assert.equal(result, { outcome: "subdomain-taken" });
  assert.equal(await it.recordOf(request), before);
});

test("of many twins under a key that has expired one is created", async () => {
  const request = keyed();
  await createUnder(it.store, tenantNamed("yesterday"), request);
  const later = { ...request, now: dayAfter(NOW) };
  const twins = Array.from({ length: 20 }, () => tenantNamed("today"));
  const results = await Promise.all(twins.map((tenant) => createUnder(it.store, tenant, later)));
  const winner = twins[outcomesOf(results).indexOf("created")];
  assert.ok(winner);
  assertOneEffect(results, "created", answerWith(winner));
});

/** Something happens between what a creation has read, after its first commit, and its second commit. */
function beforeSecondCommit(act: () => Promise<unknown>): void {
  const before = () => Promise.resolve(it.proxy.injectFault({ rpc: "Commit", before: act }));
  it.proxy.injectFault({ rpc: "BatchGetDocuments", before });
}

test("an expired record that somebody else overwrites first is theirs", async () => {
  const request = keyed();
  await createUnder(it.store, tenantNamed("yesterday"), request);
  const later = { ...request, now: dayAfter(NOW) };
  const rival = tenantNamed("rival");
  beforeSecondCommit(() => createUnder(it.store, rival, { ...later, hash: "h2" }));
  const tenant = tenantNamed("loser");
  assert.equal(await createUnder(it.faulty, tenant, later), { outcome: "key-reused" });
  assert.is(await it.store.readTenant(tenant.id), null);
  assert.ok(await it.store.readTenant(rival.id));
});

test("an expired record that Firestore removes meanwhile is in nobody's way", async () => {
  const request = keyed();
  await createUnder(it.store, tenantNamed("yesterday"), request);
  const later = { ...request, now: dayAfter(NOW) };
  beforeSecondCommit(() => it.client.doc(`requests/${request.id}`).delete());
  const result = await createUnder(it.faulty, tenantNamed("today"), later);
  assert.equal(result, { outcome: "created" });
  assert.ok(await it.recordOf(request));
});

test("a name that becomes free before it is looked at is taken at the next commit", async () => {
  const holder = await it.create({ spec: { subdomain: "freed" } });
  const reservation = it.client.doc("subdomains/freed");
  it.proxy.injectFault({ rpc: "BatchGetDocuments", before: () => reservation.delete() });
  const tenant = tenantNamed("freed");
  assert.equal(await it.faulty.createTenant(tenant, null), { outcome: "created" });
  assert.is(await it.store.readReservation("freed"), tenant.id);
  assert.is.not(tenant.id, holder.id);
});

test("a name that comes and goes is given up after three commits", async () => {
  const reservation = it.client.doc("subdomains/flickering");
  const comeAndGo = () =>
    it.proxy.injectFault({
      rpc: "Commit",
      before: async () => {
        await reservation.set({ tenant_id: randomUUID() });
        const before = () => reservation.delete().then(comeAndGo);
        it.proxy.injectFault({ rpc: "BatchGetDocuments", before });
      },
    });
  comeAndGo();
  const tenant = tenantNamed("flickering");
  const error = await createUnder(it.faulty, tenant, keyed()).catch((thrown: unknown) => thrown);
  assert.instance(error, AdapterError);
  assert.is((error as AdapterError).code, "unavailable");
  assert.is(it.proxy.calls.filter((rpc) => rpc === "Commit").length, 3);
  assert.is(await it.store.readTenant(tenant.id), null);
});

test("a write on a version that is no longer the newest changes nothing", async () => {
  const tenant = tenantNamed("versions");
  await it.store.createTenant(tenant, null);
  const stored = await it.stored(tenant);
  const first = await it.store.writeTenant(stored, { status: { step: "first" } });
  assert.ok(first);
  assert.is(await it.store.writeTenant(stored, { status: { step: "second" } }), null);
  assert.is((await it.stored(tenant)).record.status.step, "first");
  // The version that a write gives is good for the next one.
  assert.ok(await it.store.writeTenant(first, { status: { step: "third" } }));
});

test("a write to a tenant that is gone is a lost race and brings nothing back", async () => {
  const tenant = tenantNamed("gone");
  await it.store.createTenant(tenant, null);
  const stored = await it.stored(tenant);
  await it.client.doc(`tenants/${tenant.id}`).delete();
  assert.is(await it.store.writeTenant(stored, { status: { step: "x" } }), null);
  assert.is(await it.store.readTenant(tenant.id), null);
});

/** What the database says of the slots: `slot tenant`. */
async function takenSlots(): Promise<string[]> {
  return (await it.store.readSlots()).map(({ slot, tenantId }) => `${slot} ${tenantId}`).toSorted();
}

/** The changes by which a tenant takes a slot. */
const taking = (slot: number): TenantChanges => ({
  status: { operation: operationIn(slot) },
  updated_at: NOW,
});

/** Takes the first of the slots that is free, as a reconcile does. */
async function claimOneOf(slots: number[], tenant: Tenant): Promise<string> {
  const stored = await it.stored(tenant);
  for (const slot of slots) {
    const { result } = await it.store.claimSlot(stored, slot, taking(slot));
    if (result !== "taken") return result;
  }
  return "taken";
}

test("of many at once for three slots, exactly three get one, in the slots and on record", async () => {
  const rivals = await Promise.all(Array.from({ length: 20 }, () => it.create()));
  const results = await Promise.all(rivals.map((tenant) => claimOneOf([0, 1, 2], tenant)));
  const winners = rivals.filter((_, k) => results[k] === "claimed");
  assert.is(winners.length, 3);
  assert.is(results.filter((result) => result === "taken").length, 17);

  const records = await Promise.all(rivals.map(async (tenant) => (await it.stored(tenant)).record));
  const onRecord = records.flatMap(({ id, status: { operation } }) =>
    operation === null ? [] : [`${operation.slot} ${id}`],
  );
  assert.equal(await takenSlots(), onRecord.toSorted());
  assert.equal(
    onRecord.map((text) => text.slice(2)).toSorted(),
    winners.map(({ id }) => id).toSorted(),
  );
});

test("a slot is not taken on a version that is no longer the newest, or by a tenant that is gone", async () => {
  const tenant = await it.create();
  const stored = await it.stored(tenant);
  await it.store.writeTenant(stored, { status: { step: "meanwhile" } });
  const stale = await it.store.claimSlot(stored, 0, taking(0));
  assert.equal(stale, { result: "lost" });
  assert.is((await it.stored(tenant)).record.status.operation, null);

  await it.client.doc(`tenants/${tenant.id}`).delete();
  assert.equal(await it.store.claimSlot(stored, 0, taking(0)), { result: "lost" });
  assert.equal(await takenSlots(), []);
});

test("the version that taking a slot gives is good for the next write", async () => {
  const tenant = await it.create();
  const claim = await it.store.claimSlot(await it.stored(tenant), 0, taking(0));
  assert.ok(claim.result === "claimed");
  assert.ok(await it.store.writeTenant(claim.stored, { status: { step: "create" } }));
});

test("a slot is taken once, and the record says so, when the commit is repeated because its answer was lost", async () => {
  const tenant = await it.create();
  const stored = await it.stored(tenant);
  it.loseAnswerOfCommit();
  const claim = await it.faulty.claimSlot(stored, 0, taking(0));
  // Whichever it is called, the next look at the record tells.
  assert.is.not(claim.result, "claimed");
  assert.is((await it.stored(tenant)).record.status.operation?.slot, 0);
  assert.equal(await it.faulty.claimSlot(stored, 1, taking(1)), { result: "lost" });
  assert.equal(await takenSlots(), [`0 ${tenant.id}`]);
});

test("an outcome and the slot that it frees are written together, or neither", async () => {
  const tenant = await it.create();
  const stale = await it.stored(tenant);
  await claimOneOf([4], tenant);
  const outcome = { status: { phase: "active", operation: operationIn(null) } } as const;
  assert.is(await it.store.writeTenant(stale, outcome, { freedSlot: 4 }), null);
  assert.equal(await takenSlots(), [`4 ${tenant.id}`]);
  assert.is((await it.stored(tenant)).record.status.operation?.slot, 4);

  const stored = await it.stored(tenant);
  assert.ok(await it.store.writeTenant(stored, outcome, { freedSlot: 4 }));
  assert.equal(await takenSlots(), []);
  assert.equal((await it.stored(tenant)).record.status.operation, operationIn(null));
});

test("the queue has those who wait, in the order of their places", async () => {
  const at = (minute: number) => addSeconds(NOW, minute * 60).toISOString();
  const newer = await it.create({ status: { queue_key: `1 ${at(2)} a` } });
  const drop = await it.create({ status: { queue_key: `0 ${at(3)} b` } });
  const older = await it.create({ status: { queue_key: `1 ${at(1)} c` } });
  await it.create({ status: { queue_key: null } });
  assert.equal(await it.store.queue(10), [drop.id, older.id, newer.id]);
  assert.equal(await it.store.queue(2), [drop.id, older.id]);
});

test("a slot that nobody knows of is freed: its tenant is gone, or has no such slot on record", async () => {
  const gone = randomUUID();
  const elsewhere = await it.create({ status: { operation: operationIn(3) } });
  const idle = await it.create({ status: { operation: operationIn(null) } });
  const never = await it.create();
  for (const [slot, tenantId] of [gone, elsewhere.id, idle.id, never.id].entries()) {
    await it.client.doc(`slots/${slot}`).create({ tenant_id: tenantId });
    assert.is(await it.store.freeOrphanedSlot({ slot, tenantId }), true);
  }
  assert.equal(await takenSlots(), []);
});

test("a slot that its tenant knows of, that was taken anew or that is free already is left alone", async () => {
  const [holder, other] = [await it.create(), await it.create()];
  await claimOneOf([0], holder);
  await claimOneOf([1], other);
  for (const seen of [
    { slot: 0, tenantId: holder.id },
    // As it was when somebody else had it.
    { slot: 1, tenantId: holder.id },
    { slot: 1, tenantId: randomUUID() },
    { slot: 2, tenantId: holder.id },
  ]) {
    assert.is(await it.store.freeOrphanedSlot(seen), false);
  }
  assert.equal(await takenSlots(), [`0 ${holder.id}`, `1 ${other.id}`].toSorted());
});

test("a slot that lost its holder is freed, or given back to the tenant that has it on record", async () => {
  const holder = await it.create();
  await claimOneOf([0], holder);
  await it.client.doc("slots/0").set({});
  await it.client.doc("slots/1").set({ tenant_id: 7 });
  await it.client.doc("slots/x").set({ tenant_id: holder.id });
  const seen = await it.store.readSlots();
  assert.equal(
    seen.map(({ slot }) => slot),
    [0, 1],
  );
  const freed = [];
  for (const slot of seen) freed.push(await it.store.freeOrphanedSlot(slot));
  assert.equal(freed, [false, true]);
  assert.is((await it.client.doc("slots/0").get()).get("tenant_id"), holder.id);
  assert.is((await it.client.doc("slots/1").get()).exists, false);
});

test("a copied record frees no slot but its own", async () => {
  const holder = await it.create();
  await claimOneOf([0], holder);
  const copy = await it.create({ status: { operation: operationIn(0) } });
  const stored = await it.stored(copy);
  const changes = { status: { operation: operationIn(null) } };
  assert.ok(await it.store.writeTenant(stored, changes, { freedSlot: 0 }));
  assert.equal(await takenSlots(), [`0 ${holder.id}`]);
});

test("a slot that is taken anew while it is looked at is left alone", async () => {
  const tenant = await it.create();
  const slot = it.client.doc("slots/0");
  await slot.create({ tenant_id: tenant.id });
  it.proxy.injectFault({
    rpc: "Commit",
    before: async () => {
      await slot.delete();
      await claimOneOf([0], tenant);
    },
  });
  assert.is(await it.faulty.freeOrphanedSlot({ slot: 0, tenantId: tenant.id }), false);
  assert.equal(await takenSlots(), [`0 ${tenant.id}`]);
});

test("a copied record that goes leaves the name to whoever holds it", async () => {
  const holder = await it.create();
  const copy = { ...tenantNamed(holder.spec.subdomain), id: randomUUID() };
  await it.client.doc(`tenants/${copy.id}`).create(copy);
  assert.is(await it.store.endDeletion(copy, (await it.stored(copy)).version, NOW), true);
  assert.is(await it.store.readReservation(holder.spec.subdomain), holder.id);
  assert.is(await it.store.readTenant(copy.id), null);
  // And a name that is nobody's any more keeps nobody from going.
  await it.client.doc(`subdomains/${holder.spec.subdomain}`).delete();
  assert.is(await it.store.endDeletion(holder, (await it.stored(holder)).version, NOW), true);
});

test("a name is taken whose reservation does not say by whom", async () => {
  const tenant = tenantNamed(`nobody-${randomUUID().slice(0, 8)}`);
  await it.client.doc(`subdomains/${tenant.spec.subdomain}`).create({});
  assert.equal(await it.store.createTenant(tenant, null), { outcome: "subdomain-taken" });
});

test("a record that is damaged is not worked on, and shown with what can be read of it", async () => {
  const [missing, wrong, copied] = [await it.create(), await it.create(), await it.create()];
  const { email: _, ...profile } = missing.profile;
  await it.client.doc(`tenants/${missing.id}`).set({ ...missing, profile });
  await it.client
    .doc(`tenants/${wrong.id}`)
    .update({ created_at: "today", "spec.generation": "1" });
  await it.client.doc(`tenants/${copied.id}`).update({ id: randomUUID(), "status.phase": "lost" });
  for (const [{ id, profile: whole }, damaged, phase] of [
    [missing, ["profile.email"], "queued"],
    [wrong, ["created_at", "spec.generation"], "queued"],
    [copied, ["id", "status.phase"], "failed"],
  ] as const) {
    const error: unknown = await it.store.readTenant(id).catch((thrown: unknown) => thrown);
    assert.instance(error, DamagedRecordError);
    assert.match((error as Error).message, damaged.join(", "));
    const shown = await it.store.showTenant(id);
    assert.equal(shown?.damaged, damaged);
    const { tenant } = shown ?? {};
    assert.equal(
      [tenant?.id, tenant?.profile.organization, tenant?.status.phase, tenant?.status.reason],
      [id, whole.organization, phase, "RecordDamaged"],
    );
    assert.instance(tenant?.created_at, Date);
    const command: unknown = await it.store
      .readForCommand(id, null)
      .catch((thrown: unknown) => thrown);
    assert.instance(command, DamagedRecordError);
  }
});

test("a list leaves out nobody whose record is damaged, on whatever page they come", async () => {
  const tenants = [];
  for (let k = 0; k < 7; k++) tenants.push(await it.create());
  const ids = tenants.map(({ id }) => id);
  const { created_at: _, ...undated } = tenants[1] as Tenant;
  await it.client.doc(`tenants/${ids[1]}`).set(undated);
  for (const [k, created_at] of [
    [2, null],
    [3, 5],
    [4, { seconds: 1 }],
  ] as const) {
    await it.client.doc(`tenants/${ids[k]}`).update({ created_at });
  }
  await it.client.doc(`tenants/${ids[5]}`).update({ "profile.email": 7 });
  for (const limit of [1, 2, 3, 6, 7, 100]) {
    const seen: string[] = [];
    let from: ListRequest["from"] | null = { skip: 0 };
    while (from !== null) {
      const page: TenantList = await it.store.listTenants({ filter: {}, limit, from });
      assert.is(page.total, 7);
      assert.ok(page.tenants.length <= limit);
      seen.push(...page.tenants.map(({ id }) => id));
      from = page.next === null ? null : { after: page.next };
    }
    assert.equal(seen.toSorted(), ids.toSorted(), `pages of ${limit}`);
    const skipped: string[] = [];
    for (let skip = 0; skip < 7; skip += limit) {
      const page = await it.store.listTenants({ filter: {}, limit, from: { skip } });
      assert.is(page.next === null, skip + limit >= 7);
      skipped.push(...page.tenants.map(({ id }) => id));
    }
    assert.equal(skipped, seen, `skipping ${limit}`);
  }
  const queued = { filter: { phase: "queued" } as const, limit: 100, from: { skip: 0 } };
  assert.is((await it.store.listTenants(queued)).tenants.length, 7);
});

test("the end of a deletion removes record and reservation together, or neither", async () => {
  const tenant = tenantNamed("ended");
  await it.store.createTenant(tenant, null);
  const stale = await it.stored(tenant);
  await it.store.writeCommand(tenant.id, {
    update: { tenant: stale, changes: { spec: { state: "absent" } } },
    deletion: { requestedAt: NOW, overwrites: false },
    request: null,
    expiredRequest: null,
  });
  assert.is(await it.store.endDeletion(tenant, stale.version, NOW), false);
  assert.ok((await it.client.doc("subdomains/ended").get()).exists);

  const { record, version } = await it.stored(tenant);
  assert.is(await it.store.endDeletion(record, version, NOW), true);
  assert.is(await it.store.readTenant(tenant.id), null);
  assert.not((await it.client.doc("subdomains/ended").get()).exists);
  const deletion = await it.client.doc(`deletions/${tenant.id}`).get();
  assert.equal(deletion.get("expires_at").toDate(), new Date("2026-12-24T12:00:00Z"));
  assert.is((await it.store.createTenant(tenantNamed("ended"), null)).outcome, "created");
});

test("the resync gets what is due, the longest waiting first, and nothing settled", async () => {
  const at = (minute: number) => new Date(NOW.getTime() + minute * 60_000);
  const late = withParts(tenantNamed("late"), { status: { next_reconcile_at: at(-1) } });
  const later = withParts(tenantNamed("later"), { status: { next_reconcile_at: at(-5) } });
  const future = withParts(tenantNamed("future"), { status: { next_reconcile_at: at(5) } });
  const settled = withParts(tenantNamed("settled"), { status: { next_reconcile_at: null } });
  for (const tenant of [late, later, future, settled]) await it.store.createTenant(tenant, null);
  assert.equal(await it.store.dueTenants(NOW, 10), [later.id, late.id]);
  assert.equal(await it.store.dueTenants(NOW, 1), [later.id]);
});

/** Every page of a list: what is on each, and what each says of the total. */
async function pagesOf(filter: ListRequest["filter"], limit: number) {
  const pages: string[][] = [];
  const totals = new Set<number>();
  let from: ListRequest["from"] | null = { skip: 0 };
  while (from !== null) {
    const list: TenantList = await it.store.listTenants({ filter, limit, from });
    pages.push(list.tenants.map(({ id }) => id));
    totals.add(list.total);
    from = list.next === null ? null : { after: list.next };
  }
  return { pages, totals: [...totals] };
}

/** As a list is ordered: the newest first, and of those made at the same time the greatest id. */
function listed(tenants: Tenant[]): string[] {
  const place = ({ created_at, id }: Tenant) => `${created_at.toISOString()} ${id}`;
  return tenants.toSorted((a, b) => (place(a) < place(b) ? 1 : -1)).map(({ id }) => id);
}

test("a list has every tenant once, page by page, also where many were made at the same time", async () => {
  const seconds = [0, 1, 1, 1, 1, 1, 1, 2];
  const tenants = await Promise.all(
    seconds.map((second) => it.create({ created_at: addSeconds(NOW, second) })),
  );
  const all = listed(tenants);
  for (const limit of [1, 3, 4, 8, 9]) {
    const { pages, totals } = await pagesOf({}, limit);
    assert.equal(pages.flat(), all);
    assert.is(pages.length, Math.ceil(8 / limit), "no page is empty");
    assert.equal(totals, [8]);
  }
  const skipped = await it.store.listTenants({ filter: {}, limit: 2, from: { skip: 5 } });
  assert.equal(
    skipped.tenants.map(({ id }) => id),
    all.slice(5, 7),
  );
  const beyond = await it.store.listTenants({ filter: {}, limit: 2, from: { skip: 8 } });
  assert.equal(beyond, { tenants: [], total: 8, next: null });
});

test("a list has those too that were made within a millisecond, and its pages end between them", async () => {
  const tenants = await Promise.all(Array.from({ length: 6 }, () => it.create()));
  const [first] = tenants;
  const seconds = Math.floor((first?.created_at.getTime() ?? 0) / 1000);
  // By microseconds, as Firestore keeps them; the ids are in no order.
  await Promise.all(
    tenants.map(({ id }, index) =>
      it.client.doc(`tenants/${id}`).update({
        created_at: new Timestamp(seconds, 678_000_000 + index * 1000),
      }),
    ),
  );
  const all = tenants.map(({ id }) => id).toReversed();
  for (const limit of [1, 2, 4]) {
    const { pages } = await pagesOf({}, limit);
    assert.equal(pages.flat(), all, `${limit} a page`);
  }
});

test("a list that grows while it is read shows nothing twice", async () => {
  const tenants = await Promise.all(
    [0, 1, 2].map((second) => it.create({ created_at: addSeconds(NOW, second) })),
  );
  const first = await it.store.listTenants({ filter: {}, limit: 2, from: { skip: 0 } });
  await it.create({ created_at: addSeconds(NOW, 3) });
  const after = first.next as NamedPosition;
  const rest = await it.store.listTenants({ filter: {}, limit: 2, from: { after } });
  assert.equal(
    [...first.tenants, ...rest.tenants].map(({ id }) => id),
    listed(tenants),
  );
});

test("a list has those that a filter lets through, and counts them alone", async () => {
  const at = (second: number) => ({ created_at: addSeconds(NOW, second) });
  const email = "a@acme.example";
  const active = await it.create({ ...at(0), status: { phase: "active" } });
  const queued = await it.create({ ...at(1), profile: { email } });
  const both = await it.create({ ...at(2), status: { phase: "active" }, profile: { email } });
  const last = await it.create({ ...at(3), status: { phase: "active" }, profile: { email } });
  for (const [filter, expected] of [
    [{}, [last, both, queued, active]],
    [{ phase: "active" }, [last, both, active]],
    [{ email }, [last, both, queued]],
    [{ phase: "active", email }, [last, both]],
    [{ phase: "failed" }, []],
  ] as [ListRequest["filter"], Tenant[]][]) {
    const { pages, totals } = await pagesOf(filter, 2);
    assert.equal(
      pages.flat(),
      expected.map(({ id }) => id),
    );
    assert.equal(totals, [expected.length]);
  }
});

test("every tenant and every reservation is read, over as many pages as it takes", async () => {
  // Two full pages of the one, and a bit more than two of the other.
  const ids = Array.from({ length: 601 }, () => randomUUID()).toSorted();
  const tenants = ids.slice(1).map((id) => ({ ...tenantNamed("many"), id }));
  const writer = it.client.bulkWriter();
  for (const tenant of tenants) void writer.create(it.client.doc(`tenants/${tenant.id}`), tenant);
  for (const id of ids) void writer.create(it.client.doc(`subdomains/s-${id}`), { tenant_id: id });
  await writer.close();

  const found: Tenant[] = [];
  for await (const { tenant } of it.store.tenants()) found.push(tenant);
  assert.equal(found, tenants);
  const reserved: string[] = [];
  for await (const { tenantId } of it.store.reservations()) reserved.push(tenantId);
  assert.equal(reserved, ids);
});

test("a reservation says whose it is since when, and goes only as it was read", async () => {
  const tenant = await it.create();
  const reservation = it.client.doc(`subdomains/${tenant.spec.subdomain}`);
  assert.is(await it.store.readReservation(tenant.spec.subdomain), tenant.id);
  assert.is(await it.store.readReservation("free"), null);

  const read = async () => {
    for await (const found of it.store.reservations()) return found;
    throw new Error("there is no reservation");
  };
  const stale = await read();
  assert.equal([stale.subdomain, stale.tenantId], [tenant.spec.subdomain, tenant.id]);
  assert.equal(stale.reservedAt, (await reservation.get()).createTime?.toDate());
  await reservation.set({ tenant_id: "another" });
  await it.store.deleteReservation(stale);
  assert.is(await it.store.readReservation(tenant.spec.subdomain), "another");
  await it.store.deleteReservation(await read());
  assert.is(await it.store.readReservation(tenant.spec.subdomain), null);
});

test("deletions are found by when they ended, and by when they were asked for if they have not", async () => {
  const at = (minute: number) => addSeconds(NOW, minute * 60);
  const deletions: [id: string, requested: number, completed: number | null][] = [
    ["long-ended", -90, -60],
    ["ended", -90, -30],
    ["just-ended", -90, 0],
    ["old", -30, null],
    ["new", 0, null],
  ];
  for (const [id, requested, completed] of deletions) {
    const deletion: Deletion = {
      requested_at: at(requested),
      completed_at: completed === null ? null : at(completed),
      reason: null,
      expires_at: null,
    };
    await it.client.doc(`deletions/${id}`).create({ ...deletion });
    assert.equal(await it.store.readDeletion(id), deletion);
  }
  assert.is(await it.store.readDeletion("none"), null);
  assert.equal(await it.store.deletionsEnded(at(-30), at(0)), ["ended"]);
  assert.equal(await it.store.deletionsOpen(at(0)), ["old"]);
});

test("the heartbeat is the last one", async () => {
  assert.is(await it.store.readHeartbeat(5_000), null);
  await it.store.recordHeartbeat(NOW);
  assert.equal(await it.store.readHeartbeat(5_000), NOW);
});

test.run();
