/** Standbys as reconciling takes them through their lives, on the model, and the places they get beside customers. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  createModel,
  jobsOf,
  pass,
  putRecord,
  slotsOf,
  tenantsOf,
} from "../../tests/exploration/model-handlers.ts";
import type { Model } from "../../tests/exploration/model-handlers.ts";
import { end } from "../../tests/exploration/model.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { fillingStandby } from "../../tests/testkit/some-standby.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command } from "../tenant/commands.ts";
import { siteName } from "../tenant/names.ts";
import { claimStandby, isReady, POOL } from "../tenant/standby.ts";
import { newTenant, withChanges } from "../tenant/tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import type { JobOutcome } from "./decision.ts";
import { reconcile } from "./reconcile.ts";
import { runSteps } from "./run-steps.ts";
import { toldOfGone, toldOfNew, toTenantWrite } from "./tenant-write.ts";

const test = suite("the life of a standby");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
  maxConcurrentJobs: 2,
};
const SUCCEEDED: JobOutcome = { result: "succeeded", reason: null };
const FAILED: JobOutcome = {
  result: "failed",
  step: "new-site",
  reason: "PodFailurePolicy",
  message: "no",
  retryable: false,
};
const ASKED = {
  commandId: "c2",
  requestedBy: REQUESTER,
  organization: "Acme",
  subdomain: "acme",
  email: "a@acme.example",
  loginKeyHash: "5e88",
};

const nowOf = ({ state }: Model) => new Date(state.now);

function recordOf({ state }: Model, id = ID): Tenant {
  const stored = state.tenants[id];
  if (!stored) throw new Error(`there is no tenant ${id}`);
  return stored.record;
}

function put(it: Model, tenant: Tenant): void {
  putRecord(it, tenant);
}

const run = (it: Model, id = ID, settings = SETTINGS) =>
  runSteps(reconcile(id, settings), it.handlers);

async function runToEnd(it: Model, id = ID, outcome = SUCCEEDED) {
  await run(it, id);
  const job = jobsOf(it).get(id);
  if (job !== undefined) it.state = end(it.state, job, outcome);
  return run(it, id);
}

/** A model with a standby that is ready. */
async function readyModel(): Promise<Model> {
  const it = createModel();
  put(it, fillingStandby(nowOf(it), { id: ID }));
  await runToEnd(it);
  return it;
}

function give(it: Model): void {
  pass(it, 1000);
  put(it, withChanges(recordOf(it), claimStandby(recordOf(it), ASKED, nowOf(it))));
}

function command(it: Model, what: Command, id = ID): void {
  const issued = { commandId: randomUUID(), requestedBy: POOL, now: nowOf(it) };
  const effect = applyCommand(recordOf(it, id), what, issued);
  assert.ok(effect.outcome === "changed", what);
  if (effect.outcome === "changed") put(it, withChanges(recordOf(it, id), effect.changes));
}

test("its site is made without a name, and then it may be taken", async () => {
  const it = await readyModel();
  assert.equal(it.jobsMade, ["create 1.1"]);
  const { status } = recordOf(it);
  assert.ok(isReady(recordOf(it)));
  assert.equal([status.phase, status.standby_key, status.observed_generation], ["active", ID, 1]);
  assert.equal(status.site, {
    name: siteName(ID),
    bench: "main",
    apps: null,
    database: siteName(ID),
    host: null,
    subdomain: null,
    former_subdomains: [],
    domains: [],
    suspended: false,
    retained: false,
    quiet: false,
  });
  assert.equal([jobsOf(it).size, slotsOf(it).length, status.next_reconcile_at], [0, 0, null]);
});

test("one that a customer has is claimed, and no other site is made", async () => {
  const it = await readyModel();
  give(it);
  assert.is(await run(it), "provisioning");
  assert.is(await runToEnd(it), "active");
  assert.equal(it.jobsMade, ["create 1.1", "claim 2.1"]);
  const { status, spec } = recordOf(it);
  assert.equal([status.site?.host, status.site?.subdomain], ["acme.kairos.app", "acme"]);
  assert.is(status.site?.name, siteName(ID));
  assert.is(status.standby_key, null);
  // The claim has set the link that was asked for with the tenant.
  assert.equal(status.done, spec.requests);
  assert.is(status.observed_generation, 2);
});

test("a claim that fails for good is a failed tenant, which a retry claims once more", async () => {
  const it = await readyModel();
  give(it);
  assert.is(await runToEnd(it, ID, FAILED), "failed");
  assert.is(recordOf(it).status.site?.host, null);
  command(it, "retry");
  assert.is(recordOf(it).status.phase, "queued");
  assert.is(await runToEnd(it), "active");
  assert.equal(it.jobsMade, ["create 1.1", "claim 2.1", "claim 3.1"]);
});

