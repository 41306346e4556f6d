import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decide } from "./decide.ts";
import { pauseSeconds } from "./attempts.ts";
import { takingChanges, waitingChanges } from "./slot-queue.ts";
import { firstDifference } from "./difference.ts";
import type { Action, Decision, DecisionReason, Job, JobOutcome, Observed } from "./decision.ts";
import type { Blocker } from "./blocker.ts";
import {
  addSeconds,
  DESIRED_STATES,
  isBetweenBenches,
  isRequested,
  isSettled,
  newTenant,
  PHASES,
  withChanges,
} from "../tenant/tenant.ts";
import { definitionOf, OPERATION_KINDS } from "../operations/registry.ts";
import type { OperationKind } from "../operations/registry.ts";
import type {
  Operation,
  Phase,
  StatusChanges,
  Tenant,
  Upgrade,
  UpgradeFailure,
} from "../tenant/tenant.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command, CommandWithFields } from "../tenant/commands.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { siteName } from "../tenant/names.ts";

const test = suite("decide");

const NOW = new Date("2026-11-24T12:00:00Z");
const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
};
const SITE = siteAt("acme", { name: siteName("0c16443d-3d8e-4c0d-b43c-ac1174140611") });
const inSeconds = (seconds: number) => addSeconds(NOW, seconds);

/** At work in its slot, with 44 of its 45 minutes left. */
function operationOf(
  kind: OperationKind,
  generation: number,
  more: Partial<Operation> = {},
): Operation {
  const started_at = inSeconds(-60);
  const deadline_at = inSeconds(44 * 60);
  const first = { attempt: 1, first_attempt: 1 };
  const slot_at = started_at;
  return { kind, generation, ...first, started_at, slot: 2, slot_at, deadline_at, ...more };
}
const NO_SLOT = { slot: null, slot_at: null, deadline_at: null };
/** As it is when it takes its slot now. */
const fromNow = (minutes: number) => ({
  started_at: NOW,
  slot_at: NOW,
  deadline_at: inSeconds(minutes * 60),
});

function commanded(tenant: Tenant, what: Command | CommandWithFields): Tenant {
  const result = applyCommand(tenant, what, { commandId: "w2", requestedBy: REQUESTER, now: NOW });
  if (result.outcome !== "changed") throw new Error(`${JSON.stringify(what)} changes nothing`);
  return withChanges(tenant, result.changes);
}
const withStatus = (tenant: Tenant, status: StatusChanges) => withChanges(tenant, { status });

const queued = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  NOW,
);
const create = operationOf("create", 1);
const provisioning = withStatus(queued, {
  phase: "provisioning",
  step: "create",
  operation: create,
});
const active = withStatus(provisioning, {
  phase: "active",
  step: null,
  operation: { ...create, ...NO_SLOT },
  observed_generation: 1,
  site: SITE,
});
const failed = withStatus(active, {
  phase: "failed",
  condition: "failed",
  message: "no disk",
  site: null,
});
const suspended = withChanges(active, {
  spec: { state: "suspended" },
  status: { phase: "suspended", site: { ...SITE, suspended: true } },
});
const drop = operationOf("drop", 2);
const dropping = withStatus(commanded(active, "delete"), { operation: drop });
const dropped = withStatus(dropping, {
  operation: { ...drop, ...NO_SLOT },
  observed_generation: 2,
  site: null,
  removed: true,
});

const DELETE = { name: "delete", retentionDays: 14, purge: false, reason: null } as const;
const PURGE = { ...DELETE, purge: true, reason: "it was asked for" };
const retained = withStatus(commanded(active, DELETE), {
  phase: "deleted",
  operation: { ...operationOf("retain", 2), ...NO_SLOT },
  observed_generation: 2,
  site: { ...SITE, suspended: null, retained: true },
});

const UPGRADE = { name: "upgrade", bench: "next", backup: null, reason: null } as const;
const UNDER_WAY: Upgrade = { from: "main", to: "next", under_way: true, failure: null };
const UPGRADED = { ...SITE, bench: "next" };
const UPGRADE_FAILURE: UpgradeFailure = {
  at: NOW,
  step: "new-site",
  patch: null,
  reason: "BackoffLimitExceeded",
  message: "no disk",
  retryable: false,
  operation: "0c16443d-3d8e-4c0d-b43c-ac1174140611.2.1",
};
const upgrading = commanded(active, UPGRADE);
/** An upgrade was given up, and the site is not back yet. */
const away = withStatus(upgrading, {
  done: { upgrade: "w2" },
  upgrade: { ...UNDER_WAY, failure: UPGRADE_FAILURE },
});

const job = (operation: Operation, more: Partial<Job> = {}): Job => ({
  uid: "u1",
  kind: operation.kind,
  generation: operation.generation,
  attempt: operation.attempt,
  terminating: false,
  outcome: null,
  blocker: null,
  ...more,
});
const SUCCEEDED = { outcome: { result: "succeeded", reason: null } as JobOutcome };
const failure = (retryable: boolean) => ({
  outcome: {
    result: "failed",
    step: "new-site",
    reason: "BackoffLimitExceeded",
    message: "no disk",
    retryable,
  } as JobOutcome,
});
const FAILED = failure(true);
const FAILED_FOR_GOOD = {
  result: "failed",
  step: "new-site",
  reason: "BackoffLimitExceeded",
  message: "no disk",
  retryable: false,
} as const;
const recorded = (retryable: boolean) => ({
  condition: "failed" as const,
  step: "new-site",
  step_since: null,
  reason: "BackoffLimitExceeded",
  message: "no disk",
  retryable,
});
const overdueAfter = (minutes: number) => ({
  condition: "failed" as const,
  step: null,
  step_since: null,
  reason: "DeadlineExceeded",
  message: `The attempt did not end within ${minutes} minutes.`,
  retryable: true,
});
const OVERDUE = overdueAfter(45);
const CLEARED = {
  condition: null,
  step: null,
  step_since: null,
  reason: null,
  message: null,
  retryable: null,
};

/** What is expected, with only the parts that matter to the case. */
type Expected = Partial<Decision>;
type Case = [sentence: string, observed: Observed, expected: Expected];

const NOTHING: Expected = { changes: null, actions: [] };
const waits = (reason: DecisionReason, requeueAfterSeconds = 60): Expected => ({
  reason,
  ...NOTHING,
  requeue: false,
  requeueAfterSeconds,
});
const removes = (reason: DecisionReason): Expected => ({
  reason,
  changes: null,
  actions: [{ do: "deleteJob", uid: "u1" }],
  requeue: true,
});
const records = (reason: DecisionReason, changes: StatusChanges): Expected => ({
  reason,
  changes,
  actions: [],
  requeue: true,
});
const SETTLED: Expected = { reason: "Settled", ...NOTHING, requeueAfterSeconds: null };
const END_DELETION: Action[] = [{ do: "deleteSecret" }, { do: "endDeletion" }];

/** Each kind of operation, with what is particular about it. */
interface Life {
  kind: OperationKind;
  /** The newest command is made, and nothing is done about it yet. */
  before: Tenant;
  /** What the status says while its Job works. */
  during: StatusChanges;
  /** What its success verifies. */
  verifies: StatusChanges;
  /** How long an attempt may take. */
  minutes?: number;
}
const LIVES: Life[] = [
  {
    kind: "create",
    before: queued,
    during: { phase: "provisioning" },
    verifies: { phase: "active", site: SITE },
  },
  {
    kind: "suspend",
    before: commanded(active, "suspend"),
    during: {},
    verifies: { phase: "suspended", site: { ...SITE, suspended: true } },
  },
  {
    kind: "resume",
    before: commanded(suspended, "resume"),
    during: {},
    verifies: { phase: "active", site: SITE },
  },
  {
    kind: "drop",
    before: commanded(active, "delete"),
    during: { phase: "deleting" },
    verifies: { site: null, removed: true },
  },
  {
    kind: "retain",
    before: commanded(active, DELETE),
    during: { phase: "deleting" },
    verifies: { phase: "deleted", site: { ...SITE, suspended: null, retained: true } },
  },
  {
    kind: "resume",
    before: commanded(retained, "undelete"),
    during: { phase: "provisioning" },
    verifies: { phase: "active", site: SITE },
  },
  {
    kind: "drop",
    before: commanded(retained, PURGE),
    during: { phase: "deleted" },
    verifies: { site: null, removed: true },
  },
  {
    kind: "upgrade",
    before: upgrading,
    during: { upgrade: UNDER_WAY },
    verifies: { site: UPGRADED, upgrade: null, kept: [], done: { upgrade: "w2" } },
    minutes: 245,
  },
  {
    kind: "revert",
    before: away,
    during: {},
    verifies: { upgrade: { ...UNDER_WAY, under_way: false, failure: UPGRADE_FAILURE } },
    minutes: 255,
  },
];

