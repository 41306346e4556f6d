/** The end of the time in which a deletion can be taken back, on the Firestore emulator and the fake cluster. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectGarbage } from "../../functions/provision/collect-garbage.ts";
import { keepBackups } from "../../functions/provision/keep-backups.ts";
import type { Store } from "../../shared/firestore/store.ts";
import { firstAttempt } from "../../shared/reconciler/attempts.ts";
import { reconcileTenant } from "../../shared/runtime/reconcile-tenant.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { NamedTenant, Tenant } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { siteAt } from "../testkit/some-site.ts";
import { storeStandbys } from "../testkit/some-standby.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import { SETTLED, someTenant, startTestDependencies } from "../testkit/test-dependencies.ts";
import type { TestDependencies } from "../testkit/test-dependencies.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("the end of a retention");

let it: TestDependencies;
test.before(async () => {
  it = await startTestDependencies();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const NOW = new Date();

/** A tenant that can be brought back until then, with the name that it had before where there is one. */
function retainedUntil(purge_at: Date, former: string[] = []): NamedTenant {
  const tenant = someTenant();
  const former_subdomains = former.map((subdomain) => ({ subdomain, until: addSeconds(NOW, -60) }));
  const closed = { former_subdomains: former, suspended: null, retained: true };
  const operation = firstAttempt("retain", 2, 1, NOW);
  return withParts(tenant, {
    spec: {
      state: "retained",
      retention: { from: "present", purge_at },
      former_subdomains,
      generation: 2,
    },
    status: {
      ...SETTLED,
      phase: "deleted",
      site: siteAt(tenant.spec.subdomain, closed),
      observed_generation: 2,
      operation,
      next_backup_at: addSeconds(NOW, -60),
    },
  });
}

async function create(tenant: NamedTenant): Promise<Tenant> {
  await it.dependencies.store.createTenant(tenant, null);
  return tenant;
}

/** Collects now, and gives what is logged of it, but for the reconciles that it starts. */
async function collected(dependencies = it.dependencies): Promise<string[]> {
  const lines = await logLinesOf(() => collectGarbage(dependencies, NOW));
  return lines.map(({ message }) => String(message));
}

const record = async ({ id }: Tenant) => (await it.dependencies.store.readTenant(id))?.record;

test("who can be brought back no longer is deleted for good, and nobody else", async () => {
  const over = await create(retainedUntil(addSeconds(NOW, -1)));
  const kept = await create(retainedUntil(addSeconds(NOW, 3600)));
  const tenant = someTenant();
  const living = await create(
    withParts(tenant, { status: { ...SETTLED, site: siteAt(tenant.spec.subdomain) } }),
  );
  assert.equal(await collected(), ["RetainedTenantPurged", "GarbageCollectionFinished"]);
  const purging = await record(over);
  assert.ok(purging);
  const { spec, status, sequence } = purging;
  assert.equal([spec.state, spec.retention, spec.generation], ["absent", null, 3]);
  assert.is(spec.requested_by.name, "garbage-collection");
  // Nobody sees it come back to go.
  assert.equal([status.phase, sequence], ["deleted", over.sequence]);
  assert.ok((await it.dependencies.store.readDeletion(over.id))?.requested_at);
  assert.equal(await record(kept), kept);
  assert.equal(await record(living), living);
  assert.equal(await collected(), ["GarbageCollectionFinished"]);
});

test("its drop begins with the next reconcile, and its name is its own until it ends", async () => {
  const over = await create(retainedUntil(addSeconds(NOW, -1)));
  await collected();
  await logLinesOf(async () => {
    await reconcileTenant(over.id, it.dependencies);
  });
  assert.is((await record(over))?.status.operation?.kind, "drop");
  const { subdomain } = over.spec;
  assert.is(await it.dependencies.store.readReservation(subdomain ?? ""), over.id);
});

test("who is brought back at that moment stays", async () => {
  const over = await create(retainedUntil(addSeconds(NOW, -1)));
  const { store } = it.dependencies;
  const bringingBack: Store = {
    ...store,
    async readTenant(id) {
      const stored = await store.readTenant(id);
      const issued = { commandId: randomUUID(), requestedBy: REQUESTER, now: NOW };
      const effect = stored && applyCommand(stored.record, "undelete", issued);
      if (stored !== null && effect?.outcome === "changed") {
        assert.ok(await store.writeTenant(stored, effect.changes));
      }
      return stored;
    },
  };
  const lines = await collected({ ...it.dependencies, store: bringingBack });
  assert.equal(lines, ["GarbageCollectionFinished"]);
  const back = await record(over);
  assert.equal([back?.spec.state, back?.spec.generation], ["present", 3]);
  assert.is(await store.readDeletion(over.id), null);
});