test("a customer who goes before the claim has ended takes the site along", async () => {
  const it = await readyModel();
  give(it);
  await run(it);
  command(it, "delete");
  assert.is(await run(it), "deleting");
  assert.is(await runToEnd(it), null);
  assert.equal(it.jobsMade, ["create 1.1", "claim 2.1", "drop 3.1"]);
  assert.is(tenantsOf(it).length, 0);
});

for (const [what, prepare] of [
  ["ready", () => readyModel()],
  [
    "filling",
    async () => {
      const it = createModel();
      put(it, fillingStandby(nowOf(it), { id: ID }));
      await run(it);
      return it;
    },
  ],
  [
    "failed",
    async () => {
      const it = createModel();
      put(it, fillingStandby(nowOf(it), { id: ID }));
      await runToEnd(it, ID, FAILED);
      assert.is(recordOf(it).status.phase, "failed");
      return it;
    },
  ],
] as const) {
  test(`one that is ${what} is dropped like any tenant`, async () => {
    const it = await prepare();
    command(it, "delete");
    await runToEnd(it);
    assert.is(await runToEnd(it).catch(() => null), null);
    assert.equal([tenantsOf(it).length, jobsOf(it).size, slotsOf(it).length], [0, 0, 0]);
    assert.is(it.jobsMade.at(-1), "drop 2.1");
  });
}

/** As many standbys as there are slots, and one more. */
async function crowdedModel(settings = SETTINGS): Promise<{ it: Model; ids: string[] }> {
  const it = createModel();
  const ids = ["0", "1", "2"].map((digit) => `0000000${digit}-0000-4000-8000-000000000000`);
  for (const id of ids) put(it, fillingStandby(nowOf(it), { id }));
  for (const id of ids) await run(it, id, settings);
  return { it, ids };
}

test("standbys leave the last slot to customers, and come behind them in the queue", async () => {
  const { it, ids } = await crowdedModel();
  assert.equal(slotsOf(it), [[1, ids[0]]]);
  const key = recordOf(it, ids[1]).status.queue_key;
  assert.is(key, `9 ${nowOf(it).toISOString()} ${ids[1]}`);

  pass(it, 1000);
  const [first, second] = [randomUUID(), randomUUID()];
  for (const [k, id] of [first, second].entries()) {
    const wanted = { organization: "Acme", subdomain: `acme-${k}`, email: "a@acme.example" };
    put(it, newTenant({ id, commandId: "w", requestedBy: REQUESTER, ...wanted }, nowOf(it)));
    await run(it, id);
  }
  assert.equal(
    slotsOf(it).find(([slot]) => slot === 0),
    [0, first],
  );
  const waiting = recordOf(it, second).status.queue_key ?? "";
  assert.ok(waiting < (key ?? ""), `${waiting} is before ${key}`);
});

test("its drop makes room that nobody waits for, and comes as late", async () => {
  const it = await readyModel();
  command(it, "delete");
  it.state = { ...it.state, slots: { 1: "somebody" } };
  await run(it);
  assert.match(recordOf(it).status.queue_key ?? "", /^9 /);
});

test("where there is one slot only, a standby may have it", async () => {
  const { it, ids } = await crowdedModel({ ...SETTINGS, maxConcurrentJobs: 1 });
  assert.equal(slotsOf(it), [[0, ids[0]]]);
});

test("a customer's claim waits among the customers", async () => {
  const it = await readyModel();
  give(it);
  it.state = { ...it.state, slots: { 0: "somebody", 1: "else" } };
  await run(it);
  assert.match(recordOf(it).status.queue_key ?? "", /^1 /);
});

test("nobody is told of it, the history is kept, and a customer's first event is the first", async () => {
  const it = createModel();
  const standby = fillingStandby(nowOf(it), { id: ID });
  const told = toldOfNew(standby);
  assert.is(told.event, null);
  assert.equal(
    told.operations.map(({ fields }) => `${fields.kind} ${fields.requested_by}`),
    ["create pool"],
  );
  put(it, standby);
  await runToEnd(it);
  const ready = recordOf(it);
  assert.is(ready.sequence, 0);
  assert.is(toTenantWrite(standby, { status: ready.status }).event, null);
  assert.is(toldOfGone(ready, nowOf(it)).event, null);

  const given = toTenantWrite(ready, claimStandby(ready, ASKED, nowOf(it)));
  assert.equal([given.event?.sequence, given.event?.type], [1, "queued"]);
  assert.equal(
    given.operations.map(({ id, fields }) => `${id} ${fields.kind} ${fields.requested_by}`),
    [`${ID}.2.1 claim ${REQUESTER.name}`],
  );
  assert.equal(given.names, { reserved: ["acme"], released: [] });
  assert.is(toldOfGone(given.record, nowOf(it)).event?.type, "deleted");
});

test.run();