function casesOf({ kind, before, during, verifies, minutes = 45 }: Life): Case[] {
  const { generation } = before.spec;
  const operation = operationOf(kind, generation);
  const changes = { ...during, step: kind, reason: null, queue_key: null };
  const at = (more: Partial<Operation> = {}, status: StatusChanges = {}): Tenant =>
    withStatus(before, { ...during, step: kind, operation: { ...operation, ...more }, ...status });
  const make = (made: Operation): Action[] => [
    ...(kind === "create" ? [{ do: "createSecret", secret: "passwords" } as const] : []),
    { do: "createJob", operation: made },
  ];
  const first: Operation = { ...operation, ...NO_SLOT, started_at: NOW };
  const inherited: Operation = { ...operation, ...fromNow(minutes) };
  const older = operationOf("create", generation - 1);
  const overtaken = withStatus(before, { operation: older });
  const second = { attempt: 2, ...NO_SLOT };
  const pausing = (seconds: number) => ({ ...second, started_at: inSeconds(seconds) });
  const waiting = { queue_key: "1", reason: "WaitingForSlot" };
  const late = { deadline_at: NOW };
  const nextAttempt = { ...operation, ...pausing(30) };

  return [
    [
      "the operation begins with its slot, and its Job comes after",
      { tenant: before, job: null },
      {
        reason: "OperationBegins",
        changes: null,
        actions: [{ do: "takeSlot", operation: first, changes }, ...make(first)],
        requeue: false,
      },
    ],
    [
      "while it waits for a slot, it is tried for again",
      { tenant: withStatus(before, waiting), job: null },
      { actions: [{ do: "takeSlot", operation: first, changes }, ...make(first)] },
    ],
    [
      "it has the slot of the operation that it overtakes",
      { tenant: overtaken, job: null },
      {
        reason: "OperationBegins",
        changes: {
          ...changes,
          step_since: NOW,
          operation: inherited,
          next_reconcile_at: inSeconds(60),
        },
        actions: make(first),
        requeue: false,
      },
    ],
    [
      "the Job of the operation that it overtakes goes only when that is on record",
      { tenant: overtaken, job: job(older) },
      {
        changes: {
          ...changes,
          step_since: NOW,
          operation: inherited,
          next_reconcile_at: inSeconds(60),
        },
        actions: [],
        requeue: true,
      },
    ],
    [
      "an overtaken operation that has given its slot back leaves none",
      {
        tenant: withStatus(before, { operation: { ...older, ...NO_SLOT } }),
        job: job(older, SUCCEEDED),
      },
      { actions: [{ do: "takeSlot", operation: first, changes }], requeue: true },
    ],
    [
      "in the pause before an attempt nothing is made",
      { tenant: at(pausing(25)), job: null },
      waits("PausesBeforeNextAttempt", 25),
    ],
    [
      "the Job of the failed attempt goes in the pause",
      { tenant: at(pausing(25)), job: job(operation, FAILED) },
      removes("OlderJobHoldsTheName"),
    ],
    [
      "after the pause the attempt takes a slot, and why the last one failed stays to be read",
      { tenant: at(pausing(0), recorded(true)), job: null },
      {
        reason: "AttemptBegins",
        changes: null,
        actions: [
          {
            do: "takeSlot",
            operation: { ...operation, ...pausing(0) },
            changes: { ...changes, reason: "BackoffLimitExceeded" },
          },
          ...make({ ...operation, ...pausing(0) }),
        ],
        requeue: false,
      },
    ],
    [
      "its Job is made again where it is missing, since the scripts prove before they act",
      { tenant: at(), job: null },
      { reason: "JobIsMissing", changes: null, actions: make(operation), requeue: false },
    ],
    ["its Job is left to work", { tenant: at(), job: job(operation) }, waits("JobIsWorking")],
    [
      "the step that its Job is at is told, once",
      { tenant: at(), job: job(operation, { step: { name: "verify", since: inSeconds(-50) } }) },
      {
        reason: "JobIsWorking",
        changes: { step: "verify", step_since: inSeconds(-50) },
        actions: [],
        requeue: false,
      },
    ],
    [
      "a step that is told already is not written again",
      {
        tenant: withStatus(at(), { step: "verify", step_since: inSeconds(-50) }),
        job: job(operation, { step: { name: "verify", since: inSeconds(-50) } }),
      },
      waits("JobIsWorking"),
    ],
    [
      "its Job that is being deleted is waited for, and never read as an outcome",
      { tenant: at(), job: job(operation, { ...SUCCEEDED, terminating: true }) },
      waits("JobIsTerminating"),
    ],
    [
      "its success is recorded, with what it proves, before the Job goes",
      { tenant: at({}, recorded(true)), job: job(operation, SUCCEEDED) },
      records("JobSucceeded", {
        ...verifies,
        ...CLEARED,
        observed_generation: generation,
        operation: { ...operation, ...NO_SLOT },
      }),
    ],
    [
      "its first failure is recorded, and there is a pause",
      { tenant: at(), job: job(operation, FAILED) },
      records("AttemptFailed", { ...recorded(true), operation: nextAttempt }),
    ],
    [
      "its second failure is recorded, and the pause is longer",
      {
        tenant: at({ attempt: 2 }, recorded(true)),
        job: job({ ...operation, attempt: 2 }, FAILED),
      },
      records("AttemptFailed", {
        ...recorded(true),
        operation: { ...operation, ...pausing(60), attempt: 3 },
      }),
    ],
    [
      "an older attempt's Job gives way",
      { tenant: at({ attempt: 2 }), job: job(operation) },
      removes("OlderJobHoldsTheName"),
    ],
    [
      "an older generation's Job gives way, however well it ended",
      { tenant: at(), job: job(older, { attempt: 9, ...SUCCEEDED }) },
      removes("OlderJobHoldsTheName"),
    ],
    [
      "an older Job that goes already is waited for",
      { tenant: at(), job: job(older, { terminating: true }) },
      waits("JobIsTerminating"),
    ],
    [
      "a newer attempt's Job is left to whoever wrote that",
      { tenant: at(), job: job(operation, { attempt: 2, ...SUCCEEDED }) },
      waits("NewerJobHoldsTheName"),
    ],
    [
      "a newer generation's Job is left to whoever wrote that",
      { tenant: at(), job: job(operation, { generation: generation + 1, ...FAILED }) },
      waits("NewerJobHoldsTheName"),
    ],
    [
      "a Job that somebody has made of it already is left to them",
      { tenant: before, job: job(operation) },
      waits("NewerJobHoldsTheName"),
    ],
    [
      "over its deadline, its Job is removed",
      { tenant: at(late), job: job(operation) },
      removes("DeadlineExceeded"),
    ],
    [
      "over its deadline, its Job that goes already is waited for",
      { tenant: at(late), job: job(operation, { terminating: true }) },
      waits("JobIsTerminating"),
    ],
    [
      "over its deadline and without a Job, the attempt has failed",
      { tenant: at(late), job: null },
      records("AttemptFailed", { ...overdueAfter(minutes), operation: nextAttempt }),
    ],
    [
      "over its deadline, a Job that succeeded has succeeded",
      { tenant: at(late), job: job(operation, SUCCEEDED) },
      records("JobSucceeded", {
        ...verifies,
        ...CLEARED,
        observed_generation: generation,
        operation: { ...operation, ...NO_SLOT },
      }),
    ],
    [
      "over its deadline, a Job that failed has failed for its own reason",
      { tenant: at(late), job: job(operation, FAILED) },
      records("AttemptFailed", { ...recorded(true), operation: nextAttempt }),
    ],
  ];
}

