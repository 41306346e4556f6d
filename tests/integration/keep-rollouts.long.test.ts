/** How the resync takes rollouts further, on the official Firestore emulator. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keepRollouts } from "../../functions/provision/keep-rollouts.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import type { NewRollout, Rollout } from "../../shared/rollouts/rollout.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { PERMISSION_DENIED } from "../testkit/rest-proxy.ts";
import { MAIN_BENCH } from "../testkit/some-bench.ts";
import { askedRollout, ROLLOUT_ID, underWay } from "../testkit/some-rollout.ts";
import { siteAt } from "../testkit/some-site.ts";
import { evenId, readyStandby, storeStandbys } from "../testkit/some-standby.ts";
import { ACTIVE, NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { TenantParts } from "../testkit/tenant-parts.ts";
import { awayCluster } from "../testkit/test-dependencies.ts";

const test = suite("keeping rollouts");

const it = useStore(test);

let triggered: string[] = [];
test.before.each(() => {
  triggered = [];
});

const NEXT_BENCH = { ...MAIN_BENCH, name: "next", image: "frappe/erpnext:v16.33.0" };
const BENCHES = [{ ...MAIN_BENCH, current: false }, NEXT_BENCH];
const ASK = "ask-1";

type Settings = Dependencies["settings"];

function dependencies(more: Partial<Settings> = {}, store = it.faulty): Dependencies {
  const bus: Dependencies["bus"] = {
    publish: async (trigger) =>
      void triggered.push(trigger.kind === "tenant" ? trigger.tenant_id : trigger.kind),
    publishEvent: async () => {},
    close: async () => {},
  };
  return {
    store,
    bus,
    cluster: awayCluster(),
    settings: { ...SETTINGS, benches: BENCHES, ...more },
  };
}

/** Keeps rollouts, and gives the names of what it logged. */
async function keep(now = NOW, more: Partial<Settings> = {}): Promise<string[]> {
  const lines = await logLinesOf(() => keepRollouts(dependencies(more), now));
  return lines.map(({ message }) => String(message));
}

async function begin(asked: Partial<NewRollout> = {}): Promise<void> {
  const rollout = askedRollout(NOW, { from: ["main"], to: "next", waves: [100], ...asked });
  assert.is((await it.store.createRollout(rollout, null, NOW)).outcome, "created");
}

async function stored(): Promise<Rollout> {
  const found = await it.store.readRollout(ROLLOUT_ID);
  assert.ok(found);
  return found.record;
}

/** The k-th of some tenants, whose site works in the bench main. */
async function tenant(k: number, more: TenantParts = {}): Promise<Tenant> {
  const status = { ...ACTIVE.status, site: siteAt(`t${k}`) };
  const one = withParts({ ...tenantNamed(`t${k}`), id: evenId(k, 100) }, { status });
  const made = withParts(one, more);
  await it.store.createTenant(made, null);
  return made;
}

const write = (one: Tenant, fields: Record<string, unknown>) =>
  it.client.doc(`tenants/${one.id}`).update(fields);

/** As if the tenant's upgrade were over. */
const moved = (one: Tenant) =>
  write(one, {
    "status.site.bench": "next",
    "status.done.upgrade": ASK,
    "status.observed_generation": 2,
  });

const UPGRADE = { from: "main", to: "next", under_way: false };

const failed = (one: Tenant) =>
  write(one, {
    "status.upgrade": {
      ...UPGRADE,
      failure: {
        at: NOW,
        step: "migrate",
        patch: null,
        reason: "MigrationFailed",
        message: "no",
        retryable: false,
        operation: operationId(one.id, 2, 1),
      },
    },
    "status.done.upgrade": ASK,
    "status.observed_generation": 2,
  });

const minute = (count: number) => addSeconds(NOW, 60 * count);

test("where none is due it costs one query", async () => {
  await keep();
  assert.equal(it.proxy.calls, ["RunQuery"]);
});

