/** The pool as the API shows it, in its own process on the official emulators: nobody reconciles. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import {
  failedStandby,
  fillingStandby,
  MADE_WITH,
  readyStandby,
  storeStandbys,
} from "../testkit/some-standby.ts";

const test = suite("the pool's API");

let it: OwnApi;
test.before(async () => {
  it = await startOwnApi({
    POOL_SIZE: "3",
    FRAPPE_IMAGE: MADE_WITH.image,
    FRAPPE_APPS: MADE_WITH.apps.join(","),
  });
});
test.after(async () => {
  await it.stop();
});
test.before.each(async () => {
  await it.empty();
  it.proxy.calls.length = 0;
});

const NOW = new Date();

/** What the pool says beside what the test is about. */
const poolOf = async () => (await it.call("GET", "/pool")).body;

test("a pool without anything is zeros, and asking for it writes nothing", async () => {
  const { demand, ...pool } = await poolOf();
  assert.equal(pool, {
    size: 3,
    ready: 0,
    outdated: 0,
    filling: 0,
    failed: 0,
    paused_until: null,
    claims: 0,
    misses: 0,
    time_to_claim: null,
  });
  const { since: _, ...rest } = demand as Record<string, unknown>;
  assert.equal(rest, { tenants: 0, refill_seconds: null, size: null });
  assert.not(it.proxy.calls.includes("Commit"));
});

test("it counts what is ready, outdated, filling and failed, and tells of a pause", async () => {
  const old = { spec: { standby: { ...MADE_WITH, image: "frappe/erpnext:v15.1.0" } } };
  await storeStandbys(it.client, [
    readyStandby(NOW),
    readyStandby(NOW),
    readyStandby(NOW, old),
    fillingStandby(NOW),
    failedStandby(NOW),
  ]);
  const paused_until = addSeconds(NOW, 600);
  await it.client.doc("pools/main").set({ failures: 3, paused_until });
  const { ready, outdated, filling, failed, paused_until: until } = await poolOf();
  assert.equal([ready, outdated, filling, failed], [2, 1, 1, 1]);
  assert.is(until, paused_until.toISOString());
  await it.client.doc("pools/main").set({ failures: 3, paused_until: addSeconds(NOW, -1) });
  assert.is((await poolOf())["paused_until"], null);
});

test("a request that is served by the pool is a claim, and one that is not a miss", async () => {
  await storeStandbys(it.client, [readyStandby(NOW)]);
  for (const name of ["one", "two"]) {
    const body = { organization: "Acme", subdomain: `pool-${name}`, email: "a@acme.example" };
    assert.is((await it.call("POST", "/tenants", { body })).status, 201);
  }
  const { claims, misses, ready, demand } = await poolOf();
  assert.equal([claims, misses, ready], [1, 1, 0]);
  assert.is((demand as { tenants: number }).tenants, 2);
});

test("standbys are in no list but their own, and one is shown to whoever has its id", async () => {
  const standby = readyStandby(NOW);
  await storeStandbys(it.client, [standby]);
  const all = (await it.call("GET", "/tenants")).body as { total: number };
  assert.is(all.total, 0);
  const listed = (await it.call("GET", "/tenants?state=standby")).body as { tenants: unknown[] };
  const shown = await it.call("GET", `/tenants/${standby.id}`);
  assert.is(shown.status, 200);
  assert.equal(listed.tenants, [shown.body]);
  const { subdomain, site_url, desired, status } = shown.body;
  assert.equal([subdomain, site_url, desired, status], ["", null, "standby", "active"]);
  const present = (await it.call("GET", "/tenants?state=present")).body as { total: number };
  assert.is(present.total, 0);
  assert.is((await it.call("GET", "/tenants?state=absent")).status, 422);
});

test("of a standby nothing can be asked but its end", async () => {
  const standby = readyStandby(NOW);
  await storeStandbys(it.client, [standby]);
  const path = `/tenants/${standby.id}`;
  for (const [method, at, body] of [
    ["POST", `${path}/suspend`],
    ["POST", `${path}/resume`],
    ["POST", `${path}/retry`],
    ["POST", `${path}/login-links`],
    ["PATCH", path, { organization: "Acme" }],
  ] as const) {
    const refused = await it.call(method, at, body === undefined ? {} : { body });
    assert.is(refused.status, 409, `${method} ${at}`);
    assert.match((refused.body as { error: string }).error, "standby");
  }
  const headers = { "Idempotency-Key": randomUUID() };
  const deleted = await it.call("DELETE", path, { headers });
  assert.is(deleted.status, 202);
  assert.ok((await it.client.doc(`deletions/${standby.id}`).get()).exists);
  assert.ok((await it.client.collection("events").get()).empty);
});

test.run();
