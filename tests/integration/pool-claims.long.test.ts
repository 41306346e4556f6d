/** What POST /tenants takes out of the pool, on the official Firestore emulator. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dropStandby } from "../../functions/provision/keep-pool.ts";
import { Problem } from "../../functions/api/http/problem.ts";
import type { RequestIdentity } from "../../functions/api/http/request-identity.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import { claimStandby } from "../../shared/tenant/standby.ts";
import type { StatusEvent } from "../../shared/tenant/status-event.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { idIn, poolDependencies, post } from "../testkit/pool-posts.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { PERMISSION_DENIED, UNAVAILABLE } from "../testkit/rest-proxy.ts";
import {
  evenId,
  failedStandby,
  fillingStandby,
  MADE_WITH,
  readyStandby,
  storeStandbys,
} from "../testkit/some-standby.ts";
import { siteAt } from "../testkit/some-site.ts";
import { NOW, tenantNamed, useStore } from "../testkit/stored-tenants.ts";
import { withoutLog } from "../testkit/test-dependencies.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("claims of standbys");

const it = useStore(test);

const POOL_SIZE = 5;

/** The endpoint's dependencies, with a store whose calls a test can inject a fault into. */
const dependencies = (triggered: string[] = []) =>
  poolDependencies(it.faulty, POOL_SIZE, triggered);

/** So many that are ready, evenly spread. */
async function fill(count: number): Promise<Tenant[]> {
  const standbys = Array.from({ length: count }, (_, k) =>
    readyStandby(NOW, { id: evenId(k, count) }),
  );
  await storeStandbys(it.client, standbys);
  return standbys;
}

const identity = (): RequestIdentity => ({ id: randomUUID(), hash: "h1" });

const recordOf = async (id: string) => (await it.stored({ id } as Tenant)).record;
const holderOf = async (name: string) =>
  (await it.client.doc(`subdomains/${name}`).get()).get("tenant_id") as unknown;

async function eventsOf(id: string): Promise<StatusEvent[]> {
  const found = await it.client.collection("events").where("tenant_id", "==", id).get();
  return found.docs.map((document) => toDates(document.data()) as StatusEvent);
}

async function untaken(): Promise<string[]> {
  const found = await it.client.collection("tenants").where("status.standby_key", ">", "").get();
  return found.docs.map(({ id }) => id);
}

/** The next commit meets what this has done before it. */
const beforeCommit = (meddle: () => Promise<unknown>) =>
  it.proxy.injectFault({ rpc: "Commit", before: meddle });

/** Gives a standby to somebody else. */
async function giveAway({ id }: Tenant): Promise<void> {
  const standby = await it.stored({ id } as Tenant);
  const subdomain = `other-${id.slice(0, 8)}`;
  const commandId = randomUUID();
  const wanted = { organization: "Other", subdomain, email: "o@other.example" };
  const changes = claimStandby(
    standby.record,
    { ...wanted, commandId, requestedBy: REQUESTER },
    NOW,
  );
  const gift = { standby, changes, subdomain, commandId, request: null, expiredRequest: null };
  assert.is((await it.store.giveStandby(gift)).outcome, "created");
}

test("a standby becomes the customer's in the batch that reserves the name, and is asked for its claim", async () => {
  const [standby] = await fill(1);
  assert.ok(standby);
  const triggered: string[] = [];
  const answer = await post(dependencies(triggered), "acme");
  assert.is(answer.status, 201);
  assert.is(idIn(answer), standby.id);
  assert.equal(answer.headers, { Location: `/tenants/${standby.id}` });
  assert.is((answer.body as { status: string }).status, "queued");
  assert.is((answer.body as { operation: string }).operation, `${standby.id}.2.1`);
  assert.equal(triggered, [standby.id]);

  const { spec, status, profile } = await recordOf(standby.id);
  assert.equal([spec.state, spec.subdomain, spec.standby], ["present", "acme", null]);
  assert.equal([status.standby_key, status.phase], [null, "queued"]);
  assert.equal(status.site, standby.status.site);
  assert.is(profile.email, "ada@acme.example");
  assert.is(await holderOf("acme"), standby.id);
  assert.equal(
    (await eventsOf(standby.id)).map(({ sequence, type }) => `${sequence} ${type}`),
    ["1 queued"],
  );
  const operation = await it.client.doc(`operations/${standby.id}.2.1`).get();
  assert.equal([operation.get("kind"), operation.get("requested_by")], ["claim", REQUESTER.name]);
});

