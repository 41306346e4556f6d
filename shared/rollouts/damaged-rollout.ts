/**
 * Whether a document is a rollout as this control plane writes it. People write to the database too. Pure.
 *
 * @module
 */
import {
  all,
  ifThere,
  isCount,
  isDate,
  isName,
  isText,
  listOf,
  oneOf,
  orNull,
  wrongFields,
} from "../tenant/field-checks.ts";
import type { Checks, Fields, Is } from "../tenant/field-checks.ts";
import {
  newRollout,
  OUTCOMES,
  ROLLOUT_REASONS,
  ROLLOUT_STATES,
  SKIP_REASONS,
  WAVE_KINDS,
} from "./rollout.ts";
import type {
  FailedTenant,
  Pass,
  PauseAt,
  Rollout,
  SkippedTenant,
  UnderWay,
  Wave,
} from "./rollout.ts";
import { REQUESTER } from "../tenant/damaged-record.ts";
import { isTimeZone } from "./window.ts";
import type { Window } from "./window.ts";

const isTimeOfDay: Is = (value) =>
  isText(value) && /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(String(value));

const WINDOW: Checks<Window> = {
  from: isTimeOfDay,
  to: isTimeOfDay,
  time_zone: (value) => isText(value) && isTimeZone(String(value)),
};

const PAUSE_AT: Checks<PauseAt> = { failures: isCount, percent: isCount };

const WAVE: Checks<Wave> = {
  kind: oneOf(WAVE_KINDS),
  percent: orNull(isCount),
  started_at: orNull(isDate),
  ended_at: orNull(isDate),
  asked: isCount,
  done: isCount,
  failed: isCount,
  gone: isCount,
  skipped: isCount,
  waiting: isCount,
};

const SKIPPED: Checks<SkippedTenant> = {
  id: isName,
  reason: oneOf(SKIP_REASONS),
  message: orNull(isText),
  until: orNull(isDate),
};

const PASS: Checks<Pass> = {
  begins_at: isDate,
  after: orNull(isName),
  asked: isCount,
  busy: isCount,
  outside: isCount,
  opens_at: orNull(isDate),
  skipped: isCount,
  skipped_tenants: listOf(all(SKIPPED)),
};

const UNDER_WAY: Checks<UnderWay> = { id: isName, ask_id: isName, wave: isCount, since: isDate };

const FAILED: Checks<FailedTenant> = {
  id: isName,
  at: isDate,
  reason: isName,
  message: orNull(isText),
  patch: ifThere(orNull(isText)),
  step: ifThere(orNull(isText)),
};

const ROLLOUT: Checks<Rollout> = {
  id: isName,
  created_at: isDate,
  updated_at: isDate,
  ended_at: orNull(isDate),
  requested_by: all(REQUESTER),
  command_id: isName,
  state: oneOf(ROLLOUT_STATES),
  reason: orNull(oneOf(ROLLOUT_REASONS)),
  message: orNull(isText),
  paused_by: orNull(all(REQUESTER)),
  to: isName,
  from: listOf(isName),
  window: orNull(all(WINDOW)),
  max_per_database: isCount,
  pause_at: all(PAUSE_AT),
  soak_minutes: isCount,
  waves: listOf(all(WAVE)),
  wave: isCount,
  soak_until: orNull(isDate),
  pass: all(PASS),
  progress_at: isDate,
  ask_id: isName,
  asks_since: isDate,
  under_way: listOf(all(UNDER_WAY)),
  last_outcomes: listOf(oneOf(OUTCOMES)),
  failed: listOf(all(FAILED)),
  skipped: listOf(all(SKIPPED)),
  next_check_at: orNull(isDate),
};

/** The fields of a document that are not as they should be. */
export function damagedRolloutFields(fields: Fields, id: string): string[] {
  const wrong = wrongFields(fields, ROLLOUT);
  return wrong.length === 0 && fields["id"] !== id ? ["id"] : wrong;
}

/** A damaged record as it can be shown: nobody is moved by it, and it says so. */
export function showDamagedRollout(
  fields: Fields,
  id: string,
  damaged: readonly string[],
  createdAt: Date,
): Rollout {
  const requestedBy = { name: "nobody known", request_id: null, reason: null };
  const unknown = newRollout({ id, commandId: "", requestedBy, to: "", from: [] }, createdAt);
  const sound = Object.entries(fields).filter(
    ([name]) => Object.hasOwn(ROLLOUT, name) && !damaged.includes(name),
  );
  return {
    ...unknown,
    ...(Object.fromEntries(sound) as Partial<Rollout>),
    id,
    state: "cancelled",
    reason: null,
    message: `The record is damaged in: ${damaged.join(", ")}.`,
  };
}
