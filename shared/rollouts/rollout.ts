/**
 * The record of a rollout, which moves tenants to another bench in waves. Pure.
 *
 * @module
 */
import type { Requester } from "../tenant/tenant.ts";
import type { Window } from "./window.ts";

/** `done` and `cancelled` are for good, but that what failed may be tried again when it is done. */
export const ROLLOUT_STATES = ["running", "paused", "done", "cancelled"] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/**
 * Whom a wave reaches. `pool`: nobody, it waits until a standby is ready in the new bench. `canary`: the tenants that are
 * marked so. `share`: those below a point in the space of ids, and so again whoever of the waves before is left.
 */
export const WAVE_KINDS = ["pool", "canary", "share"] as const;
export type WaveKind = (typeof WAVE_KINDS)[number];

/** Why a rollout is as it is. */
export const ROLLOUT_REASONS = [
  /** As many as may be are being upgraded. */
  "Moving",
  "WaitingForPool",
  /** Between two waves. */
  "Soaking",
  /** Some could not be asked, and are come back to. */
  "ComingBack",
  /** All that are left may be moved at other hours only. */
  "OutsideWindow",
  "TooManyFailures",
  "BenchNotConfigured",
  /** Somebody paused it. */
  "Paused",
  "Cancelled",
] as const;
export type RolloutReason = (typeof ROLLOUT_REASONS)[number];

/** The document `rollouts/{id}`. */
export interface Rollout {
  id: string;
  created_at: Date;
  /** When anything but the next look at it last changed. */
  updated_at: Date;
  ended_at: Date | null;
  requested_by: Requester;
  /** Fresh with every command, so that a caller recognises its own write after an unclear commit. */
  command_id: string;
  state: RolloutState;
  reason: RolloutReason | null;
  /** The same for people. */
  message: string | null;
  /** Who paused it; null where it did so itself, and while it is not paused. */
  paused_by: Requester | null;
  /** The bench that tenants are moved to. */
  to: string;
  /** Those that they are moved from. */
  from: string[];
  /** When tenants may be asked; null for at any time. */
  window: Window | null;
  /** How many tenants that share a database server are upgraded at once. All do. */
  max_per_database: number;
  pause_at: PauseAt;
  soak_minutes: number;
  waves: Wave[];
  /** Which of them it is at, from 0. */
  wave: number;
  /** Until when it only watches, after a wave. */
  soak_until: Date | null;
  pass: Pass;
  /** When a tenant of the current wave was last asked, or its outcome known; at first, when the wave began. */
  progress_at: Date;
  /**
   * The id of the request in the record of each tenant that is asked, by which nobody is asked twice. Fresh
   * when those that failed are to be tried again.
   */
  ask_id: string;
  /** Since when it is so. What a tenant failed at before that does not count. */
  asks_since: Date;
  under_way: UnderWay[];
  /** The newest last, at most `MAX_OUTCOMES`. */
  last_outcomes: Outcome[];
  /** The newest last, at most `MAX_LISTED`. */
  failed: FailedTenant[];
  /** Who was passed over when all of the current wave were last looked at, at most `MAX_LISTED`. */
  skipped: SkippedTenant[];
  /** When it is to be looked at; null when there is nothing to do before somebody asks. */
  next_check_at: Date | null;
}

/** It pauses itself at so many failures among the last outcomes, if they are also more than so many percent of them. */
export interface PauseAt {
  failures: number;
  percent: number;
}

export interface Wave {
  kind: WaveKind;
  /** Of a share: it reaches the ids below this part of all that there could be. Null of the others. */
  percent: number | null;
  started_at: Date | null;
  ended_at: Date | null;
  /** How many were asked: those that are under way, and those of which the outcome is known. */
  asked: number;
  done: number;
  failed: number;
  /** How many of those who were asked were deleted meanwhile. */
  gone: number;
  /** How many the newest pass through all of them has passed over. */
  skipped: number;
  /** How many it has left for later. */
  waiting: number;
}

/** The way through all tenants of a wave, in the order of their ids. A wave ends when one finds nobody any more. */
export interface Pass {
  /** When it may begin. */
  begins_at: Date;
  /** The last one that was looked at; null before the first. */
  after: string | null;
  asked: number;
  /** How many could not be asked since something else is being done to them. */
  busy: number;
  /** How many may be moved at other hours only. */
  outside: number;
  /** When the first of them may be. */
  opens_at: Date | null;
  skipped: number;
  skipped_tenants: SkippedTenant[];
}

