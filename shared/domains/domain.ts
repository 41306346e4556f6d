/**
 * The record of a custom domain. Its document's id is the domain, so that making the record is what reserves the
 * domain for its tenant. Pure.
 *
 * @module
 */
import { addSeconds, TRIGGER_GRACE_SECONDS } from "../tenant/tenant.ts";
import type { Requester } from "../tenant/tenant.ts";

/** How far a domain is; the API's `state`. */
export const DOMAIN_STATES = ["pending_dns", "issuing", "active", "degraded"] as const;
export type DomainState = (typeof DOMAIN_STATES)[number];

/** Why a domain is not simply `active`, for programs; `message` says it to people. */
export const DOMAIN_REASONS = [
  "DnsNotSet",
  "DnsUnreachable",
  "DnsGone",
  "GivenUp",
  "CertificatePending",
  "CertificateFailed",
  "CertificateLost",
  "RenewalAtRisk",
  "WaitingForTenant",
  "WaitingForSite",
  "BeingRemoved",
] as const;
export type DomainReason = (typeof DOMAIN_REASONS)[number];

/** A record that somebody has to have in the DNS. */
export interface DnsRecord {
  name: string;
  type: string;
  data: string;
}

/** The document `domains/{domain}`. Callers write `wanted`, `command_id` and `requested_…`; all else its reconcile writes. */
export interface Domain {
  /** In lower case, and in ASCII. */
  domain: string;
  tenant_id: string;
  /** `absent`: it is being taken apart, and the record goes last. */
  wanted: "present" | "absent";
  /** Fresh with every command, so that a caller recognises its own write after an unclear commit. */
  command_id: string;
  created_at: Date;
  /** When it was last asked for: the days until it is given up count from then. */
  requested_at: Date;
  requested_by: Requester;
  /** What its owner puts into the DNS to show that it is theirs. */
  token: string;
  state: DomainState;
  state_since: Date;
  reason: DomainReason | null;
  message: string | null;
  /** The record by which Certificate Manager is let issue; null before it has said which. */
  authorization: DnsRecord | null;
  /** Since when the DNS says something else than it should; null while it does not. */
  gone_since: Date | null;
  /** Since when the DNS does not answer; null while it does. */
  unknown_since: Date | null;
  /** When a certificate may be asked for again after one has failed. */
  retry_at: Date | null;
  checked_at: Date | null;
  /** When to look again; null when there is nothing left to do before somebody asks. */
  next_check_at: Date | null;
}

/** What reconciling changes. */
export type DomainChanges = Partial<
  Pick<
    Domain,
    | "state"
    | "state_since"
    | "reason"
    | "message"
    | "authorization"
    | "gone_since"
    | "unknown_since"
    | "retry_at"
    | "checked_at"
    | "next_check_at"
  >
>;

/** What has to be known of a domain to ask for it. */
export interface NewDomain {
  domain: string;
  tenantId: string;
  token: string;
  commandId: string;
  requestedBy: Requester;
}

/** A domain as it is when it is asked for. */
export function newDomain(asked: NewDomain, now: Date): Domain {
  const { domain, tenantId, token, commandId, requestedBy } = asked;
  return {
    domain,
    tenant_id: tenantId,
    wanted: "present",
    command_id: commandId,
    created_at: now,
    requested_at: now,
    requested_by: requestedBy,
    token,
    state: "pending_dns",
    state_since: now,
    reason: null,
    message: null,
    authorization: null,
    gone_since: null,
    unknown_since: null,
    retry_at: null,
    checked_at: null,
    next_check_at: addSeconds(now, TRIGGER_GRACE_SECONDS),
  };
}

/** What a command to a domain says of itself. */
export interface DomainCommand {
  commandId: string;
  requestedBy: Requester;
  now: Date;
}

/** It is asked for once more: the days until it is given up begin anew, and it is looked at soon. */
export function askedAgain({ commandId, requestedBy, now }: DomainCommand): Partial<Domain> {
  return {
    command_id: commandId,
    requested_at: now,
    requested_by: requestedBy,
    next_check_at: addSeconds(now, TRIGGER_GRACE_SECONDS),
  };
}

/** It is to go. */
export function askedToGo({ commandId, requestedBy, now }: DomainCommand): Partial<Domain> {
  return {
    wanted: "absent",
    command_id: commandId,
    requested_at: now,
    requested_by: requestedBy,
    reason: "BeingRemoved",
    message: "The domain is being removed.",
    next_check_at: addSeconds(now, TRIGGER_GRACE_SECONDS),
  };
}

/** Whether visitors are to reach their site by it. */
export function isServed({ wanted, state }: Domain): boolean {
  return wanted === "present" && state === "active";
}

/** The domains that a tenant's site is to have, by all records of the tenant: the first asked for is the main address. */
export function servedDomains(domains: readonly Domain[]): string[] {
  return domains
    .filter(isServed)
    .toSorted(
      (left, right) =>
        left.created_at.getTime() - right.created_at.getTime() ||
        (left.domain < right.domain ? -1 : 1),
    )
    .map(({ domain }) => domain);
}

/** Where its owner puts the token. */
export function tokenName(domain: string): string {
  return `_kairos.${domain}`;
}
