/** Custom domains, from the API to the DNS and Certificate Manager, on the official emulators. */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reconcileDomainsOf, reconcileOneDomain } from "../../shared/runtime/reconcile-domains.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { BASE_DOMAIN, SITES_ADDRESS, startDomainSystem } from "../testkit/domain-system.ts";
import type { DomainSystem } from "../testkit/domain-system.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import type { Answer } from "../testkit/stack-fixture.ts";

const test = suite("custom domains");

let it: DomainSystem;
test.before(async () => {
  it = await startDomainSystem();
});
test.before.each(() => it.empty());
test.after(async () => {
  await it.stop();
});

const HOUR = 3600;
const DAY = 24 * HOUR;

interface DnsRecordView {
  purpose: string;
  name: string;
  type: string;
  value: string;
}

const add = (id: string, domain: string, headers: Record<string, string> = {}): Promise<Answer> =>
  it.api.call("POST", `/tenants/${id}/domains`, { body: { domain }, headers });
const remove = (id: string, domain: string, headers: Record<string, string> = {}) =>
  it.api.call("DELETE", `/tenants/${id}/domains/${domain}`, { headers });
const read = (id: string, domain: string) => it.api.call("GET", `/tenants/${id}/domains/${domain}`);
const recordsOf = ({ body }: Answer) => body["records"] as DnsRecordView[];

/** A tenant with a domain that its site has. */
async function createServed(domain: string) {
  const tenant = await it.createTenant();
  await add(tenant.id, domain);
  await it.check(domain);
  it.setRecords(recordsOf(await read(tenant.id, domain)));
  await it.check(domain);
  await it.settleTenant(tenant.id);
  await it.check(domain);
  return tenant;
}

test("a domain's life: pending, issuing, active, degraded, active, deleted", async () => {
  const { id, spec } = await it.createTenant();
  const asked = await add(id, "Shop.Example.COM");
  assert.is(asked.status, 202);
  assert.is(asked.headers.get("location"), `/tenants/${id}/domains/shop.example.com`);
  assert.equal([asked.body["domain"], asked.body["state"]], ["shop.example.com", "pending_dns"]);
  assert.equal(
    recordsOf(asked).map(({ purpose, name, type }) => [purpose, name, type]),
    [
      ["ownership", "_kairos.shop.example.com", "TXT"],
      ["address", "shop.example.com", "A"],
      ["address", "shop.example.com", "CNAME"],
    ],
  );
  assert.is(recordsOf(asked)[1]?.value, SITES_ADDRESS);

  await it.check("shop.example.com");
  const pending = await read(id, "shop.example.com");
  assert.equal([pending.body["state"], pending.body["reason"]], ["pending_dns", "DnsNotSet"]);
  assert.match(String(pending.body["message"]), /^The TXT record _kairos\.shop\.example\.com/);
  assert.is(recordsOf(pending).at(-1)?.purpose, "certificate");
  assert.is(pending.headers.get("retry-after"), "30");

  it.setRecords(recordsOf(pending));
  it.certificates.behave({ certificates: "PROVISIONING" });
  await it.check("shop.example.com");
  assert.is((await read(id, "shop.example.com")).body["state"], "issuing");

  it.certificates.behave();
  await it.check("shop.example.com");
  const { spec: wanted } = await it.tenantOf(id);
  assert.equal([wanted.domains, wanted.generation], [["shop.example.com"], spec.generation + 1]);
  assert.equal(wanted.requested_by, { name: "domains", request_id: null, reason: null });
  const unlinked = await read(id, "shop.example.com");
  assert.equal([unlinked.body["state"], unlinked.body["linked"]], ["active", false]);
  await it.settleTenant(id);
  await it.check("shop.example.com");
  const active = await read(id, "shop.example.com");
  const { linked, main, reason, message } = active.body;
  assert.equal([linked, main, reason, message], [true, true, null, null]);
  assert.is(active.headers.get("retry-after"), null);
  assert.equal(it.certificates.faults, []);

  const nextDay = addSeconds(new Date(), DAY + 60);
  it.dns.set("shop.example.com", "A", "192.0.2.9");
  await it.check("shop.example.com", nextDay);
  assert.is((await read(id, "shop.example.com")).body["reason"], "DnsGone");
  assert.equal((await it.tenantOf(id)).spec.domains, ["shop.example.com"]);
  const lines = await it.check("shop.example.com", addSeconds(nextDay, HOUR));
  assert.ok(lines.some((line) => line["message"] === "DomainDegraded"));
  assert.equal((await it.tenantOf(id)).spec.domains, []);
  await it.settleTenant(id);
  const degraded = await read(id, "shop.example.com");
  assert.equal([degraded.body["state"], degraded.body["linked"]], ["degraded", false]);
  assert.match(String(degraded.body["message"]), /192\.0\.2\.9/);

  it.dns.set("shop.example.com", "A", SITES_ADDRESS);
  await it.check("shop.example.com", addSeconds(nextDay, 2 * HOUR));
  await it.settleTenant(id);
  assert.equal((await it.tenantOf(id)).status.site?.host, "shop.example.com");

  const gone = await remove(id, "shop.example.com");
  assert.equal([gone.status, gone.body["removing"]], [202, true]);
  await it.check("shop.example.com");
  assert.is(it.certificates.names().length, 3, "the site has not left it");
  await it.settleTenant(id);
  await it.check("shop.example.com");
  assert.is((await read(id, "shop.example.com")).status, 404);
  assert.equal(it.certificates.names(), []);
  assert.equal((await it.tenantOf(id)).status.site?.host, `${spec.subdomain}.${BASE_DOMAIN}`);
  assert.equal((await it.api.client.collection("domains").get()).size, 0);
});