/** An outage of what all sites share gives nobody up, unless it lasts. */
function outagesOf(
  at: (attempt: number, more?: Partial<Operation>) => { tenant: Tenant; operation: Operation },
  givenUp: (operation: Operation) => StatusChanges,
): Case[] {
  const words = { ...recorded(true), reason: "DatabaseUnavailable" };
  const { condition: _, ...rest } = words;
  const met = { outcome: { result: "failed", ...rest, isOutage: true } as JobOutcome };
  const pausing = { ...NO_SLOT, started_at: inSeconds(60) };
  const began = inSeconds(-3599);
  const third = at(3);
  const later = at(40, { outage: { attempts: 37, since: began } });
  const over = at(40, { outage: { attempts: 37, since: inSeconds(-3600) } });
  const another = at(5, { outage: { attempts: 4, since: began } });
  return [
    [
      "an outage costs no attempt, not even the third",
      { tenant: third.tenant, job: job(third.operation, met) },
      records("AttemptFailed", {
        ...words,
        operation: {
          ...third.operation,
          ...pausing,
          attempt: 4,
          outage: { attempts: 1, since: NOW },
        },
      }),
    ],
    [
      "nor does it as long as it has not lasted an hour",
      { tenant: later.tenant, job: job(later.operation, met) },
      records("AttemptFailed", {
        ...words,
        operation: {
          ...later.operation,
          ...pausing,
          attempt: 41,
          outage: { attempts: 38, since: began },
        },
      }),
    ],
    [
      "from then on it does",
      { tenant: over.tenant, job: job(over.operation, met) },
      records("JobFailed", { ...words, ...givenUp(over.operation) }),
    ],
    [
      "a failure after an outage is the first, and the next outage has an hour of its own",
      { tenant: another.tenant, job: job(another.operation, FAILED) },
      records("AttemptFailed", {
        ...recorded(true),
        operation: {
          ...another.operation,
          ...pausing,
          started_at: inSeconds(30),
          attempt: 6,
          outage: { attempts: 4, since: null },
        },
      }),
    ],
  ];
}

/** A create, suspend or resume is given up; what was verified before still holds. */
function givingUpOf(kind: OperationKind, before: Tenant, during: Phase, after: Phase): Case[] {
  const { generation } = before.spec;
  const at = (attempt: number, more: Partial<Operation> = {}) => {
    const operation = operationOf(kind, generation, { attempt, ...more });
    return { tenant: withStatus(before, { phase: during, operation }), operation };
  };
  const [once, last] = [at(1), at(3)];
  const late = at(3, { deadline_at: NOW });
  const givenUp = (operation: Operation): StatusChanges => ({
    observed_generation: generation,
    operation: { ...operation, ...NO_SLOT },
    // What was verified before still holds.
    ...(after === during ? {} : { phase: after }),
  });
  const settled = withStatus(last.tenant, { ...recorded(true), ...givenUp(last.operation) });
  return [
    [
      "it is given up after a failure that no attempt can mend",
      { tenant: once.tenant, job: job(once.operation, failure(false)) },
      records("JobFailed", { ...recorded(false), ...givenUp(once.operation) }),
    ],
    [
      "it is given up after three attempts",
      { tenant: last.tenant, job: job(last.operation, FAILED) },
      records("JobFailed", { ...recorded(true), ...givenUp(last.operation) }),
    ],
    ...outagesOf(at, givenUp),
    [
      "it is given up when the third attempt is overdue",
      { tenant: late.tenant, job: null },
      records("JobFailed", { ...OVERDUE, ...givenUp(late.operation) }),
    ],
    [
      "then its Job is removed",
      { tenant: settled, job: job(last.operation, FAILED) },
      removes("JobHasEnded"),
    ],
    ["and then the tenant is settled", { tenant: settled, job: null }, SETTLED],
  ];
}

const particular: Case[] = [
  ["an active tenant without a Job is settled", { tenant: active, job: null }, SETTLED],
  ["a suspended tenant without a Job is settled", { tenant: suspended, job: null }, SETTLED],
  [
    "the Job of a recorded success is removed",
    { tenant: active, job: job(create, SUCCEEDED) },
    removes("JobHasEnded"),
  ],
  [
    "a newer Job is left alone even if what was read of the tenant looks settled",
    { tenant: active, job: job(drop) },
    waits("NewerJobHoldsTheName"),
  ],
  [
    "a tenant that nothing was ever made of goes without a drop",
    { tenant: commanded(queued, "delete"), job: null },
    { reason: "NothingWasEverMade", changes: null, actions: END_DELETION, requeue: true },
  ],
  [
    "a failed creation is dropped as well, for it may have left something",
    { tenant: commanded(failed, "delete"), job: null },
    {
      actions: [
        {
          do: "takeSlot",
          operation: { ...drop, ...NO_SLOT, started_at: NOW },
          changes: { phase: "deleting", step: "drop", reason: null, queue_key: null },
        },
        { do: "createJob", operation: { ...drop, ...NO_SLOT, started_at: NOW } },
      ],
    },
  ],
  [
    "a creation that succeeds too late makes nothing active",
    { tenant: dropping, job: job(create, SUCCEEDED) },
    removes("OlderJobHoldsTheName"),
  ],
  [
    "a drop that found somebody else's site is recorded with that reason",
    {
      tenant: dropping,
      job: job(drop, { outcome: { result: "succeeded", reason: "SiteNotOurs" } }),
    },
    records("JobSucceeded", {
      ...CLEARED,
      site: null,
      removed: true,
      reason: "SiteNotOurs",
      observed_generation: 2,
      operation: { ...drop, ...NO_SLOT },
    }),
  ],
  [
    "a drop is tried again after a failure that no attempt can mend, for nobody asks twice",
    { tenant: dropping, job: job(drop, failure(false)) },
    records("AttemptFailed", {
      ...recorded(false),
      operation: { ...drop, ...NO_SLOT, attempt: 2, started_at: inSeconds(30) },
    }),
  ],
  [
    "a drop is tried again after any number of failures",
    {
      tenant: withStatus(dropping, { operation: { ...drop, attempt: 50 } }),
      job: job({ ...drop, attempt: 50 }, FAILED),
    },
    records("AttemptFailed", {
      ...recorded(true),
      operation: { ...drop, ...NO_SLOT, attempt: 51, started_at: inSeconds(900) },
    }),
  ],
  [
    "the Job of a drop that is done is removed",
    { tenant: dropped, job: job(drop, SUCCEEDED) },
    removes("JobHasEnded"),
  ],
  [
    "the record goes only when that Job is gone",
    { tenant: dropped, job: job(drop, { ...SUCCEEDED, terminating: true }) },
    waits("JobIsTerminating"),
  ],
  [
    "and when it is gone, Secret, record and reservation go",
    { tenant: dropped, job: null },
    { reason: "SiteIsDropped", changes: null, actions: END_DELETION, requeue: true },
  ],
];

/** A create that its Job does not come on with, for what is to be told. */
const noNode: Blocker = { reason: "NoNodeFits", message: "No node.", since: inSeconds(-45) };
const noImage: Blocker = { reason: "ImageNotPulled", message: "No image.", since: inSeconds(-599) };
const stuck: Blocker = { reason: "JobTerminating", message: "It stops.", since: inSeconds(-45) };
const NO_NODE = {
  condition: "blocked" as const,
  reason: "NoNodeFits",
  message: "No node.",
  retryable: null,
};
const NO_IMAGE_TOLD = {
  condition: "blocked" as const,
  reason: "ImageNotPulled",
  message: "No image.",
  retryable: null,
};
const blocked = withStatus(provisioning, NO_NODE);
const overNow = { ...create, deadline_at: NOW };

