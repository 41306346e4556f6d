/**
 * How attempts end, and what follows: the outcome on record, a pause, another attempt, or the end of the command. Pure.
 *
 * @module
 */
import { toSeconds } from "../operations/operation-definition.ts";
import type {
  OperationFailure,
  UNTRIED,
  UpgradeLimits,
} from "../operations/operation-definition.ts";
import { definitionOf } from "../operations/registry.ts";
import { addSeconds, isBlocked, requestDone, withChanges } from "../tenant/tenant.ts";
import type { Operation, StatusChanges, Tenant } from "../tenant/tenant.ts";
import { record, REQUEUE_SECONDS } from "./decision.ts";
import type { DecideSettings, Decision, Failure, JobOutcome } from "./decision.ts";
import { firstDifference } from "./difference.ts";

/** An outage of what all sites share costs no attempt for so long. */
export const OUTAGE_SECONDS = 3600;

/** How soon it is looked whether an outage is over. */
const OUTAGE_PAUSE_SECONDS = 60;

/** How much later than its Job's own deadline, which says more, an attempt is given up. */
const ATTEMPT_GRACE_SECONDS = 300;

const MAX_PAUSE_SECONDS = 15 * 60;

/** How long an attempt may take, from the slot on. */
export function attemptSeconds(kind: string, settings: UpgradeLimits): number {
  return toSeconds(definitionOf(kind).deadlineSeconds, settings) + ATTEMPT_GRACE_SECONDS;
}

/** How long to pause after a failed attempt: longer each time, 15 minutes at the most. */
export function pauseSeconds(failedAttempt: number, retryPauseSeconds: number): number {
  return Math.min(retryPauseSeconds * 2 ** (failedAttempt - 1), MAX_PAUSE_SECONDS);
}

/** The first attempt at an operation, or the first one after another operation under the same generation. */
export function firstAttempt(
  kind: string,
  generation: number,
  attempt: number,
  now: Date,
): Operation {
  return {
    kind,
    generation,
    attempt,
    first_attempt: attempt,
    started_at: now,
    slot: null,
    slot_at: null,
    deadline_at: null,
  };
}

export function isOverdue({ deadline_at }: Operation, now: Date): boolean {
  return deadline_at !== null && deadline_at <= now;
}

/** An outcome is recorded first, and only then is its Job, the evidence, deleted. */
export function ended(
  tenant: Tenant,
  operation: Operation,
  outcome: JobOutcome,
  now: Date,
  settings: DecideSettings,
): Decision {
  return outcome.result === "succeeded"
    ? succeeded(tenant, operation, outcome, now, settings)
    : failed(tenant, operation, outcome, now, settings);
}

/** The generation is over when no difference is left; else the next operation begins under it. */
function succeeded(
  tenant: Tenant,
  operation: Operation,
  { reason, apps }: Extract<JobOutcome, { result: "succeeded" }>,
  now: Date,
  settings: DecideSettings,
): Decision {
  const found = definitionOf(operation.kind).verified(tenant, settings, reason);
  const verified = {
    ...requestDone(tenant, operation.kind),
    ...found,
    ...(apps && found.site && { site: { ...found.site, apps } }),
  };
  const next = firstDifference(withChanges(tenant, { status: verified }));
  const { generation, attempt } = operation;
  const rest: StatusChanges =
    next === null
      ? { observed_generation: generation, operation: withoutSlot(operation) }
      : { operation: firstAttempt(next.kind, generation, attempt + 1, now) };
  return record("JobSucceeded", { ...NOTHING_WRONG, reason, ...verified, ...rest });
}

const NOTHING_WRONG = {
  condition: null,
  step: null,
  step_since: null,
  reason: null,
  message: null,
  retryable: null,
} satisfies StatusChanges;

/** The spec is as the status: the newest command has nothing to wait for. */
export function nothingToDo({ spec, status }: Tenant): Decision {
  return record("NothingToDo", {
    ...NOTHING_WRONG,
    queue_key: null,
    observed_generation: spec.generation,
    operation: status.operation && withoutSlot(status.operation),
  });
}

/** The attempt had its slot for as long as it may take, and has no Job that tells more. */
export function overdue(
  tenant: Tenant,
  operation: Operation,
  now: Date,
  settings: DecideSettings,
): Decision {
  const minutes = attemptSeconds(operation.kind, settings) / 60;
  const failure: Failure = {
    result: "failed",
    step: null,
    reason: "DeadlineExceeded",
    message: `The attempt did not end within ${minutes} minutes.`,
    retryable: true,
  };
  return failed(tenant, operation, failure, now, settings);
}

/** What needs backups has no Job where there are none, and waits for nothing. */
const BACKUPS_ARE_OFF: OperationFailure = {
  step: null,
  reason: "BackupsAreOff",
  message: "Backups are off: BACKUP_BUCKET is not set.",
  retryable: false,
};

