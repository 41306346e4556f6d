import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Job, JobOutcome } from "./decide.ts";
import type { Blocker } from "./blocker.ts";
import { runSteps, reconcile } from "./reconcile.ts";
import type { IoHandlers, IoRequest } from "./reconcile.ts";
import { addSeconds, newTenant } from "../tenant/tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command } from "../tenant/commands.ts";
import { fakeVersion } from "../../tests/testkit/fake-version.ts";
import type { Version } from "./version.ts";

const test = suite("reconcile");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const OTHER = "7d2b1f60-11aa-4c9e-9d0e-5b1f0a6f2c11";
const SETTINGS = { baseDomain: "kairos.app", retryPauseSeconds: 30, maxConcurrentJobs: 1 };

type It = ReturnType<typeof createWorld>;

/** Some tenants' world in memory: just enough of Firestore and Kubernetes for them and their slots. */
function createWorld() {
  const world = {
    time: Date.parse("2026-11-24T12:00:00Z"),
    tenants: new Map<string, { record: Tenant; version: Version }>(),
    jobs: new Map<string, Job>(),
    secrets: new Set<string>(),
    slots: new Map<number, string>(),
    triggered: [] as string[],
    jobsMade: [] as string[],
    writes: 0,
  };
  const write = (record: Tenant) => {
    world.writes += 1;
    const version = fakeVersion(world.writes);
    world.tenants.set(record.id, { record, version });
    return { version };
  };
  const isCurrent = (tenantId: string, version: unknown) =>
    world.tenants.get(tenantId)?.version === version;
  const now = () => new Date(world.time);
  const handlers: IoHandlers = {
    now: async () => now(),
    readTenant: async ({ tenantId }) => world.tenants.get(tenantId) ?? null,
    async writeTenant({ tenantId, version, changes, freedSlot }) {
      if (!isCurrent(tenantId, version)) return null;
      if (freedSlot !== null) world.slots.delete(freedSlot);
      return write({ ...recordOf(it, tenantId), ...changes });
    },
    readSlots: async () => [...world.slots.keys()],
    async claimSlot({ tenantId, version, slot, changes }) {
      if (!isCurrent(tenantId, version)) return { result: "lost" };
      if (world.slots.has(slot)) return { result: "taken" };
      world.slots.set(slot, tenantId);
      return { result: "claimed", ...write({ ...recordOf(it, tenantId), ...changes }) };
    },
    async triggerNextInQueue() {
      const waiting = [...world.tenants.values()]
        .map(({ record }) => record)
        .filter(({ queue_key }) => queue_key !== null)
        .toSorted((a, b) => (String(a.queue_key) < String(b.queue_key) ? -1 : 1));
      world.triggered.push(`${waiting[0]?.subdomain}, ${world.slots.size} slots taken`);
    },
    readJob: async ({ tenantId }) => {
      const job = world.jobs.get(tenantId);
      return job === undefined ? null : { ...job };
    },
    async createJob({ tenant, operation: { kind, generation, attempt } }) {
      if (world.jobs.has(tenant.id)) return "taken";
      const uid = `uid-${world.jobsMade.length}`;
      const held = { terminating: false, outcome: null, blocker: null };
      const job: Job = { uid, kind, generation, attempt, ...held };
      world.jobs.set(tenant.id, job);
      world.jobsMade.push(`${kind} ${generation}.${attempt}`);
      return "made";
    },
    async deleteJob({ tenantId, uid }) {
      if (world.jobs.get(tenantId)?.uid === uid) world.jobs.delete(tenantId);
    },
    async createSecret({ tenantId }) {
      world.secrets.add(tenantId);
      return "made";
    },
    deleteSecret: async ({ tenantId }) => void world.secrets.delete(tenantId),
    async endDeletion({ tenant, version }) {
      if (!isCurrent(tenant.id, version)) return false;
      return world.tenants.delete(tenant.id);
    },
    decided: async () => {},
  };
  const it = { world, handlers, write, now };
  return it;
}

function recordOf({ world }: It, id = ID): Tenant {
  const stored = world.tenants.get(id);
  if (stored === undefined) throw new Error(`there is no tenant ${id}`);
  return stored.record;
}

