import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { addSeconds } from "../tenant/tenant.ts";
import { decideDomain, GIVE_UP_DAYS } from "./decide-domain.ts";
import { askedAgain, askedToGo, newDomain } from "./domain.ts";
import type { Domain } from "./domain.ts";
import type {
  DomainDecision,
  ObservedCertificate,
  ObservedDns,
  ObservedDomain,
  ObservedTenant,
  Seen,
} from "./observed-domain.ts";

const test = suite("decideDomain");

const NOW = new Date("2026-11-29T12:00:00Z");
const AGO = (seconds: number) => addSeconds(NOW, -seconds);
const [MINUTE, HOUR, DAY] = [60, 3600, 24 * 3600];

const AUTHORIZATION = { name: "_acme-challenge.shop.com", type: "CNAME", data: "x.authorize.goog" };
const asked = {
  domain: "shop.com",
  tenantId: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
  token: "kairos-1",
  commandId: "c1",
  requestedBy: REQUESTER,
};
const NEW = newDomain(asked, AGO(MINUTE));
const domainIn = (state: Domain["state"], more: Partial<Domain> = {}): Domain => ({
  ...NEW,
  state,
  authorization: AUTHORIZATION,
  ...more,
});
const PENDING = domainIn("pending_dns");
const ISSUING = domainIn("issuing");
const ACTIVE = domainIn("active");
const DEGRADED = domainIn("degraded", { reason: "DnsGone" });
const GOING = {
  ...ACTIVE,
  ...askedToGo({ commandId: "c2", requestedBy: REQUESTER, now: AGO(MINUTE) }),
};

const FOUND: Seen = { is: "found" };
const ABSENT: Seen = { is: "absent", instead: [] };
const SILENT: Seen = { is: "unknown", why: "ETIMEOUT" };
const GOOD: ObservedDns = { token: FOUND, address: FOUND, authorization: FOUND };

const NOTHING: ObservedCertificate = { authorization: null, certificate: null, entry: null };
const AUTHORIZED = { ...NOTHING, authorization: { record: AUTHORIZATION } };
const certificateIn = (
  state: "provisioning" | "active" | "failed",
  issue: string | null = null,
) => ({
  ...AUTHORIZED,
  certificate: { state, issue },
});
const ISSUED = certificateIn("active");
const SERVED = { ...ISSUED, entry: { isActive: true } };

const LINKED: ObservedTenant = {
  isAbsent: false,
  isRetained: false,
  takesCommand: true,
  isWanted: true,
  isLinked: true,
};
const UNLINKED = { ...LINKED, isWanted: false, isLinked: false };

const seen = (more: Partial<ObservedDomain> = {}): ObservedDomain => ({
  tenant: UNLINKED,
  dns: GOOD,
  certificate: AUTHORIZED,
  ...more,
});

/** A decision, as far as a row of the table says. */
interface Expected extends Partial<Pick<DomainDecision, "action" | "recheckAfterSeconds">> {
  changes?: Partial<DomainDecision["changes"]>;
  message?: RegExp;
}

const act = (action: DomainDecision["action"]): Expected => ({ action, changes: {} });
const become = (state: Domain["state"]): Expected => ({
  action: null,
  changes: { state, state_since: NOW },
});

