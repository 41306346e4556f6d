/** What callers ask of a tenant that is there, recorded in the store on the official Firestore emulator. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordCommand } from "../../functions/api/tenants/record-command.ts";
import type { CommandResult } from "../../functions/api/tenants/record-command.ts";
import { recordCorrection } from "../../functions/api/tenants/record-correction.ts";
import { DamagedRecordError } from "../../shared/platform/errors.ts";
import type { Command } from "../../shared/tenant/commands.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { TenantParts } from "../testkit/tenant-parts.ts";
import {
  ACTIVE,
  FAILURE,
  answerWith,
  assertOneEffect,
  createUnder,
  dayAfter,
  keyed,
  NOW,
  tenantNamed,
  useStore,
} from "../testkit/stored-tenants.ts";
import { REQUESTER } from "../testkit/requester.ts";

const test = suite("commands and corrections");

const it = useStore(test);

const issued = () => ({ commandId: randomUUID(), requestedBy: REQUESTER, now: NOW });

/** The tenant as a command left it; nothing where the command came to nothing. */
const tenantOf = (answer: CommandResult | null) =>
  answer !== null && "tenant" in answer ? answer.tenant : undefined;

const deletionOf = async ({ id }: Tenant) => (await it.client.doc(`deletions/${id}`).get()).data();

test("a deletion is asked for once, together with what triggers cleanup", async () => {
  const tenant = await it.create({ profile: { organization: "Acme" } });
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => recordCommand(it.store, tenant.id, "delete", issued(), null)),
  );
  for (const answer of asked) assert.is(tenantOf(answer)?.status.phase, "deleting");
  assert.is(asked.filter((answer) => answer?.outcome === "changed").length, 1);
  const { record } = await it.stored(tenant);
  assert.equal(
    [record.spec.state, record.spec.generation],
    ["absent", 2],
    "five callers, one command",
  );
  const deletion = await deletionOf(tenant);
  assert.equal(Object.keys(deletion ?? {}).toSorted(), [
    "completed_at",
    "expires_at",
    "reason",
    "requested_at",
  ]);
  assert.not.match(JSON.stringify(deletion), /acme|office/i);
});

test("of several commands at once each is carried out on what the others left, and none is lost", async () => {
  const tenant = await it.create(ACTIVE);
  const commands: Command[] = ["suspend", "resume", "suspend", "delete", "resume"];
  const answers = await Promise.all(
    commands.map((command) => recordCommand(it.store, tenant.id, command, issued(), null)),
  );
  const changed = answers.filter((answer) => answer?.outcome === "changed");
  const { record } = await it.stored(tenant);
  assert.is(record.spec.generation, 1 + changed.length);
  assert.is(record.spec.state, "absent");
  assert.ok(await deletionOf(tenant));
});

test("a command is one change whose commit is repeated because its answer was lost", async () => {
  for (const command of ["suspend", "delete"] as const) {
    const tenant = await it.create(ACTIVE);
    it.loseAnswerOfCommit();
    const answer = await recordCommand(it.faulty, tenant.id, command, issued(), null);
    assert.is(answer?.outcome, "changed");
    const { record } = await it.stored(tenant);
    assert.equal(tenantOf(answer), record);
    assert.is(record.spec.generation, 2);
  }
});

test("the same command under the same id is one change", async () => {
  const tenant = await it.create(ACTIVE);
  const own = issued();
  for (let k = 0; k < 2; k++) {
    const answer = await recordCommand(it.store, tenant.id, "suspend", own, null);
    assert.is(answer?.outcome, "changed");
  }
  assert.is((await it.stored(tenant)).record.spec.generation, 2);
});

test("a command that is refused, or was requested already, changes nothing", async () => {
  const tenant = await it.create(ACTIVE);
  for (const [command, outcome] of [
    ["retry", "refused"],
    ["resume", "unchanged"],
  ] as const) {
    const answer = await recordCommand(it.store, tenant.id, command, issued(), null);
    assert.is(answer?.outcome, outcome);
  }
  assert.equal((await it.stored(tenant)).record, tenant);
  assert.is(await deletionOf(tenant), undefined);
});

