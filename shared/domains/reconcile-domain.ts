/**
 * Carries one custom domain towards what is wanted of it, whoever asks and however often.
 *
 *     read record ──▶ secure the next check ──▶ observe ──▶ decide ──▶ write ──▶ act ─┐
 *         ▲                                                                         │
 *         └──────────────── a race was lost, or something became decidable ◀─────────┘
 *
 * @module
 */
import type { Stored } from "../reconciler/ports.ts";
import { addSeconds, isFree } from "../tenant/tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import { decideDomain } from "./decide-domain.ts";
import type { Domain, DomainChanges } from "./domain.ts";
import type {
  DecideDomain,
  DomainAction,
  DomainDecision,
  ObservedCertificate,
  ObservedDns,
  ObservedTenant,
  Seen,
} from "./observed-domain.ts";

/** What a domain's reconcile reads, and does. Each may fail, and then the next check comes back to it. */
export interface DomainPorts {
  now: () => Date;
  readDomain: (domain: string) => Promise<Stored<Domain> | null>;
  /** Null when the record has changed since it was read. */
  writeDomain: (stored: Stored<Domain>, changes: DomainChanges) => Promise<Stored<Domain> | null>;
  readTenant: (tenantId: string) => Promise<Stored<Tenant> | null>;
  lookUp: (domain: Domain) => Promise<ObservedDns>;
  readCertificate: (domain: string) => Promise<ObservedCertificate>;
  /** Gives whether it is done; where not, it is under way elsewhere. */
  carryOut: (action: DomainAction, stored: Stored<Domain>) => Promise<boolean>;
  /** For the log: what was decided, before any of it is done. */
  decided: (domain: Domain, decision: DomainDecision) => void;
}

/** More rounds than any path through `decideDomain` takes. */
const MAX_ROUNDS = 20;

/** How long others leave a domain alone that is being reconciled: longer than that takes. */
const SECURED_SECONDS = 120;

/** Reconciles one domain. Whatever it leaves undone, `next_check_at` is set. */
export async function reconcileDomain(
  name: string,
  ports: DomainPorts,
  decideNext: DecideDomain = decideDomain,
): Promise<void> {
  const lookUp = lookUpOnce(ports);
  let done: DomainAction | null = null;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const read = await ports.readDomain(name);
    if (read === null) return;
    const stored = await secureCheck(read, ports);
    if (stored === null) continue;
    const { record } = stored;
    const tenant = toObserved(await ports.readTenant(record.tenant_id), name);
    const certificate = await ports.readCertificate(name);
    const dns = tenant !== null && needsDns(record, tenant) ? await lookUp(record) : NOT_ASKED;
    const now = ports.now();
    const decision = decideNext(record, { tenant, dns, certificate }, now);
    ports.decided(record, decision);
    // What was done and does not show yet is looked for at the next check.
    if (decision.action !== null && decision.action === done) return;
    done = decision.action ?? done;
    if (await carryOut(decision, stored, dns === NOT_ASKED ? null : now, ports)) return;
  }
}

/** Puts off a check that is due, so that whatever fails from here on, somebody comes back, and comes to others first. */
async function secureCheck(
  stored: Stored<Domain>,
  ports: DomainPorts,
): Promise<Stored<Domain> | null> {
  const now = ports.now();
  const { next_check_at } = stored.record;
  if (next_check_at !== null && next_check_at > now) return stored;
  return ports.writeDomain(stored, { next_check_at: addSeconds(now, SECURED_SECONDS) });
}

/** Writes and does what was decided. Gives whether that is all for now. */
async function carryOut(
  { changes, action, requeue, recheckAfterSeconds }: DomainDecision,
  stored: Stored<Domain>,
  checkedAt: Date | null,
  ports: DomainPorts,
): Promise<boolean> {
  const checked = checkedAt === null ? {} : { checked_at: checkedAt };
  const next_check_at =
    recheckAfterSeconds === null ? null : addSeconds(ports.now(), recheckAfterSeconds);
  // A further round follows, and until then the check that was secured counts.
  const all = requeue ? changes : { ...changes, ...checked, next_check_at };
  const written = isChanged(stored.record, all) ? await ports.writeDomain(stored, all) : stored;
  if (written === null) return false;
  const isDone = action === null || (await ports.carryOut(action, written));
  return !requeue || !isDone;
}

function isChanged(record: Domain, changes: DomainChanges): boolean {
  return Object.entries(changes).some(
    ([name, value]) =>
      JSON.stringify(record[name as keyof DomainChanges]) !== JSON.stringify(value),
  );
}

function toObserved(stored: Stored<Tenant> | null, domain: string): ObservedTenant | null {
  if (stored === null) return null;
  const { spec, status } = stored.record;
  return {
    isAbsent: spec.state === "absent",
    isRetained: spec.state === "retained",
    takesCommand: isFree(stored.record) && status.site !== null,
    isWanted: spec.domains.includes(domain),
    isLinked: status.site?.domains.includes(domain) ?? false,
  };
}

/** Nobody asks the DNS for a domain that is to go or whose tenant is deleted, or while a certificate is made for it. */
function needsDns({ wanted, state }: Domain, { isAbsent, isRetained }: ObservedTenant): boolean {
  return wanted === "present" && !isAbsent && !isRetained && state !== "issuing";
}

const NOBODY_ASKED: Seen = { is: "unknown", why: "it was not asked" };
const NOT_ASKED: ObservedDns = {
  token: NOBODY_ASKED,
  address: NOBODY_ASKED,
  authorization: NOBODY_ASKED,
};

/** Asks the DNS once in all rounds, and again only where the record to look for has become known. */
function lookUpOnce({ lookUp }: DomainPorts): DomainPorts["lookUp"] {
  let asked: { data: string | undefined; seen: ObservedDns } | null = null;
  return async (domain) => {
    const data = domain.authorization?.data;
    if (asked === null || asked.data !== data) asked = { data, seen: await lookUp(domain) };
    return asked.seen;
  };
}
