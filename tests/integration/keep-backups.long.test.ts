/** How the resync asks for the backups that are due, on the official Firestore emulator. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keepBackups } from "../../functions/provision/keep-backups.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { siteAt } from "../testkit/some-site.ts";
import { ACTIVE, NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";
import { PERMISSION_DENIED } from "../testkit/rest-proxy.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { TenantParts } from "../testkit/tenant-parts.ts";
import { awayCluster } from "../testkit/test-dependencies.ts";

const test = suite("backups that are due");

const it = useStore(test);

let triggered: string[] = [];
test.before.each(() => {
  triggered = [];
});

function dependencies(more: Partial<Dependencies["settings"]> = {}): Dependencies {
  const bus: Dependencies["bus"] = {
    publish: async (trigger) =>
      void triggered.push(trigger.kind === "tenant" ? trigger.tenant_id : trigger.kind),
    publishEvent: async () => {},
    close: async () => {},
  };
  const settings = { ...SETTINGS, backupBucket: "backups", backupSecret: "5e".repeat(32), ...more };
  return { store: it.faulty, bus, cluster: awayCluster(), settings };
}

/** A tenant with a site, whose backup is due since so many seconds. */
async function dueTenant(name: string, seconds = 10, more: TenantParts = {}): Promise<Tenant> {
  const next_backup_at = addSeconds(NOW, -seconds);
  const due = { status: { ...ACTIVE.status, site: siteAt(name), next_backup_at } };
  const tenant = withParts(withParts(tenantNamed(name), due), more);
  await it.store.createTenant(tenant, null);
  return tenant;
}

/** Keeps backups, and gives the names of what it logged. */
async function keep(more: Partial<Dependencies["settings"]> = {}, now = NOW): Promise<string[]> {
  const lines = await logLinesOf(() => keepBackups(dependencies(more), now));
  return lines.map(({ message }) => String(message));
}

async function backups(): Promise<Record<string, unknown>[]> {
  const { docs } = await it.client.collection("backups").get();
  return docs.map((document) => toDates(document.data()) as Record<string, unknown>);
}

test("where there are none it asks nothing, and where none is due it asks once", async () => {
  await dueTenant("later", -60);
  await keep({ backupBucket: null });
  assert.equal(it.proxy.calls, []);
  await keep();
  assert.equal(it.proxy.calls, ["RunQuery"]);
});

test("one that is due is asked for once, with its record, and is due again in the next night", async () => {
  const tenant = await dueTenant("acme");
  await keep();
  await keep();
  const { record } = await it.stored(tenant);
  assert.is(record.spec.generation, 2);
  assert.is(record.spec.requests["backup"], record.spec.backup?.id);
  assert.is(record.spec.requested_by.name, "backups");
  const next = Number(record.status.next_backup_at) - Number(NOW);
  assert.ok(next > 0 && next <= 24 * 3600 * 1000 + 5 * 3600 * 1000, `${next}`);
  const [backup, ...others] = await backups();
  assert.equal(others, []);
  assert.equal(
    [backup?.["tenant_id"], backup?.["kind"], backup?.["state"]],
    [tenant.id, "nightly", "pending"],
  );
  assert.equal(triggered, [tenant.id]);
});

test("of many that are due the longest waiting begin, as many as may work at once", async () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const tenants = [];
  for (const [k, name] of names.entries()) tenants.push(await dueTenant(name, 100 - k));
  // One in four slots, rounded up.
  await keep({ maxConcurrentJobs: 7 });
  assert.equal(
    triggered.toSorted(),
    tenants
      .slice(0, 2)
      .map(({ id }) => id)
      .toSorted(),
  );
  // They are not ready yet.
  await keep({ maxConcurrentJobs: 7 });
  assert.is(triggered.length, 2);
  await keep({ maxConcurrentJobs: 12 });
  assert.is(triggered.length, 3);
});

