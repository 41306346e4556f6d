/** The audit, on the Firestore emulator and the stand-in cluster. */
import type { V1Job } from "@kubernetes/client-node";
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { audit } from "../../functions/provision/collect-garbage.ts";
import { siteJob } from "../../shared/operations/manifests.ts";
import { addSeconds, jobName } from "../../shared/tenant/tenant.ts";
import type { Deletion, Tenant } from "../../shared/tenant/tenant.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import {
  awayCluster,
  createJobOf,
  createTenant,
  someTenant,
  startTestWorld,
} from "../testkit/test-dependencies.ts";
import type { TestWorld } from "../testkit/test-dependencies.ts";

const test = suite("the audit");

let it: TestWorld;
test.before(async () => {
  it = await startTestWorld();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const NOW = new Date();
/** When what these tests make is not an hour old, and when it is. */
const YOUNG = addSeconds(NOW, 3600 - 60);
const OLD = addSeconds(NOW, 2 * 3600);

/** Audits at this time, and gives the findings. */
async function findingsAt(now: Date, world = it.world): Promise<string[]> {
  const lines = await logLinesOf(() => audit(world, now));
  return lines.flatMap(({ message }) => /^audit: (.+)/.exec(String(message))?.[1] ?? []);
}

/** The trail of a deletion that was asked for now, and that has ended or not. */
async function writeTrail({ id }: Tenant, completed_at: Date | null): Promise<void> {
  const trail: Deletion = { requested_at: NOW, completed_at, reason: null, expires_at: null };
  await it.client.doc(`deletions/${id}`).create({ ...trail });
}

async function hasJob({ id }: Tenant): Promise<boolean> {
  return (await it.world.cluster.readJob(id)) !== null;
}

function hasSecret({ id }: Tenant): boolean {
  return it.standIn.jobs.secretNames().includes(jobName(id));
}

async function reserve({ subdomain, id }: Tenant): Promise<void> {
  await it.client.doc(`subdomains/${subdomain}`).create({ tenant_id: id });
}

const holderOf = ({ subdomain }: Tenant) => it.world.store.readReservation(subdomain);

test("a site Job and a Secret of a tenant that is gone go when they are over an hour old", async () => {
  const gone = someTenant();
  await createJobOf(gone, it);
  await writeTrail(gone, NOW);
  assert.equal(await findingsAt(YOUNG), []);
  assert.equal([await hasJob(gone), hasSecret(gone)], [true, true]);
  assert.equal(await findingsAt(OLD), [
    "a site Job of a tenant that is gone was removed",
    "a Secret of a tenant that is gone was removed",
  ]);
  assert.equal([await hasJob(gone), hasSecret(gone)], [false, false]);
  assert.equal(await findingsAt(OLD), []);
});

test("the Job and the Secret of a tenant that is there stay, at whatever age", async () => {
  const living = await createTenant(it);
  await createJobOf(living, it);
  await writeTrail(living, NOW);
  assert.equal(await findingsAt(OLD), []);
  assert.equal([await hasJob(living), hasSecret(living)], [true, true]);
});

test("a Job of a tenant without a trail is reported and stays: it may be another control plane's", async () => {
  const [unknown, leaving] = [someTenant(), someTenant()];
  await createJobOf(unknown, it);
  await createJobOf(leaving, it);
  await writeTrail(leaving, null);
  const found = await findingsAt(OLD);
  assert.is(
    found.filter((finding) => finding === "a site Job is of a tenant that is not there").length,
    2,
  );
  assert.equal([await hasJob(unknown), await hasJob(leaving)], [true, true]);
});

test("what somebody has written by hand keeps nothing else from being looked at", async () => {
  await it.client.doc("subdomains/aaa").create({ tenant_id: "" });
  await it.client.doc("subdomains/bbb").create({ tenant_id: "a/b" });
  await createTenant(it, { wake_at: null });
  assert.equal((await findingsAt(OLD)).toSorted(), [
    "a name is reserved for something that is no tenant",
    "a name is reserved for something that is no tenant",
    "a tenant that nobody would have woken was woken",
  ]);
});

test("a Job stays whose tenant is there at the second look", async () => {
  const late = someTenant();
  await createJobOf(late, it);
  await writeTrail(late, NOW);
  const readTenant = "BatchGetDocuments";
  it.proxy.meddle({
    rpc: readTenant,
    before: async () =>
      it.proxy.meddle({
        rpc: readTenant,
        before: () => it.client.doc(`tenants/${late.id}`).create(late),
      }),
  });
  await findingsAt(OLD);
  assert.is(await hasJob(late), true);
});

test("a Secret stays whose tenant's deletion has not ended, or ended before trails are kept", async () => {
  const [open, longAgo] = [someTenant(), someTenant()];
  await createJobOf(open, it);
  await createJobOf(longAgo, it);
  await writeTrail(open, null);
  await writeTrail(longAgo, addSeconds(NOW, -31 * 24 * 3600));
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
    await it.world.cluster.createJob(estrange(siteJob(someTenant(), operation, SETTINGS)));
  }
  const names = () => it.standIn.jobs.listJobs().map(({ metadata }) => metadata?.name);
  const before = names();
  assert.equal(await findingsAt(OLD), []);
  assert.equal(names(), before);
});

test("a name goes whose tenant is gone only if its deletion has ended, and is reported otherwise", async () => {
  const [ended, open, unknown] = [someTenant(), someTenant(), someTenant()];
  for (const tenant of [ended, open, unknown]) await reserve(tenant);
  await writeTrail(ended, NOW);
  await writeTrail(open, null);
  assert.equal(await findingsAt(YOUNG), []);
  assert.is(await holderOf(ended), ended.id);

  assert.equal((await findingsAt(OLD)).toSorted(), [
    "a deletion has not ended, and its tenant is not there",
    "a name is reserved for a tenant that is not there",
    "a name is reserved for a tenant that is not there",
    "a name of a tenant that is gone was set free",
  ]);
  assert.equal(
    [await holderOf(ended), await holderOf(open), await holderOf(unknown)],
    [null, open.id, unknown.id],
  );
});

test("a name whose tenant is there stays its own, and nothing is said of it", async () => {
  const living = await createTenant(it);
  await writeTrail(living, null);
  assert.equal(await findingsAt(OLD), []);
  assert.is(await holderOf(living), living.id);
});

test("a tenant that is not settled and that no sweep would find is woken", async () => {
  const lost = await createTenant(it, { wake_at: null });
  const found = await createTenant(it);
  const settled = await createTenant(it, {
    status: "active",
    observed_generation: 1,
    wake_at: null,
  });
  assert.equal(await findingsAt(NOW), ["a tenant that nobody would have woken was woken"]);
  assert.equal(
    [await hasJob(lost), await hasJob(found), await hasJob(settled)],
    [true, false, false],
  );
  assert.ok((await it.world.store.readTenant(lost.id))?.record.wake_at);
});

test("a tenant that does not hold its name is reported, and left as it is", async () => {
  const [robbed, nameless] = [await createTenant(it), await createTenant(it)];
  await it.client.doc(`subdomains/${robbed.subdomain}`).set({ tenant_id: nameless.id });
  await it.client.doc(`subdomains/${nameless.subdomain}`).delete();
  const message = "a tenant does not hold its name";
  assert.equal(await findingsAt(OLD), [message, message]);
  for (const tenant of [robbed, nameless]) {
    assert.equal((await it.world.store.readTenant(tenant.id))?.record, tenant);
  }
});

test("damaged records are reported with their fields, and keep nobody from looking at the others", async () => {
  const [lacking, copied] = [await createTenant(it), await createTenant(it)];
  await it.client.doc(`tenants/${lacking.id}`).update({ created_at: "today", subdomain: 7 });
  await it.client.doc(`tenants/${copied.id}`).update({ id: lacking.id });
  await it.client.doc(`deletions/${lacking.id}`).create({ completed_at: null });
  const gone = someTenant();
  await reserve(gone);
  await it.client.doc(`deletions/${gone.id}`).create({ completed_at: "yesterday" });
  await createTenant(it, { wake_at: null });
  const lines = await logLinesOf(() => audit(it.world, OLD));
  const damaged = lines.flatMap((line) =>
    "damaged" in line ? [[line["tenantId"], line["damaged"]]] : [],
  );
  assert.equal(
    new Map(damaged as [string, string[]][]),
    new Map([
      [lacking.id, ["subdomain", "created_at"]],
      [copied.id, ["id"]],
    ]),
  );
  const findings = lines
    .map(({ message }) => String(message))
    .filter((text) => text.startsWith("audit: "));
  assert.equal(findings.toSorted(), [
    "audit: a name is reserved for a tenant that is not there",
    "audit: a tenant that nobody would have woken was woken",
    "audit: a tenant's record is damaged",
    "audit: a tenant's record is damaged",
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
  for (const { subdomain } of [clear, doubled])
    await it.client.doc(`subdomains/${subdomain}`).set({});
  const found = await findingsAt(OLD);
  assert.equal(
    found.filter((finding) => finding !== "a tenant does not hold its name").toSorted(),
    ["a name is reserved for something that is no tenant", "a tenant got its name back"],
  );
  assert.equal([await holderOf(clear), await holderOf(doubled)], [clear.id, null]);
});

test("a finding names whom it is about", async () => {
  const gone = someTenant();
  await reserve(gone);
  const lines = await logLinesOf(() => audit(it.world, OLD));
  const { id: tenantId, subdomain } = gone;
  const message = "audit: a name is reserved for a tenant that is not there";
  assert.equal(lines, [
    { severity: "WARNING", message, tenantId, subdomain },
    { severity: "INFO", message: "audited", findings: 1 },
  ]);
});

test("what the database tells is audited while the cluster does not answer", async () => {
  const gone = someTenant();
  await reserve(gone);
  await writeTrail(gone, NOW);
  assert.equal(await findingsAt(OLD, { ...it.world, cluster: awayCluster() }), [
    "a look was not finished",
    "a look was not finished",
    "a name of a tenant that is gone was set free",
  ]);
  assert.is(await holderOf(gone), null);
});

test.run();