const blockerCases: Case[] = [
  [
    "what holds its Job up is told, and looked at again soon",
    { tenant: provisioning, job: job(create, { blocker: noNode }) },
    {
      reason: "JobIsBlocked",
      changes: NO_NODE,
      actions: [],
      requeue: false,
      requeueAfterSeconds: 60,
    },
  ],
  [
    "what is told already is not written again",
    { tenant: blocked, job: job(create, { blocker: noNode }) },
    { ...NOTHING, reason: "JobIsBlocked" },
  ],
  [
    "what has just begun is nobody's news, and looked at again soon",
    { tenant: provisioning, job: job(create, { blocker: { ...noNode, since: inSeconds(-44) } }) },
    waits("JobIsBlocked"),
  ],
  [
    "the words go when what blocked it has gone",
    { tenant: blocked, job: job(create) },
    {
      reason: "JobIsWorking",
      changes: { condition: null, reason: null, message: null },
      requeueAfterSeconds: 60,
    },
  ],
  [
    "what was said of an earlier failure stays while its Job works",
    { tenant: withStatus(provisioning, recorded(true)), job: job(create) },
    waits("JobIsWorking"),
  ],
  [
    "they give way to what holds the Job up now",
    { tenant: withStatus(provisioning, recorded(true)), job: job(create, { blocker: noNode }) },
    { changes: NO_NODE },
  ],
  [
    "a missing image is waited for ten minutes",
    { tenant: provisioning, job: job(create, { blocker: noImage }) },
    { reason: "JobIsBlocked", changes: NO_IMAGE_TOLD, actions: [] },
  ],
  [
    "then the attempt's time is over, which is on record before its Job goes",
    {
      tenant: provisioning,
      job: job(create, { blocker: { ...noImage, since: inSeconds(-600) } }),
    },
    {
      reason: "SetUpFails",
      changes: { ...NO_IMAGE_TOLD, operation: overNow },
      actions: [{ do: "deleteJob", uid: "u1" }],
      requeue: true,
    },
  ],
  [
    "what no operator has to set right is waited for as long as an attempt may take",
    { tenant: blocked, job: job(create, { blocker: { ...noNode, since: inSeconds(-1800) } }) },
    waits("JobIsBlocked"),
  ],
  [
    "while its Job goes, the words of what ended it stay",
    {
      tenant: withStatus(provisioning, { ...NO_IMAGE_TOLD, operation: overNow }),
      job: job(create, { terminating: true, blocker: { ...stuck, since: NOW } }),
    },
    waits("JobIsTerminating"),
  ],
  [
    "and without its Job the attempt has failed for what blocked it",
    { tenant: withStatus(provisioning, { ...NO_IMAGE_TOLD, operation: overNow }), job: null },
    records("AttemptFailed", {
      step: null,
      step_since: null,
      ...NO_IMAGE_TOLD,
      condition: "failed",
      retryable: true,
      operation: { ...create, ...NO_SLOT, attempt: 2, started_at: inSeconds(30) },
    }),
  ],
  [
    "a Job whose deadline came while it was blocked has failed for that",
    {
      tenant: blocked,
      job: job(create, {
        outcome: {
          result: "failed",
          step: null,
          reason: "DeadlineExceeded",
          message: "too long",
          retryable: true,
        },
      }),
    },
    records("AttemptFailed", {
      step: null,
      step_since: null,
      ...NO_NODE,
      condition: "failed",
      retryable: true,
      operation: { ...create, ...NO_SLOT, attempt: 2, started_at: inSeconds(30) },
    }),
  ],
  [
    "a Job that is being deleted and does not go is told of, whosever it is",
    {
      tenant: dropping,
      job: job(create, { terminating: true, blocker: stuck }),
    },
    {
      reason: "JobIsTerminating",
      changes: {
        condition: "blocked",
        reason: "JobTerminating",
        message: "It stops.",
        retryable: null,
      },
      actions: [],
    },
  ],
  [
    "who has what they asked for is told nothing of it",
    { tenant: active, job: job(create, { ...SUCCEEDED, terminating: true, blocker: stuck }) },
    waits("JobIsTerminating"),
  ],
];

const named = (kind: OperationKind, more: Case[]) =>
  more.map(([sentence, ...rest]): Case => [`${kind}: ${sentence}`, ...rest]);

const cases: Case[] = [
  ...LIVES.flatMap((life) => named(life.kind, casesOf(life))),
  ...named("create", givingUpOf("create", queued, "provisioning", "failed")),
  ...named("suspend", givingUpOf("suspend", commanded(active, "suspend"), "active", "active")),
  ...named(
    "resume",
    givingUpOf("resume", commanded(suspended, "resume"), "suspended", "suspended"),
  ),
  ...particular,
  ...named("create", blockerCases),
];

for (const [sentence, observed, expected] of cases) {
  test(sentence, () => {
    const decision = decide(observed, NOW, SETTINGS);
    const relevant = Object.fromEntries(
      Object.keys(expected).map((key) => [key, decision[key as keyof Decision]]),
    );
    assert.equal(relevant, expected);
  });
}

test("what is made depends on what is wanted and on what was verified, and not on what failed", () => {
  const suspending = commanded(active, "suspend");
  const resuming = commanded(suspended, "resume");
  const givenUp = (tenant: Tenant) =>
    withStatus(tenant, { condition: "failed", observed_generation: 2 });
  const tenants: Record<string, Tenant> = {
    "a retried creation": commanded(failed, "retry"),
    "a retried suspension": commanded(givenUp(suspending), "retry"),
    "a retried end of a suspension": commanded(givenUp(resuming), "retry"),
    "a suspension that is taken back": commanded(suspending, "resume"),
    "an end of a suspension that is taken back": commanded(resuming, "suspend"),
  };
  const kinds = Object.entries(tenants).map(([sentence, tenant]) => {
    const [take] = decide({ tenant, job: null }, NOW, SETTINGS).actions;
    return [sentence, take?.do === "takeSlot" && take.operation.kind];
  });
  assert.equal(Object.fromEntries(kinds), {
    "a retried creation": "create",
    "a retried suspension": "suspend",
    "a retried end of a suspension": "resume",
    "a suspension that is taken back": "resume",
    "an end of a suspension that is taken back": "suspend",
  });
});

/** Asked for as suspended before there is a site: one command, two operations. */
const both = withChanges(provisioning, { spec: { state: "suspended" } });
const second: Operation = {
  ...operationOf("suspend", 1, { attempt: 2, first_attempt: 2, started_at: NOW }),
  ...NO_SLOT,
};

test("a command that asks for two things has them done one after the other under one generation", () => {
  const made = decide({ tenant: both, job: job(create, SUCCEEDED) }, NOW, SETTINGS);
  assert.is(made.reason, "JobSucceeded");
  assert.equal(made.changes, { phase: "active", site: SITE, ...CLEARED, operation: second });

  const next = withStatus(both, made.changes ?? {});
  assert.not(isSettled(next));
  assert.equal(decide({ tenant: next, job: job(create, SUCCEEDED) }, NOW, SETTINGS).actions, [
    { do: "deleteJob", uid: "u1" },
  ]);
  const [take, makeJob] = decide({ tenant: next, job: null }, NOW, SETTINGS).actions;
  assert.equal([take?.do, makeJob], ["takeSlot", { do: "createJob", operation: second }]);

  const suspending = { ...second, slot: 2, deadline_at: inSeconds(60) };
  const held = {
    tenant: withStatus(next, { operation: suspending }),
    job: job(suspending, SUCCEEDED),
  };
  const done = decide(held, NOW, SETTINGS).changes ?? {};
  assert.equal([done.phase, done.observed_generation], ["suspended", 1]);
});

