/**
 * What is to be written and asked next for a rollout: total, pure and plain.
 *
 *     pool ─▶ canary ─▶ 5 % ─▶ 25 % ─▶ rest ─▶ done       between two waves that moved somebody it only watches;
 *                                                         a wave is gone through until nobody is found any more
 *
 * Whoever is asked is written down before, and bears the mark of the question after: so nobody is asked twice, and nobody
 * is lost when a process ends in between.
 *
 * @module
 */
import { addSeconds } from "../tenant/tenant.ts";
import type { ObservedRollout, SeenTenant } from "./observed-rollout.ts";
import { MAX_LISTED, MAX_OUTCOMES, newPass } from "./rollout.ts";
import type {
  Outcome,
  Pass,
  Rollout,
  RolloutReason,
  SkippedTenant,
  SkipReason,
  UnderWay,
  Wave,
} from "./rollout.ts";
import { isOpen, nextOpening } from "./window.ts";
import type { Window } from "./window.ts";

/** Those under way are looked at by every resync. */
const LOOK_SECONDS = 5;

/** How soon a wave is gone through again. */
export const PASS_SECONDS = 5 * 60;

/** A wave waits so long for tenants that are busy, after it last came any further: a later one finds them, too. */
export const BUSY_SECONDS = 3600;

/** And the last wave so long. */
export const LAST_BUSY_SECONDS = 24 * 3600;

export type RolloutChanges = Partial<Rollout>;

export interface RolloutDecision {
  /** Why; null when it is done. */
  reason: RolloutReason | null;
  /** Written before anybody is asked. */
  changes: RolloutChanges;
  /** The ids of the tenants that are asked now. All are under way. */
  ask: string[];
  /** When to look again: at once with 0; null when there is nothing to do before somebody asks. */
  recheckAfterSeconds: number | null;
}

/** Decides what is next. Performs nothing itself. */
export function decideRollout(
  rollout: Rollout,
  observed: ObservedRollout,
  now: Date,
): RolloutDecision {
  const known = withOutcomes(rollout, observed.underWay, now);
  if (known !== null) return atOnce(rollout, known);
  if (rollout.state !== "running") return stand(rollout);
  if (hasTooManyFailures(rollout)) return pause("TooManyFailures", tellOfFailures(rollout));
  if (!observed.isConfigured) {
    return pause("BenchNotConfigured", `There is no bench ${rollout.to} any more.`);
  }
  const toAsk = observed.underWay.filter(({ is }) => is === "free").map(({ id }) => id);
  if (toAsk.length > 0) return told("Moving", null, { ask: toAsk });
  const wave = rollout.waves[rollout.wave];
  if (wave === undefined) return end(now);
  if (wave.started_at === null) return beginWave(rollout, now);
  switch (wave.kind) {
    case "pool":
      return observed.isPoolReady ? endWave(rollout, now) : waitForPool(rollout);
    case "canary":
    case "share":
      return goOn(rollout, observed.candidates, now);
  }
}

interface More {
  changes?: RolloutChanges;
  ask?: string[];
  recheckAfterSeconds?: number;
}

/** Decides this, and has the record say why. */
function told(
  reason: RolloutReason,
  message: string | null,
  { changes, ask = [], recheckAfterSeconds = LOOK_SECONDS }: More = {},
): RolloutDecision {
  return { reason, changes: { ...changes, reason, message }, ask, recheckAfterSeconds };
}

/** Decides to write this, and to look again at once. */
function atOnce({ reason }: Rollout, changes: RolloutChanges): RolloutDecision {
  return { reason, changes, ask: [], recheckAfterSeconds: 0 };
}

/** Nobody is asked any more. Those who were are waited for. */
function stand({ reason, under_way }: Rollout): RolloutDecision {
  const recheckAfterSeconds = under_way.length > 0 ? LOOK_SECONDS : null;
  return { reason, changes: {}, ask: [], recheckAfterSeconds };
}

function pause(reason: RolloutReason, message: string): RolloutDecision {
  return told(reason, message, {
    changes: { state: "paused", paused_by: null },
    recheckAfterSeconds: 0,
  });
}

function end(now: Date): RolloutDecision {
  const changes = { state: "done", reason: null, message: null, ended_at: now } as const;
  return { reason: null, changes, ask: [], recheckAfterSeconds: null };
}