test("its answer has the form of one for which there was no standby", async () => {
  await fill(1);
  const [taken, made] = [await post(dependencies()), await post(dependencies())];
  assert.equal(Object.keys(taken.body as object), Object.keys(made.body as object));
  assert.is((made.body as { status: string }).status, "queued");
});

test("costs one query and the one commit, and around the end of the pool a query more", async () => {
  await storeStandbys(it.client, [readyStandby(NOW, { id: evenId(0, 1) })]);
  await post(dependencies());
  assert.equal(it.proxy.calls, ["RunQuery", "RunQuery", "Commit"]);
  await storeStandbys(it.client, [
    readyStandby(NOW, { id: "ffffffff-ffff-4fff-8fff-ffffffffffff" }),
  ]);
  it.proxy.calls.length = 0;
  await post(dependencies());
  assert.equal(it.proxy.calls, ["RunQuery", "Commit"]);
});

test("with the pool off it costs what it did before", async () => {
  await fill(1);
  await post(poolDependencies(it.faulty, 0));
  assert.equal(it.proxy.calls, ["Commit"]);
  assert.is((await untaken()).length, 1);
});

test("nobody is given what is not ready, or is made with anything else than new sites have", async () => {
  const another = {
    standby: { bench: "main", image: "frappe/erpnext:v15.1.0", apps: ["erpnext"] },
  };
  const others = {
    standby: { bench: "main", image: "frappe/erpnext:v16.32.3", apps: ["erpnext", "hrms"] },
  };
  const unfit = [
    fillingStandby(NOW),
    failedStandby(NOW),
    readyStandby(NOW, { spec: another }),
    readyStandby(NOW, { spec: others }),
  ];
  await storeStandbys(it.client, unfit);
  const id = idIn(await post(dependencies()));
  assert.not(unfit.some((standby) => standby.id === id));
  assert.is((await recordOf(id)).spec.generation, 1);
});

test("whoever finds one taken is given the next", async () => {
  const [one, other] = await fill(2);
  assert.ok(one && other);
  let lost: string | undefined;
  beforeCommit(async () => {
    // Whichever it was that the query found.
    const answered = JSON.stringify(it.proxy.answers.at(-1)?.message);
    lost = answered.includes(one.id) ? one.id : other.id;
    await giveAway(lost === one.id ? one : other);
  });
  const id = idIn(await post(dependencies()));
  assert.is(id, lost === one.id ? other.id : one.id);
});

test("after three that others were quicker at, the site is made as without a pool", async () => {
  const standbys = await fill(4);
  let meddled = 0;
  const meddle = async () => {
    meddled += 1;
    const answered = JSON.stringify(it.proxy.answers.at(-1)?.message);
    const found = standbys.find(({ id }) => answered.includes(`/tenants/${id}`));
    assert.ok(found);
    // This write lets it be known at the next commit, too.
    if (meddled < 3) beforeCommit(meddle);
    await giveAway(found);
  };
  beforeCommit(meddle);
  const id = idIn(await post(dependencies()));
  assert.is(meddled, 3);
  assert.not(standbys.some((standby) => standby.id === id));
  assert.is((await untaken()).length, 1);
});

test("a name that is taken leaves the standby untaken", async () => {
  await it.store.createTenant(tenantNamed("taken"), null);
  await fill(1);
  const refused: unknown = await post(dependencies(), "taken").catch((error: unknown) => error);
  assert.instance(refused, Problem);
  assert.is((refused as Problem).status, 409);
  assert.is((await untaken()).length, 1);
});

