/**
 * What a tenant needs next. This is the specification of the control plane: total, pure and plain,
 * so that it can be read aloud, tested as a table and explored exhaustively.
 *
 * @module
 */
import { hasTimedOut, isReportable } from "./blocker.ts";
import type { Blocker } from "./blocker.ts";
import { addSeconds, hasSite, isBlocked, isSettled, siteUrl } from "../tenant/tenant.ts";
import type { JobKind, Operation, Status, Tenant, TenantChanges } from "../tenant/tenant.ts";

/** How a site Job ended, in the words of the Job itself where it left any. */
export type JobOutcome =
  /** `reason` is set where success is not the plain one. */
  | { result: "succeeded"; reason: string | null }
  | {
      result: "failed";
      step: string | null;
      reason: string;
      message: string;
      /** False when no further attempt can succeed. */
      retryable: boolean;
      /** True when it failed for an outage of what all sites share. */
      isOutage?: true;
    };

/** A tenant's Job as the cluster shows it. `outcome` is null while it works. */
export interface Job {
  uid: string;
  kind: JobKind;
  generation: number;
  attempt: number;
  /** Its deletion was asked for, and its name is held until the last Pod is gone. */
  terminating: boolean;
  outcome: JobOutcome | null;
  /** What keeps it from working, or its name from being free; null while it works, and once it has ended. */
  blocker: Blocker | null;
}

/** All that a decision rests on. A Job that is not there is null. */
export interface Observed {
  tenant: Tenant;
  job: Job | null;
}

/** A change in the world outside the tenant's record. */
export type Action =
  /** Records the operation together with the slot that it gets, or that the tenant waits for one. */
  | { do: "takeSlot"; operation: Operation; changes: TenantChanges }
  | { do: "createSecret" }
  | { do: "createJob"; operation: Operation }
  | { do: "deleteJob"; uid: string }
  | { do: "deleteSecret" }
  | { do: "endDeletion" };

export interface Decision {
  /** Which of the cases below this is, for the log. */
  reason: string;
  /** Written before any action, so that whoever comes next knows of it; null writes nothing. */
  changes: TenantChanges | null;
  /** In this order. The first that cannot be done yet ends them. */
  actions: Action[];
  /** Whether the actions make something decidable at once. */
  requeue: boolean;
  /** When to look again at the latest; null when there is nothing left to do. */
  requeueAfterSeconds: number | null;
}

export interface DecideSettings {
  baseDomain: string;
  /** How long the first pause between two attempts is; each further one is twice as long. */
  retryPauseSeconds: number;
}

/** After so many failed attempts at a create, suspend or resume the command is given up. */
export const MAX_ATTEMPTS = 3;

/** An outage of what all sites share costs no attempt for so long. */
export const OUTAGE_SECONDS = 3600;

/** How soon it is looked whether an outage is over. */
const OUTAGE_PAUSE_SECONDS = 60;

/** How long an attempt may take, from the slot on. Later than the Job's own deadline, which says more. */
export const ATTEMPT_SECONDS = 45 * 60;

/** The `reason` of a tenant that waits for a slot. */
export const WAITING_FOR_SLOT = "WaitingForSlot";

/** The decision to end an attempt that only an operator can help; an alert looks for it in the log. */
export const SET_UP_FAILS = "SetUpFails";

/** For what nobody else tells of. */
export const REQUEUE_SECONDS = 60;

/** For what the resync sees by itself: a slot that is free. */
const LONG_REQUEUE_SECONDS = 10 * 60;

const MAX_PAUSE_SECONDS = 15 * 60;

/** How long to pause after a failed attempt: longer each time, 15 minutes at the most. */
export function pauseSeconds(failedAttempt: number, retryPauseSeconds: number): number {
  return Math.min(retryPauseSeconds * 2 ** (failedAttempt - 1), MAX_PAUSE_SECONDS);
}

