/** The store on the official Firestore emulator. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newTenant } from "../shared/tenant.ts";
import type { Tenant } from "../shared/tenant.ts";
import { startFirestore } from "./firestore-fixture.ts";

const test = suite("the store");

let it: Awaited<ReturnType<typeof startFirestore>>;
test.before(async () => {
  it = await startFirestore();
});
test.after(async () => {
  await it.stop();
});

const NOW = new Date("2026-11-24T12:00:00Z");

function tenantNamed(subdomain: string, now = NOW): Tenant {
  const wanted = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  return newTenant({ id: randomUUID(), wishId: randomUUID(), ...wanted }, now);
}

async function stored(tenant: Tenant) {
  const found = await it.store.readTenant(tenant.id);
  assert.ok(found);
  return found;
}

test("reads a tenant back exactly as it was stored, dates included", async () => {
  const tenant: Tenant = {
    ...tenantNamed("read-back"),
    operation: { kind: "create", generation: 1, attempt: 1, started_at: NOW },
  };
  assert.is(await it.store.createTenant(tenant), "created");
  assert.equal((await stored(tenant)).record, tenant);
});

test("of many at once for one subdomain, exactly one is created, and it holds the name", async () => {
  const rivals = Array.from({ length: 20 }, () => tenantNamed("contested"));
  const results = await Promise.all(rivals.map((tenant) => it.store.createTenant(tenant)));
  assert.is(results.filter((result) => result === "created").length, 1);
  const winner = rivals[results.indexOf("created")];
  const reservation = await it.client.doc("subdomains/contested").get();
  assert.is(reservation.get("tenant_id"), winner?.id);
  const records = await it.client.collection("tenants").where("subdomain", "==", "contested").get();
  assert.equal(
    records.docs.map(({ id }) => id),
    [winner?.id],
  );
});

test("a creation that has got through already is a success, as after a repeated commit", async () => {
  const tenant = tenantNamed("repeated");
  assert.is(await it.store.createTenant(tenant), "created");
  assert.is(await it.store.createTenant(tenant), "created");
});

test("a write on a version that is no longer the newest changes nothing", async () => {
  const tenant = tenantNamed("versions");
  await it.store.createTenant(tenant);
  const { version } = await stored(tenant);
  const first = await it.store.writeTenant(tenant.id, version, { step: "first" });
  assert.ok(first);
  assert.is(await it.store.writeTenant(tenant.id, version, { step: "second" }), null);
  assert.is((await stored(tenant)).record.step, "first");
  // The version that a write gives is good for the next one.
  assert.ok(await it.store.writeTenant(tenant.id, first.version, { step: "third" }));
});

test("a write to a tenant that is gone is a lost race and brings nothing back", async () => {
  const tenant = tenantNamed("gone");
  await it.store.createTenant(tenant);
  const { version } = await stored(tenant);
  await it.client.doc(`tenants/${tenant.id}`).delete();
  assert.is(await it.store.writeTenant(tenant.id, version, { step: "x" }), null);
  assert.is(await it.store.readTenant(tenant.id), null);
});

test("a deletion is asked for once, together with what wakes cleanup", async () => {
  const tenant = tenantNamed("unwanted");
  await it.store.createTenant(tenant);
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => it.store.requestDeletion(tenant.id, randomUUID(), NOW)),
  );
  for (const answer of asked) assert.is(answer?.status, "deleting");
  const { record } = await stored(tenant);
  assert.is(record.desired, "absent");
  assert.is(record.generation, 2, "five callers, one wish");
  const trail = await it.client.doc(`deletions/${tenant.id}`).get();
  assert.ok(trail.exists);
  assert.not.match(JSON.stringify(trail.data()), /acme|unwanted/i);
});

test("the deletion of a tenant that is not there is none", async () => {
  const id = randomUUID();
  assert.is(await it.store.requestDeletion(id, randomUUID(), NOW), null);
  assert.not((await it.client.doc(`deletions/${id}`).get()).exists);
});

test("the end of a deletion removes record and reservation together, or neither", async () => {
  const tenant = tenantNamed("ended");
  await it.store.createTenant(tenant);
  const { version: stale } = await stored(tenant);
  await it.store.requestDeletion(tenant.id, randomUUID(), NOW);
  assert.is(await it.store.endDeletion(tenant, stale, NOW), false);
  assert.ok((await it.client.doc("subdomains/ended").get()).exists);

  const { record, version } = await stored(tenant);
  assert.is(await it.store.endDeletion(record, version, NOW), true);
  assert.is(await it.store.readTenant(tenant.id), null);
  assert.not((await it.client.doc("subdomains/ended").get()).exists);
  const trail = await it.client.doc(`deletions/${tenant.id}`).get();
  assert.equal(trail.get("expires_at").toDate(), new Date("2026-12-24T12:00:00Z"));
  assert.is(await it.store.createTenant(tenantNamed("ended")), "created");
});

test("the sweep gets what is due, the longest waiting first, and nothing settled", async () => {
  await it.client.recursiveDelete(it.client.collection("tenants"));
  const at = (minute: number) => new Date(NOW.getTime() + minute * 60_000);
  const late = { ...tenantNamed("late"), wake_at: at(-1) };
  const later = { ...tenantNamed("later"), wake_at: at(-5) };
  const future = { ...tenantNamed("future"), wake_at: at(5) };
  const settled = { ...tenantNamed("settled"), wake_at: null };
  for (const tenant of [late, later, future, settled]) await it.store.createTenant(tenant);
  assert.equal(await it.store.dueTenants(NOW, 10), [later.id, late.id]);
  assert.equal(await it.store.dueTenants(NOW, 1), [later.id]);
});

test("lists the newest first, a page at a time, with the total", async () => {
  await it.client.recursiveDelete(it.client.collection("tenants"));
  for (let minute = 0; minute < 5; minute++) {
    const tenant = tenantNamed(`list-${minute}`, new Date(NOW.getTime() + minute * 60_000));
    await it.store.createTenant(tenant);
  }
  const { tenants, total } = await it.store.listTenants({ skip: 1, limit: 2 });
  assert.equal(
    tenants.map(({ subdomain }) => subdomain),
    ["list-3", "list-2"],
  );
  assert.is(total, 5);
});

test("the heartbeat is the last one", async () => {
  assert.is(await it.store.lastBeat(5_000), null);
  await it.store.beat(NOW);
  assert.equal(await it.store.lastBeat(5_000), NOW);
});

test.run();
