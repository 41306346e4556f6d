/** The fleet and the garbage collection as the API shows them, in its own process on the official emulators: nobody reconciles. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readFleet } from "../../functions/api/fleet/read-fleet.ts";
import type { ApiDependencies, Call } from "../../functions/api/http/endpoint.ts";
import { newDomain } from "../../shared/domains/domain.ts";
import { newRollout } from "../../shared/rollouts/rollout.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import { addSeconds, PHASES } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { REQUESTER } from "../testkit/requester.ts";
import {
  failedStandby,
  fillingStandby,
  readyStandby,
  storeStandbys,
} from "../testkit/some-standby.ts";
import { ACTIVE, tenantNamed } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { TenantParts } from "../testkit/tenant-parts.ts";

const test = suite("the API of the fleet");

let it: OwnApi;
test.before(async () => {
  it = await startOwnApi({ BACKUP_BUCKET: "backups", MAX_CONCURRENT_JOBS: "7" });
});
test.after(async () => {
  await it.stop();
});
test.before.each(async () => {
  await it.empty();
  it.proxy.calls.length = 0;
});

const NOW = new Date();
const ago = (seconds: number) => addSeconds(NOW, -seconds);
const HOUR = 3600;

interface Item {
  kind: string;
  tenant_id: string | null;
  subdomain: string | null;
  [field: string]: unknown;
}

interface FleetView {
  tenants: { total: number; by_status: Record<string, number> };
  attention: Item[];
  attention_total: Record<string, number>;
  [field: string]: unknown;
}

async function fleet(): Promise<FleetView> {
  const { status, body } = await it.call("GET", "/fleet");
  assert.is(status, 200);
  return body as unknown as FleetView;
}

/** A tenant with its history, that was asked for so long ago. */
async function tenant(name: string, seconds = 1, more: TenantParts = {}): Promise<Tenant> {
  const made = withParts(tenantNamed(name, ago(seconds)), more);
  await it.store.createTenant(made, null);
  return made;
}

const write = ({ id }: Tenant, fields: Record<string, unknown>) =>
  it.client.doc(`tenants/${id}`).update(fields);

/** Kind and name of what needs a hand. */
const named = ({ attention }: FleetView) => attention.map((one) => [one.kind, one.subdomain]);

/** The numbers that are not 0. */
const counted = (numbers: Record<string, number>) =>
  Object.fromEntries(Object.entries(numbers).filter(([, number]) => number > 0));

test("a fleet without anything is zeros, and asking for it writes nothing", async () => {
  const { as_of, ...rest } = await fleet();
  assert.ok(new Date(String(as_of)) >= NOW);
  assert.equal(rest, {
    tenants: { total: 0, by_status: Object.fromEntries(PHASES.map((phase) => [phase, 0])) },
    slots: { size: 7, in_use: 0, queued: 0 },
    heartbeat_at: null,
    oldest_unsent_event_at: null,
    oldest_backup: null,
    without_backup: 0,
    time_to_active: null,
    attention: [],
    attention_total: {
      failed: 0,
      damaged: 0,
      domain: 0,
      stuck: 0,
      deletion: 0,
      rollout: 0,
      upgrade: 0,
    },
  });
  assert.not(it.proxy.calls.includes("Commit"));
});

test("it counts customers' tenants by status, slots, and who waits for one", async () => {
  for (const [name, parts] of [
    ["queued", { status: { queue_key: "1 2026" } }],
    ["active", ACTIVE],
    ["works", ACTIVE],
    ["retained", { spec: { state: "retained" }, status: { ...ACTIVE.status, phase: "deleted" } }],
  ] as const) {
    await tenant(name, 1, parts);
  }
  await storeStandbys(it.client, [readyStandby(NOW), fillingStandby(NOW), failedStandby(NOW)]);
  await it.client.doc("tenants/by-hand").set({ spec: "lost" });
  for (const slot of ["0", "3", "nonsense"]) await it.client.doc(`slots/${slot}`).set({});
  await it.store.recordHeartbeat(NOW);
  const { tenants, slots, heartbeat_at } = await fleet();
  assert.is(tenants.total, 5);
  assert.equal(counted(tenants.by_status), { queued: 1, active: 2, deleted: 1 });
  assert.equal(slots, { size: 7, in_use: 2, queued: 1 });
  assert.is(heartbeat_at, NOW.toISOString());
});