/** Decides what is to be written and done next for one tenant. Performs nothing itself. */
export function decide({ tenant, job }: Observed, now: Date, settings: DecideSettings): Decision {
  const operation = currentOperation(tenant);

  // First of all, so that what was read before somebody else's command does not touch what came of it.
  if (job !== null && isNewer(job, operation ?? { generation: tenant.generation, attempt: 0 })) {
    return wait("NewerJobHoldsTheName");
  }
  if (isSettled(tenant)) {
    return job === null ? afterTheJob(tenant) : removeJob(tenant, job, "JobHasEnded", now);
  }
  if (tenant.desired === "absent" && tenant.operation === null && job === null) {
    return endDeletion("NothingWasEverMade");
  }
  if (operation === null) return begin(tenant, job, now);
  if (job !== null && isOlder(job, operation)) {
    return removeJob(tenant, job, "OlderJobHoldsTheName", now);
  }
  if (job === null) return withoutJob(tenant, operation, now, settings);
  if (job.terminating) return terminating(tenant, job, now);
  if (job.outcome === null) return working(tenant, operation, job, now);
  return ended(tenant, operation, job.outcome, now, settings);
}

/** The operation that carries out the newest command; null when that has not begun. */
function currentOperation({ operation, generation }: Tenant): Operation | null {
  return operation !== null && operation.generation >= generation ? operation : null;
}