test("a command other than a deletion leaves no deletion record", async () => {
  const tenant = await it.create(ACTIVE);
  await recordCommand(it.store, tenant.id, "suspend", issued(), null);
  assert.is((await it.stored(tenant)).record.spec.state, "suspended");
  assert.is(await deletionOf(tenant), undefined);
});

test("a command about a tenant that is not there is none", async () => {
  const id = randomUUID();
  for (const command of ["delete", "retry", "suspend", "resume"] as const) {
    assert.is(await recordCommand(it.store, id, command, issued(), null), null);
  }
  assert.not((await it.client.doc(`deletions/${id}`).get()).exists);
});

/** A tenant of which each of these commands can be made. */
const READY: [Command, "changed" | "unchanged", TenantParts][] = [
  ["suspend", "changed", ACTIVE],
  ["delete", "changed", ACTIVE],
  ["retry", "changed", { status: { phase: "failed", observed_generation: 1, ...FAILURE } }],
  ["resume", "unchanged", ACTIVE],
];

for (const [command, outcome, fields] of READY) {
  test(`of many twins of a request to ${command} at once one is ${outcome}, and the others get its answer`, async () => {
    const [tenant, request] = [await it.create(fields), keyed()];
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        recordCommand(it.store, tenant.id, command, issued(), request),
      ),
    );
    const { record } = await it.stored(tenant);
    assertOneEffect(results, outcome, answerWith(record));
    assert.is(record.spec.generation, outcome === "changed" ? 2 : 1);
  });
}

test("a command under a key costs one read and one write", async () => {
  const tenant = await it.create(ACTIVE);
  for (const command of ["suspend", "suspend"] as const) {
    it.proxy.calls.length = 0;
    await recordCommand(it.faulty, tenant.id, command, issued(), keyed());
    assert.equal(it.proxy.calls, ["BatchGetDocuments", "Commit"]);
  }
});

test("a command under a key that was used for something else changes nothing", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  await recordCommand(it.store, tenant.id, "resume", issued(), request);
  const reused = { ...request, hash: "h2" };
  const result = await recordCommand(it.store, tenant.id, "suspend", issued(), reused);
  assert.equal(result, { outcome: "key-reused" });
  assert.equal((await it.stored(tenant)).record, tenant);
});

test("a command whose key somebody else uses first for something else changes nothing", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  const rival = { ...request, hash: "h2" };
  const before = () => createUnder(it.store, tenantNamed("rival"), rival);
  it.proxy.injectFault({ rpc: "Commit", before });
  const result = await recordCommand(it.faulty, tenant.id, "delete", issued(), request);
  assert.equal(result, { outcome: "key-reused" });
  assert.equal((await it.stored(tenant)).record, tenant);
  assert.is(await deletionOf(tenant), undefined);
});

test("a command that was so already is answered the same again, and is no new command", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  const first = await recordCommand(it.store, tenant.id, "resume", issued(), request);
  assert.is(first?.outcome, "unchanged");
  await recordCommand(it.store, tenant.id, "suspend", issued(), null);
  const again = await recordCommand(it.store, tenant.id, "resume", issued(), request);
  assert.equal(again, { outcome: "replayed", answer: answerWith(tenant) });
  assert.is((await it.stored(tenant)).record.spec.state, "suspended");
});

test("a command that is refused leaves its key unused", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  const refused = await recordCommand(it.store, tenant.id, "retry", issued(), request);
  assert.is(refused?.outcome, "refused");
  assert.is(await it.recordOf(request), undefined);
  await it.store.writeTenant(await it.stored(tenant), { status: FAILURE });
  const later = await recordCommand(it.store, tenant.id, "retry", issued(), request);
  assert.is(later?.outcome, "changed");
});