test("it tells of the oldest event that is not sent, and passes over a damaged one", async () => {
  await it.client.doc("events/nonsense").set({ time: ago(9 * HOUR) });
  await tenant("acme", 2 * HOUR);
  await tenant("beta", HOUR);
  assert.is((await fleet())["oldest_unsent_event_at"], ago(2 * HOUR).toISOString());
});

test("it tells of the active tenant whose newest backup is the oldest, and how many have none", async () => {
  const backup = (seconds: number) => ({
    id: randomUUID(),
    requested_at: ago(seconds),
    verified_at: null,
    nightly_at: null,
  });
  const withBackup = (seconds: number) => ({
    status: { ...ACTIVE.status, backup: backup(seconds) },
  });
  await tenant("new", 1, ACTIVE);
  await tenant("young", 1, withBackup(HOUR));
  const old = await tenant("old", 1, withBackup(2 * HOUR));
  const suspended = { ...withBackup(3 * HOUR).status, phase: "suspended" } as const;
  await tenant("suspended", 1, { status: suspended });
  await storeStandbys(it.client, [readyStandby(NOW)]);
  const damaged = await tenant("damaged", 1, ACTIVE);
  await write(damaged, { "status.backup": { requested_at: "yesterday" } });
  const { oldest_backup, without_backup } = await fleet();
  const requested_at = ago(2 * HOUR).toISOString();
  assert.equal(oldest_backup, { tenant_id: old.id, subdomain: "old", requested_at });
  assert.is(without_backup, 2);
});

const FAILED = {
  phase: "failed",
  condition: "failed",
  reason: "BackoffLimitExceeded",
  message: "Ann Acme (ann@acme.example) is no number",
  observed_generation: 1,
} as const;

test("it lists what has failed, is stuck or degraded, paused or reverted, and cannot be deleted", async () => {
  const failed = await tenant("failed", 9, { profile: { first_name: "Ann" }, status: FAILED });
  await tenant("stuck", HOUR);
  await tenant("young", 100);
  await tenant("retried", 9, { status: { condition: "failed", message: "again" } });
  await tenant("going", 9, {
    spec: { state: "absent" },
    status: { phase: "deleting", condition: "failed", message: "no database" },
  });
  const failure = {
    at: ago(60),
    step: "migrate",
    patch: "erpnext.patches.fix",
    reason: "MigrationFailed",
    message: "no",
    retryable: false,
    operation: "o",
  };
  const upgrade = { from: "main", to: "next", under_way: false, failure };
  const served = await tenant("served", 9, { status: { ...ACTIVE.status, upgrade } });
  const asked = { tenantId: served.id, token: "t", commandId: "c", requestedBy: REQUESTER };
  for (const state of ["active", "degraded"] as const) {
    const domain = newDomain({ domain: `${state}.acme.com`, ...asked }, NOW);
    await it.store.createDomain({ ...domain, state, reason: "DnsGone" }, null);
  }
  const rollout = newRollout(
    { id: randomUUID(), commandId: "c", requestedBy: REQUESTER, to: "next", from: ["main"] },
    NOW,
  );
  await it.store.createRollout({ ...rollout, state: "paused", reason: "Paused" }, null, NOW);
  await storeStandbys(it.client, [failedStandby(NOW)]);
  const gone = randomUUID();
  for (const [id, seconds] of [
    [gone, 2 * HOUR],
    [randomUUID(), 60],
  ] as const) {
    await it.client.doc(`deletions/${id}`).set({ requested_at: ago(seconds), completed_at: null });
  }

  const seen = await fleet();
  assert.equal(named(seen), [
    ["failed", "failed"],
    ["domain", "served"],
    ["stuck", "stuck"],
    ["deletion", null],
    ["deletion", "going"],
    ["rollout", null],
    ["upgrade", "served"],
  ]);
  const one = { failed: 1, domain: 1, stuck: 1, rollout: 1, upgrade: 1 };
  assert.equal(counted(seen.attention_total), { ...one, deletion: 2 });
  const [first, degraded, , lost, , paused, reverted] = seen.attention;
  assert.equal(first, {
    kind: "failed",
    tenant_id: failed.id,
    subdomain: "failed",
    domain: null,
    rollout_id: null,
    since: failed.updated_at.toISOString(),
    reason: "BackoffLimitExceeded",
    message: "*** *** (***) is no number",
  });
  assert.equal([degraded?.["domain"], degraded?.["reason"]], ["degraded.acme.com", "DnsGone"]);
  assert.equal([lost?.tenant_id, lost?.["since"]], [gone, ago(2 * HOUR).toISOString()]);
  assert.is(paused?.["rollout_id"], rollout.id);
  assert.is(reverted?.["message"], "erpnext.patches.fix: no");
  assert.not(it.proxy.calls.slice(-30).includes("Commit"));
});