/** What the record says when the outcomes that are to be seen are in it; null where there is nothing new. */
function withOutcomes(
  rollout: Rollout,
  seen: readonly SeenTenant[],
  now: Date,
): RolloutChanges | null {
  const byId = new Map(seen.map((tenant) => [tenant.id, tenant]));
  let next = rollout;
  for (const one of rollout.under_way) {
    const tenant = byId.get(one.id);
    if (tenant !== undefined) next = withOutcome(next, one, tenant, now);
  }
  if (next === rollout) return null;
  const { waves, under_way, last_outcomes, failed, progress_at } = next;
  return { waves, under_way, last_outcomes, failed, progress_at };
}

function withOutcome(rollout: Rollout, one: UnderWay, tenant: SeenTenant, now: Date): Rollout {
  const { id } = one;
  switch (tenant.is) {
    case "moving":
      return rollout;
    case "moved":
      return ended(rollout, one, { done: 1 }, now, "done");
    case "failed": {
      const { reason, message, patch, step } = tenant;
      const failed = addListed(rollout.failed, [{ id, at: now, reason, message, patch, step }]);
      return ended({ ...rollout, failed }, one, { failed: 1 }, now, "failed");
    }
    case "gone":
      return ended(rollout, one, { gone: 1 }, now);
    case "damaged": {
      // Nobody knows what came of it, so it says nothing of the new bench.
      const nothing = { message: null, patch: null, step: null };
      const unknown = { id, at: now, reason: "RecordDamaged", ...nothing };
      const failed = addListed(rollout.failed, [unknown]);
      return ended({ ...rollout, failed }, one, { failed: 1 }, now);
    }
    case "free":
      // The process that was to ask it has ended before; if nobody is asked any more, it never is.
      return rollout.state === "running" ? rollout : ended(rollout, one, { asked: -1 }, now);
    case "standby":
    case "failed-before":
    case "pinned":
    case "busy":
    case "refused":
      // It was not asked, and cannot be now. A further pass finds it again.
      return ended(rollout, one, { asked: -1 }, now);
  }
}

/** It is no longer under way, and counts so in its wave. */
function ended(
  rollout: Rollout,
  one: UnderWay,
  counts: Partial<Record<"asked" | "done" | "failed" | "gone", number>>,
  now: Date,
  outcome?: Outcome,
): Rollout {
  const { under_way, last_outcomes } = rollout;
  return {
    ...rollout,
    waves: rollout.waves.map((wave, index) => (index === one.wave ? added(wave, counts) : wave)),
    under_way: under_way.filter(({ id }) => id !== one.id),
    last_outcomes:
      outcome === undefined ? last_outcomes : [...last_outcomes, outcome].slice(-MAX_OUTCOMES),
    progress_at: now,
  };
}

function added(wave: Wave, { asked = 0, done = 0, failed = 0, gone = 0 }: Partial<Wave>): Wave {
  return {
    ...wave,
    asked: Math.max(0, wave.asked + asked),
    done: wave.done + done,
    failed: wave.failed + failed,
    gone: wave.gone + gone,
  };
}

function addListed<T>(list: readonly T[], more: readonly T[]): T[] {
  return [...list, ...more].slice(-MAX_LISTED);
}

function failuresIn({ last_outcomes }: Rollout): number {
  return last_outcomes.filter((outcome) => outcome === "failed").length;
}

function hasTooManyFailures(rollout: Rollout): boolean {
  const { pause_at, last_outcomes } = rollout;
  const failures = failuresIn(rollout);
  const percent = (100 * failures) / Math.max(1, last_outcomes.length);
  return failures >= pause_at.failures && percent > pause_at.percent;
}

function tellOfFailures(rollout: Rollout): string {
  const { failed, last_outcomes } = rollout;
  const why = failed.at(-1)?.message ?? failed.at(-1)?.reason;
  const counts = `${failuresIn(rollout)} of the last ${last_outcomes.length} have failed`;
  return why === undefined ? `${counts}.` : `${counts}, the newest with: ${why}`;
}