test("a command about a tenant that is not there, or is gone before the write, leaves its key unused", async () => {
  const request = keyed();
  assert.is(await recordCommand(it.store, randomUUID(), "delete", issued(), request), null);
  const tenant = await it.create();
  const before = () => it.client.doc(`tenants/${tenant.id}`).delete();
  it.proxy.injectFault({ rpc: "Commit", before });
  assert.is(await recordCommand(it.faulty, tenant.id, "delete", issued(), request), null);
  assert.is(await it.recordOf(request), undefined);
});

test("a deletion is answered the same again after its end", async () => {
  const [tenant, request] = [await it.create(), keyed()];
  await recordCommand(it.store, tenant.id, "delete", issued(), request);
  const { record, version } = await it.stored(tenant);
  await it.store.endDeletion(record, version, NOW);
  const again = await recordCommand(it.store, tenant.id, "delete", issued(), request);
  assert.equal(again, { outcome: "replayed", answer: answerWith(record) });
  const reused = { ...request, hash: "h2" };
  const other = await recordCommand(it.store, tenant.id, "delete", issued(), reused);
  assert.equal(other, { outcome: "key-reused" });
  assert.is(await recordCommand(it.store, tenant.id, "delete", issued(), null), null);
});

test("a command under a key is one change whose commit is repeated because its answer was lost", async () => {
  for (const [command, , fields] of READY) {
    const [tenant, request] = [await it.create(fields), keyed()];
    it.loseAnswerOfCommit();
    const result = await recordCommand(it.faulty, tenant.id, command, issued(), request);
    const { record } = await it.stored(tenant);
    assert.equal(result, { outcome: "replayed", answer: answerWith(record) });
    assert.ok(record.spec.generation <= 2);
  }
});

test("a command under a key that has expired is a new one", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  await createUnder(it.store, tenantNamed("yesterday"), request);
  const later = { ...request, now: dayAfter(NOW), hash: "h2" };
  const first = await recordCommand(it.store, tenant.id, "suspend", issued(), later);
  assert.is(first?.outcome, "changed");
  const { record } = await it.stored(tenant);
  const again = await recordCommand(it.store, tenant.id, "suspend", issued(), later);
  assert.equal(again, { outcome: "replayed", answer: answerWith(record) });

  const muchLater = { ...later, now: dayAfter(later.now) };
  const next = await recordCommand(it.store, tenant.id, "suspend", issued(), muchLater);
  assert.is(next?.outcome, "unchanged");
  assert.equal((await it.recordOf(request))?.["created_at"].toDate(), muchLater.now);
});

test("an expired record that somebody else overwrites first keeps a command from being made", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  await createUnder(it.store, tenantNamed("yesterday"), request);
  const later = { ...request, now: dayAfter(NOW) };
  const rival = { ...later, hash: "h2" };
  it.proxy.injectFault({
    rpc: "Commit",
    before: () => createUnder(it.store, tenantNamed("rival"), rival),
  });
  const result = await recordCommand(it.faulty, tenant.id, "suspend", issued(), later);
  assert.equal(result, { outcome: "key-reused" });
  assert.equal((await it.stored(tenant)).record, tenant);
});

test("a request that comes again is answered as before, though its tenant's record is damaged since", async () => {
  const tenant = await it.create(ACTIVE);
  const request = keyed();
  await recordCommand(it.store, tenant.id, "suspend", issued(), request);
  const { record } = await it.stored(tenant);
  await it.client.doc(`tenants/${tenant.id}`).update({ "spec.generation": "two" });
  const again = await recordCommand(it.store, tenant.id, "suspend", issued(), request);
  assert.equal(again, { outcome: "replayed", answer: answerWith(record) });
  const first = recordCommand(it.store, tenant.id, "suspend", issued(), keyed());
  const error: unknown = await first.catch((thrown: unknown) => thrown);
  assert.instance(error, DamagedRecordError);
});

