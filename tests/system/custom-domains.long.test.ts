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
  linked: boolean;
  records: { purpose: string; name: string; type: DnsType; value: string }[];
}

/** Waits until the domain is as it is wanted, and gives it. */
function until(path: string, what: string, isSo: (shown: Shown) => boolean): Promise<Shown> {
  return eventually(`the domain ${what}`, async () => {
    const shown = (await it.call("GET", path)).body as unknown as Shown;
    return isSo(shown) ? shown : null;
  });
}

test("it becomes active, its site answers to it, and it goes: by itself, or with its tenant", async () => {
  const wanted = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
  const created = await it.call("POST", "/tenants", { body: wanted });
  const id = String(created.body["id"]);
  await it.until(id, "active");

  await addServed(id, "shop.com");
  await addServed(id, "other.com");
  assert.is(certificates.names().length, 6);

  const path = `/tenants/${id}/domains/shop.com`;
  assert.is((await it.call("DELETE", path)).status, 202);
  await eventually("the domain has left its site, and is gone", async () => {
    // A repetition triggers its check sooner than the minute after which it would come.
    return (await it.call("DELETE", path)).status === 404 ? true : null;
  });
  const left = (await it.firestore.doc(`tenants/${id}`).get()).get(
    "status.site.domains",
  ) as unknown;
  assert.equal(left, ["other.com"]);
  assert.is(certificates.names().length, 3);

  await it.call("DELETE", `/tenants/${id}`);
  await it.until(id, "gone");
  await eventually("the other domain is gone", async () =>
    (await it.firestore.doc("domains/other.com").get()).exists ? null : true,
  );
  assert.equal(certificates.names(), []);
  assert.equal(certificates.faults, []);
});

/** Adds a domain, sets what its owner has to, and waits until the site answers to it. */
async function addServed(id: string, domain: string): Promise<void> {
  const add = () => it.call("POST", `/tenants/${id}/domains`, { body: { domain } });
  assert.is((await add()).status, 202);
  const path = `/tenants/${id}/domains/${domain}`;
  const isKnown = ({ records }: Shown) => records.some(({ purpose }) => purpose === "certificate");
  const { records } = await until(path, "has all its records", isKnown);
  for (const { purpose, name, type, value } of records) {
    if (purpose !== "address" || type === "A") dns.set(name, type, value);
  }
  // Sooner than the minute after which it is looked at again.
  await add();
  await until(path, "is served", ({ state, linked }) => state === "active" && linked);
}

test.run();