test("the second operation has attempts of its own", () => {
  const third = { ...second, attempt: 3, slot: 2, deadline_at: inSeconds(60) };
  const outcomeOf = (operation: Operation) => {
    const tenant = withStatus(both, { site: SITE, operation });
    return decide({ tenant, job: job(operation, FAILED) }, NOW, SETTINGS).reason;
  };
  assert.is(outcomeOf(third), "AttemptFailed");
  assert.is(outcomeOf({ ...third, attempt: 4 }), "JobFailed");
});

test("what was requested once is done when its operation has succeeded, and not before", () => {
  const tenant = withChanges(provisioning, {
    spec: { requests: { create: "r2" } },
    status: { done: { create: "r1" } },
  });
  assert.ok(isRequested(tenant, "create"));
  const failing = decide({ tenant, job: job(create, FAILED) }, NOW, SETTINGS).changes ?? {};
  assert.ok(isRequested(withStatus(tenant, failing), "create"));
  const made = decide({ tenant, job: job(create, SUCCEEDED) }, NOW, SETTINGS).changes ?? {};
  assert.not(isRequested(withStatus(tenant, made), "create"));
  assert.not(isRequested(tenant, "drop"));
});

/** An active tenant of which a login link is asked. */
const linking = withChanges(active, {
  spec: {
    generation: 2,
    requests: { "login-link": "h1" },
    login_link: { key_hash: "h1", user: "a@acme.example" },
  },
});
const linkOperation = operationOf("login-link", 2);
const atWork = withStatus(linking, { operation: linkOperation });

/** The kind of the operation that begins; undefined where none does. */
function beginning(tenant: Tenant): string | undefined {
  const [take] = decide({ tenant, job: null }, NOW, SETTINGS).actions;
  return take?.do === "takeSlot" ? take.operation.kind : undefined;
}

test("a login link is set of a site that is there and open, after whatever else it needs", () => {
  assert.is(beginning(linking), "login-link");
  assert.is(beginning(withStatus(linking, { done: { "login-link": "h0" } })), "login-link");
  assert.is(beginning(withStatus(linking, { done: { "login-link": "h1" } })), undefined);
  assert.is(beginning(withStatus(linking, { site: null })), "create");
  assert.is(beginning(withStatus(linking, { site: { ...SITE, suspended: null } })), "resume");
  assert.is(beginning(withChanges(linking, { spec: { state: "absent" } })), "drop");
  const isSuspended = { ...SITE, suspended: true };
  const asleep = withStatus(linking, { site: isSuspended });
  assert.is(beginning(withChanges(asleep, { spec: { state: "suspended" } })), undefined);
});

test("a login link that is set leaves the tenant as it was, and settled", () => {
  const held = { tenant: atWork, job: job(linkOperation, SUCCEEDED) };
  const { reason, changes } = decide(held, NOW, SETTINGS);
  assert.is(reason, "JobSucceeded");
  assert.equal(changes, {
    done: { "login-link": "h1" },
    site: SITE,
    ...CLEARED,
    observed_generation: 2,
    operation: { ...linkOperation, ...NO_SLOT },
  });
});

test("a request that is given up is not carried out under a later command", () => {
  const held = { tenant: atWork, job: job(linkOperation, failure(false)) };
  const { reason, changes } = decide(held, NOW, SETTINGS);
  assert.is(reason, "JobFailed");
  const after = withStatus(atWork, changes ?? {});
  assert.not(isRequested(after, "login-link"));
  assert.is(after.status.phase, "active");
  assert.is(beginning(withChanges(after, { spec: { generation: 3 } })), undefined);
  assert.is(beginning(commanded(after, "retry")), undefined);
  const again = decide({ tenant: atWork, job: job(linkOperation, FAILED) }, NOW, SETTINGS);
  assert.ok(
    isRequested(withStatus(atWork, again.changes ?? {}), "login-link"),
    "it is tried again",
  );
});

test("a create sets the login link that was asked for with the tenant", () => {
  const { requests, login_link } = linking.spec;
  const tenant = withChanges(provisioning, { spec: { requests, login_link } });
  const made = decide({ tenant, job: job(create, SUCCEEDED) }, NOW, SETTINGS).changes ?? {};
  assert.ok(isSettled(withStatus(tenant, made)), "no operation follows");
  const givenUp = decide({ tenant, job: job(create, failure(false)) }, NOW, SETTINGS).changes ?? {};
  const after = withStatus(tenant, givenUp);
  assert.ok(isRequested(after, "login-link"), "a retried create sets it yet");
});

test("a command that asks for what is so already is done without a Job", () => {
  const tenant = withChanges(active, { spec: { generation: 2 }, status: { queue_key: "1 x" } });
  const { reason, changes, actions, requeue } = decide({ tenant, job: null }, NOW, SETTINGS);
  assert.equal([reason, actions, requeue], ["NothingToDo", [], true]);
  assert.is(changes?.queue_key, null);
  assert.ok(isSettled(withStatus(tenant, changes ?? {})));
  const older = { tenant, job: job(create, SUCCEEDED) };
  assert.is(decide(older, NOW, SETTINGS).reason, "OlderJobHoldsTheName");
});

test("the pause grows to a quarter of an hour and no further, whatever the first one is", () => {
  const pauses = (first: number) => [1, 2, 3, 6, 50, 5000].map((k) => pauseSeconds(k, first));
  assert.equal(pauses(30), [30, 60, 120, 900, 900, 900]);
  assert.equal(pauses(900), [900, 900, 900, 900, 900, 900]);
  assert.equal(pauses(1), [1, 2, 4, 32, 900, 900]);
});

test("the queue has drops first and then the oldest command", () => {
  // In the order in which they are to have their turn, with ids that say the opposite.
  const waiting: [kind: OperationKind, minute: number, id: string][] = [
    ["drop", 3, "e"],
    ["drop", 4, "d"],
    ["suspend", 0, "c"],
    ["resume", 1, "b"],
    ["create", 2, "a"],
  ];
  const places = waiting.map(([kind, minute, id]) => {
    const requested_at = inSeconds(minute * 60);
    const tenant = { ...withChanges(queued, { spec: { requested_at } }), id };
    return waitingChanges(tenant, operationOf(kind, 1), NOW)?.queue_key ?? "";
  });
  assert.equal(places.toSorted(), places);
});

test("who waits says so, and is not due for long", () => {
  const changes = waitingChanges(queued, create, NOW);
  assert.is(changes?.reason, "WaitingForSlot");
  assert.equal(changes?.next_reconcile_at, inSeconds(600));
});

test("who waits already is written again only when the requeue comes near", () => {
  const waitingUntil = (next_reconcile_at: Date | null) =>
    waitingChanges(withStatus(queued, { queue_key: "1 x", next_reconcile_at }), create, NOW);
  assert.is(waitingUntil(inSeconds(600)), null);
  assert.equal(waitingUntil(inSeconds(60))?.next_reconcile_at, inSeconds(600));
  assert.equal(waitingUntil(null)?.next_reconcile_at, inSeconds(600));
});

test("the deadline counts from the slot on", () => {
  const changes = takingChanges({ ...create, ...NO_SLOT }, 4, { step: "create" }, NOW, SETTINGS);
  assert.equal(changes.operation, {
    ...create,
    slot: 4,
    slot_at: NOW,
    deadline_at: inSeconds(45 * 60),
  });
  assert.is(changes.step, "create");
  assert.equal(changes.step_since, NOW);
});

test("who comes back has again what was asked for before the deletion", () => {
  const before = withChanges(suspended, { spec: { generation: 1 } });
  const gone = commanded(before, DELETE);
  const opened = commanded(retained, "undelete");
  const closed = commanded(
    withStatus(gone, {
      phase: "deleted",
      observed_generation: 2,
      site: { ...SITE, suspended: null, retained: true },
    }),
    "undelete",
  );
  assert.is(firstDifference(opened)?.kind, "resume");
  assert.is(firstDifference(closed)?.kind, "suspend");
  assert.is(firstDifference(retained), null);
});

