/** What is on record of a login link that is asked for, on the official Firestore emulator: never its key. */
import { createHash, randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ApiDependencies, Endpoint } from "../../functions/api/http/endpoint.ts";
import { Problem } from "../../functions/api/http/problem.ts";
import type { RequestIdentity } from "../../functions/api/http/request-identity.ts";
import { createLoginLink } from "../../functions/api/tenants/create-login-link.ts";
import { createTenant } from "../../functions/api/tenants/create-tenant.ts";
import type { Store } from "../../shared/firestore/store.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { MAIN_BENCH } from "../testkit/some-bench.ts";
import { ACTIVE, keyed, useStore } from "../testkit/stored-tenants.ts";

const test = suite("the record of a login link");

const it = useStore(test);

const triggered: string[] = [];
const dependenciesOf = (store: Store) =>
  ({
    store,
    bus: { publish: async (trigger: object) => void triggered.push(JSON.stringify(trigger)) },
    settings: { baseDomain: "kairos.app", reservedSubdomains: [], benches: [MAIN_BENCH] },
  }) as unknown as ApiDependencies;

type Body = Record<string, unknown>;

interface Asking {
  tenantId?: string;
  identity?: RequestIdentity | null;
  store?: Store;
}

/** Calls an endpoint as the API does. */
async function ask(
  endpoint: Endpoint,
  body: Body,
  { tenantId = "", identity = keyed(), store = it.store }: Asking = {},
) {
  const call = {
    body,
    query: undefined,
    tenantId,
    operationId: "",
    domain: "",
    backupId: "",
    rolloutId: "",
    requestedBy: REQUESTER,
    role: "operator" as const,
    identity,
  };
  const answer = await endpoint.handle(call, dependenciesOf(store));
  return { status: answer.status, body: answer.body as Body, headers: answer.headers };
}

const keyIn = (url: unknown) =>
  /^https:\/\/[^?]+\/update-password\?key=([\w-]{43})$/.exec(String(url))?.[1] ?? "";

/** Every document there is, as text. */
async function everything(): Promise<string> {
  const collections = await it.client.listCollections();
  const all = await Promise.all(collections.map((collection) => collection.get()));
  return JSON.stringify(all.flatMap(({ docs }) => docs.map((each) => each.data())));
}

async function assertOnlyHash(key: string): Promise<void> {
  const stored = await everything();
  assert.match(key, /^[\w-]{43}$/);
  assert.not(stored.includes(key), "the key is nowhere");
  assert.ok(stored.includes(createHash("sha256").update(key).digest("hex")), "its hash is");
}

const isProblem = (status: number, sentence: RegExp) => (error: unknown) =>
  error instanceof Problem && error.status === status && sentence.test(error.message);

async function refusal(asked: Promise<unknown>): Promise<unknown> {
  try {
    await asked;
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

test("a link is told once, and a repetition is refused without a second effect", async () => {
  const tenant = await it.create(ACTIVE);
  const identity = keyed();
  const asked = { tenantId: tenant.id, identity };
  const { status, body, headers } = await ask(createLoginLink, {}, asked);
  assert.is(status, 202);
  assert.is(body["operation"], `${tenant.id}.2.1`);
  assert.equal(headers, { Location: `/tenants/${tenant.id}/operations/${tenant.id}.2.1` });
  await assertOnlyHash(keyIn(body["url"]));
  const { record } = await it.stored(tenant);
  triggered.length = 0;
  const error = await refusal(ask(createLoginLink, {}, asked));
  assert.ok(
    isProblem(409, /^The link was given once and is stored nowhere; ask for a new one\.$/)(error),
  );
  assert.is(triggered.length, 1, "the first time may have ended before its trigger");
  assert.equal((await it.stored(tenant)).record, record);
  const reused = { ...asked, identity: { ...identity, hash: "h2" } };
  assert.ok(isProblem(422, /already used/)(await refusal(ask(createLoginLink, {}, reused))));
});

for (const [sentence, identity] of [
  ["under a key", () => keyed()],
  ["without a key", () => null],
] as const) {
  test(`a link whose commit is repeated, for its answer was lost, is told all the same: ${sentence}`, async () => {
    const tenant = await it.create(ACTIVE);
    it.loseAnswerOfCommit();
    const asked = { tenantId: tenant.id, identity: identity(), store: it.faulty };
    const { status, body } = await ask(createLoginLink, {}, asked);
    assert.is(status, 202);
    await assertOnlyHash(keyIn(body["url"]));
    assert.is((await it.stored(tenant)).record.spec.generation, 2, "one command");
  });
}

test("of ten at once under one key one is told the link, and it is the one that is on record", async () => {
  const tenant = await it.create(ACTIVE);
  const asked = { tenantId: tenant.id, identity: keyed() };
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, () => ask(createLoginLink, {}, asked)),
  );
  const told = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  assert.is(told.length, 1);
  await assertOnlyHash(keyIn(told[0]?.body["url"]));
});

const wanted = () => ({
  organization: "Acme",
  subdomain: `l-${randomUUID().slice(0, 8)}`,
  email: "a@acme.example",
});

test("a create tells its link once, and a repetition gets the same answer without it", async () => {
  const body = { ...wanted(), login_link: true };
  const identity = keyed();
  const first = await ask(createTenant, body, { identity });
  assert.is(first.status, 201);
  const link = first.body["login_link"] as Body;
  assert.is(link["expires_at"], null);
  await assertOnlyHash(keyIn(link["url"]));
  const again = await ask(createTenant, body, { identity });
  assert.equal(again.body, { ...first.body, login_link: { url: null, expires_at: null } });
});

test("a create whose commit is repeated, for its answer was lost, tells its link all the same", async () => {
  it.loseAnswerOfCommit();
  const body = { ...wanted(), login_link: true };
  const { body: told } = await ask(createTenant, body, { store: it.faulty });
  await assertOnlyHash(keyIn((told["login_link"] as Body)["url"]));
});

test("a create that asks for no link is answered as ever", async () => {
  for (const login_link of [{}, { login_link: false }]) {
    const { body } = await ask(createTenant, { ...wanted(), ...login_link });
    assert.not("login_link" in body);
  }
});

test.run();
