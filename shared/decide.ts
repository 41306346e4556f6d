/**
 * What a tenant needs next. This is the specification of the control plane: total, pure and plain,
 * so that it can be read aloud, tested as a table and explored exhaustively.
 *
 * @module
 */
import { addSeconds, isSettled, siteUrl } from "./tenant.ts";
import type { Desired, JobKind, Operation, Tenant, TenantChanges } from "./tenant.ts";

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
}

/** All that a decision rests on. A Job that is not there is null. */
export interface Observed {
  tenant: Tenant;
  job: Job | null;
}

/** A change in the world outside the tenant's record. */
export type Action =
  | { do: "createSecret" }
  | { do: "createJob"; operation: Operation }
  | { do: "deleteJob"; uid: string }
  | { do: "deleteSecret" }
  | { do: "endDeletion" };

export interface Decision {
  /** Which of the cases below this is, for the log. */
  because: string;
  /** Written before any action, so that whoever comes next knows of it; null writes nothing. */
  changes: TenantChanges | null;
  actions: Action[];
  /** Whether the actions make something decidable at once. */
  again: boolean;
  /** When to look again at the latest; null when there is nothing left to do. */
  recheckAfterSeconds: number | null;
}

export interface DecideSettings {
  baseDomain: string;
}

const JOB_FOR: Record<Desired, JobKind> = { present: "create", absent: "drop" };

const RECHECK_SECONDS = 60;

/** How long a drop pauses before its next attempt: longer each time, 15 minutes at the most. */
export function dropPauseSeconds(failedAttempt: number): number {
  return Math.min(30 * 2 ** (failedAttempt - 1), 15 * 60);
}

/** Decides what is to be written and done next for one tenant. Performs nothing itself. */
export function decide({ tenant, job }: Observed, now: Date, settings: DecideSettings): Decision {
  const { operation } = tenant;

  // First of all, so that what was read before somebody else's wish does not touch what came of it.
  if (job !== null && operation !== null && isNewer(job, operation)) return stop();
  if (isSettled(tenant)) return job === null ? afterTheJob(tenant) : removeJob(job, "JobHasEnded");
  if (tenant.desired === "absent" && operation === null && job === null) {
    return endDeletion("NothingWasEverMade");
  }
  if (operation === null || operation.generation < tenant.generation) {
    return begin(tenant, job, now);
  }
  if (job === null) {
    return now < operation.started_at ? pause(operation, now) : ensureJob(operation);
  }
  if (isOlder(job, operation)) return removeJob(job, "OlderJobHoldsTheName");
  if (job.terminating) return wait("JobIsTerminating");
  if (job.outcome === null) return wait("JobIsWorking");
  return ended(tenant, operation, job.outcome, now, settings);
}

/** The wish is carried out and its Job is gone: what is left of it? */
function afterTheJob(tenant: Tenant): Decision {
  return tenant.desired === "absent" ? endDeletion("SiteIsDropped") : settled();
}

function settled(): Decision {
  return {
    because: "Settled",
    changes: null,
    actions: [],
    again: false,
    recheckAfterSeconds: null,
  };
}

function wait(because: string, recheckAfterSeconds = RECHECK_SECONDS): Decision {
  return { because, changes: null, actions: [], again: false, recheckAfterSeconds };
}

/** The cluster knows of a newer wish than the record that was read: leave it to who wrote that. */
function stop(): Decision {
  return wait("NewerJobHoldsTheName");
}

function pause(operation: Operation, now: Date): Decision {
  return wait("PausesBeforeNextAttempt", secondsUntil(operation.started_at, now));
}

/** The operation is on record before anything of it is in the cluster. */
function begin(tenant: Tenant, job: Job | null, now: Date): Decision {
  const kind = JOB_FOR[tenant.desired];
  const operation = { kind, generation: tenant.generation, attempt: 1, started_at: now };
  return {
    because: "OperationBegins",
    changes: { operation, status: statusDuring(kind, tenant), step: kind },
    actions: job === null ? jobActions(operation) : [],
    again: job !== null,
    recheckAfterSeconds: RECHECK_SECONDS,
  };
}

/** Creating the Job is claiming the tenant's lock; whoever finds the name taken looks at it again. */
function ensureJob(operation: Operation): Decision {
  return {
    because: "JobIsMissing",
    changes: null,
    actions: jobActions(operation),
    again: false,
    recheckAfterSeconds: RECHECK_SECONDS,
  };
}

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
  const common = { actions: [], again: true, recheckAfterSeconds: RECHECK_SECONDS };
  const proved = { observed_generation: operation.generation };
  if (outcome.result === "succeeded") {
    const cleared = { step: null, reason: outcome.reason, error_message: null, retryable: null };
    const changes: TenantChanges =
      operation.kind === "create"
        ? {
            ...proved,
            ...cleared,
            status: "active",
            site_url: siteUrl(tenant, settings.baseDomain),
          }
        : { ...proved, ...cleared };
    return { because: "JobSucceeded", changes, ...common };
  }
  const { step, reason, message: error_message, retryable } = outcome;
  const why = { step, reason, error_message, retryable };
  if (operation.kind === "create") {
    return { because: "JobFailed", changes: { ...proved, ...why, status: "failed" }, ...common };
  }
  // Nobody asks for a deletion twice: it is tried until it succeeds, and says why meanwhile.
  const started_at = addSeconds(now, dropPauseSeconds(operation.attempt));
  const next: Operation = { ...operation, attempt: operation.attempt + 1, started_at };
  return { because: "JobFailed", changes: { ...why, operation: next }, ...common };
}

function removeJob(job: Job, because: string): Decision {
  if (job.terminating) return wait("JobIsTerminating");
  return {
    because,
    changes: null,
    actions: [{ do: "deleteJob", uid: job.uid }],
    again: true,
    recheckAfterSeconds: RECHECK_SECONDS,
  };
}

function endDeletion(because: string): Decision {
  return {
    because,
    changes: null,
    actions: [{ do: "deleteSecret" }, { do: "endDeletion" }],
    again: true,
    recheckAfterSeconds: RECHECK_SECONDS,
  };
}

function statusDuring(kind: JobKind, tenant: Tenant): Tenant["status"] {
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
