import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Job } from "./decide.ts";
import { drive, reconcile } from "./reconcile.ts";
import type { IoHandlers, IoRequest } from "./reconcile.ts";
import { newTenant, wishAbsent } from "./tenant.ts";
import type { Tenant } from "./tenant.ts";

const test = suite("reconcile");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const SETTINGS = { baseDomain: "kairos.app" };

/** One tenant's world in memory: just enough of Firestore and Kubernetes for one name. */
function createWorld() {
  const world = {
    time: Date.parse("2026-11-24T12:00:00Z"),
    tenant: null as Tenant | null,
    version: 0,
    job: null as Job | null,
    hasSecret: false,
    jobsMade: [] as string[],
  };
  const write = (tenant: Tenant | null) => {
    world.tenant = tenant;
    world.version += 1;
  };
  const now = () => new Date(world.time);
  const handlers: IoHandlers = {
    now: async () => now(),
    readTenant: async () => world.tenant && { record: world.tenant, version: world.version },
    async writeTenant({ version, changes }) {
      if (world.tenant === null || version !== world.version) return null;
      write({ ...world.tenant, ...changes });
      return { version: world.version };
    },
    readJob: async () => world.job && { ...world.job },
    async createJob({ operation: { kind, generation, attempt } }) {
      if (world.job !== null) return false;
      const uid = `uid-${world.jobsMade.length}`;
      world.job = { uid, kind, generation, attempt, terminating: false, outcome: null };
      world.jobsMade.push(`${kind} ${generation}.${attempt}`);
      return true;
    },
    async deleteJob({ uid }) {
      if (world.job?.uid === uid) world.job = null;
    },
    async createSecret() {
      world.hasSecret = true;
    },
    async deleteSecret() {
      world.hasSecret = false;
    },
    async endDeletion({ version }) {
      if (version !== world.version) return false;
      write(null);
      return true;
    },
  };
  return { world, handlers, write, now };
}

function createTenant({ write, now }: ReturnType<typeof createWorld>): void {
  const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  write(newTenant({ id: ID, wishId: "w1", ...wanted }, now()));
}

function deleteTenant({ world, write, now }: ReturnType<typeof createWorld>): void {
  assert.ok(world.tenant);
  write({ ...world.tenant, ...wishAbsent(world.tenant, "w2", now()) });
}

function finishJob({ world }: ReturnType<typeof createWorld>): void {
  if (world.job !== null) world.job.outcome = { result: "succeeded", reason: null };
}

const run = ({ handlers }: ReturnType<typeof createWorld>) =>
  drive(reconcile(ID, SETTINGS), handlers);

/** Runs a reconcile and kills it before its k-th request. False when it ended before that. */
async function runKilled(
  { handlers }: ReturnType<typeof createWorld>,
  k: number,
): Promise<boolean> {
  const steps = reconcile(ID, SETTINGS);
  let step = steps.next();
  for (let request = 0; !step.done; request++) {
    if (request === k) return true;
    const handle = handlers[step.value.io] as (request: IoRequest) => Promise<unknown>;
    step = steps.next(await handle(step.value));
  }
  return false;
}

test("a tenant goes from queued to active to gone by three wake-ups and two Jobs", async () => {
  const it = createWorld();
  createTenant(it);
  assert.is((await run(it)).status, "provisioning");
  assert.ok(it.world.hasSecret);
  finishJob(it);
  assert.is((await run(it)).status, "active");
  assert.is(it.world.job, null);
  assert.is(it.world.tenant?.wake_at, null);

  deleteTenant(it);
  await run(it);
  finishJob(it);
  assert.is((await run(it)).status, null);
  assert.is(it.world.tenant, null);
  assert.is(it.world.hasSecret, false);
  assert.equal(it.world.jobsMade, ["create 1.1", "drop 2.1"]);
});

test("a tenant that is not there is no error", async () => {
  assert.equal(await run(createWorld()), { tenantId: ID, decisions: [], status: null });
});

test("killed before any I/O request, the next wake-up finishes the creation", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createWorld();
    createTenant(it);
    const first = await runKilled(it, k);
    assert.ok(it.world.tenant?.wake_at, "the sweep must find it");
    await run(it);
    finishJob(it);
    const second = await runKilled(it, k);
    await run(it);
    assert.is(it.world.tenant?.status, "active", `killed at ${k}`);
    assert.is(it.world.tenant?.wake_at, null, `killed at ${k}`);
    assert.is(it.world.job, null, `killed at ${k}`);
    assert.equal(it.world.jobsMade, ["create 1.1"], `killed at ${k}`);
    if (!first && !second) break;
    kills += 1;
  }
  assert.ok(kills > 10, `only ${kills} kill points`);
});

test("killed before any I/O request, the next wake-up finishes the deletion", async () => {
  let kills = 0;
  for (let k = 0; ; k++) {
    const it = createWorld();
    createTenant(it);
    await run(it);
    deleteTenant(it); // while the creation is at work
    const first = await runKilled(it, k);
    await run(it);
    finishJob(it);
    const second = await runKilled(it, k);
    await run(it);
    assert.is(it.world.tenant, null, `killed at ${k}`);
    assert.is(it.world.job, null, `killed at ${k}`);
    assert.is(it.world.hasSecret, false, `killed at ${k}`);
    assert.is(it.world.jobsMade.at(-1), "drop 2.1", `killed at ${k}`);
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
  finishJob(it);
  await Promise.all([run(it), run(it), run(it)]);
  assert.is(it.world.tenant?.status, "active");
});

test("a deletion that comes between reading and writing is not overwritten", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  finishJob(it);
  const { handlers } = it;
  const { readJob } = handlers;
  let hasInterfered = false;
  handlers.readJob = (request) => {
    if (!hasInterfered) deleteTenant(it);
    hasInterfered = true;
    return readJob(request);
  };
  await run(it);
  assert.is(it.world.tenant?.status, "deleting");
  assert.is(it.world.tenant?.site_url, null);
  assert.is(it.world.tenant?.operation?.kind, "drop", "the lost race was run again");
});

test("looking at a settled tenant reads twice and writes nothing", async () => {
  const it = createWorld();
  createTenant(it);
  await run(it);
  finishJob(it);
  await run(it);
  const asked: string[] = [];
  const watched = Object.fromEntries(
    Object.entries(it.handlers).map(([io, handle]) => [
      io,
      (request: never) => {
        asked.push(io);
        return (handle as (request: never) => Promise<unknown>)(request);
      },
    ]),
  ) as unknown as IoHandlers;
  await drive(reconcile(ID, SETTINGS), watched);
  assert.equal(asked, ["readTenant", "readJob", "now"]);
});

test("an error of an edge reaches the caller, and the sweep still finds the tenant", async () => {
  const it = createWorld();
  createTenant(it);
  it.handlers.createJob = () => Promise.reject(new Error("the cluster is away"));
  try {
    await run(it);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "the cluster is away");
  }
  assert.ok(it.world.tenant?.wake_at);
});

test.run();
