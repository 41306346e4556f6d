/**
 * What a decision rests on, and what it consists of. Pure.
 *
 * @module
 */
import type { UpgradeLimits } from "../operations/operation-definition.ts";
import type { AppVersions } from "../tenant/app-versions.ts";
import type { OperationStep } from "../tenant/operation-record.ts";
import type { SiteSecret } from "../tenant/names.ts";
import type { Operation, StatusChanges, Tenant } from "../tenant/tenant.ts";
import type { Blocker } from "./blocker.ts";

/** How a site Job ended, in the words of the Job itself where it left any. */
export type JobOutcome =
  /** `reason` is set where success is not the plain one, `apps` where the Job has looked which versions the site has. */
  | { result: "succeeded"; reason: string | null; apps?: AppVersions }
  | {
      result: "failed";
      step: string | null;
      reason: string;
      message: string;
      /** False when no further attempt can succeed. */
      retryable: boolean;
      /** True when it failed for an outage of what all sites share. */
      isOutage?: true;
      /** The patch of an app's that failed, where it was one. */
      patch?: string;
    };

export type Failure = Extract<JobOutcome, { result: "failed" }>;

/** At which step of its script a Job is. */
export interface JobStep {
  name: string;
  since: Date;
}

/** What is left of a Job that has ended, or there is of one that works, for the history. What nobody knows is null. */
export interface JobReport {
  createdAt: Date | null;
  /** When its first container ran. */
  runningAt: Date | null;
  endedAt: Date | null;
  steps: OperationStep[];
  /** The last lines of its log, without secrets. */
  log: string | null;
  /** What its success has come to, such as the size of a backup; null where it came to nothing to tell. */
  result: Record<string, number> | null;
}

/** A tenant's Job as the cluster shows it. `outcome` is null while it works. */
export interface Job {
  uid: string;
  /** One of the kinds in `operations/registry.ts`. */
  kind: string;
  generation: number;
  attempt: number;
  /** Its deletion was asked for, and its name is held until the last Pod is gone. */
  terminating: boolean;
  outcome: JobOutcome | null;
  /** What keeps it from working, or its name from being free; null while it works, and once it has ended. */
  blocker: Blocker | null;
  /** The step that a Job is at which has worked for a while; not there where nobody looked. */
  step?: JobStep | null;
  /** What there is of it by then; not there where nobody looked, and null where that cannot be had. */
  report?: JobReport | null;
}

/** All that a decision rests on. A Job that is not there is null. */
export interface Observed {
  tenant: Tenant;
  job: Job | null;
}

/** A change outside the tenant's record. */
export type Action =
  /** Records the operation together with the slot that it gets, or that the tenant waits for one. */
  | { do: "takeSlot"; operation: Operation; changes: StatusChanges }
  /** `of`: another tenant, whose Secret it is. */
  | { do: "createSecret"; secret: SiteSecret; of?: string }
  | { do: "createJob"; operation: Operation }
  | { do: "deleteJob"; uid: string }
  | { do: "deleteSecret" }
  | { do: "endDeletion" };

/**
 * Which case a decision is, with what that means. It is the message of the decision's log line: alerts, metrics and
 * dashboards look for it.
 */
export const DECISION_REASONS = {
  Settled: "The newest command has its outcome, and nothing is left of its Job.",
  NothingToDo: "The command asked for nothing that was not so already.",
  NothingWasEverMade: "A deletion ends before anything was made for the tenant.",
  SiteIsDropped: "A deletion ends after its drop.",
  OperationBegins: "The first attempt of an operation takes its slot.",
  AttemptBegins: "A further attempt takes its slot.",
  PausesBeforeNextAttempt: "The time of the next attempt has not come.",
  JobIsMissing: "The attempt has its slot and no Job: it is made, or made again.",
  JobIsWorking: "The site Job works.",
  JobIsBlocked: "Something keeps the site Job from working; `reason` says what.",
  JobIsTerminating: "The site Job is being deleted, and holds the name.",
  JobSucceeded: "The site Job has succeeded, and what it verified is recorded.",
  AttemptFailed: "The attempt has failed, and another one follows.",
  JobFailed: "The attempt has failed, and the command is given up.",
  SiteIsSetRight: "The operation is given up, and another one sets the site right.",
  SetUpFails: "An attempt that only an operator can help is ended.",
  DeadlineExceeded: "The attempt's time is over, and its Job is removed.",
  JobHasEnded: "The outcome is recorded, and the Job is removed.",
  OlderJobHoldsTheName: "A Job of an earlier attempt is removed.",
  NewerJobHoldsTheName:
    "The Job is of a later attempt than what was read: somebody else has gone on.",
} as const;

export type DecisionReason = keyof typeof DECISION_REASONS;

export interface Decision {
  reason: DecisionReason;
  /** Written before any action, so that whoever comes next knows of it; null writes nothing. */
  changes: StatusChanges | null;
  /** In this order. The first that cannot be done yet ends them. */
  actions: Action[];
  /** Whether to reconcile once more at once, since the actions make something decidable. */
  requeue: boolean;
  /** When to reconcile once more at the latest; null when there is nothing left to do. */
  requeueAfterSeconds: number | null;
}

export interface DecideSettings extends UpgradeLimits {
  baseDomain: string;
  /** How long the first pause between two attempts is; each further one is twice as long. */
  retryPauseSeconds: number;
  /** The bucket of the tenants' backups; null where there are none. */
  backupBucket: string | null;
}

/** For what nobody else tells of. */
export const REQUEUE_SECONDS = 60;

/** Decides to write and do nothing, and to look again. */
export function wait(reason: DecisionReason, requeueAfterSeconds = REQUEUE_SECONDS): Decision {
  return { reason, changes: null, actions: [], requeue: false, requeueAfterSeconds };
}

/** Decides to write this, and to look again at once. */
export function record(
  reason: DecisionReason,
  changes: StatusChanges,
  requeueAfterSeconds = REQUEUE_SECONDS,
): Decision {
  return { reason, changes, actions: [], requeue: true, requeueAfterSeconds };
}

/** Decides to do this, and to look again at once. */
export function act(reason: DecisionReason, actions: Action[]): Decision {
  return { reason, changes: null, actions, requeue: true, requeueAfterSeconds: REQUEUE_SECONDS };
}