const LATER = addSeconds(NOW, 60);

test("a correction changes what is corrected and nothing that reconciles the tenant", async () => {
  const tenant = await it.create({ status: { ...ACTIVE.status, next_reconcile_at: null } });
  const wanted = { organization: "Acme Ltd", email: "new@acme.example" };
  const result = await recordCorrection(it.store, tenant.id, wanted, LATER);
  const corrected = withParts(tenant, { profile: wanted, updated_at: LATER });
  assert.equal(result, { outcome: "changed", tenant: corrected });
  assert.equal((await it.stored(tenant)).record, corrected);

  const one = await recordCorrection(it.store, tenant.id, { email: tenant.profile.email }, LATER);
  const half = withParts(corrected, { profile: { email: tenant.profile.email } });
  assert.equal(one, { outcome: "changed", tenant: half });
  assert.equal((await it.stored(tenant)).record, half);
});

test("a correction that changes nothing writes nothing", async () => {
  const tenant = await it.create();
  const { version } = await it.stored(tenant);
  for (const wanted of [
    {},
    { organization: tenant.profile.organization, email: tenant.profile.email },
  ]) {
    const result = await recordCorrection(it.store, tenant.id, wanted, LATER);
    assert.equal(result, { outcome: "changed", tenant });
  }
  assert.equal((await it.stored(tenant)).version, version);
});

test("a tenant that is being deleted, or is not there, is not corrected", async () => {
  const tenant = await it.create();
  await recordCommand(it.store, tenant.id, "delete", issued(), null);
  const { record } = await it.stored(tenant);
  for (const email of ["new@acme.example", tenant.profile.email]) {
    const result = await recordCorrection(it.store, tenant.id, { email }, LATER);
    assert.equal(result, { outcome: "refused", why: "The tenant is being deleted." });
  }
  assert.equal((await it.stored(tenant)).record, record);
  assert.is(
    await recordCorrection(it.store, randomUUID(), { email: "a@acme.example" }, LATER),
    null,
  );
});

test("a correction and a command that meet are both carried out", async () => {
  const tenant = await it.create(ACTIVE);
  const before = () => recordCommand(it.store, tenant.id, "suspend", issued(), null);
  it.proxy.injectFault({ rpc: "Commit", before });
  const email = "new@acme.example";
  const result = await recordCorrection(it.faulty, tenant.id, { email }, LATER);
  const { record } = await it.stored(tenant);
  assert.equal(result, { outcome: "changed", tenant: record });
  assert.equal(
    [record.spec.state, record.spec.generation, record.profile.email],
    ["suspended", 2, email],
  );

  const deleting = () => recordCommand(it.store, tenant.id, "delete", issued(), null);
  it.proxy.injectFault({ rpc: "Commit", before: deleting });
  const late = await recordCorrection(it.faulty, tenant.id, { organization: "Late" }, LATER);
  assert.is(late?.outcome, "refused");
  assert.is((await it.stored(tenant)).record.profile.organization, tenant.profile.organization);
});

test("a correction is a success whose commit is repeated because its answer was lost", async () => {
  const tenant = await it.create();
  it.loseAnswerOfCommit();
  const result = await recordCorrection(it.faulty, tenant.id, { organization: "Acme Ltd" }, LATER);
  const { record } = await it.stored(tenant);
  assert.equal(result, { outcome: "changed", tenant: record });
  assert.is(record.profile.organization, "Acme Ltd");
});

test("a deletion is asked for though its deletion record is there already", async () => {
  const tenant = await it.create();
  await it.client.doc(`deletions/${tenant.id}`).create({ completed_at: "long ago" });
  const answer = await recordCommand(it.store, tenant.id, "delete", issued(), null);
  assert.is(tenantOf(answer)?.spec.state, "absent");
  const deletion = await it.store.readDeletion(tenant.id);
  assert.equal([deletion?.requested_at, deletion?.completed_at], [NOW, null]);
});

test.run();
