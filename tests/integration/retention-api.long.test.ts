/**
 * Deletions that can be taken back, over HTTP. Nobody reconciles here, so the database says what a test writes; every answer
 * is held to the API's own document.
 */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addSeconds, newTenant, withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { siteAt } from "../testkit/some-site.ts";

const test = suite("deletions that can be taken back");

const DAY = 24 * 3600;
const DAYS = 14;

let it: OwnApi;
test.before(async () => {
  it = await startOwnApi({ RETENTION_DAYS: String(DAYS), SITES_ADDRESSES: "192.0.2.1" });
});
test.before.each(async () => {
  await it.empty();
});
test.after(async () => {
  await it.stop();
});

function tenantWithSite(subdomain = "acme", now = new Date()): Tenant {
  const asked = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  const ids = { id: randomUUID(), commandId: randomUUID(), requestedBy: REQUESTER };
  return withChanges(newTenant({ ...ids, ...asked }, now), {
    status: {
      phase: "active",
      site: siteAt(subdomain),
      observed_generation: 1,
      next_reconcile_at: null,
    },
  });
}

async function put(tenant: Tenant): Promise<string> {
  await it.client.doc(`tenants/${tenant.id}`).set(tenant);
  await it.client.doc(`subdomains/${tenant.spec.subdomain}`).set({ tenant_id: tenant.id });
  return tenant.id;
}

/** One whose deletion was verified an hour ago. */
function retained(subdomain = "acme"): Tenant {
  const purge_at = addSeconds(new Date(), DAYS * DAY - 3600);
  return withChanges(tenantWithSite(subdomain), {
    spec: { state: "retained", retention: { from: "present", purge_at }, generation: 2 },
    status: {
      phase: "deleted",
      site: { ...siteAt(subdomain), suspended: null, retained: true },
      observed_generation: 2,
    },
  });
}

const record = async (id: string) => (await it.store.readTenant(id))?.record;

test("a DELETE is answered, and shown until it is done, as one that is for good", async () => {
  const id = await put(tenantWithSite());
  const before = Date.now();
  const { status, body } = await it.call("DELETE", `/tenants/${id}`);
  assert.equal(
    [status, body["status"], body["message"]],
    [202, "deleting", "The tenant is being deleted."],
  );
  const stored = await record(id);
  assert.equal([stored?.spec.state, stored?.spec.retention?.from], ["retained", "present"]);
  const days = ((stored?.spec.retention?.purge_at.getTime() ?? 0) - before) / 1000 / DAY;
  assert.ok(days >= DAYS && days < DAYS + 0.01);
  const shown = (await it.call("GET", `/tenants/${id}`)).body;
  assert.equal(
    [shown["status"], shown["desired"], shown["site_url"]],
    ["deleting", "absent", null],
  );
  assert.is(shown["purge_at"], stored?.spec.retention?.purge_at.toISOString());
  const watched = (await it.call("GET", `/tenants/${id}/status`)).body;
  assert.equal([watched["status"], watched["desired"]], ["deleting", "absent"]);
  // Nothing is to be cleaned up yet.
  assert.is(await it.store.readDeletion(id), null);
  const again = await it.call("DELETE", `/tenants/${id}`);
  assert.equal([again.status, again.body["message"]], [202, "Already requested."]);
  assert.is((await record(id))?.spec.generation, 2);
});

test("one that is deleted is gone for whoever does not ask for such", async () => {
  const id = await put(retained());
  const link = { email: "other@acme.example", reason: "locked out" };
  for (const [method, path, body] of [
    ["GET", ""],
    ["GET", "/status"],
    ["PATCH", "", { organization: "Other" }],
    ["DELETE", ""],
    ["DELETE", "?reason=why"],
    ["POST", "/retry"],
    ["POST", "/suspend"],
    ["POST", "/resume"],
    ["PUT", "/subdomain", { subdomain: "other" }],
    ["POST", "/login-links", link],
    ["GET", "/domains"],
    ["POST", "/domains", { domain: "shop.example.com" }],
    ["GET", "/domains/shop.example.com"],
    ["DELETE", "/domains/shop.example.com"],
    ["GET", "/operations"],
  ] as const) {
    const answer = await it.call(method, `/tenants/${id}${path}`, { body });
    const gone = await it.call(method, `/tenants/${randomUUID()}${path}`, { body });
    assert.equal([answer.status, gone.status], [404, 404], `${method} ${path}`);
  }
  const { body } = await it.call("GET", "/tenants");
  assert.equal([body["tenants"], body["total"]], [[], 0]);
  assert.equal((await it.call("GET", "/tenants?status=deleted")).body["tenants"], []);
});

