/**
 * How long an operation will take, by how long the last hundred of its kind took. It is read in the background, and
 * kept for some minutes: no answer waits for it, and none fails for want of it.
 *
 * @module
 */
import type { Store } from "../../../shared/firestore/store.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";

export interface Estimate {
  /** Half of them took no longer. */
  p50_seconds: number;
  /** 95 of 100 took no longer. */
  p95_seconds: number;
  /** How many it is made of. */
  sample: number;
}

export interface Estimates {
  /** What is known by now; null while it is being read, or where there is nothing to go by. */
  of: (kind: string) => Estimate | null;
}

/** How long an estimate is kept, and how long none is asked for again after a read that failed. */
const KEPT_MILLISECONDS = 5 * 60 * 1000;

interface Kept {
  estimate: Estimate | null;
  readAt: number;
}

/** `now` is the clock unless a test brings its own. */
export function openEstimates(
  store: Pick<Store, "operationSeconds">,
  now: () => number = Date.now,
): Estimates {
  const kept = new Map<string, Kept>();
  const beingRead = new Set<string>();

  async function read(kind: string): Promise<void> {
    beingRead.add(kind);
    try {
      kept.set(kind, { estimate: toEstimate(await store.operationSeconds(kind)), readAt: now() });
    } catch (error) {
      log("WARNING", "EstimateNotRead", { kind, ...errorFields(error) });
      kept.set(kind, { estimate: null, readAt: now() });
    } finally {
      beingRead.delete(kind);
    }
  }

  return {
    of(kind) {
      const known = kept.get(kind);
      const isFresh = known !== undefined && now() - known.readAt < KEPT_MILLISECONDS;
      if (!isFresh && !beingRead.has(kind)) void read(kind);
      return known?.estimate ?? null;
    },
  };
}

/** By nearest rank: each is a time that an operation really took. Null where there is none. */
export function toEstimate(seconds: readonly number[]): Estimate | null {
  const sorted = seconds.toSorted((left, right) => left - right);
  const atShare = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  const [p50_seconds, p95_seconds] = [atShare(0.5), atShare(0.95)];
  if (p50_seconds === null || p95_seconds === null) return null;
  return { p50_seconds, p95_seconds, sample: sorted.length };
}
