import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JobOutcome, JobReport } from "./decision.ts";
import type { Blocker } from "./blocker.ts";
import { runSteps } from "./run-steps.ts";
import { reconcile } from "./reconcile.ts";
import type { IoHandlers, IoRequest } from "./ports.ts";
import { addSeconds, newTenant, withChanges } from "../tenant/tenant.ts";
import {
  createModel,
  jobsOf,
  pass,
  putRecord,
  secretsOf,
  slotsOf,
  tenantsOf,
} from "../../tests/exploration/model-handlers.ts";
import type { Model } from "../../tests/exploration/model-handlers.ts";
import { end } from "../../tests/exploration/model.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command } from "../tenant/commands.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";

const test = suite("reconcile");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const OTHER = "7d2b1f60-11aa-4c9e-9d0e-5b1f0a6f2c11";
const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
  maxConcurrentJobs: 1,
};

function recordOf({ state }: Model, id = ID): Tenant {
  const stored = state.tenants[id];
  if (!stored) throw new Error(`there is no tenant ${id}`);
  return stored.record;
}
const statusOf = (it: Model, id = ID) => recordOf(it, id).status;
const nowOf = ({ state }: Model) => new Date(state.now);

function createTenant(it: Model, id = ID, subdomain = "acme"): void {
  const asked = { organization: "Acme", subdomain, email: "a@acme.example" };
  putRecord(it, newTenant({ id, commandId: "w", requestedBy: REQUESTER, ...asked }, nowOf(it)));
}

function giveCommand(it: Model, what: Command, id = ID): void {
  const record = recordOf(it, id);
  const result = applyCommand(record, what, {
    commandId: `w${record.spec.generation}`,
    requestedBy: REQUESTER,
    now: nowOf(it),
  });
  assert.is(result.outcome, "changed");
  if (result.outcome === "changed") putRecord(it, withChanges(record, result.changes));
}

const SUCCEEDED: JobOutcome = { result: "succeeded", reason: null };
const FAILED: JobOutcome = {
  result: "failed",
  step: "new-site",
  reason: "BackoffLimitExceeded",
  message: "no disk",
  retryable: true,
};

function endJob(it: Model, id = ID, outcome = SUCCEEDED): void {
  const job = jobsOf(it).get(id);
  if (job !== undefined) it.state = end(it.state, job, outcome);
}

/** Everything that is asked for, with a look at the slots after each. */
function watched(it: Model, asked: string[] = []): IoHandlers {
  const entries = Object.entries(it.handlers).map(([io, handle]) => [
    io,
    async (request: never) => {
      asked.push(io);
      const result = await (handle as (request: never) => Promise<unknown>)(request);
      requireAgreement(it);
      return result;
    },
  ]);
  return Object.fromEntries(entries) as IoHandlers;
}

/** A slot and its tenant's record agree at any moment, and no Job works without a slot. */
function requireAgreement(it: Model): void {
  const held = tenantsOf(it).flatMap(({ id, status: { operation } }) =>
    operation === null || operation.slot === null ? [] : [`${operation.slot} ${id}`],
  );
  const taken = slotsOf(it).map(([slot, id]) => `${slot} ${id}`);
  assert.equal(taken.toSorted(), held.toSorted());
  const holders = new Set(slotsOf(it).map(([, id]) => id));
  for (const [id, { outcome }] of jobsOf(it)) {
    if (outcome === null) assert.ok(holders.has(id), `${id} has no slot`);
  }
}

const run = (it: Model, id = ID, settings = SETTINGS) =>
  runSteps(reconcile(id, settings), watched(it));

/** Runs a reconcile and kills it before its k-th request. False when it ended before that. */
async function runKilled(it: Model, k: number, id = ID): Promise<boolean> {
  const handlers = watched(it);
  const steps = reconcile(id, SETTINGS);
  let step = steps.next();
  for (let request = 0; !step.done; request++) {
    if (request === k) return true;
    const handle = handlers[step.value.io] as (request: IoRequest) => Promise<unknown>;
    step = steps.next(await handle(step.value));
  }
  return false;
}

