/**
 * How far a rollout is, and why it is as it is, in words. Pure.
 *
 * @module
 */
import type { Rollout, RolloutWave } from "../../client/api-client.ts";

export type FailedTenant = Rollout["failed"][number];

type Skipped = Rollout["skipped"][number];

/** Whether it asks nobody any more. */
export function isOver({ state }: Pick<Rollout, "state">): boolean {
  return state === "done" || state === "cancelled";
}

/** How far a wave is. */
export interface WaveProgress {
  state: "not begun" | "not reached" | "broken off" | "paused" | "running" | "done";
  moved: number;
  of: number;
  words: string;
  /** What there is to say of the others. */
  rest: string[];
}

/** Of a wave that has begun, `of` counts whom it has asked and whom it has come back to; how many will follow is not known. */
export function progressOf(
  wave: RolloutWave,
  rollout: Pick<Rollout, "state" | "to">,
): WaveProgress {
  const { asked, done, waiting } = wave;
  const of = asked + waiting;
  const state = stateOf(wave, rollout);
  return { state, moved: done, of, words: wordsOf(wave, state, rollout.to), rest: restOf(wave) };
}

function stateOf(
  { started_at, ended_at }: RolloutWave,
  rollout: Pick<Rollout, "state">,
): WaveProgress["state"] {
  if (ended_at !== null) return "done";
  if (started_at === null) return isOver(rollout) ? "not reached" : "not begun";
  if (isOver(rollout)) return "broken off";
  return rollout.state === "paused" ? "paused" : "running";
}

function wordsOf(
  { wave, asked, done, waiting }: RolloutWave,
  state: WaveProgress["state"],
  to: string,
): string {
  const of = asked + waiting;
  if (of > 0) return `${done} of ${of}`;
  if (state !== "running" && state !== "done") return "";
  if (wave === "pool") return state === "done" ? "" : `waits for a site of the pool in ${to}`;
  return state === "done" ? "nobody was to be moved" : "nobody asked yet";
}

function restOf({ asked, done, failed, gone, skipped, waiting }: RolloutWave): string[] {
  const underWay = asked - done - failed - gone;
  const counts: [number, string][] = [
    [underWay, "under way"],
    [failed, "failed"],
    [waiting, "waiting"],
    [skipped, "passed over"],
    [gone, "deleted meanwhile"],
  ];
  return counts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
}

/** How far all of it is: at which wave, and how many were moved. */
export function summaryOf(rollout: Pick<Rollout, "state" | "waves">): string {
  const { waves } = rollout;
  const sum = (key: "done" | "failed") => waves.reduce((total, wave) => total + wave[key], 0);
  const at = waves.findIndex(({ ended_at }) => ended_at === null);
  const place =
    isOver(rollout) || at === -1 ? [] : [`wave ${waves[at]?.wave} (${at + 1} of ${waves.length})`];
  const failed = sum("failed");
  return [...place, `${sum("done")} moved`, ...(failed > 0 ? [`${failed} failed`] : [])].join(", ");
}

/** How many have failed, also those that the list has no room for. */
export function failuresIn({ waves }: Pick<Rollout, "waves">): number {
  return waves.reduce((total, { failed }) => total + failed, 0);
}

const REASONS: Readonly<Record<NonNullable<Rollout["reason"]>, string>> = {
  Moving: "As many as may be are under way.",
  WaitingForPool: "It waits until a site of the pool is ready in the new bench.",
  Soaking: "It watches for a while before the next wave.",
  ComingBack: "Some were busy, and are come back to.",
  OutsideWindow: "All who are left may be moved at other hours only.",
  TooManyFailures: "It has paused itself: too many have failed.",
  BenchNotConfigured: "It has paused itself: there is no such bench any more.",
  Paused: "Somebody has paused it.",
  Cancelled: "It was cancelled. Whoever was moved stays where they are.",
};

/** Why it is as it is; null where there is nothing to say. */
export function whyOf({ reason, state }: Pick<Rollout, "reason" | "state">): string | null {
  if (reason !== null) return REASONS[reason] ?? reason;
  if (state === "done") return "Everybody was moved who could be.";
  return state === "running" ? "It begins within a minute." : null;
}

const SKIPPED: Readonly<Record<Skipped["reason"], string>> = {
  Pinned: "Pinned: somebody has said that they are to stay",
  FailedBefore: "They have failed at this bench before, in an upgrade that somebody asked for",
  Deleted: "Deleted, which can be taken back",
  RecordDamaged: "Their records are damaged",
  Refused: "They cannot be upgraded as they are",
  Busy: "Something else was done to them for a whole day",
};

/** Who was passed over, by why; the largest group first. */
export function skippedByReason(
  skipped: readonly Skipped[],
): { reason: Skipped["reason"]; words: string; tenants: Skipped[] }[] {
  return [...Map.groupBy(skipped, ({ reason }) => reason)]
    .map(([reason, tenants]) => ({ reason, words: SKIPPED[reason] ?? reason, tenants }))
    .toSorted((left, right) => right.tenants.length - left.tenants.length);
}