test("a damaged record keeps nobody from going, and stays", async () => {
  const damaged = await create(retainedUntil(addSeconds(NOW, -60)));
  await it.client.doc(`tenants/${damaged.id}`).update({ "spec.generation": "two" });
  const over = await create(retainedUntil(addSeconds(NOW, -1)));
  assert.equal(await collected(), [
    "RetainedTenantPurged",
    "RecordDamaged",
    "GarbageCollectionFinished",
  ]);
  assert.is((await record(over))?.spec.state, "absent");
  assert.is((await it.client.doc(`tenants/${damaged.id}`).get()).get("spec.state"), "retained");
});

test("a run deletes a hundred at most, those first whose time was over first", async () => {
  const tenants = Array.from({ length: 103 }, (_, k) => retainedUntil(addSeconds(NOW, -200 + k)));
  await storeStandbys(it.client, tenants);
  const stateOf = async (tenant: Tenant | undefined) =>
    tenant && (await record(tenant))?.spec.state;
  await collected();
  assert.equal(await Promise.all([0, 99, 100, 102].map((k) => stateOf(tenants[k]))), [
    "absent",
    "absent",
    "retained",
    "retained",
  ]);
  await collected();
  assert.is(await stateOf(tenants[102]), "absent");
});

/** With backups, as none of the other tests has them. */
const withBackups = () => ({
  ...it.dependencies,
  settings: { ...SETTINGS, backupBucket: "backups", backupSecret: "5e".repeat(32) },
});

/** Its last backup is whole, or was given up. */
async function endBackup(tenant: Tenant, isWhole: boolean): Promise<void> {
  const { store } = it.dependencies;
  const stored = await store.readTenant(tenant.id);
  const { backup, generation } = stored?.record.spec ?? {};
  assert.ok(stored && backup && generation);
  const { id, requested_at } = backup;
  await store.writeTenant(stored, {
    status: {
      observed_generation: generation,
      done: { backup: id },
      ...(isWhole
        ? { backup: { id, requested_at, verified_at: null, nightly_at: null } }
        : { condition: "failed", reason: "BackoffLimitExceeded" }),
    },
  });
}

const keep = (now = NOW) => logLinesOf(() => keepBackups(withBackups(), now));

test("with backups a last one is made the day before, and then the tenant goes in its time", async () => {
  const tenant = await create(retainedUntil(addSeconds(NOW, 3600)));
  const later = await create(retainedUntil(addSeconds(NOW, 48 * 3600)));
  await keep();
  assert.equal(it.triggered, [tenant.id]);
  assert.is((await record(later))?.spec.generation, 2);
  const asked = await record(tenant);
  assert.equal([asked?.spec.state, asked?.spec.backup?.kind], ["retained", "before-purge"]);
  // Nobody sees it.
  assert.equal([asked?.status.phase, asked?.sequence], ["deleted", tenant.sequence]);

  await logLinesOf(() => reconcileTenant(tenant.id, withBackups()));
  const working = await record(tenant);
  assert.equal([working?.status.operation?.kind, working?.status.phase], ["backup", "deleted"]);

  await endBackup(tenant, true);
  await collected(withBackups());
  assert.is((await record(tenant))?.spec.state, "retained");
  await logLinesOf(() => collectGarbage(withBackups(), addSeconds(NOW, 3600)));
  assert.is((await record(tenant))?.spec.state, "absent");
  const { docs } = await it.client.collection("backups").get();
  assert.equal(
    docs.map((document) => [document.get("kind"), document.get("state")]),
    [["before-purge", "succeeded"]],
  );
});

test("without a last backup nobody goes; it is tried each night, and somebody is told", async () => {
  const over = await create(retainedUntil(addSeconds(NOW, -1)));
  for (const night of [0, 1]) {
    const lines = await keep(addSeconds(NOW, night * 30 * 3600));
    assert.ok(lines.some(({ message }) => message === "BackupOverdue"));
    await endBackup(over, false);
    await collected(withBackups());
    const kept = await record(over);
    assert.equal([kept?.spec.state, kept?.spec.generation], ["retained", 3 + night]);
  }
});

test("the last backup of an earlier deletion is none of this one", async () => {
  const over = retainedUntil(addSeconds(NOW, -1));
  const requested_at = addSeconds(NOW, -20 * 24 * 3600);
  const [id, expires_at] = [randomUUID(), NOW];
  await create(
    withParts(over, {
      spec: {
        backup: { id, kind: "before-purge", requested_at, expires_at },
        requests: { backup: id },
      },
      status: {
        done: { backup: id },
        backup: { id, requested_at, verified_at: null, nightly_at: null },
      },
    }),
  );
  await collected(withBackups());
  assert.is((await record(over))?.spec.state, "retained");
  await keep();
  assert.is((await record(over))?.spec.generation, 3);
});

test("names that it had before stay its own for as long as it can be brought back", async () => {
  const tenant = await create(retainedUntil(addSeconds(NOW, 3600), ["acme-before"]));
  await it.client.doc("subdomains/acme-before").set({ tenant_id: tenant.id });
  assert.equal(await collected(), ["GarbageCollectionFinished"]);
  assert.is(await it.dependencies.store.readReservation("acme-before"), tenant.id);
});

test.run();