/** The command is carried out and its Job is gone: what is left of it? */
function afterTheJob(tenant: Tenant): Decision {
  return tenant.desired === "absent" ? endDeletion("SiteIsDropped") : settled();
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

function wait(reason: string, requeueAfterSeconds = REQUEUE_SECONDS): Decision {
  return { reason, changes: null, actions: [], requeue: false, requeueAfterSeconds };
}

/** The operation is on record, with its slot, before anything of it is in the cluster. */
function begin(tenant: Tenant, job: Job | null, now: Date): Decision {
  const kind = kindFor(tenant);
  const { generation } = tenant;
  const operation = {
    kind,
    generation,
    attempt: 1,
    started_at: now,
    slot: null,
    deadline_at: null,
  };
  const slot = tenant.operation?.slot ?? null;
  if (slot === null) return takeSlot("OperationBegins", tenant, operation, job);
  // The overtaken operation still has its slot, and this one's Job comes in the place of its Job.
  return {
    reason: "OperationBegins",
    changes: takingChanges(operation, slot, changesDuring(kind, tenant), now),
    actions: job === null ? jobActions(operation) : [],
    requeue: job !== null,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** What carries out the newest command, given what was last verified. */
function kindFor(tenant: Tenant): JobKind {
  switch (tenant.desired) {
    case "absent":
      return "drop";
    case "suspended":
      return "suspend";
    case "present":
      return hasSite(tenant) ? "resume" : "create";
  }
}

function takeSlot(reason: string, tenant: Tenant, operation: Operation, job: Job | null): Decision {
  const changes = changesDuring(operation.kind, tenant);
  const take: Action = { do: "takeSlot", operation, changes };
  return {
    reason,
    changes: null,
    actions: job === null ? [take, ...jobActions(operation)] : [take],
    requeue: job !== null,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** The Job of the current operation has no outcome: it works, it is blocked, or its time is over. */
function working(tenant: Tenant, operation: Operation, job: Job, now: Date): Decision {
  const { blocker } = job;
  if (isOverdue(operation, now)) return removeJob(tenant, job, "DeadlineExceeded", now);
  if (blocker === null) {
    // Nobody tells of a node that is lost under it.
    return { ...wait("JobIsWorking"), changes: told(tenant, null, now) };
  }
  if (hasTimedOut(blocker, now)) return endAttempt(operation, job, blocker, now);
  return { ...wait("JobIsBlocked"), changes: told(tenant, blocker, now) };
}

/** Its time is over now, and when its Job is gone it has failed for what blocked it. */
function endAttempt(operation: Operation, job: Job, blocker: Blocker, now: Date): Decision {
  const { reason, message: error_message } = blocker;
  const over = { ...operation, deadline_at: now };
  return {
    reason: SET_UP_FAILS,
    changes: { reason, error_message, retryable: null, operation: over },
    actions: [{ do: "deleteJob", uid: job.uid }],
    requeue: true,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** A Job that is being deleted holds its name: what is next can only wait, and says so when it takes long. */
function terminating(tenant: Tenant, { blocker }: Job, now: Date): Decision {
  return { ...wait("JobIsTerminating"), changes: told(tenant, blocker, now) };
}

/** What the record says of what blocks a Job, or no more; null if it says so already. */
function told(tenant: Tenant, blocker: Blocker | null, now: Date): TenantChanges | null {
  // Whoever has what they asked for waits for nothing, and words beside it would read as a failure.
  if (isSettled(tenant) && tenant.desired !== "absent") return null;
  if (blocker !== null && isReportable(blocker, now)) {
    return blockedChanges(tenant, blocker.reason, blocker.message);
  }
  // An attempt whose time is over fails for what blocked it, so that stays until it has.
  const isOver = tenant.operation !== null && isOverdue(tenant.operation, now);
  return isBlocked(tenant) && !isOver ? { reason: null, error_message: null } : null;
}

/** What the record says of a blocker; null if it says so already. */
export function blockedChanges(
  tenant: Tenant,
  reason: Blocker["reason"],
  error_message: string,
): TenantChanges | null {
  const isTold = tenant.reason === reason && tenant.error_message === error_message;
  return isTold && tenant.retryable === null ? null : { reason, error_message, retryable: null };
}

/** The current operation has no Job: it pauses, waits for its slot, or its Job is to be made. */
function withoutJob(
  tenant: Tenant,
  operation: Operation,
  now: Date,
  settings: DecideSettings,
): Decision {
  if (now < operation.started_at) {
    return wait("PausesBeforeNextAttempt", secondsUntil(operation.started_at, now));
  }
  if (operation.slot === null) return takeSlot("AttemptBegins", tenant, operation, null);
  if (isOverdue(operation, now)) return failed(tenant, operation, OVERDUE, now, settings);
  // Made again: the site scripts look at what is there before they act.
  return {
    reason: "JobIsMissing",
    changes: null,
    actions: jobActions(operation),
    requeue: false,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

const OVERDUE: Failure = {
  result: "failed",
  step: null,
  reason: "DeadlineExceeded",
  message: `The attempt did not end within ${ATTEMPT_SECONDS / 60} minutes.`,
  retryable: true,
};

function isOverdue({ deadline_at }: Operation, now: Date): boolean {
  return deadline_at !== null && deadline_at <= now;
}

/** Creating the Job is claiming the tenant's lock; whoever finds the name taken looks at it again. */
function jobActions(operation: Operation): Action[] {
  const createJob: Action = { do: "createJob", operation };
  return operation.kind === "create" ? [{ do: "createSecret" }, createJob] : [createJob];
}

/** An outcome is recorded first, and only then is its Job, the evidence, deleted. */
function ended(
  tenant: Tenant,
  operation: Operation,
  outcome: JobOutcome,
  now: Date,
  settings: DecideSettings,
): Decision {
  return outcome.result === "succeeded"
    ? succeeded(tenant, operation, outcome.reason, settings)
    : failed(tenant, operation, outcome, now, settings);
}

function succeeded(
  tenant: Tenant,
  operation: Operation,
  reason: string | null,
  settings: DecideSettings,
): Decision {
  return {
    reason: "JobSucceeded",
    changes: {
      ...verified(operation.kind, tenant, settings),
      step: null,
      reason,
      error_message: null,
      retryable: null,
      observed_generation: operation.generation,
      operation: withoutSlot(operation),
    },
    actions: [],
    requeue: true,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** What the success of a Job proves. */
function verified(
  kind: JobKind,
  tenant: Tenant,
  { baseDomain }: DecideSettings,
): Pick<TenantChanges, "status" | "site_url"> {
  switch (kind) {
    case "create":
    case "resume":
      return { status: "active", site_url: siteUrl(tenant, baseDomain) };
    case "suspend":
      return { status: "suspended" };
    case "drop":
      return {};
  }
}

type Failure = Extract<JobOutcome, { result: "failed" }>;

/** What blocked an attempt until its time was over says more than that it was over. */
function asBlocked(tenant: Tenant, failure: Failure): Failure {
  const { reason, error_message: message } = tenant;
  const isMoreTelling = isBlocked(tenant) && reason !== null && reason !== "JobTerminating";
  if (failure.reason !== "DeadlineExceeded" || !isMoreTelling || message === null) return failure;
  return { ...failure, reason, message };
}

function failed(
  tenant: Tenant,
  operation: Operation,
  failure: Failure,
  now: Date,
  settings: DecideSettings,
): Decision {
  const { step, reason, message: error_message, retryable } = asBlocked(tenant, failure);
  const { kind } = operation;
  const tried = withOutage(operation, failure, now);
  const attempts = countedAttempts(tried);
  // Nobody asks for a deletion twice: it is tried until it succeeds, and says why meanwhile.
  const isTriedAgain = kind === "drop" || (retryable && attempts < MAX_ATTEMPTS);
  const isCounted = attempts === countedAttempts(operation);
  const pause = isCounted
    ? pauseSeconds(attempts, settings.retryPauseSeconds)
    : OUTAGE_PAUSE_SECONDS;
  const given: TenantChanges = isTriedAgain
    ? { operation: nextAttempt(tried, addSeconds(now, pause)) }
    : {
        operation: withoutSlot(tried),
        observed_generation: operation.generation,
        // What was verified before a suspend or resume still holds.
        status: kind === "create" ? "failed" : tenant.status,
      };
  return {
    reason: isTriedAgain ? "AttemptFailed" : "JobFailed",
    changes: { step, reason, error_message, retryable, ...given },
    actions: [],
    requeue: true,
    requeueAfterSeconds: isTriedAgain ? Math.min(pause, REQUEUE_SECONDS) : REQUEUE_SECONDS,
  };
}

/** How many of its attempts count, the current one included unless an outage ended it. */
export function countedAttempts({ attempt, outage }: Operation): number {
  return attempt - (outage?.attempts ?? 0);
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
  return { ...operation, slot: null, deadline_at: null };
}

/** No slot is held in the pause. */
function nextAttempt(operation: Operation, started_at: Date): Operation {
  return { ...withoutSlot(operation), attempt: operation.attempt + 1, started_at };
}

function removeJob(tenant: Tenant, job: Job, reason: string, now: Date): Decision {
  if (job.terminating) return terminating(tenant, job, now);
  return {
    reason,
    changes: null,
    actions: [{ do: "deleteJob", uid: job.uid }],
    requeue: true,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

function endDeletion(reason: string): Decision {
  return {
    reason,
    changes: null,
    actions: [{ do: "deleteSecret" }, { do: "endDeletion" }],
    requeue: true,
    requeueAfterSeconds: REQUEUE_SECONDS,
  };
}

/** What the record says while a Job of this kind works. The words of an earlier failure stay. */
function changesDuring(kind: JobKind, tenant: Tenant): TenantChanges {
  const reason = tenant.reason === WAITING_FOR_SLOT ? null : tenant.reason;
  return { status: statusDuring(kind, tenant), step: kind, reason, queue_key: null };
}

function statusDuring(kind: JobKind, tenant: Tenant): Status {
  switch (kind) {
    case "create":
      return "provisioning";
    case "drop":
      return "deleting";
    case "suspend":
    case "resume":
      return tenant.status;
  }
}

/**
 * What the record says while the operation waits for a slot; null if it says so already. The requeue is
 * only a backstop, and far ahead, so that those who wait do not fill the resync.
 */
export function waitingChanges(
  tenant: Tenant,
  { kind }: Operation,
  now: Date,
): TenantChanges | null {
  const { queue_key, next_reconcile_at } = tenant;
  const isFarAhead =
    next_reconcile_at !== null && next_reconcile_at > addSeconds(now, LONG_REQUEUE_SECONDS / 2);
  if (queue_key !== null && isFarAhead) return null;
  const rank = kind === "drop" ? 0 : 1;
  return {
    reason: WAITING_FOR_SLOT,
    queue_key: `${rank} ${tenant.requested_at.toISOString()} ${tenant.id}`,
    updated_at: now,
    next_reconcile_at: addSeconds(now, LONG_REQUEUE_SECONDS),
  };
}

/** What the record says from the moment the operation has its slot. */
export function takingChanges(
  operation: Operation,
  slot: number,
  changes: TenantChanges,
  now: Date,
): TenantChanges {
  return {
    ...changes,
    operation: { ...operation, slot, deadline_at: addSeconds(now, ATTEMPT_SECONDS) },
    updated_at: now,
    next_reconcile_at: addSeconds(now, REQUEUE_SECONDS),
  };
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
