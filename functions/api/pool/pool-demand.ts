/**
 * How the pool has served, and how large it should have been, by what the history holds. Pure.
 *
 * @module
 */
import { OPERATION_RECORD_DAYS } from "../../../shared/tenant/operation-record.ts";
import type { ShownOperation } from "../../../shared/tenant/shown-operation.ts";
import { POOL } from "../../../shared/tenant/standby.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { toEstimate } from "../history/estimates.ts";
import type { Estimate } from "../history/estimates.ts";

/** After a standby is taken it is up to a minute until the resync asks for the next. */
const RESYNC_SECONDS = 60;

const DAY_SECONDS = 24 * 3600;

/** A request for a tenant, and how long it took. */
export interface Served {
  at: Date;
  /** Null where it has not succeeded. */
  seconds: number | null;
}

/** How the pool has served. */
export interface PoolService {
  claims: number;
  misses: number;
  /** From the request on until the tenant is active. */
  time_to_claim: Estimate | null;
}

/** How large the pool should have been. */
export interface PoolDemand {
  /** How many tenants were asked for. */
  tenants: number;
  /** How long it takes until there is a new standby in the place of one that is taken; null where nobody knows. */
  refill_seconds: number | null;
  /** The most tenants that were asked for within that time. */
  size: number | null;
}

/** What the history holds of the kinds `claim` and `create`. */
export interface PoolHistory {
  claims: readonly ShownOperation[];
  creates: readonly ShownOperation[];
}

/** How the pool has served from then on: a request that got no standby is a miss, also where there is no pool. */
export function serviceSince(history: PoolHistory, since: Date): PoolService {
  const claims = claimsIn(history).filter(({ at }) => at >= since);
  const misses = createsIn(history, false).filter(({ at }) => at >= since);
  return {
    claims: claims.length,
    misses: misses.length,
    time_to_claim: toEstimate(secondsOf(claims)),
  };
}

/** The tenants that were asked for, out of the pool or not, in any order. */
export function servedIn(history: PoolHistory): Served[] {
  return [...claimsIn(history), ...createsIn(history, false)];
}

/** How large the pool should have been for what the history holds. */
export function demandIn(history: PoolHistory): PoolDemand {
  const asked = servedIn(history);
  const refills = secondsOf(createsIn(history, true));
  // A customer's site takes as long as a standby's.
  const known = toEstimate(refills.length > 0 ? refills : secondsOf(createsIn(history, false)));
  const refill_seconds = known && known.p95_seconds + RESYNC_SECONDS;
  const times = asked.map(({ at }) => at);
  return {
    tenants: asked.length,
    refill_seconds,
    size: refill_seconds && mostWithin(times, refill_seconds),
  };
}

/** The largest number of times that lie within so many seconds. */
export function mostWithin(times: readonly Date[], seconds: number): number {
  const sorted = times.toSorted((left, right) => left.getTime() - right.getTime());
  let most = 0;
  let first = 0;
  for (const [last, time] of sorted.entries()) {
    while (addSeconds(sorted[first] ?? time, seconds) < time) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** One for each tenant: a claim that is asked for once more is no further request for a tenant. */
function claimsIn({ claims }: PoolHistory): Served[] {
  return [...Map.groupBy(claims, ({ tenant_id }) => tenant_id).values()].map(toServed);
}

/** The same of sites that are made, for the pool or for customers. */
function createsIn({ creates }: PoolHistory, forPool: boolean): Served[] {
  const wanted = creates.filter(({ requested_by }) => (requested_by === POOL.name) === forPool);
  return [...Map.groupBy(wanted, ({ tenant_id }) => tenant_id).values()].map(toServed);
}

/** Its attempts in any order. A further one is asked for by the end of the one before it. */
function toServed(attempts: readonly ShownOperation[]): Served {
  const times = attempts.map(({ created_at }) => created_at.getTime());
  const at = new Date(Math.min(...times));
  const succeeded = attempts.find(({ state }) => state === "succeeded");
  const end = succeeded === undefined ? null : lastChangeOf(succeeded);
  return { at, seconds: end && (end.getTime() - at.getTime()) / 1000 };
}

/** When its outcome was recorded, and so the tenant's: since then it has so many days. */
function lastChangeOf({ expires_at, ended_at }: ShownOperation): Date | null {
  return expires_at === null
    ? ended_at
    : addSeconds(expires_at, -OPERATION_RECORD_DAYS * DAY_SECONDS);
}

function secondsOf(served: readonly Served[]): number[] {
  return served.flatMap(({ seconds }) => seconds ?? []);
}
