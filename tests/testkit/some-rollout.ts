/**
 * Rollouts, and tenants as one sees them.
 *
 * @module
 */
import type { ObservedRollout, SeenTenant } from "../../shared/rollouts/observed-rollout.ts";
import { newPass, newRollout } from "../../shared/rollouts/rollout.ts";
import type { AskedWave, NewRollout, Rollout, UnderWay } from "../../shared/rollouts/rollout.ts";

export const ROLLOUT_ID = "0b0e7a52-7c8e-4c1e-9b7e-0d5a3f9f3a10";

/** A rollout that was asked for just now. */
export function askedRollout(now: Date, more: Partial<NewRollout> = {}): Rollout {
  const requestedBy = { name: "key:operator", request_id: null, reason: null };
  const ids = { id: ROLLOUT_ID, commandId: "ask-1", requestedBy };
  return newRollout({ ...ids, to: "new", from: ["old"], ...more }, now);
}

/** One that is at its only wave. */
export function rolloutAt(
  wave: AskedWave,
  now: Date,
  more: Partial<Rollout> = {},
  following: AskedWave[] = [],
): Rollout {
  const asked = askedRollout(now, { waves: [wave, ...following] });
  const waves = asked.waves.map((one, index) => (index === 0 ? { ...one, started_at: now } : one));
  return { ...asked, waves, pass: newPass(now), ...more };
}

/** A tenant that was asked. */
export function underWay(id: string, since: Date): UnderWay {
  return { id, ask_id: "ask-1", wave: 0, since };
}

/** What is seen where nothing is. */
export const NOTHING: ObservedRollout = {
  isConfigured: true,
  underWay: [],
  isPoolReady: false,
  candidates: null,
};

/** The last page of a wave. */
export function lastPage(...tenants: SeenTenant[]): ObservedRollout {
  return { ...NOTHING, candidates: { tenants, isLast: true } };
}