/** What the endpoint answers here, with a store that has read nothing yet, where 95 of 100 creates take so long. */
async function fleetWhere(p95_seconds: number): Promise<FleetView> {
  const estimate = { p50_seconds: 1, p95_seconds, sample: 100 };
  const dependencies = {
    store: { ...it.store },
    estimates: { of: (kind: string) => (kind === "create" ? estimate : null) },
    settings: { maxConcurrentJobs: 7, backupBucket: null },
  } as unknown as ApiDependencies;
  return (await readFleet.handle({} as Call, dependencies)).body as FleetView;
}

test("what takes longer than 95 of 100 of its kind is stuck", async () => {
  await tenant("slow", 500);
  await tenant("quick", 300);
  assert.equal(named(await fleetWhere(400)), [["stuck", "slow"]]);
  assert.equal(named(await fleetWhere(600)), []);
});

test("where there are no backups it tells of none", async () => {
  await tenant("acme", 1, ACTIVE);
  const { oldest_backup, without_backup } = await fleetWhere(1);
  assert.equal([oldest_backup, without_backup], [null, null]);
});

test("the time to active is that of customers' creates and claims, hour by hour", async () => {
  const operation = (kind: string, requested_by: string, since: Date, seconds: number) => {
    const id = operationId(randomUUID(), 1, 1);
    const ended_at = addSeconds(since, seconds);
    return it.client.doc(`operations/${id}`).set({
      tenant_id: id.slice(0, 36),
      kind,
      state: "succeeded",
      requested_by,
      created_at: since,
      slot_at: since,
      ended_at,
      expires_at: addSeconds(ended_at, 90 * 24 * HOUR),
    });
  };
  const hour = new Date(Math.floor(NOW.getTime() / (HOUR * 1000)) * HOUR * 1000);
  const before = addSeconds(hour, -HOUR);
  await operation("create", "key:frontend", before, 90);
  await operation("claim", "key:frontend", hour, 5);
  await operation("create", "pool", hour, 300);
  await operation("suspend", "key:frontend", hour, 7);
  await operation("create", "key:frontend", addSeconds(hour, -25 * HOUR), 900);
  assert.equal((await fleetWhere(1))["time_to_active"], {
    p50_seconds: 5,
    p95_seconds: 90,
    sample: 2,
    hours: [
      { from: before.toISOString(), p50_seconds: 90, p95_seconds: 90, sample: 1 },
      { from: hour.toISOString(), p50_seconds: 5, p95_seconds: 5, sample: 1 },
    ],
  });
});

