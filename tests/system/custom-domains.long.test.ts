/**
 * A custom domain on the stack of `npm start`: the functions themselves ask a DNS server, and a fake Certificate Manager
 * that is held to its document.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startDnsServer } from "../testkit/dns-server.ts";
import type { DnsServer, DnsType } from "../testkit/dns-server.ts";
import { startFakeCertificateManager } from "../testkit/fake-certificate-manager.ts";
import type { FakeCertificateManager } from "../testkit/fake-certificate-manager.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("a custom domain on the whole stack");

let it: TestStack;
let dns: DnsServer;
let certificates: FakeCertificateManager;
test.before(async () => {
  [dns, certificates] = await Promise.all([startDnsServer(), startFakeCertificateManager()]);
  it = await startTestStack({
    SITES_ADDRESSES: "192.0.2.1",
    CERTIFICATE_MAP: "kairos-sites",
    DNS_SERVERS: dns.address,
    CERTIFICATE_MANAGER_HOST: certificates.host,
  });
});
test.after(async () => {
  await it.stop();
  dns.stop();
  certificates.stop();
});

interface Shown {
  state: string;
  records: { purpose: string; name: string; type: DnsType; value: string }[];
}

/** Waits until the domain is as it is wanted, and gives it. */
function until(path: string, what: string, isSo: (shown: Shown) => boolean): Promise<Shown> {
  return eventually(`the domain ${what}`, async () => {
    const shown = (await it.call("GET", path)).body as unknown as Shown;
    return isSo(shown) ? shown : null;
  });
}

test("it becomes active, is given to its tenant, and goes with it", async () => {
  const wanted = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
  const created = await it.call("POST", "/tenants", { body: wanted });
  const id = String(created.body["id"]);
  await it.until(id, "active");

  const add = () => it.call("POST", `/tenants/${id}/domains`, { body: { domain: "shop.com" } });
  assert.is((await add()).status, 202);
  const path = `/tenants/${id}/domains/shop.com`;
  const isKnown = ({ records }: Shown) => records.some(({ purpose }) => purpose === "certificate");
  const { records } = await until(path, "has all its records", isKnown);
  for (const { purpose, name, type, value } of records) {
    if (purpose !== "address" || type === "A") dns.set(name, type, value);
  }
  // Sooner than the minute after which it is looked at again.
  await add();
  await until(path, "is active", ({ state }) => state === "active");
  const tenant = it.firestore.doc(`tenants/${id}`);
  await eventually("the tenant is told", async () => {
    const domains: unknown = (await tenant.get()).get("spec.domains");
    return JSON.stringify(domains) === '["shop.com"]' ? true : null;
  });
  assert.is(certificates.names().length, 3);

  await it.call("DELETE", `/tenants/${id}`);
  await it.until(id, "gone");
  await eventually("the domain is gone", async () =>
    (await it.firestore.doc("domains/shop.com").get()).exists ? null : true,
  );
  assert.equal(certificates.names(), []);
  assert.equal(certificates.faults, []);
});

test.run();
