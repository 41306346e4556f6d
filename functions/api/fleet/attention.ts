/**
 * What needs a hand: of all that was seen of the fleet, what will not come right by itself, or takes longer than it should. Pure.
 *
 * @module
 */
import type { Domain } from "../../../shared/domains/domain.ts";
import type { OpenDeletion } from "../../../shared/firestore/fleet.ts";
import type { Rollout } from "../../../shared/rollouts/rollout.ts";
import { withoutPersonalData } from "../../../shared/tenant/personal-data.ts";
import { isNobodys } from "../../../shared/tenant/standby.ts";
import { addSeconds, currentOperation, isSettled, isToGo } from "../../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../../shared/tenant/tenant.ts";
import type { ShownOperation } from "../../../shared/tenant/shown-operation.ts";
import type { Estimates } from "../history/estimates.ts";

/** In the order of their urgency. */
export const ATTENTION_KINDS = [
  /** A command was given up. */
  "failed",
  /** Nobody can work on its record. */
  "damaged",
  /** A custom domain is not served any more. */
  "domain",
  /** It is under way for longer than others of its kind. */
  "stuck",
  /** A deletion fails again and again, or takes too long. */
  "deletion",
  /** Nobody is moved until somebody resumes it. */
  "rollout",
  /** A site is on its old bench again. */
  "upgrade",
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export interface Attention {
  kind: AttentionKind;
  tenantId: string | null;
  subdomain: string | null;
  domain: string | null;
  rolloutId: string | null;
  since: Date;
  reason: string | null;
  /** The same for people, without personal data. */
  message: string | null;
}

/** A tenant that was looked at, with the fields of its record that are damaged. */
export interface Seen {
  tenant: Tenant;
  damaged: readonly string[];
}

/** What was seen of the fleet. */
export interface SeenFleet {
  /** Whose newest attempt has failed, given up or not. */
  failing: readonly Seen[];
  /** The attempts that have no outcome. */
  operations: readonly ShownOperation[];
  /** The deletions that are open for over an hour. */
  deletions: readonly OpenDeletion[];
  /** Who was taken back from an upgrade. */
  upgrades: readonly Seen[];
  domains: readonly Domain[];
  rollouts: readonly Rollout[];
  /** The tenants that all of these are about, and others that may be damaged. */
  tenants: ReadonlyMap<string, Seen>;
}

/** An attempt that is over by then is nobody's news, though others of its kind take even less. */
export const SETTLED_WITHIN_SECONDS = 120;

/** Where nobody knows how long an operation takes. */
const UNKNOWN_SECONDS = 30 * 60;

/** A deletion that takes longer is in trouble. */
export const DELETION_SECONDS = 3600;

/** How many of each kind are listed before any kind has more. */
const OF_EACH_KIND = 5;

/** All that needs a hand, the most urgent first. Of standbys nothing does: the pool replaces them. */
export function attentionIn(seen: SeenFleet, estimates: Estimates, now: Date): Attention[] {
  const { failing, operations, deletions, upgrades, domains, rollouts, tenants } = seen;
  const tenantOf = (id: string): Tenant | null => tenants.get(id)?.tenant ?? null;
  const all = [
    ...[...failing, ...upgrades, ...tenants.values()].flatMap(damagedOne),
    ...failing.filter(isWhole).flatMap(({ tenant }) => failedOne(tenant)),
    ...deletions.map((deletion) => overdueOne(deletion, tenantOf(deletion.tenantId))),
    ...[...failing, ...seenIn(operations, tenants)]
      .filter(isWhole)
      .flatMap(({ tenant }) => lateOne(tenant, kindIn(operations, tenant), estimates, now)),
    ...upgrades.filter(isWhole).flatMap(({ tenant }) => revertedOne(tenant)),
    ...domains.flatMap((domain) => degradedOne(domain, tenantOf(domain.tenant_id))),
    ...rollouts.map(pausedOne),
  ];
  return inOrder(withoutRepetitions(all));
}

/** Which attempts may have been under way for too long; those asked for first come first. Of the pool's none is. */
export function lateCandidates(operations: readonly ShownOperation[], now: Date): string[] {
  const late = operations
    .filter(({ requested_by, attempt, slot_at, created_at }) => {
      if (requested_by === "pool") return false;
      const since = slot_at ?? created_at;
      return attempt > 1 || addSeconds(since, SETTLED_WITHIN_SECONDS) < now;
    })
    .toSorted((left, right) => left.created_at.getTime() - right.created_at.getTime());
  return [...new Set(late.map(({ tenant_id }) => tenant_id))];
}

/** So many, the most urgent first; no kind of which there are many hides another one. */
export function mostUrgent(all: readonly Attention[], limit: number): Attention[] {
  const first = ATTENTION_KINDS.flatMap((kind) =>
    all.filter((one) => one.kind === kind).slice(0, OF_EACH_KIND),
  );
  const rest = all.filter((one) => !first.includes(one));
  return inOrder([...first, ...rest].slice(0, limit));
}

function isWhole({ damaged }: Seen): boolean {
  return damaged.length === 0;
}

function seenIn(operations: readonly ShownOperation[], tenants: ReadonlyMap<string, Seen>): Seen[] {
  return operations.flatMap(({ tenant_id }) => tenants.get(tenant_id) ?? []);
}

/** What is to be done next for a tenant, also before it has begun. */
function kindIn(operations: readonly ShownOperation[], tenant: Tenant): string | null {
  const known = operations.find(({ tenant_id }) => tenant_id === tenant.id)?.kind ?? null;
  return currentOperation(tenant)?.kind ?? known;
}

const ABOUT_NOBODY = { tenantId: null, subdomain: null, domain: null, rolloutId: null } as const;

function aboutTenant(tenant: Tenant) {
  const { id, spec, status, profile } = tenant;
  return {
    ...ABOUT_NOBODY,
    tenantId: id,
    // Of a damaged record nobody may know it.
    subdomain: spec.subdomain || null,
    reason: status.reason,
    message: withoutPersonalData(status.message, profile),
  };
}

function damagedOne({ tenant, damaged }: Seen): Attention[] {
  if (damaged.length === 0) return [];
  return [{ ...aboutTenant(tenant), kind: "damaged", since: tenant.updated_at }];
}

/** A command that was given up. Its record does not say since when, but when it last changed. */
function failedOne(tenant: Tenant): Attention[] {
  if (!isSettled(tenant) || isNobodys(tenant)) return [];
  const kind = isToGo(tenant) ? "deletion" : "failed";
  return [{ ...aboutTenant(tenant), kind, since: tenant.updated_at }];
}

function overdueOne({ tenantId, requestedAt }: OpenDeletion, tenant: Tenant | null): Attention {
  const gone = { ...ABOUT_NOBODY, tenantId, reason: null, message: "The tenant is gone." };
  return { ...(tenant ? aboutTenant(tenant) : gone), kind: "deletion", since: requestedAt };
}

/** What is not done yet, and should be. */
function lateOne(
  tenant: Tenant,
  kind: string | null,
  estimates: Estimates,
  now: Date,
): Attention[] {
  if (isSettled(tenant) || isNobodys(tenant)) return [];
  const since = waitingSince(tenant, currentOperation(tenant));
  if (isToGo(tenant)) {
    const isFailing = tenant.status.condition === "failed";
    const isLate = addSeconds(since, DELETION_SECONDS) < now;
    return isFailing || isLate ? [{ ...aboutTenant(tenant), kind: "deletion", since }] : [];
  }
  const isLate = addSeconds(since, patienceFor(kind, estimates)) < now;
  return isLate ? [{ ...aboutTenant(tenant), kind: "stuck", since }] : [];
}

/** Who tries again waits since the command; else the work counts that is being done, or the wait for it. */
function waitingSince({ spec }: Tenant, operation: Operation | null): Date {
  if (operation === null || operation.attempt > operation.first_attempt) return spec.requested_at;
  return operation.slot_at ?? operation.started_at;
}

function patienceFor(kind: string | null, estimates: Estimates): number {
  const estimate = kind === null ? null : estimates.of(kind);
  return Math.max(estimate?.p95_seconds ?? UNKNOWN_SECONDS, SETTLED_WITHIN_SECONDS);
}

function revertedOne(tenant: Tenant): Attention[] {
  const failure = tenant.status.upgrade?.failure ?? null;
  if (failure === null || isToGo(tenant) || isNobodys(tenant)) return [];
  const { at: since, reason, patch, message } = failure;
  const words = patch === null ? message : `${patch}: ${message ?? "it failed"}`;
  const said = { reason, message: withoutPersonalData(words, tenant.profile) };
  return [{ ...aboutTenant(tenant), ...said, kind: "upgrade", since }];
}

function degradedOne(domain: Domain, tenant: Tenant | null): Attention[] {
  if (domain.wanted === "absent") return [];
  const { domain: name, tenant_id, state_since: since, reason, message } = domain;
  const subdomain = tenant?.spec.subdomain ?? null;
  const about = { ...ABOUT_NOBODY, tenantId: tenant_id, subdomain, domain: name };
  return [{ ...about, kind: "domain", since, reason, message }];
}

function pausedOne({ id, updated_at: since, reason, message }: Rollout): Attention {
  return { ...ABOUT_NOBODY, kind: "rollout", rolloutId: id, since, reason, message };
}

/** The first of those that are about the same. */
function withoutRepetitions(all: readonly Attention[]): Attention[] {
  const keyOf = ({ kind, tenantId, domain, rolloutId }: Attention) =>
    [kind, tenantId, domain, rolloutId].join(" ");
  return [...Map.groupBy(all, keyOf).values()].flatMap(([first]) => first ?? []);
}

/** What waits gets worse with time; of what has happened the newest is news. */
const LONGEST_FIRST: ReadonlySet<AttentionKind> = new Set(["stuck", "deletion"]);

function inOrder(all: readonly Attention[]): Attention[] {
  const rankOf = ({ kind }: Attention) => ATTENTION_KINDS.indexOf(kind);
  return all.toSorted((left, right) => {
    const older = left.since.getTime() - right.since.getTime();
    return rankOf(left) - rankOf(right) || (LONGEST_FIRST.has(left.kind) ? older : -older);
  });
}