/** A tenant that was asked, or is to be asked as soon as its id stands here. */
export interface UnderWay {
  id: string;
  ask_id: string;
  /** The wave in which it counts. */
  wave: number;
  since: Date;
}

export const OUTCOMES = ["done", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A tenant that is on its old bench again. */
export interface FailedTenant {
  id: string;
  at: Date;
  reason: string;
  /** With the patch before it, where one has failed. */
  message: string | null;
  /** The patch of an app's that failed; null where it was none, not there in records from before it was kept. */
  patch?: string | null;
  /** At which step it failed; likewise. */
  step?: string | null;
}

/** Why tenants are passed over. */
export const SKIP_REASONS = [
  /** Somebody has said that it is to stay. */
  "Pinned",
  /** It has failed at this bench before, and was not asked to try again. */
  "FailedBefore",
  /** It is being deleted, or its deletion can be taken back. */
  "Deleted",
  "RecordDamaged",
  /** The command does not suit it as it is. */
  "Refused",
  /** Something else was being done to it all the time. */
  "Busy",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface SkippedTenant {
  id: string;
  reason: SkipReason;
  /** Why, in words; of a pin, those of whoever set it. */
  message: string | null;
  /** Until when it is pinned; null for ever, and of the others. */
  until: Date | null;
}

/** The failures that it pauses at are counted among so many. */
export const MAX_OUTCOMES = 20;

/** How many tenants a list in the record holds. */
export const MAX_LISTED = 100;

/** A wave as it is asked for: by its kind, or the percentage of a share. */
export type AskedWave = Exclude<WaveKind, "share"> | number;

export const DEFAULT_WAVES: readonly AskedWave[] = ["pool", "canary", 5, 25, 100];
export const DEFAULT_PAUSE_AT: PauseAt = { failures: 2, percent: 5 };
export const DEFAULT_MAX_PER_DATABASE = 2;
export const DEFAULT_SOAK_MINUTES = 30;

/** What has to be known of a rollout to ask for it. */
export interface NewRollout {
  id: string;
  commandId: string;
  requestedBy: Requester;
  to: string;
  from: readonly string[];
  waves?: readonly AskedWave[] | undefined;
  window?: Window | null | undefined;
  max_per_database?: number | undefined;
  pause_at?: PauseAt | undefined;
  soak_minutes?: number | undefined;
}

/** A rollout as it is when it is asked for: nobody is moved yet. */
export function newRollout(asked: NewRollout, now: Date): Rollout {
  const { waves = DEFAULT_WAVES, window = null } = asked;
  return {
    id: asked.id,
    created_at: now,
    updated_at: now,
    ended_at: null,
    requested_by: asked.requestedBy,
    command_id: asked.commandId,
    state: "running",
    reason: null,
    message: null,
    paused_by: null,
    to: asked.to,
    from: [...asked.from],
    window,
    max_per_database: asked.max_per_database ?? DEFAULT_MAX_PER_DATABASE,
    pause_at: asked.pause_at ?? DEFAULT_PAUSE_AT,
    soak_minutes: asked.soak_minutes ?? DEFAULT_SOAK_MINUTES,
    waves: waves.map(newWave),
    wave: 0,
    soak_until: null,
    pass: newPass(now),
    progress_at: now,
    ask_id: asked.commandId,
    asks_since: now,
    under_way: [],
    last_outcomes: [],
    failed: [],
    skipped: [],
    next_check_at: now,
  };
}

function newWave(asked: AskedWave): Wave {
  const isShare = typeof asked === "number";
  return {
    kind: isShare ? "share" : asked,
    percent: isShare ? asked : null,
    started_at: null,
    ended_at: null,
    asked: 0,
    done: 0,
    failed: 0,
    gone: 0,
    skipped: 0,
    waiting: 0,
  };
}

/** A way through all of them that has not begun. */
export function newPass(begins_at: Date): Pass {
  const found = { asked: 0, busy: 0, outside: 0, opens_at: null, skipped: 0, skipped_tenants: [] };
  return { begins_at, after: null, ...found };
}

/** Whether nobody is moved by it any more, but those who were asked before. */
export function isOver({ state }: Pick<Rollout, "state">): boolean {
  return state === "done" || state === "cancelled";
}

/** How many of the waves it was at have failed. */
export function failuresOf({ waves }: Pick<Rollout, "waves">): number {
  return waves.reduce((sum, { failed }) => sum + failed, 0);
}