test("its name stays taken", async () => {
  await put(retained());
  const body = { organization: "Other", subdomain: "acme", email: "a@other.example" };
  assert.is((await it.call("POST", "/tenants", { body })).status, 409);
});

test("whoever asks for deleted ones sees it, and until when it can be taken back", async () => {
  const tenant = retained();
  const id = await put(tenant);
  const { status, body } = await it.call("GET", `/tenants/${id}?show_deleted=true`);
  assert.is(status, 200);
  const purgeAt = tenant.spec.retention?.purge_at.toISOString();
  assert.equal([body["status"], body["desired"], body["purge_at"]], ["deleted", "absent", purgeAt]);
  assert.is(body["site_url"], null);
  const listed = (await it.call("GET", "/tenants?show_deleted=true")).body;
  assert.equal([listed["tenants"], listed["total"]], [[body], 1]);
  const own = await put(tenantWithSite("other"));
  assert.is((await it.call("GET", `/tenants/${own}`)).body["purge_at"], null);
  const hidden = await it.call("GET", `/tenants/${id}?show_deleted=false`);
  assert.is(hidden.status, 404);
  assert.is((await it.call("GET", `/tenants/${id}?show_deleted=yes`)).status, 422);
});

test("a deletion is taken back once, whether it is carried out or not", async () => {
  const deleted = await put(retained());
  const deleting = await put(tenantWithSite("other"));
  await it.call("DELETE", `/tenants/${deleting}`);
  for (const id of [deleted, deleting]) {
    const { status, body, headers } = await it.call("POST", `/tenants/${id}/undelete`);
    const said = "The deletion is being taken back.";
    assert.equal([status, body["status"], body["message"]], [202, "queued", said]);
    assert.match(headers.get("location") ?? "", `/tenants/${id}/operations/${id}.3.1`);
    const again = await it.call("POST", `/tenants/${id}/undelete`);
    assert.equal([again.status, again.body["message"]], [202, "Already requested."]);
    const shown = (await it.call("GET", `/tenants/${id}`)).body;
    assert.equal(
      [shown["status"], shown["desired"], shown["purge_at"]],
      ["queued", "present", null],
    );
  }
});

test("under one key a deletion is answered as the first time, also when it is done, or taken back", async () => {
  const id = await put(tenantWithSite());
  const headers = { "Idempotency-Key": randomUUID() };
  const first = await it.call("DELETE", `/tenants/${id}`, { headers });
  await it.call("POST", `/tenants/${id}/undelete`);
  const again = await it.call("DELETE", `/tenants/${id}`, { headers });
  assert.equal(again.body, first.body);
  assert.is((await record(id))?.spec.state, "present");
  const other = await it.call("DELETE", `/tenants/${id}?purge=true&reason=x`, { headers });
  assert.is(other.status, 422);
});

test("a purge is at once and for good, for a reason, also of one that is deleted already", async () => {
  const active = await put(tenantWithSite("other"));
  const deleted = await put(retained());
  for (const [id, status] of [
    [active, "deleting"],
    [deleted, "deleted"],
  ] as const) {
    const unreasoned = await it.call("DELETE", `/tenants/${id}?purge=true`);
    assert.is(unreasoned.status, 422);
    assert.equal(unreasoned.body["errors"], [
      { pointer: "/reason", message: "reason is required for a purge" },
    ]);
    const path = `/tenants/${id}?purge=true&reason=${encodeURIComponent("The customer insists")}`;
    const { status: code, body } = await it.call("DELETE", path);
    assert.equal([code, body["status"]], [202, status]);
    const stored = await record(id);
    assert.equal([stored?.spec.state, stored?.spec.retention], ["absent", null]);
    assert.is(stored?.spec.requested_by.reason, "The customer insists");
    assert.ok(await it.store.readDeletion(id));
    assert.is((await it.call("POST", `/tenants/${id}/undelete`)).status, 409);
  }
  assert.is((await it.call("GET", `/tenants/${deleted}`)).status, 404);
  assert.is((await it.call("GET", `/tenants/${active}`)).status, 200);
});

test("what has no site yet is deleted for good", async () => {
  const body = { organization: "Acme", subdomain: "early", email: "a@early.example" };
  const { id } = (await it.call("POST", "/tenants", { body })).body;
  await it.call("DELETE", `/tenants/${String(id)}`);
  assert.is((await record(String(id)))?.spec.state, "absent");
});

test.run();
