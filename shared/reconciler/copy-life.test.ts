/** Copies as reconciling takes them through their lives, on the model. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createModel, pass, putRecord, secretsOf } from "../../tests/exploration/model-handlers.ts";
import type { Model } from "../../tests/exploration/model-handlers.ts";
import { jobsOf } from "../../tests/exploration/model-handlers.ts";
import { end } from "../../tests/exploration/model.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command, CommandWithFields } from "../tenant/commands.ts";
import { databaseName } from "../tenant/names.ts";
import { hasLeftovers } from "../tenant/restore-commands.ts";
import { undoUntil } from "../tenant/site-database.ts";
import { MIGRATION_NEEDED } from "../tenant/site-upgrade.ts";
import { asCopy, isQuiet } from "../tenant/tenant-copy.ts";
import { newTenant, withChanges } from "../tenant/tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { JobOutcome } from "./decision.ts";
import { reconcile } from "./reconcile.ts";
import { runSteps } from "./run-steps.ts";

const test = suite("the life of a copy");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const SOURCE = "11111111-2222-4333-8444-555555555555";
const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
  maxConcurrentJobs: 2,
};
const SUCCEEDED: JobOutcome = { result: "succeeded", reason: null };
const failedAt = (step: string): JobOutcome => ({
  result: "failed",
  step,
  reason: "PodFailurePolicy",
  message: "no",
  retryable: false,
});

const nowOf = ({ state }: Model) => new Date(state.now);

function recordOf({ state }: Model): Tenant {
  const stored = state.tenants[ID];
  if (!stored) throw new Error("there is no tenant");
  return stored.record;
}

/** A model with a copy that was just asked for. */
function askedModel(): Model {
  const it = createModel();
  const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  const tenant = newTenant({ id: ID, commandId: "w", requestedBy: REQUESTER, ...asked }, nowOf(it));
  putRecord(it, asCopy(tenant, { backup: "b1", tenant: SOURCE }));
  return it;
}

const run = (it: Model) => runSteps(reconcile(ID, SETTINGS), it.handlers);

/** The Job that works ends so, and what follows from it is done. */
async function jobEnds(it: Model, outcome = SUCCEEDED) {
  const job = jobsOf(it).get(ID);
  assert.ok(job);
  it.state = end(it.state, job, outcome);
  return run(it);
}

async function copiedModel(): Promise<Model> {
  const it = askedModel();
  await run(it);
  for (let ended = 0; ended < 3; ended++) await jobEnds(it);
  return it;
}

function effectOf(it: Model, what: Command | CommandWithFields) {
  pass(it, 1000);
  const issued = { commandId: "later", requestedBy: REQUESTER, now: nowOf(it) };
  return applyCommand(recordOf(it), what, issued);
}

function command(it: Model, what: Command | CommandWithFields): void {
  const effect = effectOf(it, what);
  assert.ok(effect.outcome === "changed", JSON.stringify(effect));
  putRecord(it, withChanges(recordOf(it), effect.changes));
}

test("it is made without a name, restored, and only then reached and active", async () => {
  const it = askedModel();
  assert.is(await run(it), "provisioning");
  assert.is(await jobEnds(it), "provisioning");
  assert.equal([recordOf(it).status.site?.host, recordOf(it).status.site?.quiet], [null, false]);
  assert.is(await jobEnds(it), "provisioning");
  assert.is(recordOf(it).status.site?.host, null);
  assert.is(await jobEnds(it), "active");
  assert.equal(it.jobsMade, ["create 1.1", "restore 1.2", "rename 1.3"]);
  const { site, observed_generation } = recordOf(it).status;
  assert.equal([site?.host, site?.quiet, observed_generation], ["acme.kairos.app", true, 1]);
  assert.is(site?.database, `${databaseName(ID)}r1`);
});

test("the key is that of the tenant whose backup it is", async () => {
  const it = await copiedModel();
  assert.equal(new Set(secretsOf(it)), new Set([ID, SOURCE]));
});

test("the empty site that was made first cannot be had back, and is dropped by the garbage collection", async () => {
  const it = await copiedModel();
  const tenant = recordOf(it);
  assert.is(undoUntil(tenant), null);
  assert.match(JSON.stringify(effectOf(it, { name: "undo-restore" })), /Nothing is kept/);
  assert.ok(hasLeftovers(tenant, nowOf(it)));
});

for (const [sentence, step] of [
  ["whose backup is damaged", "load-database"],
  ["that does not answer", "open-site"],
] as const) {
  test(`one ${sentence} is a failed tenant, and a retry restores it once more`, async () => {
    const it = askedModel();
    await run(it);
    await jobEnds(it);
    assert.is(await jobEnds(it, failedAt(step)), "failed");
    assert.match(JSON.stringify(effectOf(it, "suspend")), /no site yet/);
    command(it, "retry");
    assert.is(recordOf(it).status.phase, "queued");
    assert.is(await run(it), "provisioning");
    await jobEnds(it);
    assert.is(await jobEnds(it), "active");
    assert.equal(it.jobsMade.slice(1), ["restore 1.2", "restore 2.1", "rename 2.2"]);
  });
}

