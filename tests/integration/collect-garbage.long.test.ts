/** The garbage collection, on the Firestore emulator and the fake cluster. */
import type { V1Job } from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectGarbage } from "../../functions/provision/collect-garbage.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import { backupKeySecret, siteJob } from "../../shared/operations/job-manifest.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { jobName } from "../../shared/tenant/names.ts";
import type { Deletion, Tenant } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import {
  awayCluster,
  createJobOf,
  createTenant,
  SETTLED,
  someTenant,
  startTestDependencies,
} from "../testkit/test-dependencies.ts";
import type { TestDependencies } from "../testkit/test-dependencies.ts";
import { eventually } from "../testkit/timeouts.ts";

const test = suite("the garbage collection");

let it: TestDependencies;
test.before(async () => {
  it = await startTestDependencies();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const NOW = new Date();
/** When what these tests make is not an hour old, and when it is. */
const YOUNG = addSeconds(NOW, 3600 - 60);
const OLD = addSeconds(NOW, 2 * 3600);

/** Collects at this time, and gives the findings. */
async function findingsAt(now: Date, dependencies = it.dependencies): Promise<string[]> {
  return findingsIn(await logLinesOf(() => collectGarbage(dependencies, now)));
}

/** What a run reports; the reconciles that it starts report no more than their decisions. */
function findingsIn(lines: Record<string, unknown>[]): string[] {
  return lines
    .filter(({ severity }) => severity === "WARNING" || severity === "ERROR")
    .map(({ message }) => String(message));
}

/** The record of a deletion that was asked for now, and that has ended or not. */
async function writeDeletionRecord({ id }: Tenant, completed_at: Date | null): Promise<void> {
  const deletion: Deletion = { requested_at: NOW, completed_at, reason: null, expires_at: null };
  await it.client.doc(`deletions/${id}`).create({ ...deletion });
}

async function hasJob({ id }: Tenant): Promise<boolean> {
  return (await it.dependencies.cluster.readJob(id)) !== null;
}

function hasSecret({ id }: Tenant): boolean {
  return it.fakeCluster.jobs.secretNames().includes(jobName(id));
}

async function reserve({ spec, id }: Tenant): Promise<void> {
  await it.client.doc(`subdomains/${spec.subdomain}`).create({ tenant_id: id });
}

const holderOf = ({ spec }: Tenant) => it.dependencies.store.readReservation(spec.subdomain ?? "");

test("a site Job and a Secret of a tenant that is gone go when they are over an hour old", async () => {
  const gone = someTenant();
  await createJobOf(gone, it);
  await writeDeletionRecord(gone, NOW);
  assert.equal(await findingsAt(YOUNG), []);
  assert.equal([await hasJob(gone), hasSecret(gone)], [true, true]);
  assert.equal(await findingsAt(OLD), ["OrphanedJobRemoved", "OrphanedSecretRemoved"]);
  assert.equal([await hasJob(gone), hasSecret(gone)], [false, false]);
  assert.equal(await findingsAt(OLD), []);
});

test("the Job and the Secret of a tenant that is there stay, at whatever age", async () => {
  const living = await createTenant(it);
  await createJobOf(living, it);
  await writeDeletionRecord(living, NOW);
  assert.equal(await findingsAt(OLD), []);
  assert.equal([await hasJob(living), hasSecret(living)], [true, true]);
});

test("a Job of a tenant without a deletion record is reported and stays: it may be another control plane's", async () => {
  const [unknown, leaving] = [someTenant(), someTenant()];
  await createJobOf(unknown, it);
  await createJobOf(leaving, it);
  await writeDeletionRecord(leaving, null);
  const found = await findingsAt(OLD);
  assert.is(found.filter((finding) => finding === "UnknownJob").length, 2);
  assert.equal([await hasJob(unknown), await hasJob(leaving)], [true, true]);
});

test("what somebody has written by hand keeps nothing else from being looked at", async () => {
  await it.client.doc("subdomains/aaa").create({ tenant_id: "" });
  await it.client.doc("subdomains/bbb").create({ tenant_id: "a/b" });
  await createTenant(it, { status: { next_reconcile_at: null } });
  assert.equal((await findingsAt(OLD)).toSorted(), [
    "NameOfNobody",
    "NameOfNobody",
    "UnscheduledTenantReconciled",
  ]);
});

test("a Job stays whose tenant is there at the second look", async () => {
  const late = someTenant();
  await createJobOf(late, it);
  await writeDeletionRecord(late, NOW);
  const readTenant = "BatchGetDocuments";
  it.proxy.injectFault({
    rpc: readTenant,
    before: async () =>
      it.proxy.injectFault({
        rpc: readTenant,
        before: () => it.client.doc(`tenants/${late.id}`).create(late),
      }),
  });
  await findingsAt(OLD);
  assert.is(await hasJob(late), true);
});

test("a Secret stays whose tenant's deletion has not ended, or ended before its record is looked for", async () => {
  const [open, longAgo] = [someTenant(), someTenant()];
  await createJobOf(open, it);
  await createJobOf(longAgo, it);
  await writeDeletionRecord(open, null);
  await writeDeletionRecord(longAgo, addSeconds(NOW, -31 * 24 * 3600));
  await findingsAt(OLD);
  assert.equal([hasSecret(open), hasSecret(longAgo)], [true, true]);
});

test("Jobs that are not ours stay, whatever they are called or labelled", async () => {
  const strangers = [
    (job: V1Job): V1Job => ({ ...job, metadata: { ...job.metadata, labels: { a: "stranger" } } }),
    (job: V1Job): V1Job => ({
      ...job,
      metadata: { ...job.metadata, name: `backup-${randomUUID()}` },
    }),
  ];
  for (const estrange of strangers) {
    const operation = { kind: "create", generation: 1, attempt: 1 } as const;
    await it.dependencies.cluster.createJob(estrange(siteJob(someTenant(), operation, SETTINGS)));
  }
  const names = () => it.fakeCluster.jobs.listJobs().map(({ metadata }) => metadata?.name);
  const before = names();
  assert.equal(await findingsAt(OLD), []);
  assert.equal(names(), before);
});

test("a name goes whose tenant is gone only if its deletion has ended, and is reported otherwise", async () => {
  const [ended, open, unknown] = [someTenant(), someTenant(), someTenant()];
  for (const tenant of [ended, open, unknown]) await reserve(tenant);
  await writeDeletionRecord(ended, NOW);
  await writeDeletionRecord(open, null);
  assert.equal(await findingsAt(YOUNG), []);
  assert.is(await holderOf(ended), ended.id);

  assert.equal((await findingsAt(OLD)).toSorted(), [
    "DeletionUnfinished",
    "NameOfMissingTenant",
    "NameOfMissingTenant",
    "NameReleased",
  ]);
  assert.equal(
    [await holderOf(ended), await holderOf(open), await holderOf(unknown)],
    [null, open.id, unknown.id],
  );
});

test("a name whose tenant is there stays its own, and nothing is said of it", async () => {
  const living = await createTenant(it);
  await writeDeletionRecord(living, null);
  assert.equal(await findingsAt(OLD), []);
  assert.is(await holderOf(living), living.id);
});

test("a tenant that is not settled and that no resync would find is triggered", async () => {
  const lost = await createTenant(it, { status: { next_reconcile_at: null } });
  const found = await createTenant(it);
  const settled = await createTenant(it, { spec: { subdomain: "acme" }, status: SETTLED });
  assert.equal(await findingsAt(NOW), ["UnscheduledTenantReconciled"]);
  assert.equal(
    [await hasJob(lost), await hasJob(found), await hasJob(settled)],
    [true, false, false],
  );
  assert.ok((await it.dependencies.store.readTenant(lost.id))?.record.status.next_reconcile_at);
});

test("a tenant that does not hold its name is reported, and left as it is", async () => {
  const [robbed, nameless] = [await createTenant(it), await createTenant(it)];
  await it.client.doc(`subdomains/${robbed.spec.subdomain}`).set({ tenant_id: nameless.id });
  await it.client.doc(`subdomains/${nameless.spec.subdomain}`).delete();
  const message = "NameLost";
  assert.equal(await findingsAt(OLD), [message, message]);
  for (const tenant of [robbed, nameless]) {
    assert.equal((await it.dependencies.store.readTenant(tenant.id))?.record, tenant);
  }
});

test("damaged records are reported with their fields, and keep nobody from looking at the others", async () => {
  const [lacking, copied] = [await createTenant(it), await createTenant(it)];
  await it.client.doc(`tenants/${lacking.id}`).update({ created_at: "today", "spec.subdomain": 7 });
  await it.client.doc(`tenants/${copied.id}`).update({ id: lacking.id });
  await it.client.doc(`deletions/${lacking.id}`).create({ completed_at: null });
  const gone = someTenant();
  await reserve(gone);
  await it.client.doc(`deletions/${gone.id}`).create({ completed_at: "yesterday" });
  await createTenant(it, { status: { next_reconcile_at: null } });
  const lines = await logLinesOf(() => collectGarbage(it.dependencies, OLD));
  const damaged = lines.flatMap((line) =>
    "damaged" in line ? [[line["tenantId"], line["damaged"]]] : [],
  );
  assert.equal(
    new Map(damaged as [string, string[]][]),
    new Map([
      [lacking.id, ["created_at", "spec.subdomain"]],
      [copied.id, ["id"]],
    ]),
  );
  assert.equal(findingsIn(lines).toSorted(), [
    "NameOfMissingTenant",
    "RecordDamaged",
    "RecordDamaged",
    "UnscheduledTenantReconciled",
  ]);
  assert.equal(
    lines.filter(({ severity }) => severity === "ERROR"),
    [],
  );
  // No name goes of which it is not certain that nobody has it.
  assert.equal([await holderOf(lacking), await holderOf(gone)], [lacking.id, gone.id]);
});

test("a name that lost its holder is given back to the only tenant that has it on record", async () => {
  const [clear, doubled] = [await createTenant(it), await createTenant(it)];
  const copy = { ...doubled, id: randomUUID() };
  await it.client.doc(`tenants/${copy.id}`).create(copy);
  for (const { spec } of [clear, doubled])
    await it.client.doc(`subdomains/${spec.subdomain}`).set({});
  const found = await findingsAt(OLD);
  assert.equal(found.filter((finding) => finding !== "NameLost").toSorted(), [
    "NameGivenBack",
    "NameOfNobody",
  ]);
  assert.equal([await holderOf(clear), await holderOf(doubled)], [clear.id, null]);
});

test("a finding names whom it is about", async () => {
  const gone = someTenant();
  await reserve(gone);
  const lines = await logLinesOf(() => collectGarbage(it.dependencies, OLD));
  const { id: tenantId } = gone;
  const { subdomain } = gone.spec;
  const message = "NameOfMissingTenant";
  assert.equal(lines, [
    { severity: "WARNING", message, tenantId, subdomain },
    { severity: "INFO", message: "GarbageCollectionFinished", findings: 1 },
  ]);
});

test("what the database tells is checked while the cluster does not answer", async () => {
  const gone = someTenant();
  await reserve(gone);
  await writeDeletionRecord(gone, NOW);
  assert.equal(await findingsAt(OLD, { ...it.dependencies, cluster: awayCluster() }), [
    "GarbageCollectionFailed",
    "GarbageCollectionFailed",
    "NameReleased",
  ]);
  assert.is(await holderOf(gone), null);
});

/** With backups, as none of the other tests has them. */
const withBackups = () => ({
  ...it.dependencies,
  settings: { ...SETTINGS, backupBucket: "backups", backupSecret: "5e".repeat(32) },
});

test("the key of a tenant that is gone goes with the last of its backups, and no other does", async () => {
  const here = await createTenant(it, { status: { ...SETTLED, site: null } });
  const [gone, kept] = [someTenant(), someTenant()];
  for (const { id } of [here, gone, kept])
    await it.dependencies.store.backupSalt(id, "5e".repeat(32));
  await it.client.doc(`backups/${randomUUID()}`).set({ tenant_id: kept.id, created_at: NOW });
  const lines = await logLinesOf(() => collectGarbage(withBackups(), OLD));
  const removed = lines.filter(({ message }) => message === "BackupKeyRemoved");
  assert.equal(
    removed.map(({ tenantId, severity }) => [tenantId, severity]),
    [[gone.id, "INFO"]],
  );
  const left = await it.client.collection("backup_keys").get();
  assert.equal(left.docs.map(({ id }) => id).toSorted(), [here.id, kept.id].toSorted());
});

test("with backups, both Secrets of a tenant that is gone go", async () => {
  const gone = someTenant();
  await createJobOf(gone, it);
  await it.dependencies.cluster.createSecret(backupKeySecret(gone.id, "5e", SETTINGS));
  await it.client.doc(`deletions/${gone.id}`).create({
    requested_at: NOW,
    completed_at: NOW,
    reason: null,
    expires_at: null,
  });
  assert.ok((await findingsAt(OLD, withBackups())).includes("OrphanedSecretRemoved"));
  for (const secret of ["passwords", "backup-key"] as const) {
    assert.is(await it.dependencies.cluster.deleteSecret(gone.id, secret), false);
  }
});

/** What the API shows of the newest run. */
const recorded = () => it.dependencies.store.readGarbageCollection();

test("what a run has found is recorded, and the next run's findings take its place", async () => {
  const damaged = await createTenant(it);
  await it.client.doc(`tenants/${damaged.id}`).update({ "status.phase": "lost" });
  assert.is((await recorded()).finished_at, null);
  await findingsAt(OLD);
  const { finished_at, running_since, findings_total, findings, failed } = await recorded();
  assert.ok(finished_at);
  assert.equal([running_since, findings_total, failed], [null, 1, []]);
  const { subdomain } = damaged.spec;
  const found = { tenant_id: damaged.id, subdomain, domain: null, damaged: ["status.phase"] };
  assert.equal(
    findings.map((finding) => ({ ...finding, at: null })),
    [{ event: "RecordDamaged", ...found, at: null }],
  );
  await it.client.doc(`tenants/${damaged.id}`).update({ "status.phase": "queued" });
  await findingsAt(OLD);
  assert.equal((await recorded()).findings, []);
});

test("of more than 200 findings the first are recorded, however long what they name is", async () => {
  const batch = it.client.batch();
  for (let number = 0; number < 201; number++) {
    batch.set(it.client.doc(`subdomains/n${number}`), { tenant_id: "x".repeat(9000) });
  }
  await batch.commit();
  await findingsAt(OLD);
  const { findings_total, findings } = await recorded();
  assert.equal([findings_total, findings.length], [201, 200]);
  assert.is(findings[0]?.tenant_id?.length, 300);
});

test("what was not finished is recorded beside what was found all the same", async () => {
  const gone = someTenant();
  await reserve(gone);
  await findingsAt(OLD, { ...it.dependencies, cluster: awayCluster() });
  const { findings, failed } = await recorded();
  assert.equal(
    findings.map(({ event }) => event),
    ["NameOfMissingTenant"],
  );
  assert.equal(failed, ["site Jobs: away"]);
});

test("a run that the database ends says so, and one whose process is killed is never over", async () => {
  const readTenants = () => Promise.reject(new AdapterError("store", "unavailable", "no answer"));
  const { store } = it.dependencies;
  const away = { ...store, tenantsToPurge: readTenants };
  const run = collectGarbage({ ...it.dependencies, store: away }, OLD);
  assert.is(await run.catch(({ message }: Error) => message), "no answer");
  assert.equal((await recorded()).failed, ["the rest: no answer"]);
  const killed = { ...away, endGarbageCollection: () => new Promise<void>(() => {}) };
  void collectGarbage({ ...it.dependencies, store: killed }, OLD);
  const since = await eventually("it has begun", async () => (await recorded()).running_since);
  assert.equal(since, OLD);
});

test("findings that cannot be recorded keep nothing from being collected", async () => {
  const gone = someTenant();
  await reserve(gone);
  await writeDeletionRecord(gone, NOW);
  const refuse = () => Promise.reject(new AdapterError("store", "denied", "may not write there"));
  const store = {
    ...it.dependencies.store,
    beginGarbageCollection: refuse,
    endGarbageCollection: refuse,
  };
  assert.equal(await findingsAt(OLD, { ...it.dependencies, store }), [
    "FindingsNotRecorded",
    "NameReleased",
    "FindingsNotRecorded",
  ]);
  assert.is(await holderOf(gone), null);
});

test.run();
