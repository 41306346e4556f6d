/**
 * What is to be written and done next for a tenant. This is the specification of the control plane: total, pure and
 * plain, so that it can be read aloud, tested as a table and explored exhaustively. Which operation a tenant needs,
 * `difference.ts` says; what follows from an attempt's end, `attempts.ts`.
 *
 * @module
 */
import { UNTRIED } from "../operations/operation-definition.ts";
import { definitionOf } from "../operations/registry.ts";
import { currentOperation, isBlocked, isSettled } from "../tenant/tenant.ts";
import type { Operation, StatusChanges, Tenant } from "../tenant/tenant.ts";
import {
  ended,
  firstAttempt,
  isOverdue,
  needsMissingBackups,
  nothingToDo,
  overdue,
  withoutBackups,
} from "./attempts.ts";
import { hasTimedOut, isReportable } from "./blocker.ts";
import type { Blocker } from "./blocker.ts";
import { act, REQUEUE_SECONDS, wait } from "./decision.ts";
import type {
  Action,
  DecideSettings,
  Decision,
  DecisionReason,
  Job,
  Observed,
} from "./decision.ts";
import { firstDifference } from "./difference.ts";
import { changesDuring, takingChanges } from "./slot-queue.ts";

/** Decides what is to be written and done next for one tenant. Performs nothing itself. */
export function decide({ tenant, job }: Observed, now: Date, settings: DecideSettings): Decision {
  const { spec, status } = tenant;
  const operation = currentOperation(tenant);

  // First of all, so that what was read before somebody else's command does not touch what came of it.
  if (job !== null && isNewer(job, operation ?? { generation: spec.generation, attempt: 0 })) {
    return wait("NewerJobHoldsTheName");
  }
  if (isSettled(tenant)) {
    return job === null ? afterTheJob(tenant) : removeJob(tenant, job, "JobHasEnded", now);
  }
  if (spec.state === "absent" && status.operation === null && job === null) {
    return endDeletion("NothingWasEverMade");
  }
  if (operation === null) return begin(tenant, job, now, settings);
  if (job !== null && isOlder(job, operation)) {
    return removeJob(tenant, job, "OlderJobHoldsTheName", now);
  }
  if (job === null) return withoutJob(tenant, operation, now, settings);
  if (job.terminating) return terminating(tenant, job, now);
  if (job.outcome === null) return working(tenant, operation, job, now);
  return ended(tenant, operation, job.outcome, now, settings);
}

/** The command is carried out and its Job is gone: what is left of it? */
function afterTheJob(tenant: Tenant): Decision {
  return tenant.spec.state === "absent" ? endDeletion("SiteIsDropped") : settled();
}

function settled(): Decision {
  return {
    reason: "Settled",
    changes: null,
    actions: [],
    requeue: false,
    requeueAfterSeconds: null,
  };
}