/** Lets something happen once, right before a request of this kind. */
function onceBefore(
  { handlers }: Model,
  io: keyof IoHandlers,
  happen: () => void | Promise<void>,
): void {
  const handle = handlers[io] as (request: never) => Promise<unknown>;
  let hasHappened = false;
  const interfering = async (request: never) => {
    const isFirst = !hasHappened;
    hasHappened = true;
    if (isFirst) await happen();
    return handle(request);
  };
  Object.assign(handlers, { [io]: interfering });
}

const AWAY = new Error("the cluster is away");

async function assertAway(running: Promise<unknown>): Promise<void> {
  assert.is(await running.catch((error: unknown) => error), AWAY);
}

test("a tenant goes through its whole life by two requeues and one Job a command", async () => {
  const it = createModel();
  createTenant(it);
  assert.is(await run(it), "provisioning");
  assert.ok(secretsOf(it).includes(ID));
  endJob(it);
  assert.is(await run(it), "active");

  giveCommand(it, "suspend");
  assert.is(await run(it), "active");
  endJob(it);
  assert.is(await run(it), "suspended");
  giveCommand(it, "resume");
  assert.is(await run(it), "suspended");
  endJob(it);
  assert.is(await run(it), "active");
  assert.is(jobsOf(it).size, 0);
  assert.is(slotsOf(it).length, 0);
  assert.is(statusOf(it).next_reconcile_at, null);

  giveCommand(it, "delete");
  assert.is(await run(it), "deleting");
  endJob(it);
  assert.is(await run(it), null);
  assert.is(tenantsOf(it).length, 0);
  assert.is(secretsOf(it).length, 0);
  assert.equal(it.jobsMade, ["create 1.1", "suspend 2.1", "resume 3.1", "drop 4.1"]);
});

test("a tenant that is not there is no error", async () => {
  assert.is(await run(createModel()), null);
});