test("two tenants that want one domain at once: one gets it", async () => {
  const [one, other] = await Promise.all([it.createTenant(), it.createTenant()]);
  const asked = await Promise.all([add(one.id, "shop.com"), add(other.id, "shop.com")]);
  assert.equal(asked.map(({ status }) => status).toSorted(), [202, 409]);
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

test("a domain that is asked for again keeps its token, and has another 14 days", async () => {
  const { id } = await it.createTenant();
  const first = await add(id, "shop.com");
  await it.check("shop.com", addSeconds(new Date(), 15 * DAY));
  const { reason, next_check_at } = (await read(id, "shop.com")).body;
  assert.equal([reason, next_check_at], ["GivenUp", null]);
  const again = await add(id, "shop.com");
  assert.is(again.status, 202);
  assert.equal(recordsOf(again)[0], recordsOf(first)[0]);
  await it.check("shop.com");
  assert.is((await read(id, "shop.com")).body["reason"], "DnsNotSet");
});

test("a domain that is being removed is not given again before it is gone", async () => {
  const { id } = await createServed("shop.com");
  await remove(id, "shop.com");
  assert.is((await add(id, "shop.com")).status, 409);
  const other = await it.createTenant();
  assert.is((await add(other.id, "shop.com")).status, 409);
  await it.check("shop.com");
  await it.settleTenant(id);
  await it.check("shop.com");
  assert.is((await add(other.id, "shop.com")).status, 202);
});

test("the first domain that was asked for is the main address, in whatever order they become active", async () => {
  const { id } = await it.createTenant();
  const names = ["b.com", "a.com"];
  for (const name of names) {
    await add(id, name);
    await it.check(name);
    it.setRecords(recordsOf(await read(id, name)));
  }
  for (const name of names.toReversed()) {
    await it.check(name);
    await it.settleTenant(id);
  }
  assert.equal((await it.tenantOf(id)).status.site?.domains, names);
  const { body } = await it.api.call("GET", `/tenants/${id}/domains`);
  const shown = (body["domains"] as Record<string, unknown>[]).map(({ domain, main }) => [
    domain,
    main,
  ]);
  assert.equal(shown, [
    ["a.com", false],
    ["b.com", true],
  ]);
});

test("domains that become active at once are all given to their tenant", async () => {
  const { id } = await it.createTenant();
  const names = ["a.com", "b.com", "c.com", "d.com", "e.com"];
  for (const name of names) {
    await add(id, name);
    await it.check(name);
    it.setRecords(recordsOf(await read(id, name)));
  }
  await logLinesOf(() =>
    Promise.all(names.map((name) => reconcileOneDomain(name, it.dependencies))),
  );
  // Those that came while the first command was under way wait for its end.
  await it.settleTenant(id);
  await logLinesOf(() => reconcileDomainsOf(id, it.dependencies));
  assert.equal((await it.tenantOf(id)).spec.domains, names);
  assert.is((await add(id, "f.com")).status, 409, "five are enough");
});

test("while a command of the tenant is under way it is not interrupted", async () => {
  const { id } = await it.createTenant({ status: { observed_generation: 0 } });
  await add(id, "shop.com");
  await it.check("shop.com");
  it.setRecords(recordsOf(await read(id, "shop.com")));
  await it.check("shop.com");
  assert.is((await read(id, "shop.com")).body["reason"], "WaitingForTenant");
  assert.is((await it.tenantOf(id)).spec.generation, 1);
});

test("a tenant that is deleted takes its domains with it, and they are free only then", async () => {
  const { id } = await createServed("shop.com");
  await it.api.call("DELETE", `/tenants/${id}`);
  assert.is((await add(id, "other.com")).status, 409);
  await it.check("shop.com");
  assert.is(it.certificates.names().length, 3);
  const stored = await it.store.readTenant(id);
  assert.ok(stored);
  assert.ok(await it.store.endDeletion(stored.record, stored.version, new Date()));
  const other = await it.createTenant();
  assert.is((await add(other.id, "shop.com")).status, 409);
  await logLinesOf(() => reconcileDomainsOf(id, it.dependencies));
  assert.equal(it.certificates.names(), []);
  assert.is((await add(other.id, "shop.com")).status, 202);
});

test("where Certificate Manager does not answer, the domain is put off, and goes on later", async () => {
  const { id } = await it.createTenant();
  await add(id, "shop.com");
  it.certificates.behave({ status: 503 });
  const lines = await logLinesOf(() => reconcileOneDomain("shop.com", it.dependencies));
  assert.equal(
    lines.map(({ message, code }) => [message, code]),
    [["DomainNotReconciled", "unavailable"]],
  );
  const { next_check_at } = (await it.recordOf("shop.com")) ?? {};
  assert.ok(next_check_at && next_check_at > addSeconds(new Date(), 500));
  it.certificates.behave();
  await it.check("shop.com");
  assert.is(it.certificates.names().length, 1);
});

test("a damaged record is shown, put off, and stops nobody else", async () => {
  const { id } = await it.createTenant();
  for (const name of ["a.com", "b.com"]) await add(id, name);
  await it.api.client.doc("domains/a.com").update({ state: "odd", token: 7 });
  const lines = await logLinesOf(() => reconcileDomainsOf(id, it.dependencies));
  assert.ok(
    lines.some(({ message, domain }) => message === "DomainNotReconciled" && domain === "a.com"),
  );
  assert.is((await it.recordOf("b.com"))?.reason, "DnsNotSet");
  assert.match(String((await read(id, "a.com")).body["message"]), /damaged in: token, state/);
  const { body } = await it.api.call("GET", `/tenants/${id}/domains`);
  assert.is((body["domains"] as unknown[]).length, 2);
  const due = await it.store.dueDomains(addSeconds(new Date(), 300), 10);
  assert.not(due.includes("a.com"));
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
  ["nothing", "", /1 to 253 characters/],
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
