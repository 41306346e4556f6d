/** Login links over HTTP, on the stack of `npm start`: from the request to the key that the site has. */
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { Answer, TestStack } from "../testkit/stack-fixture.ts";
import { watchJobs } from "../testkit/site-jobs.ts";

const test = suite("login links");

let it: TestStack;
test.before(async () => {
  it = await startTestStack();
});
test.after(async () => {
  await it.stop();
});

let count = 0;
async function create(more: object = {}): Promise<Answer> {
  const subdomain = `link-${(count += 1)}`;
  const body = { organization: "Acme", subdomain, email: `Office@${subdomain}.example`, ...more };
  const created = await it.call("POST", "/tenants", { body });
  assert.is(created.status, 201);
  await it.until(String(created.body["id"]), "active");
  return created;
}

const ask = (id: unknown, body: object = {}, headers = {}) =>
  it.call("POST", `/tenants/${String(id)}/login-links`, { body, headers });

async function settled(id: unknown): Promise<Answer["body"]> {
  return eventually(`nothing is left to do for ${String(id)}`, async () => {
    const { body } = await it.call("GET", `/tenants/${String(id)}/status`);
    return body["generation"] === body["observed_generation"] ? body : null;
  });
}

const keyIn = (url: unknown) => String(url).split("/update-password?key=")[1] ?? "";
const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

/** The hash of the key that the site has for a user. */
function hashInSite(subdomain: unknown, user: string): string | undefined {
  const site = join(it.stack.volume.hosts, `${String(subdomain)}.kairos.app`);
  const text = readFileSync(join(site, "user_fields.json"), "utf8");
  return (JSON.parse(text) as Record<string, Record<string, string>>)[user]?.["reset_password_key"];
}

test("a link is answered at once, and works when its operation has ended", async () => {
  const { body: tenant } = await create();
  const before = Date.now();
  const { status, body, headers } = await ask(tenant["id"]);
  assert.is(status, 202);
  const operation = `${String(tenant["id"])}.2.1`;
  assert.equal(
    [body["success"], body["id"], body["status"], body["message"], body["operation"]],
    [true, tenant["id"], "active", "The login link is being set.", operation],
  );
  assert.is(headers.get("location"), `/tenants/${String(tenant["id"])}/operations/${operation}`);
  assert.ok(String(body["url"]).startsWith(`${String(tenant["site_url"])}/update-password?key=`));
  const seconds = (Date.parse(String(body["expires_at"])) - before) / 1000;
  assert.ok(seconds >= 1200 && seconds < 1300, String(seconds));
  const after = await settled(tenant["id"]);
  assert.equal([after["status"], after["reason"], after["error_message"]], ["active", null, null]);
  const user = `office@${String(tenant["subdomain"])}.example`;
  assert.is(hashInSite(tenant["subdomain"], user), hashOf(keyIn(body["url"])));
});

test("a link that was asked for with the tenant works when the tenant is active", async () => {
  const { body: tenant } = await create({ login_link: true });
  const { url } = tenant["login_link"] as { url: string };
  const user = `office@${String(tenant["subdomain"])}.example`;
  assert.is(hashInSite(tenant["subdomain"], user), hashOf(keyIn(url)));
  const status = await settled(tenant["id"]);
  assert.is(status["generation"], 1, "no command follows it");
});

test("for another user a reason is required, and for one whom the site does not have it fails for good", async () => {
  const { body: tenant } = await create();
  const email = "nobody@acme.example";
  const refused = await ask(tenant["id"], { email });
  assert.is(refused.status, 422);
  assert.equal(refused.body["errors"], [
    { pointer: "/reason", message: "reason is required for anyone but the tenant's own user" },
  ]);
  const own = `OFFICE@${String(tenant["subdomain"])}.example`;
  assert.is((await ask(tenant["id"], { email: own })).status, 202, "case does not count");
  await settled(tenant["id"]);

  assert.is((await ask(tenant["id"], { email, reason: "locked out" })).status, 202);
  const failed = await settled(tenant["id"]);
  assert.equal(
    [failed["status"], failed["reason"], failed["step"], failed["retryable"]],
    ["active", "UserNotFound", "set-login-key", false],
  );
  const retried = await it.call("POST", `/tenants/${String(tenant["id"])}/retry`);
  assert.is(retried.status, 202);
  assert.is((await settled(tenant["id"]))["reason"], null, "it is not tried again");
});

