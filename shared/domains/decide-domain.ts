/**
 * What is to be written and done next for a custom domain: total, pure and plain.
 *
 *     pending_dns ──▶ issuing ──▶ active ◀──▶ degraded        taken apart from any of them:
 *          ▲             │                        │           entry, certificate, authorization, record
 *          └─ it failed ─┘◀── no certificate ─────┘
 *
 * @module
 */
import { addSeconds } from "../tenant/tenant.ts";
import {
  act,
  become,
  becomeActive,
  change,
  DAY,
  growing,
  HOUR,
  keep,
  MINUTE,
  secondsBetween,
  told,
  withMarks,
} from "./domain-decisions.ts";
import { judgeDns } from "./dns-verdict.ts";
import type { DnsVerdict } from "./dns-verdict.ts";
import { isServed } from "./domain.ts";
import type { Domain, DomainChanges, DomainReason } from "./domain.ts";
import type {
  DomainDecision,
  ObservedCertificate,
  ObservedDomain,
  ObservedTenant,
} from "./observed-domain.ts";

/** A domain whose DNS is not set by then is not looked at any more. */
export const GIVE_UP_DAYS = 14;

/** DNS that says something else for so long is no slip of whoever changes it. */
export const GONE_SECONDS = HOUR;

/** DNS that does not answer for so long counts as gone. */
export const UNKNOWN_SECONDS = 3 * DAY;

/** No certificate is asked for so soon after one has failed: the authorities count attempts. */
export const RETRY_SECONDS = HOUR;

/** Decides what is to be written and done next. Performs nothing itself. */
export function decideDomain(domain: Domain, observed: ObservedDomain, now: Date): DomainDecision {
  const { tenant, certificate } = observed;
  if (tenant === null) return takeApart(certificate);
  if (tenant.isAbsent) return waitForEnd(domain, now);
  // Record and certificate stay as they are, for the deletion may be taken back.
  if (tenant.isRetained) return { ...keep({}), recheckAfterSeconds: HOUR };
  // Before all else, its site leaves what it is not to have.
  if (tenant.isWanted && !isServed(domain)) return command(tenant, domain.reason);
  if (domain.wanted === "absent") return remove(domain, tenant, certificate, now);
  switch (domain.state) {
    case "pending_dns":
      return pending(domain, observed, now);
    case "issuing":
      return issuing(domain, certificate, now);
    case "active":
      return active(domain, observed, tenant, now);
    case "degraded":
      return degraded(domain, observed, now);
  }
}

/** Nothing of it is left when its record goes. What another one still needs is deleted after that. */
function takeApart({ entry, certificate, authorization }: ObservedCertificate): DomainDecision {
  if (entry !== null) return act("deleteEntry");
  if (certificate !== null) return act("deleteCertificate");
  if (authorization !== null) return act("deleteAuthorization");
  return act("deleteRecord");
}

/** With the tenant its site goes, and then there is no tenant. */
function waitForEnd({ requested_at }: Domain, now: Date): DomainDecision {
  return told("WaitingForTenant", "Its tenant is being deleted.", growing(requested_at, now, HOUR));
}

/** Not before the site has left it: somebody else may have it as soon as the record is gone. */
function remove(
  { requested_at }: Domain,
  tenant: ObservedTenant,
  certificate: ObservedCertificate,
  now: Date,
): DomainDecision {
  if (!tenant.isLinked) return takeApart(certificate);
  const message = "Its site is being told to leave it.";
  return told("BeingRemoved", message, growing(requested_at, now, HOUR));
}

/** All three records first: a certificate that is asked for too early fails, and the authorities count that. */
function pending(domain: Domain, { dns, certificate }: ObservedDomain, now: Date): DomainDecision {
  if (certificate.authorization === null) return act("createAuthorization");
  const authorization = certificate.authorization.record;
  if (authorization === null) return { ...keep({}), recheckAfterSeconds: MINUTE };
  if (!isSame(domain.authorization, authorization)) return change({ authorization });
  if (domain.retry_at !== null && now < domain.retry_at) {
    return { ...keep({}), recheckAfterSeconds: secondsBetween(now, domain.retry_at) };
  }
  // What has failed goes before there is another one.
  if (certificate.certificate?.state === "failed") return act("deleteCertificate");
  const verdict = judgeDns(domain, dns, ["token", "address", "authorization"]);
  if (verdict.is === "good") return become("issuing", "CertificatePending", ISSUING, now);
  if (addSeconds(domain.requested_at, GIVE_UP_DAYS * DAY) <= now) return giveUp(verdict.message);
  const reason = verdict.is === "gone" ? "DnsNotSet" : "DnsUnreachable";
  return told(reason, verdict.message, growing(domain.requested_at, now, HOUR));
}

const ISSUING = "The certificate is being issued.";

function giveUp(missing: string): DomainDecision {
  const message = `${missing} It was looked for during ${GIVE_UP_DAYS} days: add the domain again when it is set.`;
  return { ...keep({ reason: "GivenUp", message }), recheckAfterSeconds: null };
}