test("killed before any I/O request, the next requeue finishes the creation", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createModel();
    createTenant(it);
    const first = await runKilled(it, k);
    assert.ok(statusOf(it).next_reconcile_at, "the resync must find it");
    await run(it);
    endJob(it);
    const second = await runKilled(it, k);
    await run(it);
    const { phase, next_reconcile_at } = statusOf(it);
    assert.equal([phase, next_reconcile_at], ["active", null], `killed at ${k}`);
    assert.equal([jobsOf(it).size, slotsOf(it).length], [0, 0], `killed at ${k}`);
    assert.equal(it.jobsMade, ["create 1.1"], `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("killed before any I/O request, the next requeue finishes the deletion", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createModel();
    createTenant(it);
    await run(it);
    giveCommand(it, "delete"); // while the creation is at work
    const first = await runKilled(it, k);
    await run(it);
    endJob(it);
    const second = await runKilled(it, k);
    await run(it);
    const { jobsMade } = it;
    const left = [tenantsOf(it), [...jobsOf(it)], secretsOf(it), slotsOf(it)];
    assert.equal(left, [[], [], [], []], `killed at ${k}`);
    assert.is(jobsMade.at(-1), "drop 2.1", `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("killed before any I/O request, two tenants with one slot have their turns all the same", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createModel();
    createTenant(it);
    createTenant(it, OTHER, "other");
    await run(it);
    const first = await runKilled(it, k, OTHER);
    endJob(it);
    const second = await runKilled(it, k);
    // As resyncs would.
    for (const id of [ID, OTHER]) await run(it, id);
    endJob(it, OTHER);
    await run(it, OTHER);
    for (const id of [ID, OTHER]) assert.is(statusOf(it, id).phase, "active", `killed at ${k}`);
    assert.equal([jobsOf(it).size, slotsOf(it).length], [0, 0], `killed at ${k}`);
    assert.equal(it.jobsMade, ["create 1.1", "create 1.1"], `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("two at once make one Job and lose no write", async () => {
  const it = createModel();
  createTenant(it);
  await Promise.all([run(it), run(it), run(it)]);
  assert.equal(it.jobsMade, ["create 1.1"]);
  endJob(it);
  await Promise.all([run(it), run(it), run(it)]);
  assert.is(statusOf(it).phase, "active");
});

test("a deletion that comes between reading and writing is not overwritten", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  endJob(it);
  onceBefore(it, "readJob", () => giveCommand(it, "delete"));
  await run(it);
  const { phase, operation } = statusOf(it);
  assert.is(phase, "deleting");
  assert.is(operation?.kind, "drop", "the lost race was run again");
});

test("a reconcile that stands still while another one ends the deletion makes no Job for it", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  giveCommand(it, "delete");
  await run(it);
  it.state = { ...it.state, jobs: {} };
  // It has read the record, and the client of the cluster, say, is slow to load.
  onceBefore(it, "readJob", async () => {
    await run(it);
    endJob(it);
    assert.is(await run(it), null);
  });
  assert.is(await run(it), null);
  assert.equal(it.jobsMade, ["create 1.1", "drop 2.1", "drop 2.1"]);
  assert.is(jobsOf(it).size, 0);
});

test("a deletion that comes before the slot is taken is carried out, and nothing is created", async () => {
  const it = createModel();
  createTenant(it);
  onceBefore(it, "claimSlot", () => giveCommand(it, "delete"));
  assert.is(await run(it), null);
  assert.equal(it.jobsMade, []);
  assert.is(slotsOf(it).length, 0);
});

test("looking at a settled tenant reads twice and writes nothing", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  endJob(it);
  await run(it);
  const asked: string[] = [];
  await runSteps(reconcile(ID, SETTINGS), watched(it, asked));
  assert.equal(asked, ["readTenant", "now", "readJob", "now", "decided"]);
});

test("an error of an adapter reaches the caller, and the resync still finds the tenant", async () => {
  const it = createModel();
  createTenant(it);
  it.handlers.createJob = () => Promise.reject(AWAY);
  await assertAway(run(it));
  assert.ok(statusOf(it).next_reconcile_at);
});

test("a creation that fails is tried three times, and holds no slot in the pauses", async () => {
  const it = createModel();
  createTenant(it);
  for (const attempt of [1, 2, 3]) {
    await run(it);
    assert.is(slotsOf(it).length, 1);
    endJob(it, ID, FAILED);
    await run(it);
    assert.is(statusOf(it).phase, attempt < 3 ? "provisioning" : "failed");
    assert.equal([jobsOf(it).size, slotsOf(it).length], [0, 0]);
    // The resync comes back when the pause is over.
    const due = statusOf(it).next_reconcile_at;
    if (due !== null) pass(it, due.getTime() - it.state.now);
  }
  assert.equal(it.jobsMade, ["create 1.1", "create 1.2", "create 1.3"]);
  assert.is(statusOf(it).message, "no disk");
  assert.is(statusOf(it).next_reconcile_at, null);
});

test("a failure is recorded together with the end of its pause, should nothing come after that", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  await run(it); // its Job works, and nobody need look for long
  endJob(it, ID, FAILED);
  it.handlers.triggerNextInQueue = () => Promise.reject(AWAY);
  await assertAway(run(it));
  const { message, operation, next_reconcile_at } = statusOf(it);
  assert.equal([message, operation?.attempt], ["no disk", 2]);
  assert.equal(
    [next_reconcile_at, recordOf(it).updated_at],
    [addSeconds(nowOf(it), 30), nowOf(it)],
  );
});

test("an attempt that is over its deadline is ended, and gives its slot back", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  pass(it, 45 * 60_000);
  await run(it);
  assert.equal([jobsOf(it).size, slotsOf(it).length], [0, 0]);
  const { reason, operation } = statusOf(it);
  assert.equal([reason, operation?.attempt], ["DeadlineExceeded", 2]);
});

/** One tenant at work in the only slot, and one that wants it. */
async function createFullModel(): Promise<Model> {
  const it = createModel();
  createTenant(it);
  await run(it);
  pass(it, 1000);
  createTenant(it, OTHER, "other");
  return it;
}

test("who finds no slot free takes a place in the queue, looks once more, and is not due for long", async () => {
  const it = await createFullModel();
  const asked: string[] = [];
  await runSteps(reconcile(OTHER, SETTINGS), watched(it, asked));
  const { phase, reason, queue_key, operation, next_reconcile_at } = statusOf(it, OTHER);
  assert.equal([phase, reason, operation], ["queued", "WaitingForSlot", null]);
  assert.is(queue_key, `1 2026-11-24T12:00:01.000Z ${OTHER}`);
  assert.equal(next_reconcile_at, addSeconds(nowOf(it), 600));
  assert.equal(it.jobsMade, ["create 1.1"]);
  assert.equal(asked.slice(asked.indexOf("readSlots")), ["readSlots", "writeTenant", "readSlots"]);
});

test("a slot that is freed between the look and the place in the queue is found", async () => {
  const it = await createFullModel();
  onceBefore(it, "writeTenant", () => {
    endJob(it);
    const { operation } = statusOf(it);
    assert.ok(operation);
    const status = { operation: { ...operation, slot: null, deadline_at: null } };
    putRecord(it, withChanges(recordOf(it), { status }));
    it.state = { ...it.state, slots: {} };
  });
  assert.is(await run(it, OTHER), "provisioning");
  const { queue_key, reason, operation } = statusOf(it, OTHER);
  assert.equal([queue_key, reason, operation?.slot], [null, null, 0]);
  assert.ok(jobsOf(it).has(OTHER));
});

test("a deletion that comes before the place in the queue is written is carried out", async () => {
  const it = await createFullModel();
  onceBefore(it, "writeTenant", () => giveCommand(it, "delete", OTHER));
  assert.is(await run(it, OTHER), null);
});

test("an outcome frees the slot in the same write, and only then the next in the queue is triggered", async () => {
  const it = await createFullModel();
  await run(it, OTHER);
  endJob(it);
  await run(it);
  assert.equal(it.triggered, ["other, 0 slots taken"]);
  await run(it, OTHER);
  assert.equal(slotsOf(it), [[0, OTHER]]);
  assert.is(statusOf(it, OTHER).queue_key, null);
});

test("who waits and is looked at again is not written again while its requeue is far ahead", async () => {
  const it = await createFullModel();
  await run(it, OTHER);
  pass(it, 60_000);
  const { counter } = it.state;
  await run(it, OTHER);
  assert.is(it.state.counter, counter);
});

test("who waits and is due keeps its place and is not due again for long", async () => {
  const it = await createFullModel();
  await run(it, OTHER);
  const { queue_key } = statusOf(it, OTHER);
  pass(it, 600_000);
  await run(it, OTHER);
  const after = statusOf(it, OTHER);
  assert.is(after.queue_key, queue_key);
  assert.equal(after.next_reconcile_at, addSeconds(nowOf(it), 600));
});

test("who waits beside an old Job of its own looks no more often than others", async () => {
  const it = await createFullModel();
  endJob(it);
  it.handlers.deleteJob = () => Promise.reject(AWAY);
  await assertAway(run(it));
  await run(it, OTHER);
  giveCommand(it, "suspend");
  const asked: string[] = [];
  await runSteps(reconcile(ID, SETTINGS), watched(it, asked));
  assert.is(statusOf(it).reason, "WaitingForSlot");
  assert.is(asked.filter((io) => io === "readTenant").length, 1);
});

test("of two tenants that want one slot at once, one gets it and the other waits", async () => {
  const it = createModel();
  createTenant(it);
  createTenant(it, OTHER, "other");
  await Promise.all([run(it), run(it, OTHER), run(it), run(it, OTHER)]);
  assert.equal(it.jobsMade, ["create 1.1"]);
  const [holder = ""] = jobsOf(it).keys();
  const waiter = holder === ID ? OTHER : ID;
  assert.equal(slotsOf(it), [[0, holder]]);
  assert.is(statusOf(it, waiter).reason, "WaitingForSlot");

  endJob(it, holder);
  await Promise.all([run(it, holder), run(it, waiter)]);
  await run(it, waiter);
  assert.is(statusOf(it, holder).phase, "active");
  assert.equal(slotsOf(it), [[0, waiter]]);
});

test("who leaves the queue for a slot tells the next, for both may have been offered to it", async () => {
  const it = createModel();
  const holders = ["1f5e0d0a-3c55-4b1e-9a57-0d2f6f3a9b42", "2f5e0d0a-3c55-4b1e-9a57-0d2f6f3a9b42"];
  const settings = { ...SETTINGS, maxConcurrentJobs: 2 };
  const runWithTwo = (id: string) => runSteps(reconcile(id, settings), it.handlers);
  for (const [k, id] of holders.entries()) createTenant(it, id, `holder-${k}`);
  createTenant(it);
  createTenant(it, OTHER, "zenith");
  for (const id of [...holders, ID, OTHER]) await runWithTwo(id);
  for (const id of holders) {
    endJob(it, id);
    await runWithTwo(id);
  }
  assert.ok(
    it.triggered.every((trigger) => trigger.startsWith("acme")),
    "both triggers name the first",
  );
  await runWithTwo(ID);
  assert.match(it.triggered.at(-1) ?? "", /^zenith/);
});

test("who goes while it waits tells the next, for it may be the one that was told", async () => {
  const it = createModel();
  const holder = "1f5e0d0a-3c55-4b1e-9a57-0d2f6f3a9b42";
  createTenant(it, holder, "holder");
  createTenant(it);
  createTenant(it, OTHER, "zenith");
  for (const id of [holder, ID, OTHER]) await run(it, id);
  endJob(it, holder);
  await run(it, holder);
  giveCommand(it, "delete");
  assert.is(await run(it), null);
  assert.equal(it.triggered, ["acme, 0 slots taken", "zenith, 0 slots taken"]);
});

test("a slot that somebody takes first is passed over for another one", async () => {
  const it = await createFullModel();
  it.handlers.readSlots = async () => []; // as it was a moment ago
  await run(it, OTHER, { ...SETTINGS, maxConcurrentJobs: 2 });
  assert.equal(new Set(slotsOf(it).map(([, id]) => id)), new Set([ID, OTHER]));
});

test("no slot is taken while more are taken than there may be", async () => {
  const it = await createFullModel();
  it.state = { ...it.state, slots: { 4: ID } };
  const { operation } = statusOf(it);
  assert.ok(operation);
  const status = { operation: { ...operation, slot: 4 } };
  putRecord(it, withChanges(recordOf(it), { status }));
  await run(it, OTHER);
  assert.is(statusOf(it, OTHER).reason, "WaitingForSlot");
});

test("an operation that overtakes another one works in the slot of that", async () => {
  const it = await createFullModel();
  await run(it, OTHER);
  giveCommand(it, "delete");
  await run(it);
  assert.equal(it.jobsMade, ["create 1.1", "drop 2.1"]);
  assert.equal(slotsOf(it), [[0, ID]]);
  assert.equal(it.triggered, []);
});

test("a record that keeps changing is read five times and then left to the resync", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  endJob(it);
  const { readJob } = it.handlers;
  it.handlers.readJob = (request) => {
    const profile = { organization: `Acme ${it.state.counter}` };
    putRecord(it, withChanges(recordOf(it), { profile }));
    return readJob(request);
  };
  const asked: string[] = [];
  assert.is(await runSteps(reconcile(ID, SETTINGS), watched(it, asked)), "provisioning");
  assert.is(asked.filter((io) => io === "readTenant").length, 5);
  assert.ok(statusOf(it).next_reconcile_at);
});

const SEEN: JobReport = {
  createdAt: null,
  runningAt: null,
  endedAt: null,
  result: null,
  steps: [],
  log: "Installing erpnext",
};

/** Has the tenant's Job be one that works, and whose log was read. */
function readLogs({ handlers }: Model): void {
  const { readJob } = handlers;
  handlers.readJob = async (request) => {
    const job = await readJob(request);
    return job && { ...job, step: null, report: SEEN };
  };
}

test("of a Job that works, what was seen is written at each look, and nothing else changes", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  readLogs(it);
  const seen: unknown[] = [];
  const { writeTenant } = it.handlers;
  it.handlers.writeTenant = (request) => {
    seen.push(request.seen);
    return writeTenant(request);
  };
  const before = recordOf(it);
  await run(it);
  assert.equal(seen, [{ generation: 1, attempt: 1, report: SEEN }]);
  assert.equal(recordOf(it), before);
});

test("what was seen of a Job that works is lost where its outcome came before", async () => {
  const it = createModel();
  createTenant(it);
  await run(it);
  readLogs(it);
  const written: unknown[] = [];
  const { writeTenant } = it.handlers;
  let isFirst = true;
  it.handlers.writeTenant = async (request) => {
    if (isFirst) giveCommand(it, "delete");
    isFirst = false;
    const result = await writeTenant(request);
    if (result !== null && request.seen !== null) written.push(request.seen);
    return result;
  };
  await run(it);
  assert.equal(written, []);
});

test("a requeue that is due is put off before the cluster is touched", async () => {
  const it = createModel();
  createTenant(it);
  pass(it, 3_600_000);
  it.handlers.readJob = () => Promise.reject(AWAY);
  await assertAway(run(it));
  assert.equal(statusOf(it).next_reconcile_at, addSeconds(nowOf(it), 60));
});

test("what is decided is told before any of it is done", async () => {
  const it = createModel();
  createTenant(it);
  const asked: string[] = [];
  await runSteps(reconcile(ID, SETTINGS), watched(it, asked));
  const done = ["readTenant", "now", "readJob", "now", "decided", "readSlots", "claimSlot"];
  assert.equal(asked, [...done, "createSecret", "createJob"]);
});

test("a Job or Secret that the quota does not allow is told of, once, and tried again", async () => {
  const blocker: Blocker = {
    reason: "QuotaExceeded",
    message: "No more Jobs.",
    since: new Date(0),
  };
  for (const io of ["createJob", "createSecret"] as const) {
    const it = createModel();
    const { [io]: allowed } = it.handlers;
    it.handlers[io] = async () => blocker;
    createTenant(it);
    await runSteps(reconcile(ID, SETTINGS), it.handlers);
    const { reason, message, retryable, operation } = statusOf(it);
    assert.equal([reason, message, retryable], ["QuotaExceeded", "No more Jobs.", null]);
    assert.is(operation?.attempt, 1);
    assert.equal(it.jobsMade, []);
    const told = recordOf(it).updated_at;
    pass(it, 61_000);
    await runSteps(reconcile(ID, SETTINGS), it.handlers);
    assert.equal(recordOf(it).updated_at, told);

    Object.assign(it.handlers, { [io]: allowed });
    for (let look = 0; look < 2; look++) {
      pass(it, 61_000);
      await runSteps(reconcile(ID, SETTINGS), it.handlers);
    }
    assert.equal(it.jobsMade, ["create 1.1"]);
    assert.equal([statusOf(it).reason, statusOf(it).message], [null, null]);
  }
});

test.run();