test("a tenant is asked by the ordinary command, in the rollout's name, and triggered", async () => {
  const [one, two, three] = [await tenant(1), await tenant(2), await tenant(3)];
  await begin();
  assert.equal(await keep(), []);
  const { record } = await it.stored(one);
  assert.is(record.spec.bench, "next");
  assert.is(record.spec.requests["upgrade"], ASK);
  assert.is(record.spec.generation, 2);
  assert.is(record.spec.requested_by.name, `rollout:${ROLLOUT_ID}`);
  assert.is(record.spec.backup, null);
  assert.equal(triggered.toSorted(), [one.id, two.id].toSorted());
  assert.is((await it.stored(three)).record.spec.generation, 1);
  const { under_way, waves, next_check_at } = await stored();
  assert.equal(
    under_way.map(({ id }) => id),
    [one.id, two.id],
  );
  assert.is(waves[0]?.asked, 2);
  assert.equal(next_check_at, addSeconds(NOW, 5));
});

test("where there are backups one is made before", async () => {
  const one = await tenant(1);
  await begin();
  await keep(NOW, { backupBucket: "backups" });
  const { spec } = (await it.stored(one)).record;
  assert.is(spec.backup?.kind, "before-upgrade");
  assert.equal(Object.keys(spec.requests).toSorted(), ["backup", "upgrade"]);
  const backup = await it.client.doc(`backups/${spec.backup?.id}`).get();
  assert.is(backup.get("state"), "pending");
});

test("it comes to its end, with those who were moved and who was not", async () => {
  const [one, two, three] = [await tenant(1), await tenant(2), await tenant(3)];
  await begin();
  await keep();
  await moved(one);
  await failed(two);
  await keep(minute(1));
  const before = await stored();
  assert.equal(
    before.under_way.map(({ id }) => id),
    [three.id],
  );
  assert.equal(before.last_outcomes, ["done", "failed"]);
  await moved(three);
  assert.equal(await keep(minute(2)), ["RolloutDone"]);
  const { state, waves, failed: list, next_check_at, under_way } = await stored();
  assert.equal([state, next_check_at, under_way], ["done", null, []]);
  assert.equal([waves[0]?.asked, waves[0]?.done, waves[0]?.failed], [3, 2, 1]);
  assert.equal(
    list.map(({ id, reason, message }) => [id, reason, message]),
    [[two.id, "MigrationFailed", "no"]],
  );
  assert.is((await it.stored(two)).record.spec.generation, 2);
  // Nobody looks at it any more.
  it.proxy.calls.length = 0;
  await keep(minute(60));
  assert.equal(it.proxy.calls, ["RunQuery"]);
});

test("of many resyncs at once each tenant is asked once, and no more than may be", async () => {
  for (let k = 0; k < 9; k++) await tenant(k);
  await begin({ max_per_database: 4 });
  const resyncs = Array.from({ length: 6 }, () => dependencies({}, it.store));
  await logLinesOf(() => Promise.all(resyncs.map((each) => keepRollouts(each, NOW))));
  const { under_way } = await stored();
  assert.is(under_way.length, 4);
  const asked = [];
  for (let k = 0; k < 9; k++) {
    const { generation } = (await it.store.readTenant(evenId(k, 100)))?.record.spec ?? {};
    assert.ok(generation === 1 || generation === 2, `generation ${generation}`);
    if (generation === 2) asked.push(evenId(k, 100));
  }
  assert.equal(asked, under_way.map(({ id }) => id).toSorted());
});

test("one that was written down and not asked is asked the next time", async () => {
  const one = await tenant(1);
  await begin();
  const before = await it.store.readRollout(ROLLOUT_ID);
  assert.ok(before);
  await it.store.writeRollout(before, { under_way: [underWay(one.id, NOW)] });
  await keep();
  assert.is((await it.stored(one)).record.spec.requests["upgrade"], ASK);
  await keep(minute(1));
  assert.is((await it.stored(one)).record.spec.generation, 2);
});

test("a commit that is repeated because its answer was lost asks nobody twice", async () => {
  const one = await tenant(1);
  await begin();
  for (const time of [NOW, minute(1)]) {
    it.loseAnswerOfCommit();
    await keep(time);
  }
  await keep(minute(2));
  await keep(minute(3));
  assert.is((await it.stored(one)).record.spec.generation, 2);
  assert.equal(
    (await stored()).under_way.map(({ id }) => id),
    [one.id],
  );
});

test("whoever is commanded otherwise between the two writes is come back to", async () => {
  const one = await tenant(1);
  await begin();
  // The wave begins, and the tenant is written down; then it is commanded before it is asked.
  const before = await it.store.readRollout(ROLLOUT_ID);
  assert.ok(before);
  await it.store.writeRollout(before, { under_way: [underWay(one.id, NOW)] });
  await write(one, { "spec.generation": 2 });
  await keep();
  assert.is((await it.stored(one)).record.spec.requests["upgrade"], undefined);
  assert.equal((await stored()).under_way, []);
  assert.is((await stored()).reason, "ComingBack");
  await write(one, { "status.observed_generation": 2 });
  await keep(minute(5));
  assert.is((await it.stored(one)).record.spec.requests["upgrade"], ASK);
});

