/** Rollouts as the API takes and shows them, in its own process on the official emulators: nobody takes them further. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newRollout } from "../../shared/rollouts/rollout.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { siteAt } from "../testkit/some-site.ts";
import { readyStandby, storeStandbys } from "../testkit/some-standby.ts";
import { ACTIVE, tenantNamed } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { TenantParts } from "../testkit/tenant-parts.ts";

const test = suite("the API of rollouts");

const BENCHES = ["old", "older", "next"].map((name) => ({
  name,
  image: `frappe/erpnext:${name}`,
  apps: ["erpnext"],
  url: null,
  current: name === "next",
}));

let it: OwnApi;
test.before(async () => {
  it = await startOwnApi({ BENCHES: JSON.stringify(BENCHES) });
});
test.after(async () => {
  await it.stop();
});
test.before.each(async () => {
  await it.empty();
  it.proxy.calls.length = 0;
});

type Body = Record<string, unknown>;

const post = (path: string, body?: Body, key?: string) =>
  it.call("POST", path, {
    ...(body !== undefined && { body }),
    ...(key !== undefined && { headers: { "Idempotency-Key": key } }),
  });

/** Begins a rollout, and gives its path. */
async function begun(body: Body = { to: "next" }): Promise<string> {
  const { status, headers } = await post("/rollouts", body);
  assert.is(status, 201);
  return String(headers.get("location"));
}

async function tenant(name: string, more: TenantParts = {}): Promise<Tenant> {
  const site = siteAt(name, { bench: "old" });
  const one = withParts(tenantNamed(name, new Date()), { status: { ...ACTIVE.status, site } });
  const made = withParts(one, more);
  await it.store.createTenant(made, null);
  return made;
}

/** The rollout's record with these fields. */
const write = (path: string, fields: Body) => it.client.doc(path.slice(1)).update(fields);

const wavesOf = ({ waves }: Body) => (waves as Body[]).map(({ wave }) => wave);

test("a rollout is begun with what is usual, and shown", async () => {
  const { status, headers, body } = await post("/rollouts", { to: "next" });
  assert.is(status, 201);
  const { id, created_at, updated_at, waves, ...rest } = body;
  assert.is(headers.get("location"), `/rollouts/${String(id)}`);
  assert.equal(wavesOf(body), ["pool", "canary", "5%", "25%", "100%"]);
  assert.equal(rest, {
    state: "running",
    reason: null,
    message: null,
    to: "next",
    from: ["old", "older"],
    ended_at: null,
    requested_by: "key:testbed",
    paused_by: null,
    window: null,
    max_per_database: 2,
    pause_at: { failures: 2, percent: 5 },
    soak_minutes: 30,
    soak_until: null,
    under_way: [],
    failed: [],
    skipped: [],
  });
  const shown = await it.call("GET", `/rollouts/${String(id)}`);
  assert.equal(shown.body, { ...rest, id, created_at, updated_at, waves });
  assert.is(shown.headers.get("retry-after"), "60");
  assert.is((await it.call("GET", `/rollouts/${randomUUID()}`)).status, 404);
});

test("it is begun as somebody asks for it", async () => {
  const asked = {
    to: "next",
    from: ["old"],
    window: { from: "22:00", to: "04:30", time_zone: "Europe/Berlin" },
    max_per_database: 7,
    pause_at: { failures: 3, percent: 10 },
    soak_minutes: 0,
  };
  const { body } = await post("/rollouts", { ...asked, waves: ["canary", "10%"] });
  for (const [name, value] of Object.entries(asked)) assert.equal(body[name], value, name);
  assert.equal(wavesOf(body), ["canary", "10%"]);
});

const refusals: [what: string, body: Body, pointer: string][] = [
  ["a bench that there is not", { to: "missing" }, "/to"],
  ["an old bench that there is not", { to: "next", from: ["missing"] }, "/from"],
  ["a bench that it moves to itself", { to: "next", from: ["next"] }, "/from"],
  ["no bench at all", { to: "next", from: [] }, "/from"],
  ["waves in another order", { to: "next", waves: ["25%", "5%"] }, "/waves"],
  ["the canaries after a share", { to: "next", waves: ["5%", "canary"] }, "/waves"],
  ["the pool after the canaries", { to: "next", waves: ["canary", "pool"] }, "/waves"],
  ["a wave that there is not", { to: "next", waves: ["0%"] }, "/waves/0"],
  [
    "a window without an end",
    { to: "next", window: { from: "01:00", to: "01:00", time_zone: "UTC" } },
    "/window/to",
  ],
  [
    "a time zone that there is not",
    { to: "next", window: { from: "01:00", to: "05:00", time_zone: "Mars/Olympus" } },
    "/window/time_zone",
  ],
  [
    "a time that there is not",
    { to: "next", window: { from: "24:00", to: "05:00", time_zone: "UTC" } },
    "/window/from",
  ],
  ["nobody at once", { to: "next", max_per_database: 0 }, "/max_per_database"],
];