function createTenant(it: It, id = ID, subdomain = "acme"): void {
  const wanted = { organization: "Acme", subdomain, email: "a@acme.example" };
  it.write(newTenant({ id, commandId: "w", ...wanted }, it.now()));
}

function giveCommand(it: It, what: Command, id = ID): void {
  const record = recordOf(it, id);
  const result = applyCommand(record, what, { commandId: `w${record.generation}`, now: it.now() });
  assert.is(result.outcome, "changed");
  if (result.outcome === "changed") it.write({ ...record, ...result.changes });
}

const SUCCEEDED: JobOutcome = { result: "succeeded", reason: null };
const FAILED: JobOutcome = {
  result: "failed",
  step: "new-site",
  reason: "BackoffLimitExceeded",
  message: "no disk",
  retryable: true,
};

function endJob({ world }: It, id = ID, outcome = SUCCEEDED): void {
  const job = world.jobs.get(id);
  if (job !== undefined) job.outcome = outcome;
}

/** Everything that is asked for, with a look at the slots after each. */
function watched(it: It, asked: string[] = []): IoHandlers {
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
function requireAgreement({ world }: It): void {
  const held = [...world.tenants.values()].flatMap(({ record: { id, operation } }) =>
    operation === null || operation.slot === null ? [] : [`${operation.slot} ${id}`],
  );
  const taken = [...world.slots].map(([slot, id]) => `${slot} ${id}`);
  assert.equal(taken.toSorted(), held.toSorted());
  for (const [id, { outcome }] of world.jobs) {
    if (outcome === null) assert.ok([...world.slots.values()].includes(id), `${id} has no slot`);
  }
}

const run = (it: It, id = ID, settings = SETTINGS) =>
  runSteps(reconcile(id, settings), watched(it));

/** Runs a reconcile and kills it before its k-th request. False when it ended before that. */
async function runKilled(it: It, k: number, id = ID): Promise<boolean> {
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
  { handlers }: It,
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
  const it = createWorld();
  createTenant(it);
  assert.is(await run(it), "provisioning");
  assert.ok(it.world.secrets.has(ID));
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
  assert.is(it.world.jobs.size, 0);
  assert.is(it.world.slots.size, 0);
  assert.is(recordOf(it).next_reconcile_at, null);

  giveCommand(it, "delete");
  assert.is(await run(it), "deleting");
  endJob(it);
  assert.is(await run(it), null);
  assert.is(it.world.tenants.size, 0);
  assert.is(it.world.secrets.size, 0);
  assert.equal(it.world.jobsMade, ["create 1.1", "suspend 2.1", "resume 3.1", "drop 4.1"]);
});

test("a tenant that is not there is no error", async () => {
  assert.is(await run(createWorld()), null);
});