test("who comes back and cannot be opened has failed; who was active stays so", () => {
  const opening = operationOf("resume", 3, { attempt: 3 });
  const back = withStatus(commanded(retained, "undelete"), { operation: opening });
  const { changes } = decide({ tenant: back, job: job(opening, FAILED) }, NOW, SETTINGS);
  assert.equal([changes?.phase, changes?.observed_generation], ["failed", 3]);
  const suspending = operationOf("suspend", 2, { attempt: 3 });
  const asked = withStatus(commanded(active, "suspend"), { operation: suspending });
  const given = decide({ tenant: asked, job: job(suspending, FAILED) }, NOW, SETTINGS).changes;
  assert.equal([given?.phase, given?.observed_generation], [undefined, 2]);
});

test("a retention is not given up, however often and for whatever it fails", () => {
  const operation = operationOf("retain", 2, { attempt: 40 });
  const tenant = withStatus(commanded(active, DELETE), { operation });
  const { reason } = decide({ tenant, job: job(operation, failure(false)) }, NOW, SETTINGS);
  assert.is(reason, "AttemptFailed");
});

/** An active tenant of which this is asked, by the newest command. */
function asking(kind: OperationKind, status: StatusChanges = {}): Tenant {
  const requested_at = NOW;
  const kept = [{ database: "d0", until: NOW }];
  const backup = { id: "b0", requested_at, verified_at: null, nightly_at: null };
  return withChanges(active, {
    spec: {
      generation: 2,
      requests: { [kind]: "r2" },
      backup: { id: "r2", kind: "manual", requested_at, expires_at: NOW },
      restore: { backup: "b0", tenant: active.id, database: "d2", requested_at },
    },
    status: { backup, kept, ...status },
  });
}
const OFF = { ...SETTINGS, backupBucket: null };
const BACKUPS_ARE_OFF = {
  step: null,
  reason: "BackupsAreOff",
  message: "Backups are off: BACKUP_BUCKET is not set.",
  retryable: false,
};
/** Nobody knows whether it is open, and as which of two. */
const UNKNOWN_SITE: StatusChanges = { phase: "failed", site: { ...SITE, suspended: null } };
const UNTOUCHED: StatusChanges = { phase: "active", site: SITE };
const NEED_BACKUPS = ["backup", "export", "restore", "test-restore"] as const;

test("just what reads or writes backups needs them", () => {
  const withBackups: OperationKind[] = OPERATION_KINDS.filter(
    (kind) => definitionOf(kind).needsBackups,
  );
  assert.equal(withBackups.toSorted(), [...NEED_BACKUPS]);
  for (const kind of ["undo-restore", "drop-kept", "login-link"] as const) {
    const { actions } = decide({ tenant: asking(kind), job: null }, NOW, OFF);
    assert.is(actions[0]?.do, "takeSlot", kind);
  }
});

const PAUSING = { ...NO_SLOT, attempt: 2, started_at: inSeconds(30) };
/** What is on record of it when backups go off, and what is known then of a site that was to be restored. */
const GOING_OFF: [sentence: string, operation: Operation | null, restored: StatusChanges][] = [
  ["nothing yet", null, UNTOUCHED],
  ["what is over", { ...create, ...NO_SLOT }, UNTOUCHED],
  ["that it waits for its slot", operationOf("restore", 2, NO_SLOT), UNKNOWN_SITE],
  ["that it pauses before its second attempt", operationOf("restore", 2, PAUSING), UNKNOWN_SITE],
  ["that its Job is to be made", operationOf("restore", 2), UNKNOWN_SITE],
];
for (const kind of NEED_BACKUPS) {
  for (const [sentence, operation, restored] of GOING_OFF) {
    test(`without backups a ${kind} is given up at once where the record has ${sentence}`, () => {
      const tenant = asking(kind, {
        operation: operation && {
          ...operation,
          kind: operation.generation === 2 ? kind : operation.kind,
        },
      });
      const { reason, changes, actions } = decide({ tenant, job: null }, NOW, OFF);
      assert.equal([reason, actions], ["JobFailed", []]);
      const after = withStatus(tenant, changes ?? {});
      assert.ok(isSettled(after) && !isRequested(after, kind));
      const { phase, site, condition, step, retryable, message, operation: left } = after.status;
      assert.equal({ phase, site }, kind === "restore" ? restored : UNTOUCHED);
      assert.equal([left?.kind, left?.generation, left?.slot], [kind, 2, null]);
      const told = { step, reason: after.status.reason, message, retryable };
      if (kind !== "test-restore") assert.equal([condition, told], ["failed", BACKUPS_ARE_OFF]);
      else {
        assert.is(condition, null);
        const { at: _, backup: __, ...ofTest } = after.status.backup?.tests?.failure ?? {};
        assert.equal(ofTest, BACKUPS_ARE_OFF);
      }
    });
  }
}

test("a restore that is given up, as backups are off, may have been begun by the command that it overtakes", () => {
  const tenant = asking("restore", {
    operation: operationOf("restore", 1),
    observed_generation: 0,
  });
  const { site, phase } = decide({ tenant, job: null }, NOW, OFF).changes ?? {};
  assert.equal({ phase, site }, UNKNOWN_SITE);
});

test("without backups a copy is a failed tenant, and asks for its restore still", () => {
  const copy = withStatus(asking("restore"), {
    phase: "queued",
    site: { ...SITE, host: null, subdomain: null },
  });
  for (const operation of [null, operationOf("restore", 2)]) {
    const tenant = withStatus(copy, { operation });
    const after = withStatus(tenant, decide({ tenant, job: null }, NOW, OFF).changes ?? {});
    assert.equal([after.status.phase, after.status.reason], ["failed", "BackupsAreOff"]);
    assert.ok(isSettled(after) && isRequested(after, "restore"));
  }
});

test("what another command left in the cluster is removed before that is given up", () => {
  const held = { tenant: asking("backup"), job: job(create) };
  assert.is(decide(held, NOW, OFF).reason, "OlderJobHoldsTheName");
});

test("a Job that works when backups go off ends by itself", () => {
  const operation = operationOf("restore", 2);
  const tenant = asking("restore", { operation });
  assert.is(decide({ tenant, job: job(operation) }, NOW, OFF).reason, "JobIsWorking");
  const done = decide({ tenant, job: job(operation, SUCCEEDED) }, NOW, OFF);
  assert.is(done.reason, "JobSucceeded");
});

/** An attempt at the upgrade, in its slot. */
const migrating = (
  attempt: number,
  more: Partial<Operation> = {},
): Observed & { operation: Operation } => {
  const operation = operationOf("upgrade", 2, { attempt, ...more });
  return { tenant: withStatus(upgrading, { upgrade: UNDER_WAY, operation }), job: null, operation };
};

test("an upgrade is on record as under way in the very write that gives it its slot", () => {
  const [take] = decide({ tenant: upgrading, job: null }, NOW, SETTINGS).actions;
  assert.ok(take?.do === "takeSlot");
  const taken = takingChanges(take.operation, 1, take.changes, NOW, SETTINGS);
  assert.equal([taken.upgrade, taken.operation?.slot], [UNDER_WAY, 1]);
  const held = withStatus(upgrading, { operation: create });
  assert.equal(
    decide({ tenant: held, job: job(create) }, NOW, SETTINGS).changes?.upgrade,
    UNDER_WAY,
  );
});

test("who waits for a slot is not under way, and comes after those who wait for a site", () => {
  const waiting = waitingChanges(upgrading, operationOf("upgrade", 2), NOW);
  assert.is(waiting?.upgrade, undefined);
  assert.match(waiting?.queue_key ?? "", /^4 /);
});

test("a site that is away waits for its slot before everybody", () => {
  const between = withStatus(upgrading, { upgrade: UNDER_WAY });
  assert.match(waitingChanges(between, operationOf("upgrade", 2), NOW)?.queue_key ?? "", /^0 /);
  assert.match(waitingChanges(away, operationOf("revert", 2), NOW)?.queue_key ?? "", /^0 /);
});

