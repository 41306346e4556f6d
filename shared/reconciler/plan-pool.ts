/**
 * What the pool needs: how many standbys are to be made, which are to be dropped, and whether it had better wait. Pure.
 *
 * A standby is filling while its site is made, then ready or failed. It is outdated when it is too old, or made with
 * anything else than new sites have now.
 *
 * @module
 */
import { isMadeWith, isReady } from "../tenant/standby.ts";
import { addSeconds, DAY_SECONDS, hasFailed } from "../tenant/tenant.ts";
import type { Standby, Tenant } from "../tenant/tenant.ts";

/** After so many failures in a row none is made for a while. */
const MAX_FAILURES = 3;

export const POOL_PAUSE_SECONDS = 15 * 60;

/** What the pool is to be. */
export interface WantedPool {
  size: number;
  maxAgeDays: number;
  /** What new sites have now. */
  standby: Standby;
}

/** What the pool remembers: the document `pools/main`. */
export interface PoolState {
  /** How many standbys failed since the last one that became ready. */
  failures: number;
  /** The failed ones that are counted in it and still there, so that none is counted twice. */
  counted: string[];
  last_failure_at: Date | null;
  /** Until then none is made. */
  paused_until: Date | null;
}

export const NEW_POOL: PoolState = {
  failures: 0,
  counted: [],
  last_failure_at: null,
  paused_until: null,
};

/** What is to be done for the pool. */
export interface PoolPlan {
  make: number;
  /** What is of least use first. */
  drop: Tenant[];
}

/**
 * Never more than the pool's size are under way. What is outdated stays until as many others are ready in its place,
 * so for a while there are up to twice as many as wanted.
 */
export function planPool(
  standbys: readonly Tenant[],
  wanted: WantedPool,
  now: Date,
  pausedUntil: Date | null = null,
): PoolPlan {
  const { size } = wanted;
  const alive = standbys.filter((one) => !hasFailed(one)).toSorted(oldestFirst);
  const outdated = alive.filter((one) => isOutdated(one, wanted, now));
  const current = alive.filter((one) => !outdated.includes(one));
  const [ready, filling] = [current.filter(isReady), current.filter((one) => !isReady(one))];
  const leastUseful = [...filling.toReversed(), ...ready];
  const inTheirPlace = outdated.filter(isReady);
  const missing = Math.max(0, size - ready.length);
  const underWay = alive.filter((one) => !isReady(one)).length;
  const isPaused = pausedUntil !== null && now < pausedUntil;
  return {
    make: isPaused ? 0 : Math.max(0, size - Math.max(current.length, underWay)),
    drop: [
      ...standbys.filter(hasFailed),
      ...outdated.filter((one) => !isReady(one)),
      ...leastUseful.slice(0, Math.max(0, current.length - size)),
      ...inTheirPlace.slice(0, Math.max(0, inTheirPlace.length - missing)),
    ],
  };
}

function isOutdated(tenant: Tenant, { standby, maxAgeDays }: WantedPool, now: Date): boolean {
  return (
    !isMadeWith(tenant, standby) || addSeconds(tenant.created_at, maxAgeDays * DAY_SECONDS) <= now
  );
}

function oldestFirst(one: Tenant, other: Tenant): number {
  return one.created_at.getTime() - other.created_at.getTime();
}

/** The state after the failures that are to be seen now, each counted once. The same one where there is nothing new. */
export function countFailures(state: PoolState, standbys: readonly Tenant[], now: Date): PoolState {
  const failed = standbys.filter(hasFailed).map(({ id }) => id);
  const fresh = failed.filter((id) => !state.counted.includes(id)).length;
  const { last_failure_at } = state;
  const hasRecovered = standbys.some(
    (one) => isReady(one) && last_failure_at !== null && one.updated_at > last_failure_at,
  );
  const before = hasRecovered ? 0 : state.failures;
  const failures = before + fresh;
  if (failures === state.failures && failed.length === state.counted.length && fresh === 0) {
    return state;
  }
  const pauses = fresh > 0 && failures >= MAX_FAILURES;
  return {
    failures,
    counted: failed,
    last_failure_at: fresh > 0 ? now : last_failure_at,
    paused_until: pauses ? addSeconds(now, POOL_PAUSE_SECONDS) : state.paused_until,
  };
}
