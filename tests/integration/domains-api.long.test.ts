/** The API of custom domains, on the official emulators. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BASE_DOMAIN, startDomainSystem } from "../testkit/domain-system.ts";
import type { DomainSystem } from "../testkit/domain-system.ts";
import type { Answer } from "../testkit/stack-fixture.ts";

const test = suite("the API of custom domains");

let it: DomainSystem;
test.before(async () => {
  it = await startDomainSystem();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const add = (id: string, domain: string, headers: Record<string, string> = {}): Promise<Answer> =>
  it.api.call("POST", `/tenants/${id}/domains`, { body: { domain }, headers });
const remove = (id: string, domain: string, headers: Record<string, string> = {}) =>
  it.api.call("DELETE", `/tenants/${id}/domains/${domain}`, { headers });
const read = (id: string, domain: string) => it.api.call("GET", `/tenants/${id}/domains/${domain}`);

test("two tenants that want one domain at once: one gets it", async () => {
  const [one, other] = await Promise.all([it.createTenant(), it.createTenant()]);
  const asked = await Promise.all([add(one.id, "shop.com"), add(other.id, "shop.com")]);
  const statuses = asked.map(({ status }) => String(status));
  assert.equal(statuses.toSorted(), ["202", "409"]);
  const refused = asked.find(({ status }) => status === 409);
  assert.is(refused?.body["error"], "shop.com is another tenant's.");
});

test("the same request under the same key has one effect, and another domain is another request", async () => {
  const { id } = await it.createTenant();
  const key = { "Idempotency-Key": randomUUID() };
  const answers = await Promise.all(Array.from({ length: 3 }, () => add(id, "shop.com", key)));
  assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  assert.is((await add(id, "other.com", key)).status, 422);
  const gone = { "Idempotency-Key": randomUUID() };
  assert.is((await remove(id, "shop.com", gone)).status, 202);
  await it.check("shop.com");
  assert.is(await it.recordOf("shop.com"), null);
  assert.is((await remove(id, "shop.com", gone)).status, 202, "answered as the first time");
  assert.is((await remove(id, "shop.com")).status, 404);
  assert.is((await remove(id, "other.com", gone)).status, 422);
});

const refused: [sentence: string, domain: string, why: RegExp][] = [
  ["the base domain", BASE_DOMAIN, /^domain must not be kairos\.app or below it/],
  ["one below it", `a.${BASE_DOMAIN}`, /not be kairos\.app or below it/],
  ["a public suffix", "co.uk", /be below co\.uk: that is a public suffix/],
  ["one of a hoster", "github.io", /public suffix/],
  ["a top-level domain", "com", /have a dot/],
  ["no public top-level domain", "shop.local", /\.local is none/],
  ["an IPv4 address", "192.0.2.7", /not an address/],
  ["an IPv6 address", "[2001:db8::1]", /not an address/],
  ["a wildcard", "*.shop.com", /no wildcards/],
  ["an underscore", "my_shop.com", /no underscore/],
  ["a URL", "https://shop.com", /a name alone/],
  ["a port", "shop.com:443", /a name alone/],
  ["an empty label", "shop..com", /labels of 1 to 63/],
  ["a hyphen at an end", "-shop.com", /no hyphen at either end/],
  ["a label of 64", `${"a".repeat(64)}.com`, /labels of 1 to 63/],
  ["238 characters", `${"a.".repeat(115)}shop.com`, /237 characters/],
  ["nothing", "", /1 to 253 characters without space/],
];

test("a domain that no customer may have is refused in a sentence that says why", async () => {
  const { id } = await it.createTenant();
  for (const [sentence, domain, why] of refused) {
    const { status, body } = await add(id, domain);
    assert.is(status, 422, `${sentence}: ${JSON.stringify(body)}`);
    assert.match(String(body["error"]), why, sentence);
    assert.is((body["errors"] as { pointer: string }[])[0]?.pointer, "/domain");
  }
  assert.is((await it.api.client.collection("domains").get()).size, 0);
});

test("a name in another script is taken in ASCII, and shown in both", async () => {
  const { id } = await it.createTenant();
  const { status, body } = await add(id, "Bücher.de.");
  assert.equal([status, body["domain"], body["unicode"]], [202, "xn--bcher-kva.de", "bücher.de"]);
  assert.is((await add(id, "xn--bcher-kva.de")).status, 202, "the same");
  assert.is((await read(id, "XN--Bcher-KVA.de")).status, 200);
});

test("nobody's domain and nobody's tenant are not found, and reading writes nothing", async () => {
  const { id } = await it.createTenant();
  const other = await it.createTenant();
  await add(id, "shop.com");
  const before = await it.recordOf("shop.com");
  for (const path of [
    `/tenants/${other.id}/domains/shop.com`,
    `/tenants/${id}/domains/other.com`,
    `/tenants/${randomUUID()}/domains`,
    `/tenants/${randomUUID()}/domains/shop.com`,
  ]) {
    assert.is((await it.api.call("GET", path)).status, 404, path);
  }
  assert.is((await remove(other.id, "shop.com")).status, 404);
  assert.is((await add(randomUUID(), "new.com")).status, 404);
  assert.is((await it.api.call("GET", `/tenants/${id}/domains/no`)).status, 422);
  await read(id, "shop.com");
  await it.api.call("GET", `/tenants/${id}/domains`);
  assert.equal(await it.recordOf("shop.com"), before);
});

test.run();