/** The operation is on record, with its slot, before anything of it is in the cluster. */
function begin(tenant: Tenant, job: Job | null, now: Date, settings: DecideSettings): Decision {
  const definition = firstDifference(tenant);
  if (definition === null) {
    return job === null ? nothingToDo(tenant) : removeJob(tenant, job, "OlderJobHoldsTheName", now);
  }
  const { kind } = definition;
  const operation = firstAttempt(kind, tenant.spec.generation, 1, now);
  if (needsMissingBackups(kind, settings)) {
    if (job !== null) return removeJob(tenant, job, "OlderJobHoldsTheName", now);
    return withoutBackups(tenant, operation, overtakesNothing(tenant) ? UNTRIED : null, now);
  }
  const slot = tenant.status.operation?.slot ?? null;
  if (slot === null) return takeSlot("OperationBegins", tenant, operation, job);
  // The overtaken operation still has its slot, and this one's Job comes in the place of its Job.
  return {
    reason: "OperationBegins",
    changes: takingChanges(operation, slot, changesDuring(kind, tenant), now, settings),
    actions: job === null ? jobActions(operation, tenant) : [],
    requeue: job !== null,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** Whether the command before the newest one has its outcome: what it began is over. */
function overtakesNothing({ status: { operation, observed_generation } }: Tenant): boolean {
  return operation === null || operation.generation <= observed_generation;
}

function takeSlot(
  reason: DecisionReason,
  tenant: Tenant,
  operation: Operation,
  job: Job | null,
): Decision {
  const changes = changesDuring(operation.kind, tenant);
  const take: Action = { do: "takeSlot", operation, changes };
  return {
    reason,
    changes: null,
    actions: job === null ? [take, ...jobActions(operation, tenant)] : [take],
    requeue: job !== null,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** The Job of the current operation has no outcome: it works, it is blocked, or its time is over. */
function working(tenant: Tenant, operation: Operation, job: Job, now: Date): Decision {
  const { blocker } = job;
  if (isOverdue(operation, now)) return removeJob(tenant, job, "DeadlineExceeded", now);
  if (blocker === null) {
    const changes = { ...blockerChanges(tenant, null, now), ...stepChanges(tenant, job) };
    // Nobody tells of a node that is lost under it.
    return { ...wait("JobIsWorking"), changes: Object.keys(changes).length > 0 ? changes : null };
  }
  if (hasTimedOut(blocker, now)) return endAttempt(operation, job, blocker, now);
  return { ...wait("JobIsBlocked"), changes: blockerChanges(tenant, blocker, now) };
}

/** The step that a Job is at, where somebody looked and it is another one. */
function stepChanges({ status }: Tenant, { step }: Job): StatusChanges | null {
  if (!step || step.name === status.step) return null;
  return { step: step.name, step_since: step.since };
}

/** Its time is over now, and when its Job is gone it has failed for what blocked it. */
function endAttempt(operation: Operation, job: Job, blocker: Blocker, now: Date): Decision {
  const { reason, message } = blocker;
  const over = { ...operation, deadline_at: now };
  return {
    ...act("SetUpFails", [{ do: "deleteJob", uid: job.uid }]),
    changes: { condition: "blocked", reason, message, retryable: null, operation: over },
  };
}

/** A Job that is being deleted holds its name: what is next can only wait, and says so when it takes long. */
function terminating(tenant: Tenant, { blocker }: Job, now: Date): Decision {
  return { ...wait("JobIsTerminating"), changes: blockerChanges(tenant, blocker, now) };
}

/** What the record says of what blocks a Job, or no more; null if it says so already. */
function blockerChanges(tenant: Tenant, blocker: Blocker | null, now: Date): StatusChanges | null {
  // Whoever has what they asked for waits for nothing, and words beside it would read as a failure.
  if (isSettled(tenant) && tenant.spec.state !== "absent") return null;
  if (blocker !== null && isReportable(blocker, now)) return blockedChanges(tenant, blocker);
  // An attempt whose time is over fails for what blocked it, so that stays until it has.
  const { operation } = tenant.status;
  const isOver = operation !== null && isOverdue(operation, now);
  const isStale = isBlocked(tenant) && !isOver;
  return isStale ? { condition: null, reason: null, message: null } : null;
}

/** What the record says of a blocker; null if it says so already. */
export function blockedChanges(
  { status }: Tenant,
  { reason, message }: Pick<Blocker, "reason" | "message">,
): StatusChanges | null {
  const isTold = status.reason === reason && status.message === message;
  if (isTold && status.condition === "blocked") return null;
  return { condition: "blocked", reason, message, retryable: null };
}

/** The current operation has no Job: it pauses, waits for its slot, or its Job is to be made. */
function withoutJob(
  tenant: Tenant,
  operation: Operation,
  now: Date,
  settings: DecideSettings,
): Decision {
  if (needsMissingBackups(operation.kind, settings)) {
    return withoutBackups(tenant, operation, null, now);
  }
  if (now < operation.started_at) {
    return wait("PausesBeforeNextAttempt", secondsUntil(operation.started_at, now));
  }
  if (operation.slot === null) return takeSlot("AttemptBegins", tenant, operation, null);
  if (isOverdue(operation, now)) return overdue(tenant, operation, now, settings);
  // Made again: the site scripts look at what is there before they act.
  return { ...act("JobIsMissing", jobActions(operation, tenant)), requeue: false };
}

/** Creating the Job is claiming the tenant's lock; whoever finds the name taken looks at it again. */
function jobActions(operation: Operation, tenant: Tenant): Action[] {
  const createJob: Action = { do: "createJob", operation };
  const { secret, secretOf } = definitionOf(operation.kind);
  if (secret === null) return [createJob];
  const of = secretOf?.(tenant) ?? tenant.id;
  return [{ do: "createSecret", secret, ...(of !== tenant.id && { of }) }, createJob];
}

function removeJob(tenant: Tenant, job: Job, reason: DecisionReason, now: Date): Decision {
  if (job.terminating) return terminating(tenant, job, now);
  return act(reason, [{ do: "deleteJob", uid: job.uid }]);
}

function endDeletion(reason: DecisionReason): Decision {
  return act(reason, [{ do: "deleteSecret" }, { do: "endDeletion" }]);
}

type Age = Pick<Operation, "generation" | "attempt">;

function isOlder(job: Age, operation: Age): boolean {
  return (
    job.generation < operation.generation ||
    (job.generation === operation.generation && job.attempt < operation.attempt)
  );
}

function isNewer(job: Age, operation: Age): boolean {
  return isOlder(operation, job);
}

function secondsUntil(time: Date, now: Date): number {
  return Math.max(1, Math.ceil((time.getTime() - now.getTime()) / 1000));
}