test("an upgrade that fails is tried again, and taken back only when no attempt is left", () => {
  for (const attempt of [1, 2]) {
    const { tenant, operation } = migrating(attempt);
    const { reason, changes } = decide({ tenant, job: job(operation, FAILED) }, NOW, SETTINGS);
    assert.equal(
      [reason, changes?.upgrade, changes?.condition],
      ["AttemptFailed", undefined, "failed"],
    );
    assert.is(beginning(withStatus(tenant, { ...changes, operation: null })), "upgrade");
  }
});

/** How an upgrade may end for good, with what is told of that. */
const ENDS: [sentence: string, observed: Observed, told: Partial<UpgradeFailure>][] = [
  [
    "for what no attempt can mend",
    { ...migrating(1), job: job(migrating(1).operation, failure(false)) },
    {},
  ],
  [
    "in a patch",
    {
      ...migrating(1),
      job: job(migrating(1).operation, {
        outcome: { ...FAILED_FOR_GOOD, patch: "erpnext.patches.v16_0.some_patch" },
      }),
    },
    { patch: "erpnext.patches.v16_0.some_patch" },
  ],
  [
    "at the last attempt",
    { ...migrating(3), job: job(migrating(3).operation, FAILED) },
    { retryable: true },
  ],
  [
    "at the last attempt, which is overdue",
    migrating(3, { deadline_at: NOW }),
    {
      step: null,
      reason: "DeadlineExceeded",
      message: "The attempt did not end within 245 minutes.",
      retryable: true,
    },
  ],
];
for (const [sentence, observed, told] of ENDS) {
  test(`an upgrade that fails ${sentence} is taken back under the same command, and tells why`, () => {
    const { attempt = 0 } = observed.tenant.status.operation ?? {};
    const operation = `${upgrading.id}.2.${attempt}`;
    const { reason, changes, requeue } = decide(observed, NOW, SETTINGS);
    assert.equal([reason, requeue], ["SiteIsSetRight", true]);
    const next = { attempt: attempt + 1, first_attempt: attempt + 1, started_at: NOW };
    assert.equal(changes, {
      ...CLEARED,
      done: { upgrade: "w2" },
      upgrade: { ...UNDER_WAY, failure: { ...UPGRADE_FAILURE, ...told, operation } },
      operation: { ...operationOf("revert", 2, next), ...NO_SLOT },
    });
    const after = withStatus(observed.tenant, changes ?? {});
    assert.not(isSettled(after));
    assert.not(isRequested(after, "upgrade"), "it is not tried again");
  });
}

test("an outage gives no upgrade up", () => {
  const { tenant, operation } = migrating(3);
  const outcome = { ...FAILED_FOR_GOOD, retryable: true, isOutage: true } as const;
  const { reason } = decide({ tenant, job: job(operation, { outcome }) }, NOW, SETTINGS);
  assert.is(reason, "AttemptFailed");
});

test("a site is taken back however often that fails, and for whatever", () => {
  const operation = operationOf("revert", 2, { attempt: 40 });
  const tenant = withStatus(away, { operation });
  const { reason, changes } = decide(
    { tenant, job: job(operation, failure(false)) },
    NOW,
    SETTINGS,
  );
  assert.equal([reason, changes?.upgrade], ["AttemptFailed", undefined]);
});

test("when it is back it is what it was, the failure stays to be read, and nothing follows", () => {
  for (const [phase, site] of [
    ["active", SITE],
    ["suspended", { ...SITE, suspended: true }],
  ] as const) {
    const operation = operationOf("revert", 2, { attempt: 2, first_attempt: 2 });
    const state = phase === "active" ? "present" : "suspended";
    const tenant = withChanges(away, { spec: { state }, status: { phase, site, operation } });
    const { changes } = decide({ tenant, job: job(operation, SUCCEEDED) }, NOW, SETTINGS);
    const back = withStatus(tenant, changes ?? {});
    assert.ok(isSettled(back));
    assert.equal([back.status.phase, back.status.condition, back.status.site], [phase, null, site]);
    assert.equal(back.status.upgrade, { ...UNDER_WAY, under_way: false, failure: UPGRADE_FAILURE });
    assert.is(firstDifference(back), null);
    const later = withChanges(back, { spec: { generation: 3 } });
    assert.is(firstDifference(later), null, "nor under a later command");
  }
});

test("a site that was upgraded all the same is where the revert has found it", () => {
  const operation = operationOf("revert", 2, { attempt: 2, first_attempt: 2 });
  const tenant = withStatus(away, { operation });
  const outcome: JobOutcome = { result: "succeeded", reason: "AlreadyUpgraded" };
  const { changes } = decide({ tenant, job: job(operation, { outcome }) }, NOW, SETTINGS);
  const { status } = withStatus(tenant, changes ?? {});
  assert.equal([status.site, status.upgrade], [UPGRADED, null]);
  assert.equal([status.reason, status.observed_generation], ["AlreadyUpgraded", 2]);
});

/** What is commanded of a site that is in between, with the kind that follows when it is whole. */
const MEANWHILE: [command: Command | CommandWithFields, kind: OperationKind][] = [
  ["suspend", "suspend"],
  [DELETE, "retain"],
  [{ name: "rename", subdomain: "zenith" }, "rename"],
  [{ name: "login-link", keyHash: "h1", email: null, reason: null }, "login-link"],
];
for (const [command, kind] of MEANWHILE) {
  test(`a ${kind} that is asked for meanwhile waits until the site is whole`, () => {
    for (const between of [migrating(2).tenant, away]) {
      const goesOn = between === away ? "revert" : "upgrade";
      const asked = commanded(between, command);
      const { operation: older } = between.status;
      const begun = decide({ tenant: asked, job: older && job(older) }, NOW, SETTINGS);
      const operation = operationOf(goesOn, 3);
      if (older?.slot === 2) {
        assert.equal([begun.changes?.operation?.kind, begun.changes?.upgrade], [goesOn, UNDER_WAY]);
      } else assert.is(beginning(asked), goesOn);
      const works = withStatus(asked, { operation });
      const { changes } = decide({ tenant: works, job: job(operation, SUCCEEDED) }, NOW, SETTINGS);
      const whole = withStatus(works, changes ?? {});
      assert.equal([whole.status.operation?.kind, isBetweenBenches(whole)], [kind, false]);
    }
  });
}

test("an upgrade that is overtaken and then fails for good is taken back before what overtook it", () => {
  const asked = commanded(migrating(1).tenant, "suspend");
  const operation = operationOf("upgrade", 3);
  const tenant = withStatus(asked, { operation });
  const { changes } = decide({ tenant, job: job(operation, failure(false)) }, NOW, SETTINGS);
  assert.equal([changes?.operation?.kind, changes?.operation?.generation], ["revert", 3]);
});

test("who comes back while the site is away is brought to its bench first, and opened then", () => {
  const back = commanded(commanded(migrating(1).tenant, DELETE), "undelete");
  const [take] = decide(
    { tenant: withStatus(back, { operation: null }), job: null },
    NOW,
    SETTINGS,
  ).actions;
  assert.ok(take?.do === "takeSlot");
  assert.equal([take.operation.kind, take.changes.phase], ["upgrade", "provisioning"]);
  const moved = withStatus(back, { upgrade: null, site: { ...UPGRADED, suspended: null } });
  assert.is(firstDifference(moved)?.kind, "resume");
});

test("a site in between is dropped at once", () => {
  for (const between of [migrating(1).tenant, away]) {
    for (const command of ["delete", PURGE] as const) {
      const going = commanded(between, command);
      assert.is(firstDifference(going)?.kind, "drop");
      const operation = operationOf("drop", 3);
      const tenant = withStatus(going, { operation });
      const { changes } = decide({ tenant, job: job(operation, SUCCEEDED) }, NOW, SETTINGS);
      assert.ok(isSettled(withStatus(tenant, changes ?? {})), "and then nothing follows");
    }
  }
});