/** Whether an operation can have no Job, since it needs backups and there are none. */
export function needsMissingBackups(kind: string, { backupBucket }: DecideSettings): boolean {
  return definitionOf(kind).needsBackups === true && backupBucket === null;
}

/**
 * Gives up what needs backups where there are none. Without `UNTRIED` an earlier attempt may have come to any step of it, and nobody
 * knows to which.
 */
export function withoutBackups(
  tenant: Tenant,
  operation: Operation,
  step: typeof UNTRIED | null,
  now: Date,
): Decision {
  return givenUp(tenant, operation, BACKUPS_ARE_OFF, step, now);
}

function failed(
  tenant: Tenant,
  operation: Operation,
  failure: Failure,
  now: Date,
  settings: DecideSettings,
): Decision {
  const { step, reason, message, retryable, patch } = asBlocked(tenant, failure);
  const { maxAttempts, setRight } = definitionOf(operation.kind);
  const tried = withOutage(operation, failure, now);
  const attempts = countedAttempts(tried);
  const isTriedAgain = maxAttempts === null || (retryable && attempts < maxAttempts);
  const told = { step, reason, message, retryable };
  if (!isTriedAgain && setRight) {
    return setSiteRight(tenant, operation, setRight.record(tenant, { ...told, patch }, now), now);
  }
  if (!isTriedAgain) return givenUp(tenant, tried, told, step, now);
  const isCounted = attempts === countedAttempts(operation);
  const pause = isCounted
    ? pauseSeconds(attempts, settings.retryPauseSeconds)
    : OUTAGE_PAUSE_SECONDS;
  const changes = {
    ...failureChanges(tenant, operation.kind, told, now),
    operation: nextAttempt(tried, addSeconds(now, pause)),
  };
  return record("AttemptFailed", changes, Math.min(pause, REQUEUE_SECONDS));
}

function givenUp(
  tenant: Tenant,
  operation: Operation,
  told: OperationFailure,
  step: string | null,
  now: Date,
): Decision {
  const { kind, generation } = operation;
  return record("JobFailed", {
    // Under a later command nobody waits for it any more.
    ...requestDone(tenant, kind),
    ...failureChanges(tenant, kind, told, now),
    ...definitionOf(kind).statusWhenGivenUp(tenant, step),
    operation: withoutSlot(operation),
    observed_generation: generation,
  });
}

/** What the record says of a failure. */
function failureChanges(
  tenant: Tenant,
  kind: string,
  told: OperationFailure,
  now: Date,
): StatusChanges {
  const { ownFailure } = definitionOf(kind);
  return ownFailure
    ? { ...NOTHING_WRONG, ...ownFailure.record(tenant, told, now) }
    : { condition: "failed", step_since: null, ...told };
}

/** The operation is given up, and what is recorded of its failure makes the one needed that follows under its generation. */
function setSiteRight(
  tenant: Tenant,
  { kind, generation, attempt }: Operation,
  changes: StatusChanges,
  now: Date,
): Decision {
  const status = { ...requestDone(tenant, kind), ...changes };
  const next = firstDifference(withChanges(tenant, { status }));
  if (next === null) throw new TypeError(`Nothing follows a ${kind} that is given up.`);
  return record("SiteIsSetRight", {
    ...status,
    ...NOTHING_WRONG,
    operation: firstAttempt(next.kind, generation, attempt + 1, now),
  });
}

/** What blocked an attempt until its time was over says more than that it was over. */
function asBlocked(tenant: Tenant, failure: Failure): Failure {
  const { reason, message } = tenant.status;
  const isMoreTelling = isBlocked(tenant) && reason !== null && reason !== "JobTerminating";
  if (failure.reason !== "DeadlineExceeded" || !isMoreTelling || message === null) return failure;
  return { ...failure, reason, message };
}

/** How many attempts at the operation count, the current one included unless an outage ended it. */
export function countedAttempts({ attempt, first_attempt, outage }: Operation): number {
  return attempt - first_attempt + 1 - (outage?.attempts ?? 0);
}

/** The operation with what a failed attempt met: an outage that goes on, or something else. */
function withOutage(operation: Operation, { isOutage }: Failure, now: Date): Operation {
  const { outage } = operation;
  if (!isOutage) return outage ? { ...operation, outage: { ...outage, since: null } } : operation;
  const { attempts = 0, since } = outage ?? {};
  const began = since ?? now;
  const isLong = addSeconds(began, OUTAGE_SECONDS) <= now;
  return { ...operation, outage: { attempts: isLong ? attempts : attempts + 1, since: began } };
}

function withoutSlot(operation: Operation): Operation {
  return { ...operation, slot: null, slot_at: null, deadline_at: null };
}

/** No slot is held in the pause. */
function nextAttempt(operation: Operation, started_at: Date): Operation {
  return { ...withoutSlot(operation), attempt: operation.attempt + 1, started_at };
}
