/**
 * What decisions about a custom domain are made of. Pure.
 *
 * @module
 */
import type { DomainChanges, DomainReason, DomainState } from "./domain.ts";
import type { DomainAction, DomainDecision } from "./observed-domain.ts";

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** Decides to write this, and to look again at once. */
export function change(changes: DomainChanges): DomainDecision {
  return { changes, action: null, requeue: true, recheckAfterSeconds: MINUTE };
}

/** Decides to do this, and to look again at once. */
export function act(action: DomainAction): DomainDecision {
  return { changes: {}, action, requeue: true, recheckAfterSeconds: MINUTE };
}

/** Decides to write this, and to look again tomorrow. */
export function keep(changes: DomainChanges): DomainDecision {
  return { changes, action: null, requeue: false, recheckAfterSeconds: DAY };
}

/** Decides to do nothing but to say why, and to look again then. */
export function told(
  reason: DomainReason | null,
  message: string | null,
  recheckAfterSeconds: number,
): DomainDecision {
  return { ...keep({ reason, message }), recheckAfterSeconds };
}

/** The same decision, which writes this, too, where it does not write something else. */
export function withMarks(decision: DomainDecision, marks: DomainChanges): DomainDecision {
  return { ...decision, changes: { ...marks, ...decision.changes } };
}

/** A pause that is a tenth of the time that has passed: from a minute up to a limit. */
export function growing(since: Date, now: Date, limit: number): number {
  return Math.min(limit, Math.max(MINUTE, Math.round(secondsBetween(since, now) / 10)));
}

export function secondsBetween(start: Date, end: Date): number {
  return (end.getTime() - start.getTime()) / 1000;
}

/** Decides that it is in another state from now on. */
export function become(
  state: DomainState,
  reason: DomainReason | null,
  message: string | null,
  now: Date,
): DomainDecision {
  return change({ state, state_since: now, reason, message });
}

/** Decides that it is active, and nothing of its troubles counts any more. */
export function becomeActive(now: Date): DomainDecision {
  const none = { gone_since: null, unknown_since: null, retry_at: null };
  return withMarks(become("active", null, null, now), none);
}