for (const [what, body, pointer] of refusals) {
  test(`${what} is refused`, async () => {
    const answer = await post("/rollouts", body);
    assert.is(answer.status, 422);
    assert.is((answer.body["errors"] as Body[])[0]?.["pointer"], pointer);
    assert.ok((await it.client.collection("rollouts").get()).empty);
  });
}

test("with validate_only it says whom it would reach, and writes nothing", async () => {
  for (let k = 0; k < 20; k++) await tenant(`t${k}`, k < 2 ? { spec: { canary: true } } : {});
  await tenant("there", { status: { site: siteAt("there", { bench: "next" }) } });
  await storeStandbys(it.client, [readyStandby(new Date(), { status: { phase: "active" } })]);
  it.proxy.calls.length = 0;
  const { status, body } = await post("/rollouts?validate_only=true", {
    to: "next",
    waves: ["pool", "canary", "50%", "100%"],
  });
  assert.is(status, 200);
  assert.equal(body, {
    to: "next",
    from: ["old", "older"],
    tenants: 20,
    canaries: 2,
    waves: [
      { wave: "pool", tenants: 0 },
      { wave: "canary", tenants: 2 },
      { wave: "50%", tenants: 9 },
      { wave: "100%", tenants: 9 },
    ],
  });
  assert.not(it.proxy.calls.includes("Commit"));
});

test("one is under way at a time, and the next one begins when it is over", async () => {
  const path = await begun();
  const second = await post("/rollouts", { to: "old" });
  assert.is(second.status, 409);
  assert.is(second.body["error"], `The rollout ${path.slice("/rollouts/".length)} is not over.`);
  assert.is((await post(`${path}/pause`)).status, 200);
  assert.is((await post("/rollouts", { to: "old" })).status, 409);
  assert.is((await post(`${path}/cancel`)).status, 200);
  await begun({ to: "old" });
});

test("of many at once one is begun", async () => {
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => post("/rollouts", { to: "next" })),
  );
  const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
  assert.equal(statuses, [201, 409, 409, 409, 409, 409]);
  assert.is((await it.client.collection("rollouts").get()).size, 1);
});

test("a repeated request begins none, and is answered as before, whatever the order of its fields", async () => {
  const window = { from: "01:00", to: "05:00", time_zone: "UTC" };
  const first = await post("/rollouts", { to: "next", window }, "key-1");
  const { time_zone, to, from } = window;
  const again = await post("/rollouts", { window: { time_zone, to, from }, to: "next" }, "key-1");
  assert.equal([again.status, again.body], [201, first.body]);
  const other = { ...window, to: "06:00" };
  assert.is((await post("/rollouts", { to: "next", window: other }, "key-1")).status, 422);
});

test("it is paused with a reason, resumed, and cancelled for good", async () => {
  const path = await begun();
  const paused = (await post(`${path}/pause`, { reason: "look first" })).body;
  const { state, reason, message, paused_by } = paused;
  assert.equal(
    [state, reason, message, paused_by],
    ["paused", "Paused", "look first", "key:testbed"],
  );
  const resumed = (await post(`${path}/resume`)).body;
  assert.equal([resumed["state"], resumed["paused_by"]], ["running", null]);
  const cancelled = (await post(`${path}/cancel`)).body;
  assert.is(cancelled["state"], "cancelled");
  assert.is.not(cancelled["ended_at"], null);
  for (const command of ["pause", "resume", "retry-failed"]) {
    const refused = await post(`${path}/${command}`);
    assert.is(refused.status, 409, command);
    assert.is(refused.body["error"], "The rollout is cancelled.");
  }
  assert.is((await post(`${path}/cancel`)).status, 200);
  for (const command of ["pause", "resume", "cancel", "retry-failed"]) {
    assert.is((await post(`/rollouts/${randomUUID()}/${command}`)).status, 404, command);
  }
});

test("a command that is repeated is answered as before, and done once", async () => {
  const path = await begun();
  const first = await post(`${path}/pause`, {}, "key-1");
  await post(`${path}/resume`);
  const again = await post(`${path}/pause`, {}, "key-1");
  assert.equal(again.body, first.body);
  assert.is((await it.call("GET", path)).body["state"], "running");
});

const FAILED_WAVE = {
  kind: "share",
  percent: 100,
  started_at: new Date(),
  ended_at: new Date(),
  asked: 3,
  done: 2,
  failed: 1,
  gone: 0,
  skipped: 0,
  waiting: 0,
};

