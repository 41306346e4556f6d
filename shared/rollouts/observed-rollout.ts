/**
 * What a decision about a rollout rests on. Pure.
 *
 * @module
 */
import { isOver } from "./rollout.ts";
import type { Rollout } from "./rollout.ts";

/** How a tenant stands to a rollout. */
export type Standing =
  /** There is none any more, or it is being deleted. */
  | { is: "gone" }
  /** Nobody can read its record. */
  | { is: "damaged" }
  /** It is nobody's yet, and the pool's to replace. */
  | { is: "standby" }
  /** Its site is in the new bench, and proved there. */
  | { is: "moved" }
  /** It was asked, and the outcome is not known. */
  | { is: "moving" }
  /** It was asked, and is on its old bench again. */
  | {
      is: "failed";
      reason: string;
      message: string | null;
      patch: string | null;
      step: string | null;
    }
  /** The same, but it was asked by somebody else. */
  | { is: "failed-before"; message: string | null }
  | { is: "pinned"; message: string; until: Date | null }
  /** Something else is being done to it. */
  | { is: "busy" }
  /** The command does not suit it, whatever the time. */
  | { is: "refused"; why: string }
  /** It can be asked, in the hours of its time zone. */
  | { is: "free"; timeZone: string | null };

export type SeenTenant = { id: string } & Standing;

/** What of the tenants is to be read, in the order of their ids. */
export interface CandidateRange {
  /** In one of these benches. */
  from: readonly string[];
  /** Those only that are marked as canaries. */
  canariesOnly: boolean;
  /** After this id; null from the first one on. */
  after: string | null;
  /** Below this one; null until the last one. */
  below: string | null;
  limit: number;
}

/** All that a decision rests on. */
export interface ObservedRollout {
  /** Whether the new bench is one of those that there are to be. */
  isConfigured: boolean;
  /** Those under way, in any order. */
  underWay: readonly SeenTenant[];
  /** Whether a standby is ready in the new bench, or none is to be; only true where the wave waits for that. */
  isPoolReady: boolean;
  /** The next ones of the wave; null where they are not to be read. */
  candidates: { tenants: readonly SeenTenant[]; isLast: boolean } | null;
}

/** What is to be read for a decision, beside the tenants under way. */
export interface RolloutReads {
  pool: boolean;
  candidates: CandidateRange | null;
}

/** How many tenants are looked at at a time. */
const PAGE = 20;

/**
 * What the next decision rests on, which is bounded however many tenants there are: those under way, and a page of those
 * that come next.
 */
export function readsFor(rollout: Rollout, now: Date): RolloutReads {
  const wave = rollout.waves[rollout.wave];
  const isAtWork = rollout.state === "running" && wave !== undefined && wave.started_at !== null;
  if (!isAtWork || isOver(rollout)) return { pool: false, candidates: null };
  if (wave.kind === "pool") return { pool: true, candidates: null };
  const hasRoom = rollout.under_way.length < rollout.max_per_database;
  if (!hasRoom || now < rollout.pass.begins_at) return { pool: false, candidates: null };
  const { from, pass } = rollout;
  const range = { from, after: pass.after, limit: PAGE };
  return {
    pool: false,
    candidates:
      wave.kind === "canary"
        ? { ...range, canariesOnly: true, below: null }
        : { ...range, canariesOnly: false, below: endOfShare(wave.percent ?? 100) },
  };
}

/**
 * The id below which so many percent of all ids are; null for all of them. Ids are random UUIDs, so that this is
 * nearly the same share of the tenants, whatever their number, which nobody has to count: of 10,000 tenants 5 % are 500, give
 * or take 40.
 */
export function endOfShare(percent: number): string | null {
  if (percent >= 100) return null;
  return Math.floor((percent / 100) * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
}
