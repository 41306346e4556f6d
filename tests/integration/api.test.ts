/**
 * What the API promises a frontend, over HTTP, on the stack of `npm start`. Every answer is held to
 * `/openapi.json` (tests/testkit/stack-fixture.ts).
 */
import { randomBytes, randomUUID } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newTenant } from "../../shared/tenant/tenant.ts";
import type { Profile, Status } from "../../shared/tenant/tenant.ts";
import { eventually, request, startTestStack } from "../testkit/stack-fixture.ts";
import type { Answer, TestStack } from "../testkit/stack-fixture.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { SETTLED } from "../testkit/test-dependencies.ts";
import { REQUESTER } from "../testkit/requester.ts";

const test = suite("the API");

let it: TestStack;
/** An API on the same stack with settings of its own, and the keys that open it. */
let strictUrl: string;
const [FIRST_KEY, SECOND_KEY, BUSY_KEY] = ["first-key-1", "second-key-2", "busy-key-3"] as const;
const REQUESTS_PER_MINUTE = 30;
test.before(async () => {
  it = await startTestStack();
  strictUrl = await it.startApi("api-strict", {
    API_KEYS: [FIRST_KEY, SECOND_KEY, BUSY_KEY].join(","),
    ALLOWED_CALLERS: "frontend@example.com",
    API_AUDIENCE: "https://api.example.com",
    ALLOWED_ORIGINS: "https://app.example.com",
    RESERVED_SUBDOMAINS: "kairos-own",
    RATE_LIMIT_PER_MINUTE: String(REQUESTS_PER_MINUTE),
  });
});
test.after(async () => {
  await it.stop();
});

let count = 0;
/** A body for a tenant that no other test has. */
function wanted(subdomain = `api-${(count += 1)}`) {
  return { organization: "Acme & Söhne", subdomain, email: `office@${subdomain}.example` };
}

async function create(): Promise<string> {
  const created = await it.call("POST", "/tenants", { body: wanted() });
  assert.is(created.status, 201);
  return String(created.body["id"]);
}

async function storedCount(collection: string): Promise<number> {
  return (await it.firestore.collection(collection).count().get()).data().count;
}

function times<T>(number: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: number }, (_, index) => make(index)));
}

test("a function keeps an idle connection longer than a load balancer does, which is 600 seconds", async () => {
  for (const url of Object.values(it.stack.urls)) {
    // The first answer of an instance tells of Node's own limit yet.
    await (await fetch(url)).arrayBuffer();
    const answer = await fetch(url);
    await answer.arrayBuffer();
    const seconds = /^timeout=(\d+)$/.exec(answer.headers.get("keep-alive") ?? "")?.[1];
    assert.ok(Number(seconds) > 600, `${url} says ${answer.headers.get("keep-alive")}`);
  }
});

test("a client that waits 6 seconds, longer than Node's own limit, reuses its connection", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<boolean>((resolve, reject) => {
      const asked = httpRequest(`${it.stack.urls.api}/`, { agent }, (answer: IncomingMessage) => {
        answer.resume().once("end", () => resolve(asked.reusedSocket));
      });
      asked.once("error", reject).end();
    });
  try {
    await ask();
    await sleep(6_000);
    assert.is(await ask(), true);
  } finally {
    agent.destroy();
  }
});

test("a frontend of the earlier service sends school_name, and no subdomain", async () => {
  const body = { school_name: "مدرسة النور", email: "Office@School.example" };
  const created = await it.call("POST", "/tenants", { body });
  assert.is(created.status, 201);
  assert.match(String(created.body["subdomain"]), /^org[0-9a-f]{8}$/);
  const { body: shown } = await it.call("GET", String(created.headers.get("location")));
  assert.is(shown["organization"], "مدرسة النور");
  assert.is(shown["email"], "Office@School.example");
  assert.equal([shown["first_name"], shown["last_name"]], [null, null]);
});