test("one that does not get its names is a failed tenant, and a retry gives it no more than those", async () => {
  const it = askedModel();
  await run(it);
  await jobEnds(it);
  await jobEnds(it);
  assert.is(await jobEnds(it, failedAt("link-hosts")), "failed");
  command(it, "retry");
  assert.is(await run(it), "provisioning");
  assert.is(await jobEnds(it), "active");
  assert.equal(it.jobsMade.slice(-2), ["rename 1.3", "rename 2.1"]);
});

/** A copy that was restored out of a backup of older versions of the apps. */
async function olderModel(): Promise<Model> {
  const it = askedModel();
  await run(it);
  await jobEnds(it);
  await jobEnds(it, { result: "succeeded", reason: MIGRATION_NEEDED });
  return it;
}

const CANNOT_BE_MIGRATED: JobOutcome = {
  result: "failed",
  step: "migrate",
  reason: "MigrationFailed",
  message: "no such column",
  retryable: false,
};

test("one of an older backup is migrated where it is, before it has a name", async () => {
  const it = await olderModel();
  assert.is(recordOf(it).status.phase, "provisioning");
  await jobEnds(it);
  assert.is(recordOf(it).status.site?.host, null);
  assert.is(await jobEnds(it), "active");
  assert.equal(it.jobsMade, ["create 1.1", "restore 1.2", "upgrade 1.3", "rename 1.4"]);
  const { site, upgrade } = recordOf(it).status;
  assert.equal([site?.host, site?.quiet, upgrade], ["acme.kairos.app", true, null]);
});

test("one that cannot be migrated is a failed tenant that says why, and gets neither a name nor the empty site back", async () => {
  const it = await olderModel();
  await jobEnds(it, CANNOT_BE_MIGRATED);
  assert.is(await jobEnds(it), "failed");
  assert.equal(it.jobsMade.slice(2), ["upgrade 1.3", "revert 1.4"]);
  const { status } = recordOf(it);
  assert.equal(
    [status.condition, status.step, status.message, status.site?.host, status.site?.database],
    ["failed", "migrate", "no such column", null, `${databaseName(ID)}r1`],
  );
  await run(it);
  assert.is(it.jobsMade.length, 4);
});

test("a retry of one that could not be migrated begins with the migration", async () => {
  const it = await olderModel();
  await jobEnds(it, CANNOT_BE_MIGRATED);
  await jobEnds(it);
  command(it, "retry");
  assert.equal([recordOf(it).status.phase, recordOf(it).status.condition], ["queued", null]);
  assert.is(await run(it), "provisioning");
  await jobEnds(it);
  assert.is(await jobEnds(it), "active");
  assert.equal(it.jobsMade.slice(-2), ["upgrade 2.1", "rename 2.2"]);
  assert.is(recordOf(it).status.upgrade, null);
});

test("one that could not be migrated goes like any other when it is deleted", async () => {
  const it = await olderModel();
  await jobEnds(it, CANNOT_BE_MIGRATED);
  await jobEnds(it);
  command(it, { name: "delete", purge: false, retentionDays: 14, reason: null });
  await run(it);
  await jobEnds(it);
  assert.is(it.jobsMade.at(-1), "drop 2.1");
});

test("one that is not finished has nothing to be kept when it is deleted", async () => {
  const it = askedModel();
  await run(it);
  await jobEnds(it);
  const effect = effectOf(it, { name: "delete", purge: false, retentionDays: 14, reason: null });
  assert.is(effect.outcome === "changed" && effect.changes.spec?.state, "absent");
});

test("a resume ends that it is quiet, and until that is verified it is", async () => {
  const it = await copiedModel();
  command(it, "resume");
  assert.ok(isQuiet(recordOf(it)));
  await run(it);
  assert.is(await jobEnds(it), "active");
  assert.not(isQuiet(recordOf(it)));
  assert.is(it.jobsMade.at(-1), "resume 2.1");
  assert.is(effectOf(it, "resume").outcome, "unchanged");
});

test("a suspended copy stays quiet until it is resumed", async () => {
  const it = await copiedModel();
  command(it, "suspend");
  await run(it);
  await jobEnds(it);
  assert.equal([recordOf(it).status.site?.quiet, recordOf(it).spec.quiet], [true, true]);
  command(it, "resume");
  await run(it);
  await jobEnds(it);
  assert.not(isQuiet(recordOf(it)));
});

test.run();