test("what failed is tried again, also when it was done, unless another one is under way", async () => {
  const path = await begun({ to: "next", waves: ["100%"] });
  const refused = await post(`${path}/retry-failed`);
  assert.equal(
    [refused.status, refused.body["error"]],
    [409, "Nothing of the rollout has failed."],
  );
  await write(path, { waves: [FAILED_WAVE], state: "done", ended_at: new Date() });
  const other = await begun({ to: "old" });
  const busy = await post(`${path}/retry-failed`);
  assert.is(busy.status, 409);
  assert.is(busy.body["error"], `The rollout ${other.slice("/rollouts/".length)} is not over.`);
  await post(`${other}/cancel`);
  const { status, body } = await post(`${path}/retry-failed`);
  assert.equal([status, body["state"], body["ended_at"]], [200, "running", null]);
  assert.is((await post("/rollouts", { to: "old" })).status, 409);
});

test("rollouts are listed page by page, the newest first, a damaged one as such", async () => {
  const now = new Date();
  const ids = [];
  for (let k = 0; k < 3; k++) {
    const id = randomUUID();
    ids.unshift(id);
    const asked = { id, commandId: "c", requestedBy: REQUESTER, to: "next", from: ["old"] };
    const rollout = { ...newRollout(asked, addSeconds(now, k)), state: "done" };
    await it.client.doc(`rollouts/${id}`).set(rollout);
  }
  await it.client.doc(`rollouts/${ids[1]}`).update({ waves: "many" });
  const first = (await it.call("GET", "/rollouts?limit=2")).body;
  const shown = first["rollouts"] as Body[];
  assert.equal(
    shown.map(({ id }) => id),
    ids.slice(0, 2),
  );
  assert.is(shown[1]?.["message"], "The record is damaged in: waves.");
  assert.is(first["has_more"], true);
  const token = String(first["next_page_token"]);
  const rest = (await it.call("GET", `/rollouts?limit=2&page_token=${token}`)).body;
  assert.equal(
    (rest["rollouts"] as Body[]).map(({ id }) => id),
    ids.slice(2),
  );
  assert.is(rest["has_more"], false);
});

test("a tenant is pinned, which its record says, until it is taken away", async () => {
  const { id } = await tenant("pinned");
  const until = addSeconds(new Date(), 3600).toISOString();
  const pin = { reason: "year-end", until };
  const { status, body } = await it.call("PUT", `/tenants/${id}/pin`, { body: pin });
  assert.is(status, 200);
  assert.equal(body["pin"], pin);
  assert.equal((await it.call("GET", `/tenants/${id}`)).body["pin"], pin);
  const forEver = await it.call("PUT", `/tenants/${id}/pin`, { body: { reason: "year-end" } });
  assert.equal(forEver.body["pin"], { reason: "year-end", until: null });
  assert.is(forEver.body["generation"], 1);
  for (let times = 0; times < 2; times++) {
    const gone = await it.call("DELETE", `/tenants/${id}/pin`);
    assert.equal([gone.status, gone.body["pin"]], [200, null]);
  }
  const past = { reason: "r", until: "2020-01-01T00:00:00Z" };
  assert.is((await it.call("PUT", `/tenants/${id}/pin`, { body: past })).status, 422);
  assert.is((await it.call("PUT", `/tenants/${id}/pin`, { body: {} })).status, 422);
  assert.is((await it.call("PUT", `/tenants/${randomUUID()}/pin`, { body: pin })).status, 404);
  assert.is((await it.call("DELETE", `/tenants/${randomUUID()}/pin`)).status, 404);
});

test("a tenant is made a canary, and where its clocks are is said", async () => {
  const { id } = await tenant("canary");
  const before = (await it.call("GET", `/tenants/${id}`)).body;
  assert.equal([before["canary"], before["time_zone"]], [false, null]);
  const body = { canary: true, time_zone: "Asia/Tokyo" };
  const changed = await it.call("PATCH", `/tenants/${id}`, { body });
  assert.equal([changed.body["canary"], changed.body["time_zone"]], [true, "Asia/Tokyo"]);
  assert.is(changed.body["organization"], before["organization"]);
  const back = await it.call("PATCH", `/tenants/${id}`, {
    body: { canary: false, time_zone: null },
  });
  assert.equal([back.body["canary"], back.body["time_zone"]], [false, null]);
  const unknown = await it.call("PATCH", `/tenants/${id}`, { body: { time_zone: "Mars/Olympus" } });
  assert.is(unknown.status, 422);
  assert.is((await it.call("PATCH", `/tenants/${id}`, { body: { canary: null } })).status, 422);
});

test.run();
