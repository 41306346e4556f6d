/** The DNS adapter, with the real resolver, against a server on the loopback address. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startDnsServer } from "../../tests/testkit/dns-server.ts";
import type { DnsFault, DnsServer } from "../../tests/testkit/dns-server.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { newDomain } from "../domains/domain.ts";
import type { Domain } from "../domains/domain.ts";
import type { ObservedDns, Seen } from "../domains/observed-domain.ts";
import { openDns } from "./dns.ts";

const test = suite("the DNS of a custom domain");

let server: DnsServer;
test.before(async () => {
  server = await startDnsServer();
});
test.before.each(() => server.empty());
test.after(() => server.stop());

const NAME = "shop.com";
const AUTHORIZATION = {
  name: "_acme-challenge.shop.com",
  type: "CNAME",
  data: "1.authorize.certificatemanager.goog",
};
const asked = {
  domain: NAME,
  tenantId: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
  token: "kairos-1",
  commandId: "c",
  requestedBy: REQUESTER,
};
const DOMAIN: Domain = { ...newDomain(asked, new Date()), authorization: AUTHORIZATION };
const SITES = ["192.0.2.1", "2001:DB8:0::1"];

/** `milliseconds` is how long the server is waited for: as long as in earnest, unless it is to be silent. */
function lookUp(domain = DOMAIN, milliseconds?: number): Promise<ObservedDns> {
  const settings = { dnsServers: [server.address], sitesAddresses: SITES };
  return openDns(settings, milliseconds).lookUp(domain);
}

/** All that a domain's owner has to set. */
function setAll(): void {
  server.set("_kairos.shop.com", "TXT", "kairos-1");
  server.set(NAME, "A", "192.0.2.1");
  server.set(AUTHORIZATION.name, "CNAME", AUTHORIZATION.data);
}

const FOUND: Seen = { is: "found" };
const ABSENT: Seen = { is: "absent", instead: [] };

test("all that is there is found", async () => {
  setAll();
  assert.equal(await lookUp(), { token: FOUND, address: FOUND, authorization: FOUND });
});

test("a domain of which there is nothing is absent, and so is one that has other records", async () => {
  const nothing = { token: ABSENT, address: ABSENT, authorization: ABSENT };
  assert.equal(await lookUp(), nothing);
  for (const name of ["_kairos.shop.com", NAME, AUTHORIZATION.name]) server.set(name, "A");
  assert.equal(await lookUp(), nothing);
});

test("the token may stand among others, in other pieces, and with space around it", async () => {
  setAll();
  server.set("_kairos.shop.com", "TXT", "x".repeat(300), " kairos-1 ");
  assert.equal((await lookUp()).token, FOUND);
  server.set("_kairos.shop.com", "TXT", "kairos-10");
  assert.equal((await lookUp()).token, { is: "absent", instead: ["kairos-10"] });
});

const addresses: [sentence: string, set: () => void, expected: Seen][] = [
  ["an alias that leads to the sites", () => alias("192.0.2.1"), FOUND],
  [
    "an alias that leads elsewhere",
    () => alias("192.0.2.9"),
    { is: "absent", instead: ["192.0.2.9"] },
  ],
  ["an IPv6 address alone, however it is written", () => v6("2001:db8:0:0::1"), FOUND],
  [
    "both, of which one leads elsewhere",
    () => {
      setAll();
      v6("2001:db8::2");
    },
    { is: "absent", instead: ["2001:db8::2"] },
  ],
  [
    "two addresses, of which one leads elsewhere",
    () => server.set(NAME, "A", "192.0.2.1", "192.0.2.9"),
    { is: "absent", instead: ["192.0.2.9"] },
  ],
];
const v6 = (address: string) => server.set(NAME, "AAAA", address);
function alias(address: string): void {
  server.set(NAME, "CNAME", "sites.kairos.app");
  server.set("sites.kairos.app", "A", address);
}
for (const [sentence, set, expected] of addresses) {
  test(`${sentence}: ${expected.is}`, async () => {
    set();
    assert.equal((await lookUp()).address, expected);
  });
}

test("the record for the certificate is another's, or not known yet", async () => {
  setAll();
  server.set(AUTHORIZATION.name, "CNAME", "2.authorize.certificatemanager.goog");
  const instead = ["2.authorize.certificatemanager.goog"];
  assert.equal((await lookUp()).authorization, { is: "absent", instead });
  assert.equal((await lookUp({ ...DOMAIN, authorization: null })).authorization, ABSENT);
});

for (const [fault, why] of [
  ["servfail", "ESERVFAIL"],
  ["refused", "EREFUSED"],
  ["silence", "ETIMEOUT"],
] as [DnsFault, string][]) {
  test(`${fault} says nothing of what is there`, async () => {
    setAll();
    for (const name of ["_kairos.shop.com", NAME, AUTHORIZATION.name]) server.fail(name, fault);
    const unknown = { is: "unknown", why };
    const expected = { token: unknown, address: unknown, authorization: unknown };
    assert.equal(await lookUp(DOMAIN, fault === "silence" ? 100 : undefined), expected);
  });
}

test("nobody at the server's address says nothing either", async () => {
  const nobody = await startDnsServer();
  nobody.stop();
  const dns = openDns({ dnsServers: [nobody.address], sitesAddresses: SITES });
  assert.is((await dns.lookUp(DOMAIN)).token.is, "unknown");
});

test("what has changed is seen at the next look", async () => {
  setAll();
  assert.is((await lookUp()).address.is, "found");
  server.remove(NAME);
  assert.is((await lookUp()).address.is, "absent");
});

test.run();