const BACKUP = {
  id: "b1",
  kind: "before-upgrade",
  requested_at: NOW,
  expires_at: inSeconds(60),
} as const;

test("the backup before an upgrade comes first, under the same command", () => {
  const asked = commanded(active, { ...UPGRADE, backup: BACKUP });
  assert.is(beginning(asked), "backup");
  const operation = operationOf("backup", 2);
  const tenant = withStatus(asked, { operation });
  const { changes } = decide({ tenant, job: job(operation, SUCCEEDED) }, NOW, SETTINGS);
  assert.equal(changes?.operation?.kind, "upgrade");
  assert.is(changes?.upgrade, undefined, "nothing is done to the site yet");
});

test("without that backup there is no upgrade, nor under a later command", () => {
  const operation = operationOf("backup", 2);
  const asked = commanded(active, { ...UPGRADE, backup: BACKUP });
  const tenant = withStatus(asked, { operation });
  const { reason, changes } = decide(
    { tenant, job: job(operation, failure(false)) },
    NOW,
    SETTINGS,
  );
  assert.equal([reason, changes?.condition], ["JobFailed", "failed"]);
  const after = withStatus(tenant, changes ?? {});
  assert.equal([after.status.phase, after.status.upgrade], ["active", null]);
  for (const later of ["retry", "suspend"] as const) {
    const next = firstDifference(commanded(after, later));
    assert.is(next?.kind, later === "suspend" ? "suspend" : undefined);
  }
});

test("how long an attempt at an upgrade may take is as the settings say", () => {
  const { changes } = decide(
    { tenant: withStatus(upgrading, { operation: create }), job: null },
    NOW,
    {
      ...SETTINGS,
      upgradeDeadlineMinutes: 30,
    },
  );
  assert.equal(changes?.operation?.deadline_at, inSeconds(35 * 60));
});

/** Every state there may be, and many that there should not. */
function* everyState(): Generator<Observed> {
  const jobs = [...everyJob()];
  const operations = [...everyOperation()];
  for (const state of [...DESIRED_STATES, "retained"] as const) {
    for (const phase of PHASES) {
      for (const site of [null, SITE, { ...SITE, suspended: null }]) {
        for (const observed_generation of [1, 2]) {
          for (const operation of operations) {
            const status = { phase, site, observed_generation, operation };
            const tenant = withChanges(queued, { spec: { state, generation: 2 }, status });
            for (const held of jobs) yield { tenant, job: held };
          }
        }
      }
    }
  }
}

const KINDS: OperationKind[] = [
  "create",
  "upgrade",
  "suspend",
  "retain",
  "resume",
  "login-link",
  "drop",
];

function* everyOperation(): Generator<Operation | null> {
  yield null;
  for (const kind of KINDS) {
    for (const generation of [1, 2, 3]) {
      for (const attempt of [1, 3]) {
        for (const when of [
          {},
          { deadline_at: inSeconds(-1) },
          NO_SLOT,
          { ...NO_SLOT, started_at: inSeconds(1) },
        ]) {
          yield operationOf(kind, generation, { attempt, ...when });
        }
      }
    }
  }
}

/** A wait that nobody has to end, however long it lasts, and one that only an operator ends. */
const LONG_WAIT: Blocker = { reason: "NoNodeFits", message: "No node.", since: inSeconds(-1200) };
const NO_IMAGE: Blocker = {
  reason: "ImageNotPulled",
  message: "No image.",
  since: inSeconds(-600),
};
const BLOCKERS = [LONG_WAIT, NO_IMAGE];

function* everyJob(): Generator<Job | null> {
  yield null;
  for (const kind of ["create", "drop"] satisfies OperationKind[]) {
    for (const generation of [1, 2, 3]) {
      for (const attempt of [1, 2, 3]) {
        for (const terminating of [false, true]) {
          for (const { outcome } of [{ outcome: null }, SUCCEEDED, FAILED, failure(false)]) {
            const held = { uid: "u1", kind, generation, attempt, terminating, outcome };
            yield { ...held, blocker: null };
            if (outcome !== null) continue;
            for (const blocker of BLOCKERS) yield { ...held, blocker };
          }
        }
      }
    }
  }
}

const SENSIBLE_ORDERS = new Set([
  "",
  "takeSlot",
  "takeSlot createSecret createJob",
  "takeSlot createJob",
  "createSecret createJob",
  "createJob",
  "deleteJob",
  "deleteSecret endDeletion",
]);

/** What no decision may do, in whatever state. Each gives true where it is done. */
const FORBIDDEN: Record<string, (observed: Observed, decision: Decision) => boolean> = {
  "deletes a Job that works at the current attempt in time": ({ tenant, job: held }, { actions }) =>
    actions.some((action) => action.do === "deleteJob") &&
    !isSettled(tenant) &&
    held?.outcome === null &&
    held.generation === tenant.status.operation?.generation &&
    held.generation >= tenant.spec.generation &&
    held.attempt === tenant.status.operation.attempt &&
    (tenant.status.operation.deadline_at === null || tenant.status.operation.deadline_at > NOW) &&
    (held.blocker === null || held.blocker === LONG_WAIT),

  "frees a slot without recording an outcome": (
    { tenant: { spec, status } },
    { reason, changes },
  ) =>
    status.operation !== null &&
    status.operation.slot !== null &&
    changes?.operation !== undefined &&
    changes.operation?.slot !== status.operation.slot &&
    changes.observed_generation !== Math.max(status.operation.generation, spec.generation) &&
    !(
      changes.operation?.attempt === status.operation.attempt + 1 &&
      (changes.message || reason === "JobSucceeded" || changes.upgrade?.failure)
    ),

  "records an outcome and keeps the slot": (_observed, { changes }) =>
    changes !== null &&
    (changes.retryable === true ||
      changes.retryable === false ||
      changes.observed_generation !== undefined) &&
    changes.operation !== null &&
    (changes.operation?.slot !== null || changes.operation.deadline_at !== null),

  "tells whoever has what they asked for that something is amiss": ({ tenant }, { changes }) =>
    isSettled(tenant) && tenant.spec.state !== "absent" && changes !== null,

  "looks no more at a tenant that is not settled, or goes on looking at one that is": (
    _observed,
    { reason, requeueAfterSeconds },
  ) => (requeueAfterSeconds === null) !== (reason === "Settled"),

  "comes back at once or after more than a quarter of an hour": (
    _observed,
    { requeueAfterSeconds },
  ) => requeueAfterSeconds !== null && !(requeueAfterSeconds >= 1 && requeueAfterSeconds <= 900),

  "does things in another order": (_observed, { actions }) =>
    !SENSIBLE_ORDERS.has(actions.map((action) => action.do).join(" ")),

  "makes a Job without a slot": ({ tenant }, { changes, actions }) =>
    actions.some((action) => action.do === "createJob") &&
    actions[0]?.do !== "takeSlot" &&
    (changes?.operation ?? tenant.status.operation)?.slot === null,

  "makes a Job where one is": ({ job: held }, { actions }) =>
    held !== null && actions.some((action) => action.do === "createJob"),

  "ends a deletion that nobody wants, or beside a Job": ({ tenant, job: held }, { actions }) =>
    actions.some((action) => action.do === "endDeletion") &&
    (tenant.spec.state !== "absent" || held !== null),

  "writes and acts on a newer Job": ({ tenant, job: held }, { changes, actions }) =>
    held !== null &&
    held.generation > Math.max(tenant.spec.generation, tenant.status.operation?.generation ?? 0) &&
    (changes !== null || actions.length > 0),
};

test("in no state at all does it throw or do what is forbidden", () => {
  let states = 0;
  for (const observed of everyState()) {
    const decision = decide(observed, NOW, SETTINGS);
    for (const [what, isDone] of Object.entries(FORBIDDEN)) {
      if (isDone(observed, decision)) {
        assert.unreachable(`${what}: ${JSON.stringify({ observed, decision })}`);
      }
    }
    states += 1;
  }
  assert.ok(states > 500_000, `only ${states} states`);
});

test.run();