/** The next wave, when the time after the one before is over. */
function beginWave({ waves, wave: current, soak_until }: Rollout, now: Date): RolloutDecision {
  if (soak_until !== null && now < soak_until) {
    const message = `The next wave begins at ${soak_until.toISOString()}.`;
    return told("Soaking", message, { recheckAfterSeconds: secondsUntil(soak_until, now) });
  }
  const begun = waves.map((wave, index) =>
    index === current ? { ...wave, started_at: now } : wave,
  );
  const changes = { waves: begun, soak_until: null, pass: newPass(now), progress_at: now };
  return told("Moving", null, { changes, recheckAfterSeconds: 0 });
}

function waitForPool({ to }: Rollout): RolloutDecision {
  return told("WaitingForPool", `No site of the pool is ready in the bench ${to} yet.`);
}

/** A wave that moved nobody needs no watching. */
function endWave(rollout: Rollout, now: Date): RolloutDecision {
  const { waves, wave: current, soak_minutes, pass } = rollout;
  const ended_at = now;
  const changes: RolloutChanges = {
    waves: waves.map((wave, index) =>
      index === current
        ? { ...wave, ended_at, skipped: pass.skipped + pass.busy, waiting: 0 }
        : wave,
    ),
    wave: current + 1,
  };
  if (current + 1 === waves.length) {
    const done = end(now);
    return { ...done, changes: { ...changes, ...done.changes } };
  }
  const hasMoved = (waves[current]?.asked ?? 0) > 0;
  const soak_until = hasMoved ? addSeconds(now, 60 * soak_minutes) : null;
  return atOnce(rollout, { ...changes, soak_until });
}

/** The tenants of the wave, as many as there is room for. */
function goOn(
  rollout: Rollout,
  candidates: ObservedRollout["candidates"],
  now: Date,
): RolloutDecision {
  if (candidates === null) return waitForNext(rollout, now);
  const look = lookAt(candidates.tenants, rollout, now);
  const next = { ...rollout, ...look.changes };
  const isEnd = look.hasSeenAll && candidates.isLast;
  // The next page at once, unless there is no room.
  const recheckAfterSeconds = look.hasSeenAll ? 0 : LOOK_SECONDS;
  const decision = isEnd ? endPass(next, now) : told("Moving", null, { recheckAfterSeconds });
  return { ...decision, changes: { ...look.changes, ...decision.changes }, ask: look.ask };
}

/** There is no room for a further one, or the next pass has not begun. */
function waitForNext({ pass, under_way, reason, message }: Rollout, now: Date): RolloutDecision {
  if (now >= pass.begins_at || under_way.length > 0) return told("Moving", null);
  const recheckAfterSeconds = secondsUntil(pass.begins_at, now);
  return told(reason ?? "ComingBack", message, { recheckAfterSeconds });
}

interface Look {
  changes: Pick<Rollout, "pass" | "under_way" | "waves" | "progress_at">;
  ask: string[];
  /** Whether there was room for all who could be asked. */
  hasSeenAll: boolean;
}

/** Looks at some tenants, one after the other, until there is no room for one that could be asked. */
function lookAt(seen: readonly SeenTenant[], rollout: Rollout, now: Date): Look {
  const { window, ask_id, wave, max_per_database } = rollout;
  const known = new Set(rollout.under_way.map(({ id }) => id));
  const under_way = [...rollout.under_way];
  const ask: string[] = [];
  let pass = rollout.pass;
  let found = 0;
  let hasSeenAll = true;
  for (const tenant of seen) {
    const { id } = tenant;
    const isNew = !known.has(id);
    const isToMove = isNew && (tenant.is === "moving" || isFreeNow(tenant, window, now));
    if (isToMove && under_way.length >= max_per_database) {
      hasSeenAll = false;
      break;
    }
    if (isToMove) {
      under_way.push({ id, ask_id, wave, since: now });
      found += 1;
      if (tenant.is === "free") ask.push(id);
    }
    pass = { ...(isNew ? passedOver(pass, tenant, isToMove, window, now) : pass), after: id };
  }
  const waves = rollout.waves.map((one, index) =>
    index === wave ? added(one, { asked: found }) : one,
  );
  const progress_at = found > 0 ? now : rollout.progress_at;
  return { changes: { pass, under_way, waves, progress_at }, ask, hasSeenAll };
}

function isFreeNow(tenant: SeenTenant, window: Window | null, now: Date): boolean {
  if (tenant.is !== "free") return false;
  return window === null || isOpen(window, tenant.timeZone, now);
}