test("killed before any I/O request, the next requeue finishes the creation", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createWorld();
    createTenant(it);
    const first = await runKilled(it, k);
    assert.ok(recordOf(it).next_reconcile_at, "the resync must find it");
    await run(it);
    endJob(it);
    const second = await runKilled(it, k);
    await run(it);
    const { status, next_reconcile_at } = recordOf(it);
    assert.equal([status, next_reconcile_at], ["active", null], `killed at ${k}`);
    assert.equal([it.world.jobs.size, it.world.slots.size], [0, 0], `killed at ${k}`);
    assert.equal(it.world.jobsMade, ["create 1.1"], `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("killed before any I/O request, the next requeue finishes the deletion", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createWorld();
    createTenant(it);
    await run(it);
    giveCommand(it, "delete"); // while the creation is at work
    const first = await runKilled(it, k);
    await run(it);
    endJob(it);
    const second = await runKilled(it, k);
    await run(it);
    const { tenants, jobs, secrets, slots, jobsMade } = it.world;
    const left = [tenants.size, jobs.size, secrets.size, slots.size];
    assert.equal(left, [0, 0, 0, 0], `killed at ${k}`);
    assert.is(jobsMade.at(-1), "drop 2.1", `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("killed before any I/O request, two tenants with one slot have their turns all the same", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createWorld();
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
    const { jobs, slots, jobsMade } = it.world;
    for (const id of [ID, OTHER]) assert.is(recordOf(it, id).status, "active", `killed at ${k}`);
    assert.equal([jobs.size, slots.size], [0, 0], `killed at ${k}`);
    assert.equal(jobsMade, ["create 1.1", "create 1.1"], `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("two at once make one Job and lose no write", async () => {
  const it = createWorld();
  createTenant(it);
  await Promise.all([run(it), run(it), run(it)]);
  assert.equal(it.world.jobsMade, ["create 1.1"]);
  endJob(it);
  await Promise.all([run(it), run(it), run(it)]);
  assert.is(recordOf(it).status, "active");
});

test("a deletion that comes between reading and writing is not overwritten", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  endJob(it);
  onceBefore(it, "readJob", () => giveCommand(it, "delete"));
  await run(it);
  const { status, site_url, operation } = recordOf(it);
  assert.equal([status, site_url], ["deleting", null]);
  assert.is(operation?.kind, "drop", "the lost race was run again");
});

test("a reconcile that stands still while another one ends the deletion makes no Job for it", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  giveCommand(it, "delete");
  await run(it);
  it.world.jobs.clear();
  // It has read the record, and the client of the cluster, say, is slow to load.
  onceBefore(it, "readJob", async () => {
    await run(it);
    endJob(it);
    assert.is(await run(it), null);
  });
  assert.is(await run(it), null);
  assert.equal(it.world.jobsMade, ["create 1.1", "drop 2.1", "drop 2.1"]);
  assert.is(it.world.jobs.size, 0);
});

test("a deletion that comes before the slot is taken is carried out, and nothing is created", async () => {
  const it = createWorld();
  createTenant(it);
  onceBefore(it, "claimSlot", () => giveCommand(it, "delete"));
  assert.is(await run(it), null);
  assert.equal(it.world.jobsMade, []);
  assert.is(it.world.slots.size, 0);
});

test("looking at a settled tenant reads twice and writes nothing", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  endJob(it);
  await run(it);
  const asked: string[] = [];
  await runSteps(reconcile(ID, SETTINGS), watched(it, asked));
  assert.equal(asked, ["readTenant", "now", "readJob", "now", "decided"]);
});

test("an error of an adapter reaches the caller, and the resync still finds the tenant", async () => {
  const it = createWorld();
  createTenant(it);
  it.handlers.createJob = () => Promise.reject(AWAY);
  await assertAway(run(it));
  assert.ok(recordOf(it).next_reconcile_at);
});

test("a creation that fails is tried three times, and holds no slot in the pauses", async () => {
  const it = createWorld();
  createTenant(it);
  for (const attempt of [1, 2, 3]) {
    await run(it);
    assert.is(it.world.slots.size, 1);
    endJob(it, ID, FAILED);
    await run(it);
    assert.is(recordOf(it).status, attempt < 3 ? "provisioning" : "failed");
    assert.equal([it.world.jobs.size, it.world.slots.size], [0, 0]);
    // The resync comes back when the pause is over.
    it.world.time = recordOf(it).next_reconcile_at?.getTime() ?? it.world.time;
  }
  assert.equal(it.world.jobsMade, ["create 1.1", "create 1.2", "create 1.3"]);
  assert.is(recordOf(it).error_message, "no disk");
  assert.is(recordOf(it).next_reconcile_at, null);
});

test("a failure is recorded together with the end of its pause, should nothing come after that", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  await run(it); // its Job works, and nobody need look for long
  endJob(it, ID, FAILED);
  it.handlers.triggerNextInQueue = () => Promise.reject(AWAY);
  await assertAway(run(it));
  const { error_message, operation, next_reconcile_at, updated_at } = recordOf(it);
  assert.equal([error_message, operation?.attempt], ["no disk", 2]);
  assert.equal([next_reconcile_at, updated_at], [addSeconds(it.now(), 30), it.now()]);
});

test("an attempt that is over its deadline is ended, and gives its slot back", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  it.world.time += 45 * 60_000;
  await run(it);
  assert.equal([it.world.jobs.size, it.world.slots.size], [0, 0]);
  const { reason, operation } = recordOf(it);
  assert.equal([reason, operation?.attempt], ["DeadlineExceeded", 2]);
});

/** One tenant at work in the only slot, and one that wants it. */
async function createFullWorld(): Promise<It> {
  const it = createWorld();
  createTenant(it);
  await run(it);
  it.world.time += 1000;
  createTenant(it, OTHER, "other");
  return it;
}

test("who finds no slot free takes a place in the queue, looks once more, and is not due for long", async () => {
  const it = await createFullWorld();
  const asked: string[] = [];
  await runSteps(reconcile(OTHER, SETTINGS), watched(it, asked));
  const { status, reason, queue_key, operation, next_reconcile_at } = recordOf(it, OTHER);
  assert.equal([status, reason, operation], ["queued", "WaitingForSlot", null]);
  assert.is(queue_key, `1 2026-11-24T12:00:01.000Z ${OTHER}`);
  assert.equal(next_reconcile_at, addSeconds(it.now(), 600));
  assert.equal(it.world.jobsMade, ["create 1.1"]);
  assert.equal(asked.slice(asked.indexOf("readSlots")), ["readSlots", "writeTenant", "readSlots"]);
});

test("a slot that is freed between the look and the place in the queue is found", async () => {
  const it = await createFullWorld();
  onceBefore(it, "writeTenant", () => {
    endJob(it);
    const { operation } = recordOf(it);
    if (operation !== null) {
      it.write({ ...recordOf(it), operation: { ...operation, slot: null, deadline_at: null } });
    }
    it.world.slots.clear();
  });
  assert.is(await run(it, OTHER), "provisioning");
  const { queue_key, reason, operation } = recordOf(it, OTHER);
  assert.equal([queue_key, reason, operation?.slot], [null, null, 0]);
  assert.ok(it.world.jobs.has(OTHER));
});

test("a deletion that comes before the place in the queue is written is carried out", async () => {
  const it = await createFullWorld();
  onceBefore(it, "writeTenant", () => giveCommand(it, "delete", OTHER));
  assert.is(await run(it, OTHER), null);
});

test("an outcome frees the slot in the same write, and only then the next in the queue is triggered", async () => {
  const it = await createFullWorld();
  await run(it, OTHER);
  endJob(it);
  await run(it);
  assert.equal(it.world.triggered, ["other, 0 slots taken"]);
  await run(it, OTHER);
  assert.equal([...it.world.slots], [[0, OTHER]]);
  assert.is(recordOf(it, OTHER).queue_key, null);
});

test("who waits and is looked at again is not written again while its requeue is far ahead", async () => {
  const it = await createFullWorld();
  await run(it, OTHER);
  it.world.time += 60_000;
  const { writes } = it.world;
  await run(it, OTHER);
  assert.is(it.world.writes, writes);
});

test("who waits and is due keeps its place and is not due again for long", async () => {
  const it = await createFullWorld();
  await run(it, OTHER);
  const { queue_key } = recordOf(it, OTHER);
  it.world.time += 600_000;
  await run(it, OTHER);
  const after = recordOf(it, OTHER);
  assert.is(after.queue_key, queue_key);
  assert.equal(after.next_reconcile_at, addSeconds(it.now(), 600));
});

test("who waits beside an old Job of its own looks no more often than others", async () => {
  const it = await createFullWorld();
  endJob(it);
  it.handlers.deleteJob = () => Promise.reject(AWAY);
  await assertAway(run(it));
  await run(it, OTHER);
  giveCommand(it, "suspend");
  const asked: string[] = [];
  await runSteps(reconcile(ID, SETTINGS), watched(it, asked));
  assert.is(recordOf(it).reason, "WaitingForSlot");
  assert.is(asked.filter((io) => io === "readTenant").length, 1);
});

test("of two tenants that want one slot at once, one gets it and the other waits", async () => {
  const it = createWorld();
  createTenant(it);
  createTenant(it, OTHER, "other");
  await Promise.all([run(it), run(it, OTHER), run(it), run(it, OTHER)]);
  assert.equal(it.world.jobsMade, ["create 1.1"]);
  const [holder = ""] = it.world.jobs.keys();
  const waiter = holder === ID ? OTHER : ID;
  assert.equal([...it.world.slots], [[0, holder]]);
  assert.is(recordOf(it, waiter).reason, "WaitingForSlot");

  endJob(it, holder);
  await Promise.all([run(it, holder), run(it, waiter)]);
  await run(it, waiter);
  assert.is(recordOf(it, holder).status, "active");
  assert.equal([...it.world.slots], [[0, waiter]]);
});

test("who leaves the queue for a slot tells the next, for both may have been offered to it", async () => {
  const it = createWorld();
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
    it.world.triggered.every((trigger) => trigger.startsWith("acme")),
    "both triggers name the first",
  );
  await runWithTwo(ID);
  assert.match(it.world.triggered.at(-1) ?? "", /^zenith/);
});

test("who goes while it waits tells the next, for it may be the one that was told", async () => {
  const it = createWorld();
  const holder = "1f5e0d0a-3c55-4b1e-9a57-0d2f6f3a9b42";
  createTenant(it, holder, "holder");
  createTenant(it);
  createTenant(it, OTHER, "zenith");
  for (const id of [holder, ID, OTHER]) await run(it, id);
  endJob(it, holder);
  await run(it, holder);
  giveCommand(it, "delete");
  assert.is(await run(it), null);
  assert.equal(it.world.triggered, ["acme, 0 slots taken", "zenith, 0 slots taken"]);
});

test("a slot that somebody takes first is passed over for another one", async () => {
  const it = await createFullWorld();
  it.handlers.readSlots = async () => []; // as it was a moment ago
  await run(it, OTHER, { ...SETTINGS, maxConcurrentJobs: 2 });
  assert.equal(new Set(it.world.slots.values()), new Set([ID, OTHER]));
});

test("no slot is taken while more are taken than there may be", async () => {
  const it = await createFullWorld();
  const [[slot] = [0]] = it.world.slots;
  it.world.slots.delete(slot);
  it.world.slots.set(4, ID);
  const record = recordOf(it);
  if (record.operation) it.write({ ...record, operation: { ...record.operation, slot: 4 } });
  await run(it, OTHER);
  assert.is(recordOf(it, OTHER).reason, "WaitingForSlot");
});

test("an operation that overtakes another one works in the slot of that", async () => {
  const it = await createFullWorld();
  await run(it, OTHER);
  giveCommand(it, "delete");
  await run(it);
  assert.equal(it.world.jobsMade, ["create 1.1", "drop 2.1"]);
  assert.equal([...it.world.slots], [[0, ID]]);
  assert.equal(it.world.triggered, []);
});

test("a record that keeps changing is read five times and then left to the resync", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  endJob(it);
  const { readJob } = it.handlers;
  it.handlers.readJob = (request) => {
    it.write({ ...recordOf(it), organization: `Acme ${it.world.writes}` });
    return readJob(request);
  };
  const asked: string[] = [];
  assert.is(await runSteps(reconcile(ID, SETTINGS), watched(it, asked)), "provisioning");
  assert.is(asked.filter((io) => io === "readTenant").length, 5);
  assert.ok(recordOf(it).next_reconcile_at);
});

test("a requeue that is due is put off before the cluster is touched", async () => {
  const it = createWorld();
  createTenant(it);
  it.world.time += 3_600_000;
  it.handlers.readJob = () => Promise.reject(AWAY);
  await assertAway(run(it));
  assert.equal(recordOf(it).next_reconcile_at, addSeconds(it.now(), 60));
});

test("what is decided is told before any of it is done", async () => {
  const it = createWorld();
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
    const it = createWorld();
    const { [io]: allowed } = it.handlers;
    it.handlers[io] = async () => blocker;
    createTenant(it);
    await runSteps(reconcile(ID, SETTINGS), it.handlers);
    const { reason, error_message, retryable, operation } = recordOf(it);
    assert.equal([reason, error_message, retryable], ["QuotaExceeded", "No more Jobs.", null]);
    assert.is(operation?.attempt, 1);
    assert.equal(it.world.jobsMade, []);
    const told = recordOf(it).updated_at;
    it.world.time += 61_000;
    await runSteps(reconcile(ID, SETTINGS), it.handlers);
    assert.equal(recordOf(it).updated_at, told);

    Object.assign(it.handlers, { [io]: allowed });
    for (let look = 0; look < 2; look++) {
      it.world.time += 61_000;
      await runSteps(reconcile(ID, SETTINGS), it.handlers);
    }
    assert.equal(it.world.jobsMade, ["create 1.1"]);
    assert.equal([recordOf(it).reason, recordOf(it).error_message], [null, null]);
  }
});

test.run();