test("a repetition gets the first answer, and no further standby", async () => {
  await fill(3);
  const same = { identity: identity() };
  const first = await post(dependencies(), "again", same);
  const second = await post(dependencies(), "again", same);
  assert.equal(second.body, first.body);
  assert.is((await untaken()).length, 2);
  const reused = post(dependencies(), "again", { identity: { ...same.identity, hash: "h2" } });
  assert.is(((await reused.catch((error: unknown) => error)) as Problem).status, 422);
  assert.is((await untaken()).length, 2);
});

test("of a twin that got the same standby the answer is the first one's, without its login link", async () => {
  const [standby] = await fill(1);
  assert.ok(standby);
  const same = { identity: identity(), login_link: true };
  let first: Awaited<ReturnType<typeof post>> | undefined;
  beforeCommit(async () => {
    first = await post(poolDependencies(it.store, POOL_SIZE), "twins", same);
  });
  const second = await post(dependencies(), "twins", same);
  assert.is(idIn(second), standby.id);
  assert.ok(first);
  const { login_link: given, ...rest } = first.body as Record<string, unknown>;
  const { login_link: told, ...again } = second.body as Record<string, unknown>;
  assert.equal(again, rest);
  assert.type((given as { url: unknown }).url, "string");
  assert.equal(told, { url: null, expires_at: null });
});

test("a rival for the name that got the same standby is no success of one's own", async () => {
  await fill(1);
  beforeCommit(() => post(poolDependencies(it.store, POOL_SIZE), "rivals"));
  const refused: unknown = await post(dependencies(), "rivals").catch((error: unknown) => error);
  assert.is((refused as Problem).status, 409);
});

test("a key whose record has expired is as a new one", async () => {
  const [standby] = await fill(1);
  const request = identity();
  const past = addSeconds(NOW, -1);
  await it.client.doc(`requests/${request.id}`).set({
    hash: "h0",
    answer: "{}",
    created_at: past,
    expires_at: past,
  });
  const answer = await post(dependencies(), "expired", { identity: request });
  assert.is(idIn(answer), standby?.id);
  const record = await it.client.doc(`requests/${request.id}`).get();
  assert.is(record.get("hash"), "h1");
});

for (const [what, options] of [
  ["a request", {}],
  ["one with a key", { identity: identity() }],
] as const) {
  test(`${what} is a success whose commit is repeated because its answer was lost`, async () => {
    const [standby] = await fill(2);
    assert.ok(standby);
    it.loseAnswerOfCommit();
    const answer = await post(dependencies(), "lost-answer", { ...options, login_link: true });
    assert.is(answer.status, 201);
    const link = (answer.body as { login_link: { url: unknown } }).login_link;
    assert.type(link.url, "string");
    assert.is(await holderOf("lost-answer"), idIn(answer));
    assert.is((await untaken()).length, 1);
    assert.is((await eventsOf(idIn(answer))).length, 1);
  });
}

for (const [what, fault] of [
  ["is refused", PERMISSION_DENIED],
  ["finds no database", UNAVAILABLE],
] as const) {
  test(`a query of the pool that ${what} fails no request`, async () => {
    await fill(1);
    it.proxy.injectFault({ rpc: "RunQuery", status: fault });
    const answer = await withoutLog(() => post(dependencies()));
    assert.is(answer.status, 201);
  });
}

test("a query of the pool that takes its time keeps nobody waiting", async () => {
  await fill(1);
  let goOn: () => void = () => {};
  const stuck = new Promise<void>((resolve) => (goOn = resolve));
  it.proxy.injectFault({ rpc: "RunQuery", before: () => stuck });
  const hasty = { ...dependencies(), store: it.faulty };
  const answer = await withoutLog(() => post(hasty));
  goOn();
  assert.is(answer.status, 201);
  assert.is((await untaken()).length, 1);
});

test("a damaged standby is nobody's, and fails no request", async () => {
  const damaged = readyStandby(NOW);
  await storeStandbys(it.client, [withParts(damaged, { status: { phase: "odd" as "active" } })]);
  const answer = await withoutLog(() => post(dependencies()));
  assert.is(answer.status, 201);
  assert.is.not(idIn(answer), damaged.id);
});