for (const [sentence, body] of [
  ["no text", { reason: 7 }],
  ["empty", { reason: "" }],
  ["too long", { reason: "x".repeat(201) }],
  ["of several lines", { reason: "locked\nout" }],
  ["blank", { reason: " " }],
  ["of no address", { email: "office" }],
  ["of a field that there is not", { user: "a@acme.example" }],
] as const) {
  test(`a request ${sentence} is refused`, async () => {
    const { status, body: problem } = await ask(randomUUID(), body);
    assert.is(status, 422);
    assert.match(JSON.stringify(problem["errors"]), Object.keys(body)[0] ?? "");
  });
}

test("a tenant that is not there, not ready, suspended or going gets no link", async () => {
  assert.is((await ask(randomUUID())).status, 404);
  const held = { organization: "Acme", subdomain: "link-held", email: "a@acme.example" };
  const { body: early } = await it.call("POST", "/tenants", { body: held });
  const [refused] = await Promise.all([ask(early["id"]), it.until(String(early["id"]), "active")]);
  assert.is(refused.status, 409);
  assert.is(refused.body["error"], "The tenant has no site yet.");
  for (const [command, why] of [
    ["suspend", "The tenant is suspended."],
    ["resume", "The tenant is being resumed."],
  ] as const) {
    await it.call("POST", `/tenants/${String(early["id"])}/${command}`);
    const answer = await ask(early["id"]);
    assert.equal([answer.status, answer.body["error"]], [409, why]);
    await settled(early["id"]);
  }
  await it.call("DELETE", `/tenants/${String(early["id"])}`);
  const late = await ask(early["id"]);
  assert.ok(late.status === 409 || late.status === 404);
  await it.until(String(early["id"]), "gone");
});

test("a repetition is told to ask for a new link, and the key is nowhere but in its answer", async () => {
  const { jobs } = it.cluster;
  const made: string[] = [];
  watchJobs(jobs, null, (name) => {
    made.push(JSON.stringify(jobs.listJobs().filter(({ metadata }) => metadata?.name === name)));
  });
  const headers = { "Idempotency-Key": randomUUID() };
  const { body: tenant } = await create({ login_link: true });
  const first = await ask(tenant["id"], {}, headers);
  assert.is(first.status, 202);
  const again = await ask(tenant["id"], {}, headers);
  assert.is(again.status, 409);
  assert.match(String(again.body["error"]), "ask for a new one");
  const status = await settled(tenant["id"]);
  assert.is(status["generation"], 2, "it was no command");

  const { url } = tenant["login_link"] as { url: string };
  const keys = [keyIn(url), keyIn(first.body["url"])];
  const kept = [...(await documents()), ...made, JSON.stringify(status), ...logs()].join("\n");
  for (const key of keys) {
    assert.is(key.length, 43);
    assert.ok(kept.includes(hashOf(key)), "its hash is kept");
    assert.not(kept.includes(key), "the key is kept");
  }
  assert.ok(made.some((job) => job.includes("login-link")));
  assert.ok(logs().length > 3);
});

async function documents(): Promise<string[]> {
  const collections = await it.firestore.listCollections();
  const all = await Promise.all(collections.map((collection) => collection.get()));
  return all.flatMap(({ docs }) => docs.map((each) => JSON.stringify(each.data())));
}

function logs(): string[] {
  const { logDirectory } = it.stack;
  const entries = readdirSync(logDirectory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
}

test.run();