test("at two failures it pauses, says so, and asks nobody until it is resumed", async () => {
  const [one, two, three] = [await tenant(1), await tenant(2), await tenant(3)];
  await begin();
  await keep();
  await failed(one);
  await failed(two);
  assert.equal(await keep(minute(1)), ["RolloutPaused"]);
  assert.equal(await keep(minute(2)), []);
  const { state, reason, message, under_way, next_check_at } = await stored();
  assert.equal([state, reason, under_way, next_check_at], ["paused", "TooManyFailures", [], null]);
  assert.is(message, "2 of the last 2 have failed, the newest with: no");
  assert.is((await it.stored(three)).record.spec.generation, 1);
});

test("one whose record is damaged is passed over, and one that is pinned, and standbys", async () => {
  const [damaged, pinned, last] = [await tenant(1), await tenant(2), await tenant(3)];
  await write(damaged, { "status.phase": "lost" });
  await write(pinned, { "spec.pin": { reason: "year-end", until: null } });
  await storeStandbys(it.client, [readyStandby(NOW)]);
  await begin();
  await keep();
  assert.equal(triggered, [last.id]);
  const { skipped, waves } = await stored();
  assert.equal(
    skipped.map(({ id, reason, message }) => [id, reason, message]),
    [
      [damaged.id, "RecordDamaged", null],
      [pinned.id, "Pinned", "year-end"],
    ],
  );
  assert.is(waves[0]?.skipped, 2);
});

test("the record of a rollout that is damaged keeps no other one from going on", async () => {
  const one = await tenant(1);
  await begin();
  await it.client.doc("rollouts/damaged").set({ next_check_at: addSeconds(NOW, -60), waves: 3 });
  assert.equal(await keep(), ["RolloutsNotKept"]);
  assert.is((await it.stored(one)).record.spec.generation, 2);
  assert.equal(await keep(minute(1)), []);
});

test("the canaries are first, then those below a point in the space of ids", async () => {
  const canary = await tenant(90);
  await write(canary, { "spec.canary": true });
  const [low, high] = [await tenant(3), await tenant(50)];
  await begin({ waves: ["canary", 5, 100], soak_minutes: 10 });
  await keep();
  assert.equal(triggered, [canary.id]);
  await moved(canary);
  await keep(minute(1));
  await keep(minute(5));
  assert.is((await stored()).reason, "Soaking");
  assert.equal(triggered, [canary.id]);
  await keep(minute(15));
  assert.equal(triggered, [canary.id, low.id]);
  await moved(low);
  await keep(minute(16));
  await keep(minute(20));
  await keep(minute(30));
  assert.equal(triggered, [canary.id, low.id, high.id]);
});

test("the wave of the pool waits until a standby is ready in the new bench", async () => {
  const one = await tenant(1);
  await begin({ waves: ["pool", 100] });
  await storeStandbys(it.client, [readyStandby(NOW)]);
  await keep(NOW, { poolSize: 1 });
  assert.is((await stored()).reason, "WaitingForPool");
  const { image, apps } = NEXT_BENCH;
  const standby = { bench: "next", image, apps };
  await storeStandbys(it.client, [readyStandby(NOW, { spec: { bench: "next", standby } })]);
  await keep(minute(1), { poolSize: 1 });
  assert.equal(triggered, [one.id]);
});

test("where there is no pool, or none in the new bench, it does not wait for one", async () => {
  const one = await tenant(1);
  await begin({ waves: ["pool", 100] });
  const benches = [MAIN_BENCH, { ...NEXT_BENCH, current: false }];
  await keep(NOW, { poolSize: 1, benches });
  assert.equal(triggered, [one.id]);
});

test("without the database it says so, and the next resync goes on", async () => {
  const one = await tenant(1);
  await begin();
  it.proxy.injectFault({ rpc: "RunQuery", status: PERMISSION_DENIED });
  assert.equal(await keep(), ["RolloutsNotKept"]);
  await keep(minute(1));
  assert.equal(triggered, [one.id]);
});

test.run();