test("twenty at once on a pool of five are twenty tenants, and five of them out of the pool", async () => {
  const standbys = await fill(5);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, k) => post(poolDependencies(it.store, POOL_SIZE), `burst-${k}`)),
  );
  const ids = answers.map(idIn);
  assert.is(new Set(ids).size, 20);
  assert.is(ids.filter((id) => standbys.some((standby) => standby.id === id)).length, 5);
  for (const [k, id] of ids.entries()) {
    assert.is(await holderOf(`burst-${k}`), id);
    assert.is((await recordOf(id)).spec.subdomain, `burst-${k}`);
  }
  assert.equal(await untaken(), []);
});

test("one that is dropped as too old at the same moment is dropped, or given to a customer, and never both", async () => {
  for (let round = 0; round < 5; round++) {
    const [old] = await fill(1);
    assert.ok(old);
    const stored = await it.stored(old);
    const [answer, isDropped] = await Promise.all([
      post(poolDependencies(it.store, POOL_SIZE), `race-${round}`),
      dropStandby(stored, it.store, NOW),
    ]);
    const { spec } = await recordOf(old.id);
    assert.is(spec.state, isDropped ? "absent" : "present");
    assert.is(idIn(answer) === old.id, !isDropped);
    assert.is((await it.client.doc(`deletions/${old.id}`).get()).exists, isDropped);
    assert.is(await holderOf(`race-${round}`), idIn(answer));
    await it.emulatorEmpty();
  }
});

test("what was given to a customer since it was read is not dropped, and the other way round", async () => {
  const [old] = await fill(1);
  assert.ok(old);
  const read = await it.stored(old);
  await giveAway(old);
  assert.not(await dropStandby(read, it.store, NOW));
  assert.is((await recordOf(old.id)).spec.state, "present");

  const [next] = [readyStandby(NOW)];
  assert.ok(next);
  await storeStandbys(it.client, [next]);
  beforeCommit(async () => dropStandby(await it.stored(next), it.store, NOW));
  const id = idIn(await post(dependencies()));
  assert.is.not(id, next.id);
  assert.is((await recordOf(next.id)).spec.state, "absent");
});

/** Two benches, of which the second is the one for new sites now; the first one has made all that is there. */
const TWO_BENCHES = {
  BENCHES: JSON.stringify([
    { ...MADE_WITH, bench: undefined, name: MADE_WITH.bench },
    { name: "next", image: "frappe/erpnext:v17.0.0", apps: ["erpnext"], current: true },
  ]),
};
const withTwoBenches = (poolSize = POOL_SIZE) =>
  poolDependencies(it.faulty, poolSize, [], TWO_BENCHES);
const NEXT = { bench: "next", image: "frappe/erpnext:v17.0.0", apps: ["erpnext"] };
const inNext = { spec: { bench: "next", standby: NEXT } };
const siteInNext = {
  status: { site: siteAt("next", { bench: "next", subdomain: null, host: null }) },
};

test("until a new bench has a site, customers get those of the one before", async () => {
  const [old] = await fill(1);
  const taken = await recordOf(idIn(await post(withTwoBenches())));
  assert.equal([taken.id, taken.spec.bench], [old?.id, "main"]);
  const site = { status: { site: siteAt("acme") } };
  await it.create(site);
  const made = await recordOf(idIn(await post(withTwoBenches())));
  assert.equal([made.spec.bench, made.spec.generation], ["main", 1]);
});

test("from the first site on, a new bench gets the customers, with a standby or without", async () => {
  await fill(1);
  const ready = withParts(withParts(readyStandby(NOW), inNext), siteInNext);
  await storeStandbys(it.client, [ready]);
  const taken = await recordOf(idIn(await post(withTwoBenches())));
  assert.equal([taken.id, taken.spec.bench], [ready.id, "next"]);
  const made = await recordOf(idIn(await post(withTwoBenches())));
  assert.equal([made.spec.bench, made.spec.generation], ["next", 1]);
});

test("without a pool nobody waits for a new bench to be proved", async () => {
  await it.create({ status: { site: siteAt("acme") } });
  const made = await recordOf(idIn(await post(withTwoBenches(0))));
  assert.is(made.spec.bench, "next");
});

test.run();