/** What the pass remembers of a tenant. */
function passedOver(
  pass: Pass,
  tenant: SeenTenant,
  isToMove: boolean,
  window: Window | null,
  now: Date,
): Pass {
  if (isToMove) return { ...pass, asked: pass.asked + 1 };
  switch (tenant.is) {
    case "free":
      return window === null ? pass : leftForLater(pass, tenant.timeZone, window, now);
    case "busy":
      return { ...listed(pass, tenant.id, "Busy", null), busy: pass.busy + 1 };
    case "pinned":
      return skipped(pass, tenant.id, "Pinned", tenant.message, tenant.until);
    case "refused":
      return skipped(pass, tenant.id, "Refused", tenant.why);
    case "failed-before":
      return skipped(pass, tenant.id, "FailedBefore", tenant.message);
    case "damaged":
      return skipped(pass, tenant.id, "RecordDamaged", null);
    case "gone":
      return skipped(pass, tenant.id, "Deleted", null);
    // The first is the pool's to replace; of the others the outcome is on record.
    case "standby":
    case "moved":
    case "failed":
    case "moving":
      return pass;
  }
}

function leftForLater(pass: Pass, timeZone: string | null, window: Window, now: Date): Pass {
  const opens = nextOpening(window, timeZone, now);
  const opens_at = pass.opens_at !== null && pass.opens_at < opens ? pass.opens_at : opens;
  return { ...pass, outside: pass.outside + 1, opens_at };
}

function skipped(
  pass: Pass,
  id: string,
  reason: SkipReason,
  message: string | null,
  until: Date | null = null,
): Pass {
  return { ...listed(pass, id, reason, message, until), skipped: pass.skipped + 1 };
}

function listed(
  pass: Pass,
  id: string,
  reason: SkipReason,
  message: string | null,
  until: Date | null = null,
): Pass {
  const entry: SkippedTenant = { id, reason, message, until };
  if (pass.skipped_tenants.length >= MAX_LISTED) return pass;
  return { ...pass, skipped_tenants: [...pass.skipped_tenants, entry] };
}

/** All of the wave were looked at: that was the last time, or they are looked at again. */
function endPass(rollout: Rollout, now: Date): RolloutDecision {
  const { pass, under_way, waves, wave: current } = rollout;
  const seen: RolloutChanges = {
    skipped: pass.skipped_tenants,
    waves: waves.map((wave, index) =>
      index === current
        ? { ...wave, skipped: pass.skipped, waiting: pass.busy + pass.outside }
        : wave,
    ),
  };
  const isClean = pass.asked === 0 && pass.outside === 0 && under_way.length === 0;
  if (isClean && (pass.busy === 0 || isTiredOf(rollout, now))) {
    const decision = endWave({ ...rollout, ...seen }, now);
    return { ...decision, changes: { ...seen, ...decision.changes } };
  }
  return comeBack(rollout, seen, now);
}

function comeBack({ pass, under_way }: Rollout, seen: RolloutChanges, now: Date): RolloutDecision {
  const { busy, outside, opens_at } = pass;
  const soon = addSeconds(now, PASS_SECONDS);
  const isClosed = under_way.length === 0 && busy === 0 && opens_at !== null;
  // Where nobody is left to wait for, it is looked once more as soon as those under way have ended.
  const early = busy + outside === 0 ? now : soon;
  const begins = isClosed && opens_at > soon ? opens_at : early;
  const changes = { ...seen, pass: newPass(begins) };
  if (under_way.length > 0) return told("Moving", null, { changes });
  const more = { changes, recheckAfterSeconds: secondsUntil(begins, now) };
  const left = busy + outside;
  return isClosed
    ? told("OutsideWindow", `${tenants(left)} may be moved at other hours only.`, more)
    : told("ComingBack", left === 0 ? null : `${tenants(left)} could not be asked yet.`, more);
}

function tenants(count: number): string {
  return count === 1 ? "1 tenant" : `${count} tenants`;
}

/** One tenant that is busy for ever keeps nobody else from being moved. */
function isTiredOf({ progress_at, wave, waves }: Rollout, now: Date): boolean {
  const patience = wave + 1 === waves.length ? LAST_BUSY_SECONDS : BUSY_SECONDS;
  return addSeconds(progress_at, patience) <= now;
}

function secondsUntil(time: Date, now: Date): number {
  return Math.max(1, Math.ceil((time.getTime() - now.getTime()) / 1000));
}
