/** The life of custom domains, from the API to the DNS and Certificate Manager, on the official emulators. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDomains } from "../../functions/provision/check-domains.ts";
import { collectGarbage } from "../../functions/provision/collect-garbage.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { reconcileDomainsOf, reconcileOneDomain } from "../../shared/runtime/reconcile-domains.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { BASE_DOMAIN, SITES_ADDRESS, startDomainSystem } from "../testkit/domain-system.ts";
import type { DomainSystem } from "../testkit/domain-system.ts";
import { logLinesOf } from "../testkit/log-lines.ts";
import type { Answer } from "../testkit/stack-fixture.ts";

const test = suite("the life of custom domains");

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
  assert.equal(it.triggered, [{ kind: "tenant", tenant_id: id }]);
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
  const lines = await logLinesOf(() => reconcileDomainsOf(id, it.dependencies));
  assert.equal((await it.tenantOf(id)).spec.domains, names, JSON.stringify(lines));
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

/** Collects the garbage as of so many seconds from now. Gives the findings that are about domains. */
async function garbageAfter(seconds: number): Promise<unknown[]> {
  const cluster = { listJobs: async () => [] };
  const dependencies = { ...it.dependencies, cluster } as unknown as Dependencies;
  const lines = await logLinesOf(() =>
    collectGarbage(dependencies, addSeconds(new Date(), seconds)),
  );
  return lines
    .filter(({ domain, severity }) => domain !== undefined && severity === "WARNING")
    .map(({ message, domain }) => [message, domain]);
}

test("one that was given up, and whose tenant is gone, is found by the garbage collection", async () => {
  const { id } = await it.createTenant();
  await add(id, "shop.com");
  await it.check("shop.com", addSeconds(new Date(), 15 * DAY));
  assert.equal(await garbageAfter(0), []);
  await it.api.client.doc(`tenants/${id}`).delete();
  assert.equal(await garbageAfter(0), [["DomainOfMissingTenant", "shop.com"]]);
  assert.is(await it.recordOf("shop.com"), null);
  assert.equal(it.certificates.names(), []);
});

test("certificates of a domain that is not there are garbage when they are an hour old, and those of others are not", async () => {
  await createServed("shop.com");
  await createServed("left.com");
  await it.api.client.doc("domains/left.com").delete();
  assert.equal(await garbageAfter(3000), []);
  assert.is(it.certificates.names().length, 6);
  assert.equal(await garbageAfter(4000), [["OrphanedCertificateRemoved", "left.com"]]);
  assert.is(it.certificates.names().length, 3);
  assert.equal(it.certificates.faults, []);
});

test("a resync looks at the domains that are due, by one query more", async () => {
  const { id } = await it.createTenant();
  for (const name of ["a.com", "b.com"]) await add(id, name);
  const now = new Date();
  await it.api.client.doc("domains/a.com").update({ next_check_at: addSeconds(now, -60) });
  await logLinesOf(() => checkDomains(it.dependencies, now));
  const checked = [await it.recordOf("a.com"), await it.recordOf("b.com")];
  assert.equal(
    checked.map((domain) => domain?.checked_at !== null),
    [true, false],
  );
  assert.equal(await it.store.dueDomains(new Date(), 10), []);
});

test("where there are no custom domains, nobody asks for them", async () => {
  const { id } = await it.createTenant();
  await add(id, "shop.com");
  const none = { ...it.dependencies, domains: null };
  const store = new Proxy(none.store, {
    get: () => () => assert.unreachable("the database was asked"),
  });
  await checkDomains({ ...none, store }, addSeconds(new Date(), DAY));
  await reconcileDomainsOf(id, { ...none, store });
  await reconcileOneDomain("shop.com", { ...none, store });
});

test.run();