test("a customer's names are kept, and a subdomain is lower-cased", async () => {
  const body = { ...wanted("API-Names"), first_name: "Ada", last_name: "King-Noël" };
  const { id, subdomain } = (await it.call("POST", "/tenants", { body })).body;
  assert.is(subdomain, "api-names");
  const { body: shown } = await it.call("GET", `/tenants/${String(id)}`);
  assert.equal([shown["first_name"], shown["last_name"]], ["Ada", "King-Noël"]);
});

for (const subdomain of ["www", "Admin", "kairos-own"]) {
  test(`the reserved name ${subdomain} is refused`, async () => {
    const refused = await post({ ...wanted(), subdomain }, { "X-API-Key": FIRST_KEY });
    assert.is(refused.status, 422);
    assert.equal(refused.body["errors"], [
      { pointer: "/subdomain", message: "subdomain is a reserved name" },
    ]);
  });
}

/** Asks the API with the settings of its own. */
function post(body: unknown, headers: Record<string, string>): Promise<Answer> {
  return request(strictUrl, "POST", "/tenants", {
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

test("organization and e-mail can be corrected, and nothing else", async () => {
  const id = await create();
  await it.until(id, "active");
  const before = (await it.call("GET", `/tenants/${id}`)).body;
  const change = { organization: "Acme Ltd", email: "new@acme.example" };
  const changed = await it.call("PATCH", `/tenants/${id}`, { body: change });
  assert.is(changed.status, 200);
  const { updated_at, ...rest } = changed.body;
  const { updated_at: old, ...expected } = { ...before, ...change } as Answer["body"];
  assert.equal(rest, expected);
  assert.ok(String(updated_at) > String(old));
  assert.equal((await it.call("GET", `/tenants/${id}`)).body, changed.body);

  for (const field of ["status", "subdomain", "generation", "site_url", "id", "desired"]) {
    const refused = await it.call("PATCH", `/tenants/${id}`, { body: { [field]: "x" } });
    assert.is(refused.status, 422, field);
  }
  const body = { school_name: "Acme AG" };
  const older = await it.call("PATCH", `/tenants/${id}`, { body });
  assert.is(older.body["organization"], "Acme AG");
  const missing = await it.call("PATCH", `/tenants/${randomUUID()}`, { body });
  assert.is(missing.status, 404);
});

test("a poller is told when to ask again, and spared what it knows already", async () => {
  const [unsettled = ""] = await storeSettled(1, { observed_generation: 0 });
  const early = await it.call("GET", `/tenants/${unsettled}/status`);
  assert.is(early.headers.get("retry-after"), "5");
  const id = await create();
  await it.until(id, "active");
  const { headers } = await eventually("nothing is under way", async () => {
    const answer = await it.call("GET", `/tenants/${id}/status`);
    return answer.headers.has("retry-after") ? null : answer;
  });
  const etag = headers.get("etag") ?? "";
  assert.match(headers.get("cache-control") ?? "", "no-cache");
  for (const path of [`/tenants/${id}/status`, `/tenants/${id}`]) {
    const first = await it.call("GET", path);
    const known = first.headers.get("etag") ?? "";
    for (const match of [known, `W/${known}`, `"other", ${known}`, "*"]) {
      const again = await it.call("GET", path, { headers: { "If-None-Match": match } });
      assert.is(again.status, 304, match);
      assert.is(again.headers.get("etag"), known);
    }
    const other = await it.call("GET", path, { headers: { "If-None-Match": '"other"' } });
    assert.is(other.status, 200);
  }
  await it.call("POST", `/tenants/${id}/suspend`);
  const changed = await it.call("GET", `/tenants/${id}/status`, {
    headers: { "If-None-Match": etag },
  });
  assert.is(changed.status, 200);
});

test("the same request under the same key takes effect once, and is answered as the first time", async () => {
  const body = wanted();
  const headers = { "Idempotency-Key": randomUUID() };
  const first = await it.call("POST", "/tenants", { body, headers });
  assert.is(first.status, 201);
  // What has become of the tenant since makes no difference.
  await it.until(String(first.body["id"]), "active");
  const reordered = Object.fromEntries(Object.entries(body).toReversed());
  const again = await it.call("POST", "/tenants", { body: reordered, headers });
  assert.is(again.status, 201);
  assert.equal(again.body, first.body);
  assert.is(again.headers.get("location"), first.headers.get("location"));

  const other = await it.call("POST", "/tenants", { body: wanted(), headers });
  assert.is(other.status, 422);
  assert.match(String(other.body["error"]), /Idempotency-Key/);
  const elsewhere = `/tenants/${String(first.body["id"])}`;
  assert.is((await it.call("DELETE", elsewhere, { headers })).status, 422);
});

test("what was refused is not remembered: the key may be used for a better try", async () => {
  const headers = { "Idempotency-Key": randomUUID() };
  const taken = wanted();
  await it.call("POST", "/tenants", { body: taken });
  assert.is((await it.call("POST", "/tenants", { body: taken, headers })).status, 409);
  const invalid = { ...taken, email: "x" };
  assert.is((await it.call("POST", "/tenants", { body: invalid, headers })).status, 422);
  assert.is((await it.call("POST", "/tenants", { body: wanted(), headers })).status, 201);
});

test("a repeated suspension does not undo a resumption that came between", async () => {
  const id = await create();
  await it.until(id, "active");
  const headers = { "Idempotency-Key": randomUUID() };
  const first = await it.call("POST", `/tenants/${id}/suspend`, { headers });
  await it.until(id, "suspended");
  await it.call("POST", `/tenants/${id}/resume`);
  await it.until(id, "active");
  const again = await it.call("POST", `/tenants/${id}/suspend`, { headers });
  assert.equal([again.status, again.body], [202, first.body]);
  const idle = await it.call("POST", `/tenants/${id}/resume`);
  assert.equal([idle.status, idle.body["message"]], [202, "Already requested."]);
  assert.is((await it.call("GET", `/tenants/${id}/status`)).body["desired"], "present");
});

test("a repeated deletion is answered as the first time, even when the tenant is gone", async () => {
  const id = await create();
  const headers = { "Idempotency-Key": randomUUID() };
  const first = await it.call("DELETE", `/tenants/${id}`, { headers });
  assert.equal([first.status, first.body["status"]], [202, "deleting"]);
  await it.until(id, "gone");
  const again = await it.call("DELETE", `/tenants/${id}`, { headers });
  assert.equal([again.status, again.body], [202, first.body]);
  assert.is((await it.call("DELETE", `/tenants/${id}`)).status, 404);
});

test("several keys open at once, and idempotency keys belong to their caller", async () => {
  const headers = (key: string) => ({ "X-API-Key": key, "Idempotency-Key": "same" });
  const one = await post(wanted(), headers(FIRST_KEY));
  const two = await post(wanted(), headers(SECOND_KEY));
  assert.equal([one.status, two.status], [201, 201]);
  assert.is.not(one.body["id"], two.body["id"]);
  const stranger = await post(wanted(), headers("third-key-3"));
  assert.is(stranger.status, 401);
  assert.is(stranger.headers.get("www-authenticate"), "ApiKey, Bearer");
});

test("what is no idempotency key is refused, and nothing is stored", async () => {
  const before = await storedCount("tenants");
  const headers = { "Idempotency-Key": "two words" };
  const refused = await it.call("POST", "/tenants", { body: wanted(), headers });
  assert.is(refused.status, 400);
  assert.match(String(refused.body["error"]), /^Idempotency-Key must be/);
  assert.is(await storedCount("tenants"), before);
});

test("of 100 POSTs for one subdomain at once, one gets it", async () => {
  const body = wanted();
  const answers = await times(100, () => it.call("POST", "/tenants", { body }));
  const statuses = answers.map(({ status }) => status);
  assert.is(statuses.filter((status) => status === 201).length, 1);
  assert.is(statuses.filter((status) => status === 409).length, 99);
  const refused = answers.find(({ status }) => status === 409);
  assert.match(String(refused?.body["error"]), /already taken/);
  const named = it.firestore.collection("tenants").where("spec.subdomain", "==", body.subdomain);
  assert.is((await named.get()).size, 1);
});

test("of 100 POSTs under one key at once, all get the same tenant", async () => {
  const body = wanted();
  const headers = { "Idempotency-Key": randomUUID() };
  const answers = await times(100, () => it.call("POST", "/tenants", { body, headers }));
  assert.equal([...new Set(answers.map(({ status }) => status))], [201]);
  assert.is(new Set(answers.map((answer) => answer.body["id"])).size, 1);
  const named = it.firestore.collection("tenants").where("spec.subdomain", "==", body.subdomain);
  assert.is((await named.get()).size, 1);
});

test("to retry, suspend or correct what is being deleted is refused", async () => {
  const id = await create();
  await it.until(id, "active");
  const [deleted, ...others] = await Promise.all([
    it.call("DELETE", `/tenants/${id}`),
    ...["retry", "suspend", "resume"].map((command) =>
      it.call("POST", `/tenants/${id}/${command}`),
    ),
    it.call("PATCH", `/tenants/${id}`, { body: { organization: "Acme" } }),
  ]);
  assert.is(deleted?.status, 202);
  // Whichever came before the deletion was in time; the deletion holds all the same.
  for (const { status } of others) assert.ok([200, 202, 404, 409].includes(status), String(status));
  for (const command of ["retry", "suspend", "resume"]) {
    const late = await it.call("POST", `/tenants/${id}/${command}`);
    assert.ok(late.status === 409 || late.status === 404, `${command}: ${late.status}`);
  }
  await it.until(id, "gone");
});

/** Stores tenants that nothing is left to do for, as if they had been made one after the other. */
async function storeSettled(
  number: number,
  status: Partial<Status> = {},
  profile: Partial<Profile> = {},
): Promise<string[]> {
  const writer = it.firestore.bulkWriter();
  const tenants = Array.from({ length: number }, () => {
    const subdomain = `settled-${randomBytes(6).toString("hex")}`;
    const names = {
      id: randomUUID(),
      commandId: randomUUID(),
      requestedBy: REQUESTER,
      organization: "Acme",
      subdomain,
    };
    const tenant = newTenant({ ...names, email: `a@${subdomain}.example` }, new Date());
    return withParts(tenant, { status: { ...SETTLED, ...status }, profile });
  });
  for (const tenant of tenants)
    void writer.create(it.firestore.doc(`tenants/${tenant.id}`), tenant);
  await writer.close();
  return tenants.map(({ id }) => id);
}

interface Listed {
  tenants: { id: string; subdomain: string; status: string; email: string; created_at: string }[];
  total: number;
  has_more: boolean;
  next_page_token: string | null;
}

async function list(query: string): Promise<Listed> {
  const answer = await it.call("GET", `/tenants?${query}`);
  assert.is(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as unknown as Listed;
}

const pointersIn = ({ errors }: Answer["body"]) =>
  (errors as { pointer: string }[]).map(({ pointer }) => pointer);

test("a reader of all pages sees each of 300 tenants once, whatever is created meanwhile", async () => {
  const there = await storeSettled(300);
  const seen: string[] = [];
  let token: string | null = "";
  while (token !== null) {
    const query: string = token === "" ? "limit=30" : `limit=30&page_token=${token}`;
    const [page] = await Promise.all([list(query), storeSettled(5)]);
    seen.push(...page.tenants.map(({ id }) => id));
    assert.is(page.has_more, page.next_page_token !== null);
    token = page.next_page_token;
  }
  assert.is(new Set(seen).size, seen.length, "none is seen twice");
  const missed = there.filter((id) => !seen.includes(id));
  assert.equal(missed, []);
});

test("a listing is filtered, newest first, and counts what passes the filter", async () => {
  const email = "filter@acme.example";
  const failed = await storeSettled(5, { phase: "failed", site: null }, { email });
  const suspended = await storeSettled(2, { phase: "suspended" }, { email });
  const byEmail = await list(`email=${encodeURIComponent(email)}`);
  assert.is(byEmail.total, 7);
  assert.equal(
    byEmail.tenants.map(({ id }) => id).toSorted(),
    [...failed, ...suspended].toSorted(),
  );
  const created = byEmail.tenants.map(({ created_at }) => created_at);
  assert.equal(created, created.toSorted().toReversed());

  const both = await list(`email=${encodeURIComponent(email)}&status=failed&limit=2`);
  assert.equal([both.total, both.tenants.length, both.has_more], [5, 2, true]);
  const rest = await list(
    `email=${encodeURIComponent(email)}&status=failed&page_token=${both.next_page_token}`,
  );
  assert.equal([rest.tenants.length, rest.has_more, rest.next_page_token], [3, false, null]);
  const skipped = await list(`email=${encodeURIComponent(email)}&status=failed&skip=4`);
  assert.equal([skipped.tenants.length, skipped.has_more], [1, false]);
  assert.equal((await list("status=deleting&email=nobody@acme.example")).tenants, []);

  const odd = await list(`email=${encodeURIComponent("a?b@acme.example")}`.replace("%3F", "?"));
  assert.is(odd.total, 0, "a second question mark is a sign like any other");
  const mixed = await it.call("GET", `/tenants?skip=1&page_token=${both.next_page_token}`);
  assert.is(mixed.status, 422);
});

test("a list goes by names, benches, states, times and orders, page by page", async () => {
  const ids = await storeSettled(
    3,
    { phase: "suspended", site: null },
    { email: "z@acme.example" },
  );
  const mine = "email=z%40acme.example";
  const one = (await list(`${mine}&limit=1`)).tenants[0];
  assert.ok(one);
  const named = await list(`${mine}&q=${one.subdomain.toUpperCase()}`);
  assert.equal([named.total, named.tenants[0]?.id], [1, one.id]);
  for (const [filters, total] of [
    ["bench=main&state=present", 3],
    ["bench=gone", 0],
    ["state=suspended", 0],
    ["created_after=2020-01-01T00:00:00Z&created_before=2999-01-01T00:00:00Z", 3],
    ["created_before=2020-01-01T00:00:00Z", 0],
  ] as const) {
    assert.is((await list(`${mine}&${filters}`)).total, total, filters);
  }
  for (const order of [
    "order_by=created_at",
    "order_by=subdomain",
    "q=Settled-",
    "q=settled-&order_by=-created_at",
  ]) {
    const [first, second] = [`${mine}&${order}&limit=2`, `${mine}&${order}&page_token=`];
    const page = await list(first);
    const rest = await list(`${second}${page.next_page_token}`);
    const both = [...page.tenants, ...rest.tenants].map(({ id }) => id);
    assert.equal(both.toSorted(), ids.toSorted(), order);
    const other = await it.call("GET", `/tenants?limit=2&page_token=${page.next_page_token}`);
    assert.is(other.status, 422);
    assert.equal(pointersIn(other.body), ["/page_token"]);
  }
});

test("what a list cannot go by is refused by its name", async () => {
  for (const [query, pointer, message] of [
    ["created_after=2026-02-30T00:00:00Z", "/created_after", /created_after must be a time in UTC/],
    ["created_before=2026-13-01T00:00:00Z", "/created_before", /created_before must be a time/],
    ["skip=1&q=standby", "/skip", /skip must be left out beside q/],
    ["skip=1&order_by=-created_at", "/skip", /skip must be left out beside order_by/],
    ["skip=1&state=present", "/skip", /skip must be left out beside state/],
  ] as const) {
    const { status, body } = await it.call("GET", `/tenants?${query}`);
    assert.is(status, 422, query);
    assert.equal(pointersIn(body), [pointer]);
    assert.match(String(body["error"]), message);
  }
  assert.is((await it.call("GET", "/tenants?skip=1&state=standby")).status, 200);
  assert.is((await it.call("GET", "/tenants?skip=0&q=a")).status, 200);
});

test("failed attempts from one address are limited, and callers from elsewhere are not", async () => {
  const from = (address: string, key: string) =>
    request(strictUrl, "GET", "/tenants?limit=1", {
      headers: { "X-API-Key": key, "X-Forwarded-For": `192.0.2.1, ${address}` },
    });
  const guesses = await times(60, () => from("203.0.113.7", "guess"));
  assert.equal([...new Set(guesses.map(({ status }) => status))], [401]);
  const refused = await from("203.0.113.7", "guess");
  assert.is(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.is((await from("203.0.113.7", FIRST_KEY)).status, 429, "a right guess is not told");
  assert.is((await from("203.0.113.8", FIRST_KEY)).status, 200);
});

test("RATE_LIMIT_PER_MINUTE limits a known caller", async () => {
  const headers = { "X-API-Key": BUSY_KEY };
  const statuses: number[] = [];
  for (let requests = 0; requests <= REQUESTS_PER_MINUTE; requests++) {
    statuses.push((await request(strictUrl, "GET", "/tenants?limit=1", { headers })).status);
  }
  assert.equal(statuses, [...Array<number>(REQUESTS_PER_MINUTE).fill(200), 429]);
  assert.is((await request(strictUrl, "GET", "/health", {})).status, 200, "it is open");
});

test("every answer, whoever gives it, is guarded, and bears the request's id", async () => {
  const url = it.stack.urls.api;
  const headers = { "X-API-Key": it.stack.apiKey, "X-Request-ID": "frontend-7" };
  const json = { ...headers, "Content-Type": "application/json" };
  const all = await Promise.all([
    request(url, "GET", "/", { headers }),
    request(url, "GET", "/tenants?limit=1", { headers }),
    request(url, "GET", "/nowhere", { headers }),
    request(url, "GET", "/favicon.ico", { headers }),
    request(url, "GET", "/tenants/%ff", { headers }),
    request(url, "POST", "/tenants", { headers: json, body: "{" }),
    request(url, "OPTIONS", "/tenants", { headers }),
    request(url, "OPTIONS", "/nowhere", {
      headers: { ...headers, "Access-Control-Request-Method": "GET" },
    }),
  ]);
  for (const answer of all) {
    assert.is(answer.headers.get("x-request-id"), "frontend-7");
    assert.is(answer.headers.get("x-content-type-options"), "nosniff");
    assert.is(answer.headers.get("cache-control"), "no-store");
    assert.match(answer.headers.get("content-security-policy") ?? "", "default-src 'none'");
    assert.ok(answer.headers.has("strict-transport-security"));
    assert.not(answer.headers.has("x-powered-by"));
  }
  const made = await request(url, "GET", "/", {});
  assert.match(made.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});

test("pages of other origins may call only where they are allowed", async () => {
  const preflight = (origin: string) =>
    request(strictUrl, "OPTIONS", "/tenants/x", {
      headers: {
        Origin: origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "idempotency-key,tracestate",
      },
    });
  const allowed = await preflight("https://app.example.com");
  assert.is(allowed.status, 204);
  assert.is(allowed.headers.get("access-control-allow-origin"), "https://app.example.com");
  assert.match(allowed.headers.get("access-control-allow-methods") ?? "", "PATCH");
  const headers = allowed.headers.get("access-control-allow-headers");
  assert.is(headers, "idempotency-key,tracestate");
  const refused = await preflight("https://evil.example.com");
  assert.not(refused.headers.has("access-control-allow-origin"));
});

/** Sends a body in pieces, without saying how long it will be. */
function sendInPieces(pieces: number, headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = httpRequest(`${it.stack.urls.api}/tenants`, { method: "POST", headers });
  sent.on("response", (response) => {
    resolve(response.statusCode ?? 0);
    response.resume();
    sent.destroy();
  });
  sent.on("error", reject);
  for (let piece = 0; piece < pieces; piece++) sent.write(Buffer.alloc(16 * 1024, " "));
  sent.end("{}");
  return promise;
}

test("a body that is too large is refused while it comes in", async () => {
  const headers = { "X-API-Key": it.stack.apiKey, "Content-Type": "application/json" };
  assert.is(await sendInPieces(2, headers), 422, "small enough, and no tenant");
  assert.is(await sendInPieces(5, headers), 413);
  assert.is(await sendInPieces(2_000, headers), 413);
  for (const type of [{}, { "Content-Type": "text/plain" }, { "Content-Type": "json" }]) {
    const others = { "X-API-Key": it.stack.apiKey, ...type };
    assert.is(await sendInPieces(2, others), 415, JSON.stringify(type));
    assert.is(await sendInPieces(5, others), 413, JSON.stringify(type));
  }
  // The API goes on as if nothing had been.
  assert.is((await request(it.stack.urls.api, "GET", "/health", {})).status, 200);
});

test("a compressed body is refused, since nobody knows how large it is", async () => {
  const refused = await it.call("POST", "/tenants", {
    body: wanted(),
    headers: { "Content-Encoding": "gzip" },
  });
  assert.is(refused.status, 415);
});

test("what is no path is answered as any other that is not there", async () => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  httpRequest(it.stack.urls.api, { method: "OPTIONS", path: "*" }, resolve)
    .on("error", reject)
    .end();
  const answer = await promise;
  answer.resume();
  assert.is(answer.statusCode, 404);
  assert.is(answer.headers["content-type"], "application/problem+json");
});

test("the service says who it is, and where its documentation is", async () => {
  const service = await request(it.stack.urls.api, "GET", "/", {});
  assert.is(service.body["name"], "Kairos Control Plane");
  assert.is(service.body["docs"], "/docs");
  const document = await fetch(`${it.stack.urls.api}/openapi.json`);
  const { openapi, info } = (await document.json()) as { openapi: string; info: object };
  assert.match(openapi, /^3\.1\./);
  assert.is((info as { version: string }).version, service.body["version"]);
});

test("a damaged record is shown with a sentence on it, and nothing can be done with it before it is corrected", async () => {
  const id = await create();
  await it.until(id, "active");
  await it.firestore.doc(`tenants/${id}`).update({ "spec.generation": "1", updated_at: null });
  const sentence =
    "The tenant's record is damaged (updated_at, spec.generation). An operator has to correct it.";
  const { tenants } = (await it.call("GET", "/tenants?limit=1000")).body as {
    tenants: Record<string, unknown>[];
  };
  const listed = tenants.find((tenant) => tenant["id"] === id);
  for (const shown of [
    listed,
    (await it.call("GET", `/tenants/${id}`)).body,
    (await it.call("GET", `/tenants/${id}/status`)).body,
  ]) {
    assert.equal(
      [shown?.["status"], shown?.["reason"], shown?.["error_message"]],
      ["active", "RecordDamaged", sentence],
    );
  }
  for (const [method, path] of [
    ["DELETE", ""],
    ["POST", "/retry"],
    ["POST", "/suspend"],
    ["POST", "/resume"],
  ] as const) {
    assert.is((await it.call(method, `/tenants/${id}${path}`)).status, 409, path);
  }
  const body = { organization: "Other" };
  assert.is((await it.call("PATCH", `/tenants/${id}`, { body })).status, 409);
  await it.firestore.doc(`tenants/${id}`).update({ "spec.generation": 1, updated_at: new Date() });
  assert.is((await it.call("DELETE", `/tenants/${id}`)).status, 202);
  await it.until(id, "gone");
});

test.run();