test("a tenant without a site takes nobody's turn", async () => {
  const without = await dueTenant("without", 100, { status: { site: null } });
  const acme = await dueTenant("acme");
  await keep({ maxConcurrentJobs: 1 });
  await keep({ maxConcurrentJobs: 1 });
  assert.equal(triggered, [acme.id]);
  assert.is((await it.stored(without)).record.spec.generation, 1);
});

test("nor does one whose record is damaged, which stays as it is", async () => {
  const damaged = await dueTenant("damaged", 100);
  await it.client.doc(`tenants/${damaged.id}`).update({ "spec.domains": "none" });
  const acme = await dueTenant("acme");
  await keep({ maxConcurrentJobs: 1 });
  await keep({ maxConcurrentJobs: 1 });
  assert.equal(triggered, [acme.id]);
  const left = (await it.client.doc(`tenants/${damaged.id}`).get()).data();
  assert.equal([left?.["spec"].domains, left?.["spec"].generation], ["none", 1]);
});

test("what a command comes before is looked at again", async () => {
  const tenant = await dueTenant("acme");
  it.proxy.injectFault({
    rpc: "Commit",
    before: async () => {
      await it.client.doc(`tenants/${tenant.id}`).update({ "profile.organization": "Other" });
    },
  });
  await keep();
  assert.equal(await backups(), []);
  await keep();
  assert.is((await backups()).length, 1);
});

test("who has had no good one for 36 hours is told of when the next one begins", async () => {
  const requested_at = addSeconds(NOW, -37 * 3600);
  const backup = { id: "x", requested_at, verified_at: null, nightly_at: requested_at };
  await dueTenant("late", 10, { status: { backup } });
  await dueTenant("new", 10);
  const lines = await logLinesOf(() => keepBackups(dependencies({ maxConcurrentJobs: 20 }), NOW));
  const overdue = lines.filter(({ message }) => message === "BackupOverdue");
  assert.equal(
    overdue.map(({ severity, newest }) => [severity, newest]),
    [["ERROR", requested_at.toISOString()]],
  );
});

test("a newest backup that failed its test is tested again before the night's, while it is there", async () => {
  const requested_at = addSeconds(NOW, -24 * 3600);
  const failure = {
    at: requested_at,
    backup: "b",
    step: null,
    reason: "Failed",
    message: null,
    retryable: true,
  };
  const backup = {
    id: "b",
    requested_at,
    verified_at: null,
    nightly_at: requested_at,
    tests: { passed_at: null, failure },
  };
  const tenant = await dueTenant("acme", 10, { status: { backup } });
  const gone = await dueTenant("gone", 5, { status: { backup: { ...backup, id: "gone" } } });
  const expires_at = addSeconds(NOW, 3600);
  const record = { tenant_id: tenant.id, state: "succeeded", expires_at };
  await it.client.doc("backups/b").set(record);
  await keep({ restoreTestDays: 30, maxConcurrentJobs: 4 });
  const { spec, status } = (await it.stored(tenant)).record;
  assert.equal(Object.keys(spec.requests), ["test-restore"]);
  assert.equal(status.next_backup_at, addSeconds(NOW, 3600));
  assert.is((await it.client.doc("backups/b").get()).get("is_being_tested"), true);
  // It has its share of the slots.
  await keep({ restoreTestDays: 30, maxConcurrentJobs: 4 });
  assert.equal((await it.stored(gone)).record.spec.requests, {});
  await keep({ restoreTestDays: 30, maxConcurrentJobs: 8 });
  assert.equal(Object.keys((await it.stored(gone)).record.spec.requests), ["backup"]);
});

test("a database that does not answer is told of, and fails nobody", async () => {
  await dueTenant("acme");
  it.proxy.injectFault({ rpc: "RunQuery", status: PERMISSION_DENIED });
  assert.equal(await keep(), ["BackupsNotKept"]);
});

test.run();