const table: [sentence: string, domain: Domain, observed: ObservedDomain, expected: Expected][] = [
  // ------------------------------------------------------------------ pending_dns
  [
    "a new one gets its authorization first, so that all records can be told at once",
    NEW,
    seen({ certificate: NOTHING }),
    act("createAuthorization"),
  ],
  [
    "the record of the authorization is noted for whoever has to set it",
    NEW,
    seen(),
    { action: null, changes: { authorization: AUTHORIZATION } },
  ],
  [
    "an authorization that does not say yet which record it wants is waited for",
    NEW,
    seen({ certificate: { ...NOTHING, authorization: { record: null } } }),
    { action: null, changes: {}, recheckAfterSeconds: MINUTE },
  ],
  [
    "one whose records are missing says which, and where it leads instead",
    PENDING,
    seen({
      dns: {
        token: ABSENT,
        address: { is: "absent", instead: ["192.0.2.9"] },
        authorization: ABSENT,
      },
    }),
    {
      action: null,
      changes: { reason: "DnsNotSet" },
      message:
        /^The TXT record _kairos\.shop\.com does not hold kairos-1\. shop\.com does not lead to the sites alone, but to 192\.0\.2\.9\. The CNAME record _acme-challenge\.shop\.com does not lead to x\.authorize\.goog\.$/,
      recheckAfterSeconds: MINUTE,
    },
  ],
  ...(["token", "address", "authorization"] as const).map((part): (typeof table)[number] => [
    `one waits for its ${part}`,
    PENDING,
    seen({ dns: { ...GOOD, [part]: ABSENT } }),
    { action: null, changes: { reason: "DnsNotSet" } },
  ]),
  [
    "one whose DNS does not answer says so",
    PENDING,
    seen({ dns: { ...GOOD, token: SILENT } }),
    {
      changes: { reason: "DnsUnreachable" },
      message: /^The DNS of shop\.com does not answer: ETIMEOUT\.$/,
    },
  ],
  [
    "the pauses grow with the time: a tenth of it",
    { ...PENDING, requested_at: AGO(2 * HOUR) },
    seen({ dns: { ...GOOD, token: ABSENT } }),
    { recheckAfterSeconds: 720 },
  ],
  [
    "up to an hour",
    { ...PENDING, requested_at: AGO(13 * DAY) },
    seen({ dns: { ...GOOD, token: ABSENT } }),
    { recheckAfterSeconds: HOUR, changes: { reason: "DnsNotSet" } },
  ],
  [
    "after 14 days it is given up",
    { ...PENDING, requested_at: AGO(GIVE_UP_DAYS * DAY) },
    seen({ dns: { ...GOOD, token: ABSENT } }),
    {
      changes: { reason: "GivenUp" },
      message: /looked for during 14 days: add the domain again/,
      recheckAfterSeconds: null,
    },
  ],
  [
    "one that is set after all goes on",
    { ...PENDING, requested_at: AGO(GIVE_UP_DAYS * DAY) },
    seen(),
    become("issuing"),
  ],
  [
    "one that is asked for once more is looked for once more",
    {
      ...PENDING,
      requested_at: AGO(GIVE_UP_DAYS * DAY),
      ...askedAgain({ commandId: "c2", requestedBy: REQUESTER, now: AGO(MINUTE) }),
    },
    seen({ dns: { ...GOOD, token: ABSENT } }),
    { changes: { reason: "DnsNotSet" }, recheckAfterSeconds: MINUTE },
  ],
  ["one with all records is issued", PENDING, seen(), become("issuing")],
  [
    "after a failed certificate it waits",
    { ...PENDING, reason: "CertificateFailed", retry_at: addSeconds(NOW, 600) },
    seen(),
    { action: null, changes: {}, recheckAfterSeconds: 600 },
  ],
  [
    "the failed certificate that was left goes before another one is asked for",
    { ...PENDING, retry_at: NOW },
    seen({ certificate: certificateIn("failed") }),
    act("deleteCertificate"),
  ],
  // ------------------------------------------------------------------ issuing
  ["the certificate is asked for", ISSUING, seen(), act("createCertificate")],
  [
    "a certificate that is being issued is waited for, with what Certificate Manager says",
    ISSUING,
    seen({ certificate: certificateIn("provisioning", "CAA forbids it.") }),
    {
      action: null,
      changes: { reason: "CertificatePending" },
      message: /Certificate Manager says: CAA forbids it\.$/,
      recheckAfterSeconds: MINUTE,
    },
  ],
  [
    "a certificate that has failed is deleted, and tried again in an hour",
    ISSUING,
    seen({ certificate: certificateIn("failed", "No.") }),
    {
      action: "deleteCertificate",
      changes: {
        state: "pending_dns",
        reason: "CertificateFailed",
        retry_at: addSeconds(NOW, HOUR),
      },
      message: /next attempt is in an hour\. Certificate Manager says: No\.$/,
    },
  ],
  [
    "the entry comes after the certificate",
    ISSUING,
    seen({ certificate: ISSUED }),
    act("createEntry"),
  ],
  [
    "an entry that does not serve yet is waited for",
    ISSUING,
    seen({ certificate: { ...ISSUED, entry: { isActive: false } } }),
    { action: null, changes: { reason: "CertificatePending" } },
  ],
  ["with both it is active", ISSUING, seen({ certificate: SERVED }), become("active")],
  [
    "without its authorization it begins anew",
    ISSUING,
    seen({ certificate: NOTHING }),
    become("pending_dns"),
  ],
  // ------------------------------------------------------------------ active
  [
    "an active one is given to its tenant",
    ACTIVE,
    seen({ certificate: SERVED }),
    { action: "commandTenant" },
  ],
  [
    "but not while a command of the tenant is under way",
    ACTIVE,
    seen({ certificate: SERVED, tenant: { ...UNLINKED, takesCommand: false } }),
    { action: null, changes: { reason: "WaitingForTenant" }, recheckAfterSeconds: MINUTE },
  ],
  [
    "until its site has it, it is waited for",
    ACTIVE,
    seen({ certificate: SERVED, tenant: { ...LINKED, isLinked: false } }),
    { action: null, changes: { reason: "WaitingForSite" }, recheckAfterSeconds: MINUTE },
  ],
  [
    "then it is looked at daily",
    { ...ACTIVE, gone_since: AGO(60), unknown_since: AGO(60) },
    seen({ certificate: SERVED, tenant: LINKED }),
    {
      action: null,
      changes: { reason: null, message: null, gone_since: null, unknown_since: null },
      recheckAfterSeconds: DAY,
    },
  ],
  [
    "without the record for its certificate it stays, and says that it will not be renewed",
    ACTIVE,
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, authorization: ABSENT } }),
    {
      changes: { reason: "RenewalAtRisk" },
      message: /is not renewed\.$/,
      recheckAfterSeconds: DAY,
    },
  ],
  [
    "what the DNS does not say of that record is no matter",
    ACTIVE,
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, authorization: SILENT } }),
    { changes: { reason: null }, recheckAfterSeconds: DAY },
  ],
  [
    "a certificate that is being renewed serves on",
    ACTIVE,
    seen({
      certificate: { ...certificateIn("provisioning"), entry: SERVED.entry },
      tenant: LINKED,
    }),
    { changes: { reason: null } },
  ],
  ...(["token", "address"] as const).map((part): (typeof table)[number] => [
    `once its ${part} is gone it is looked at again soon`,
    ACTIVE,
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, [part]: ABSENT } }),
    {
      action: null,
      changes: { reason: "DnsGone", gone_since: NOW, unknown_since: null },
      recheckAfterSeconds: 15 * MINUTE,
    },
  ]),
  [
    "one whose DNS has been gone for an hour is degraded",
    { ...ACTIVE, gone_since: AGO(HOUR) },
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: ABSENT } }),
    {
      ...become("degraded"),
      changes: { state: "degraded", reason: "DnsGone", gone_since: AGO(HOUR) },
      message: /^shop\.com leads nowhere\.$/,
    },
  ],
  [
    "not a second earlier",
    { ...ACTIVE, gone_since: AGO(HOUR - 1) },
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: ABSENT } }),
    { changes: { reason: "DnsGone", gone_since: AGO(HOUR - 1) } },
  ],
  [
    "DNS that does not answer is not gone: for three days it is waited for",
    { ...ACTIVE, unknown_since: AGO(3 * DAY - 1) },
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: SILENT } }),
    {
      changes: { reason: "DnsUnreachable", unknown_since: AGO(3 * DAY - 1) },
      recheckAfterSeconds: HOUR,
    },
  ],
  [
    "after that it is degraded",
    { ...ACTIVE, unknown_since: AGO(3 * DAY) },
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: SILENT } }),
    { changes: { state: "degraded", reason: "DnsUnreachable" } },
  ],
  [
    "what surely is not there counts more than what nobody knows",
    { ...ACTIVE, unknown_since: AGO(3 * DAY) },
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: ABSENT, token: SILENT } }),
    { changes: { reason: "DnsGone", gone_since: NOW, unknown_since: null } },
  ],
  [
    "while nobody knows, what was gone stays so",
    { ...ACTIVE, gone_since: AGO(HOUR) },
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: SILENT } }),
    { changes: { reason: "DnsUnreachable", unknown_since: NOW } },
  ],
  ...(
    [
      ["its certificate", { ...SERVED, certificate: null }],
      ["its entry", ISSUED],
      ["a certificate that has not failed", { ...certificateIn("failed"), entry: SERVED.entry }],
    ] as const
  ).map(([what, certificate]): (typeof table)[number] => [
    `one that has lost ${what} is degraded`,
    ACTIVE,
    seen({ certificate, tenant: LINKED }),
    { changes: { state: "degraded", reason: "CertificateLost" } },
  ]),
  // ------------------------------------------------------------------ degraded
  [
    "its site leaves a degraded one",
    DEGRADED,
    seen({ certificate: SERVED, tenant: LINKED, dns: { ...GOOD, address: ABSENT } }),
    act("commandTenant"),
  ],
  [
    "a degraded one that leads elsewhere is looked at again and again",
    { ...DEGRADED, state_since: AGO(10 * HOUR) },
    seen({ certificate: SERVED, dns: { ...GOOD, address: ABSENT } }),
    { action: null, changes: { reason: "DnsGone" }, recheckAfterSeconds: HOUR },
  ],
  [
    "daily in the end",
    { ...DEGRADED, state_since: AGO(100 * DAY) },
    seen({ certificate: SERVED, dns: { ...GOOD, address: SILENT } }),
    { changes: { reason: "DnsUnreachable" }, recheckAfterSeconds: DAY },
  ],
  [
    "it comes back by itself",
    { ...DEGRADED, gone_since: AGO(HOUR) },
    seen({ certificate: SERVED }),
    { changes: { state: "active", reason: null, gone_since: null, unknown_since: null } },
  ],
  ["without a certificate it is issued one anew", DEGRADED, seen(), become("issuing")],
  [
    "for that it needs the record again",
    DEGRADED,
    seen({ dns: { ...GOOD, authorization: ABSENT } }),
    { action: null, changes: { reason: "DnsGone" } },
  ],
  [
    "the entry goes before the certificate that has failed",
    DEGRADED,
    seen({ certificate: { ...certificateIn("failed"), entry: SERVED.entry } }),
    act("deleteEntry"),
  ],
  [
    "then the certificate",
    DEGRADED,
    seen({ certificate: certificateIn("failed") }),
    act("deleteCertificate"),
  ],
  // ------------------------------------------------------------------ its end
  [
    "the site leaves a domain that is to go",
    GOING,
    seen({ certificate: SERVED, tenant: LINKED }),
    act("commandTenant"),
  ],
  [
    "when the tenant's command has ended",
    GOING,
    seen({ certificate: SERVED, tenant: { ...LINKED, takesCommand: false } }),
    { action: null, changes: { reason: "BeingRemoved" }, recheckAfterSeconds: MINUTE },
  ],
  [
    "nothing of it goes before its site has left it",
    GOING,
    seen({ certificate: SERVED, tenant: { ...LINKED, isWanted: false } }),
    { action: null, changes: { reason: "BeingRemoved" }, recheckAfterSeconds: MINUTE },
  ],
  ["then its entry goes", GOING, seen({ certificate: SERVED }), act("deleteEntry")],
  ["its certificate", GOING, seen({ certificate: ISSUED }), act("deleteCertificate")],
  ["its authorization", GOING, seen(), act("deleteAuthorization")],
  ["and its record last", GOING, seen({ certificate: NOTHING }), act("deleteRecord")],
  ...[PENDING, ISSUING, ACTIVE, DEGRADED, GOING].flatMap((domain): typeof table => [
    [
      `one of a tenant that is being deleted stays as it is: ${domain.state}, ${domain.wanted}`,
      domain,
      seen({ certificate: SERVED, tenant: { ...LINKED, isAbsent: true } }),
      { action: null, changes: { reason: "WaitingForTenant" }, recheckAfterSeconds: MINUTE },
    ],
    [
      `one of a tenant whose deletion can be taken back is left alone: ${domain.state}, ${domain.wanted}`,
      domain,
      seen({ certificate: SERVED, tenant: { ...LINKED, isRetained: true } }),
      { action: null, changes: {}, recheckAfterSeconds: 60 * MINUTE },
    ],
    [
      `one of a tenant that is gone is taken apart: ${domain.state}, ${domain.wanted}`,
      domain,
      seen({ certificate: SERVED, tenant: null }),
      act("deleteEntry"),
    ],
  ]),
];

for (const [sentence, domain, observed, expected] of table) {
  test(sentence, () => {
    const decision = decideDomain(domain, observed, NOW);
    const { changes = {}, message, ...rest } = expected;
    for (const [name, value] of Object.entries(rest)) {
      assert.equal(decision[name as keyof DomainDecision], value, name);
    }
    for (const [name, value] of Object.entries(changes)) {
      assert.equal((decision.changes as Record<string, unknown>)[name], value, name);
    }
    if (message !== undefined) assert.match(decision.changes.message ?? "", message);
  });
}

test("it is never said that all is well while something is wrong, and a reason has a message", () => {
  for (const [sentence, domain, observed] of table) {
    const { changes } = decideDomain(domain, observed, NOW);
    if (changes.reason === undefined) continue;
    assert.is(changes.reason === null, changes.message === null, sentence);
  }
});

test("what is decided leads on: nothing is to be looked at again at once that changes nothing", () => {
  for (const [sentence, domain, observed] of table) {
    const { changes, action, requeue } = decideDomain(domain, observed, NOW);
    assert.ok(!requeue || action !== null || Object.keys(changes).length > 0, sentence);
  }
});

test.run();