test("records that are damaged are told of, and keep nothing else from being shown", async () => {
  const lost = await tenant("lost", 9, { status: FAILED });
  await write(lost, { "status.site": "none", updated_at: NOW });
  const found = await tenant("found", 9, ACTIVE);
  const repaired = await tenant("repaired", 9, ACTIVE);
  await write(found, { "spec.generation": "two" });
  const findings = [found, repaired].map(({ id, spec: { subdomain } }) => ({
    event: "RecordDamaged",
    tenant_id: id,
    subdomain,
    domain: null,
    at: NOW,
    damaged: ["spec.generation"],
  }));
  const run = { finished_at: NOW, findings_total: 2, findings, failed: [] };
  await it.store.endGarbageCollection(run);
  for (const [path, fields] of [
    ["tenants/one", { status: { condition: "failed", upgrade: 7 }, updated_at: "never" }],
    ["tenants/two", { status: { upgrade: { failure: { at: NOW } }, phase: 7 } }],
    ["operations/one", { state: "running", created_at: ago(HOUR) }],
    [`operations/${operationId(randomUUID(), 1, 1)}`, { state: "queued", created_at: "early" }],
    ["deletions/one", { completed_at: null, requested_at: ago(2 * HOUR) }],
    ["domains/one", { state: "degraded", tenant_id: "a/b" }],
    ["rollouts/one", { state: "paused", waves: null }],
    ["system/heartbeat", { seen_at: "noon" }],
  ] as const) {
    await it.client.doc(path).set(fields);
  }
  await tenant("stuck", HOUR);
  const seen = await fleet();
  const kinds = Map.groupBy(seen.attention, ({ kind }) => kind);
  assert.equal(
    kinds
      .get("damaged")
      ?.map(({ tenant_id }) => tenant_id)
      .toSorted(),
    [lost.id, found.id, "one", "two"].toSorted(),
  );
  assert.equal(
    ["failed", "stuck", "deletion"].map((kind) => kinds.get(kind)?.length ?? 0),
    [0, 1, 0],
  );
});

test("of what there is too much of, it lists fifty and counts all", async () => {
  const batch = it.client.batch();
  for (let number = 0; number < 120; number++) {
    const one = withParts(tenantNamed(`t-${number}`, ago(9)), { status: FAILED });
    batch.set(it.client.doc(`tenants/${one.id}`), one);
  }
  await batch.commit();
  await tenant("stuck", HOUR);
  const { attention, attention_total } = await fleet();
  assert.is(attention.length, 50);
  assert.equal(counted(attention_total), { failed: 120, stuck: 1 });
  assert.equal([attention.at(-2)?.kind, attention.at(-1)?.kind], ["failed", "stuck"]);
});

test("before the first garbage collection there is nothing to tell of any", async () => {
  const { status, body } = await it.call("GET", "/garbage-collection");
  assert.is(status, 200);
  assert.equal(body, {
    finished_at: null,
    running_since: null,
    findings_total: 0,
    findings: [],
    failed: [],
  });
});

test("the newest garbage collection is shown, and that the one after it has not come to its end", async () => {
  const about = { tenant_id: null, subdomain: null, domain: "a.com", damaged: [] };
  const findings = [{ event: "OrphanedCertificateRemoved", ...about, at: ago(9) }];
  const run = { finished_at: ago(8), findings_total: 300, findings, failed: ["Secrets: away"] };
  await it.store.endGarbageCollection(run);
  const shown = {
    finished_at: ago(8).toISOString(),
    running_since: null,
    findings_total: 300,
    findings: [{ ...findings[0], at: ago(9).toISOString() }],
    failed: ["Secrets: away"],
  };
  const path = "/garbage-collection";
  assert.equal((await it.call("GET", path)).body, shown);
  await it.store.beginGarbageCollection(NOW);
  const running = { ...shown, running_since: NOW.toISOString() };
  assert.equal((await it.call("GET", path)).body, running);
  await it.store.beginGarbageCollection(ago(2 * HOUR));
  const { body } = await it.call("GET", path);
  const said = `The garbage collection of ${ago(2 * HOUR).toISOString()} has not come to its end.`;
  assert.equal(body["failed"], ["Secrets: away", said]);
});

test("a garbage collection's document that somebody has changed is shown as far as it can be", async () => {
  await it.client.doc("system/garbage-collection").set({
    finished_at: "noon",
    running_since: 7,
    findings_total: "many",
    failed: "all",
    findings: [null, "one", { event: "UnknownJob", at: NOW, tenant_id: 7, damaged: null }],
  });
  const { status, body } = await it.call("GET", "/garbage-collection");
  assert.is(status, 200);
  assert.equal(body, {
    finished_at: null,
    running_since: null,
    findings_total: 1,
    findings: [
      {
        event: "UnknownJob",
        tenant_id: null,
        subdomain: null,
        domain: null,
        damaged: [],
        at: NOW.toISOString(),
      },
    ],
    failed: [],
  });
});

test.run();