/** The entry comes after the certificate, so that one that fails can be deleted. */
function issuing(
  domain: Domain,
  { authorization, certificate, entry }: ObservedCertificate,
  now: Date,
): DomainDecision {
  if (authorization === null) return become("pending_dns", null, null, now);
  if (certificate === null) return act("createCertificate");
  if (certificate.state === "failed") return failed(certificate.issue, now);
  const pause = growing(domain.state_since, now, HOUR);
  if (certificate.state === "provisioning") {
    return told("CertificatePending", withIssue(ISSUING, certificate.issue), pause);
  }
  if (entry === null) return act("createEntry");
  if (!entry.isActive) {
    return told(
      "CertificatePending",
      "The certificate is being brought to the load balancer.",
      pause,
    );
  }
  return becomeActive(now);
}

function failed(issue: string | null, now: Date): DomainDecision {
  const message = withIssue(
    "No certificate could be issued; the next attempt is in an hour.",
    issue,
  );
  const state = become("pending_dns", "CertificateFailed", message, now);
  return {
    ...state,
    changes: { ...state.changes, retry_at: addSeconds(now, RETRY_SECONDS) },
    action: "deleteCertificate",
  };
}

function withIssue(message: string, issue: string | null): string {
  return issue === null ? message : `${message} Certificate Manager says: ${issue}`;
}

function active(
  domain: Domain,
  { dns, certificate }: ObservedDomain,
  tenant: ObservedTenant,
  now: Date,
): DomainDecision {
  if (!hasCertificate(certificate)) {
    const issue = certificate.certificate?.issue ?? null;
    const message = withIssue("Its certificate is not there any more.", issue);
    return become("degraded", "CertificateLost", message, now);
  }
  const verdict = judgeDns(domain, dns, ["token", "address"]);
  const marks = marksOf(domain, verdict, now);
  if (verdict.is !== "good") return troubled(verdict, marks, now);
  if (!tenant.isWanted) return withMarks(command(tenant, null), marks);
  if (!tenant.isLinked) return withMarks(waitForSite(domain, now), marks);
  return withMarks(settled(domain, judgeDns(domain, dns, ["authorization"])), marks);
}

/** Since when the DNS is not as it should be. While nobody knows, what was known counts on. */
function marksOf(domain: Domain, verdict: DnsVerdict, now: Date): DomainChanges {
  switch (verdict.is) {
    case "good":
      return { gone_since: null, unknown_since: null };
    case "gone":
      return { gone_since: domain.gone_since ?? now, unknown_since: null };
    case "unknown":
      return { unknown_since: domain.unknown_since ?? now };
  }
}

/** One look is not enough: whoever moves a domain from one provider to another may be seen between them. */
function troubled(
  verdict: Exclude<DnsVerdict, { is: "good" }>,
  marks: DomainChanges,
  now: Date,
): DomainDecision {
  const [since, allowed] =
    verdict.is === "gone"
      ? [marks.gone_since, GONE_SECONDS]
      : [marks.unknown_since, UNKNOWN_SECONDS];
  const reason = verdict.is === "gone" ? "DnsGone" : "DnsUnreachable";
  if (since && addSeconds(since, allowed) <= now) {
    return withMarks(become("degraded", reason, verdict.message, now), marks);
  }
  const pause = verdict.is === "gone" ? 15 * MINUTE : HOUR;
  return withMarks(told(reason, verdict.message, pause), marks);
}

function waitForSite({ state_since }: Domain, now: Date): DomainDecision {
  const message = "Its site is being told of it.";
  return told("WaitingForSite", message, growing(state_since, now, HOUR));
}

/** Looked at daily. Without the record for the certificate, that cannot be renewed. */
function settled({ domain }: Domain, renewal: DnsVerdict): DomainDecision {
  if (renewal.is !== "gone") return told(null, null, DAY);
  const message = `${renewal.message} Without it the certificate of ${domain} is not renewed.`;
  return told("RenewalAtRisk", message, DAY);
}

/** It comes back by itself when the DNS does. */
function degraded(domain: Domain, { dns, certificate }: ObservedDomain, now: Date): DomainDecision {
  const isServing = hasCertificate(certificate);
  const parts = ["token", "address"] as const;
  const verdict = judgeDns(domain, dns, isServing ? parts : [...parts, "authorization"]);
  if (verdict.is !== "good") {
    const reason = verdict.is === "gone" ? "DnsGone" : "DnsUnreachable";
    return told(reason, verdict.message, growing(domain.state_since, now, DAY));
  }
  if (isServing) return becomeActive(now);
  // What has failed is deleted, and before it the entry that needs it.
  const hasFailed = certificate.certificate?.state === "failed";
  if (hasFailed) return act(certificate.entry === null ? "deleteCertificate" : "deleteEntry");
  return become("issuing", "CertificatePending", ISSUING, now);
}

/** Whether visitors get a certificate. While it is renewed, they get the older one. */
function hasCertificate({ certificate, entry }: ObservedCertificate): boolean {
  return certificate !== null && certificate.state !== "failed" && entry !== null;
}

/** The tenant is told as soon as nothing else of it is under way, which a new command would interrupt. */
function command(tenant: ObservedTenant, reason: DomainReason | null): DomainDecision {
  if (tenant.takesCommand) return act("commandTenant");
  const message = "Its site is told as soon as it is there and the tenant's operation has ended.";
  return told(reason ?? "WaitingForTenant", message, MINUTE);
}

function isSame(
  one: Domain["authorization"],
  other: NonNullable<Domain["authorization"]>,
): boolean {
  return one?.name === other.name && one.type === other.type && one.data === other.data;
}
