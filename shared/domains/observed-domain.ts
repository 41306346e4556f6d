/**
 * What a decision about a custom domain rests on, and what it consists of. Pure.
 *
 * @module
 */
import type { DnsRecord, Domain, DomainChanges } from "./domain.ts";

/**
 * What the DNS says of a thing that should be there: `found`; `absent`, also where something else is there, which `instead`
 * names; `unknown` where it does not answer, or with an error.
 */
export type Seen =
  | { is: "found" }
  | { is: "absent"; instead: string[] }
  | { is: "unknown"; why: string };

/** What the DNS says of a domain. */
export interface ObservedDns {
  /** Whether the TXT record holds the token. */
  token: Seen;
  /** Whether the domain leads to the sites, and to nothing else. */
  address: Seen;
  /** Whether the record is there by which a certificate may be issued; absent while nobody knows which that is. */
  authorization: Seen;
}

/** What Certificate Manager has for a domain. What is not there is null. */
export interface ObservedCertificate {
  /** With the record that it wants, where it says so yet. */
  authorization: { record: DnsRecord | null } | null;
  certificate: { state: "provisioning" | "active" | "failed"; issue: string | null } | null;
  entry: { isActive: boolean } | null;
}

/** The domain's tenant, as far as it matters. */
export interface ObservedTenant {
  /** Whether it is being deleted for good. */
  isAbsent: boolean;
  /** Whether it is deleted in a way that can be taken back. */
  isRetained: boolean;
  /** Whether it has a site and no command of it is under way, which a new one would interrupt. */
  takesCommand: boolean;
  /** Whether its site is to have the domain. */
  isWanted: boolean;
  /** Whether its site has it, or may have it. */
  isLinked: boolean;
}

/** All that a decision rests on. A tenant that is gone is null. */
export interface ObservedDomain {
  tenant: ObservedTenant | null;
  dns: ObservedDns;
  certificate: ObservedCertificate;
}

/** A change outside the domain's record. Each may be done again. */
export type DomainAction =
  /** Makes the tenant's spec say which domains its site is to have. */
  | "commandTenant"
  | "createAuthorization"
  | "createCertificate"
  | "createEntry"
  | "deleteEntry"
  | "deleteCertificate"
  | "deleteAuthorization"
  /** With it, the domain is free. */
  | "deleteRecord";

export interface DomainDecision {
  /** Written before the action, so that whoever comes next knows of it. */
  changes: DomainChanges;
  action: DomainAction | null;
  /** Whether to look once more at once, since something has become decidable. */
  requeue: boolean;
  /** When to look again at the latest; null when there is nothing left to do before somebody asks. */
  recheckAfterSeconds: number | null;
}

/** Decides what is next. */
export type DecideDomain = (domain: Domain, observed: ObservedDomain, now: Date) => DomainDecision;
