import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decide, pauseSeconds, takingChanges, waitingChanges } from "./decide.ts";
import type { Action, Decision, Job, JobOutcome, Observed } from "./decide.ts";
import type { Blocker } from "./blocker.ts";
import { addSeconds, newTenant, STATUSES, WANTED } from "../tenant/tenant.ts";
import type { JobKind, Operation, Status, Tenant, TenantChanges } from "../tenant/tenant.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command } from "../tenant/commands.ts";

const test = suite("decide");

const NOW = new Date("2026-11-24T12:00:00Z");
const SETTINGS = { baseDomain: "kairos.app", retryPauseSeconds: 30 };
const SITE = "https://acme.kairos.app";
const inSeconds = (seconds: number) => addSeconds(NOW, seconds);

/** At work in its slot, with 44 of its 45 minutes left. */
function operationOf(kind: JobKind, generation: number, more: Partial<Operation> = {}): Operation {
  const started_at = inSeconds(-60);
  const deadline_at = inSeconds(44 * 60);
  return { kind, generation, attempt: 1, started_at, slot: 2, deadline_at, ...more };
}
const NO_SLOT = { slot: null, deadline_at: null };
/** As it is when it takes its slot now. */
const FROM_NOW = { started_at: NOW, deadline_at: inSeconds(45 * 60) };

function commanded(tenant: Tenant, what: Command): Tenant {
  const result = applyCommand(tenant, what, { commandId: "w2", now: NOW });
  if (result.outcome !== "changed") throw new Error(`${what} changes nothing`);
  return { ...tenant, ...result.changes };
}

const queued = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    commandId: "w1",
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  NOW,
);
const create = operationOf("create", 1);
const provisioning: Tenant = {
  ...queued,
  status: "provisioning",
  step: "create",
  operation: create,
};
const active: Tenant = {
  ...provisioning,
  status: "active",
  step: null,
  operation: { ...create, ...NO_SLOT },
  observed_generation: 1,
  site_url: SITE,
};
const failed: Tenant = { ...active, status: "failed", error_message: "no disk", site_url: null };
const suspended: Tenant = { ...active, status: "suspended", desired: "suspended" };
const drop = operationOf("drop", 2);
const dropping: Tenant = { ...commanded(active, "delete"), operation: drop };
const dropped: Tenant = {
  ...dropping,
  operation: { ...drop, ...NO_SLOT },
  observed_generation: 2,
};

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
const recorded = (retryable: boolean) => ({
  step: "new-site",
  reason: "BackoffLimitExceeded",
  error_message: "no disk",
  retryable,
});
const OVERDUE = {
  step: null,
  reason: "DeadlineExceeded",
  error_message: "The attempt did not end within 45 minutes.",
  retryable: true,
};
const CLEARED = { step: null, reason: null, error_message: null, retryable: null };

/** What is expected, with only the parts that matter to the case. */
type Expected = Partial<Decision>;
type Case = [sentence: string, observed: Observed, expected: Expected];

const NOTHING: Expected = { changes: null, actions: [] };
const waits = (reason: string, requeueAfterSeconds = 60): Expected => ({
  reason,
  ...NOTHING,
  requeue: false,
  requeueAfterSeconds,
});
const removes = (reason: string): Expected => ({
  reason,
  changes: null,
  actions: [{ do: "deleteJob", uid: "u1" }],
  requeue: true,
});
const records = (reason: string, changes: TenantChanges): Expected => ({
  reason,
  changes,
  actions: [],
  requeue: true,
});
const SETTLED: Expected = { reason: "Settled", ...NOTHING, requeueAfterSeconds: null };
const END_DELETION: Action[] = [{ do: "deleteSecret" }, { do: "endDeletion" }];

/** Each kind of operation, with what is particular about it. */
interface Life {
  kind: JobKind;
  /** The newest command is made, and nothing is done about it yet. */
  before: Tenant;
  /** What the record says while its Job works. */
  during: { status: Status };
  /** What its success proves. */
  proves: TenantChanges;
}
const LIVES: Life[] = [
  {
    kind: "create",
    before: queued,
    during: { status: "provisioning" },
    proves: { status: "active", site_url: SITE },
  },
  {
    kind: "suspend",
    before: commanded(active, "suspend"),
    during: { status: "active" },
    proves: { status: "suspended" },
  },
  {
    kind: "resume",
    before: commanded(suspended, "resume"),
    during: { status: "suspended" },
    proves: { status: "active", site_url: SITE },
  },
  { kind: "drop", before: commanded(active, "delete"), during: { status: "deleting" }, proves: {} },
];

function casesOf({ kind, before, during, proves }: Life): Case[] {
  const { generation } = before;
  const operation = operationOf(kind, generation);
  const changes = { ...during, step: kind, reason: null, queue_key: null };
  const at = (more: Partial<Operation> = {}, tenant: Partial<Tenant> = {}): Tenant => {
    const { status } = during;
    return { ...before, status, step: kind, operation: { ...operation, ...more }, ...tenant };
  };
  const make = (made: Operation): Action[] => [
    ...(kind === "create" ? [{ do: "createSecret" } as const] : []),
    { do: "createJob", operation: made },
  ];
  const first: Operation = { ...operation, ...NO_SLOT, started_at: NOW };
  const inherited: Operation = { ...operation, ...FROM_NOW };
  const older = operationOf("create", generation - 1);
  const overtaken: Tenant = { ...before, operation: older };
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
      { tenant: { ...before, ...waiting }, job: null },
      { actions: [{ do: "takeSlot", operation: first, changes }, ...make(first)] },
    ],
    [
      "it has the slot of the operation that it overtakes",
      { tenant: overtaken, job: null },
      {
        reason: "OperationBegins",
        changes: {
          ...changes,
          operation: inherited,
          updated_at: NOW,
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
          operation: inherited,
          updated_at: NOW,
          next_reconcile_at: inSeconds(60),
        },
        actions: [],
        requeue: true,
      },
    ],
    [
      "an overtaken operation that has given its slot back leaves none",
      { tenant: { ...before, operation: { ...older, ...NO_SLOT } }, job: job(older, SUCCEEDED) },
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
      "its Job that is being deleted is waited for, and never read as an outcome",
      { tenant: at(), job: job(operation, { ...SUCCEEDED, terminating: true }) },
      waits("JobIsTerminating"),
    ],
    [
      "its success is recorded, with what it proves, before the Job goes",
      { tenant: at({}, recorded(true)), job: job(operation, SUCCEEDED) },
      records("JobSucceeded", {
        ...proves,
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
      records("AttemptFailed", { ...OVERDUE, operation: nextAttempt }),
    ],
    [
      "over its deadline, a Job that succeeded has succeeded",
      { tenant: at(late), job: job(operation, SUCCEEDED) },
      records("JobSucceeded", {
        ...proves,
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
  givenUp: (operation: Operation) => TenantChanges,
): Case[] {
  const words = { ...recorded(true), reason: "DatabaseUnavailable" };
  const { error_message: message, ...rest } = words;
  const met = { outcome: { result: "failed", ...rest, message, isOutage: true } as JobOutcome };
  const pausing = { slot: null, deadline_at: null, started_at: inSeconds(60) };
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
function givingUpOf(kind: JobKind, before: Tenant, during: Status, after: Status): Case[] {
  const { generation } = before;
  const at = (attempt: number, more: Partial<Operation> = {}) => {
    const operation = operationOf(kind, generation, { attempt, ...more });
    return { tenant: { ...before, status: during, operation }, operation };
  };
  const [once, last] = [at(1), at(3)];
  const late = at(3, { deadline_at: NOW });
  const givenUp = (operation: Operation) => ({
    observed_generation: generation,
    operation: { ...operation, ...NO_SLOT },
    status: after,
  });
  const settled: Tenant = {
    ...last.tenant,
    ...recorded(true),
    ...givenUp(last.operation),
  };
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
          changes: { status: "deleting", step: "drop", reason: null, queue_key: null },
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
      tenant: { ...dropping, operation: { ...drop, attempt: 50 } },
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
const NO_NODE = { reason: "NoNodeFits", error_message: "No node.", retryable: null };
const NO_IMAGE_TOLD = { reason: "ImageNotPulled", error_message: "No image.", retryable: null };
const heldUp: Tenant = { ...provisioning, ...NO_NODE };
const overNow = { ...create, deadline_at: NOW };

const heldUpCases: Case[] = [
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
    { tenant: heldUp, job: job(create, { blocker: noNode }) },
    { ...NOTHING, reason: "JobIsBlocked" },
  ],
  [
    "what has just begun is nobody's news, and looked at again soon",
    { tenant: provisioning, job: job(create, { blocker: { ...noNode, since: inSeconds(-44) } }) },
    waits("JobIsBlocked"),
  ],
  [
    "the words go when what blocked it has gone",
    { tenant: heldUp, job: job(create) },
    {
      reason: "JobIsWorking",
      changes: { reason: null, error_message: null },
      requeueAfterSeconds: 60,
    },
  ],
  [
    "the words of an earlier failure stay while its Job works",
    { tenant: { ...provisioning, ...recorded(true) }, job: job(create) },
    waits("JobIsWorking"),
  ],
  [
    "they give way to what holds the Job up now",
    { tenant: { ...provisioning, ...recorded(true) }, job: job(create, { blocker: noNode }) },
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
    { tenant: heldUp, job: job(create, { blocker: { ...noNode, since: inSeconds(-1800) } }) },
    waits("JobIsBlocked"),
  ],
  [
    "while its Job goes, the words of what ended it stay",
    {
      tenant: { ...provisioning, ...NO_IMAGE_TOLD, operation: overNow },
      job: job(create, { terminating: true, blocker: { ...stuck, since: NOW } }),
    },
    waits("JobIsTerminating"),
  ],
  [
    "and without its Job the attempt has failed for what blocked it",
    { tenant: { ...provisioning, ...NO_IMAGE_TOLD, operation: overNow }, job: null },
    records("AttemptFailed", {
      step: null,
      ...NO_IMAGE_TOLD,
      retryable: true,
      operation: { ...create, ...NO_SLOT, attempt: 2, started_at: inSeconds(30) },
    }),
  ],
  [
    "a Job whose deadline came while it was blocked has failed for that",
    {
      tenant: heldUp,
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
      ...NO_NODE,
      retryable: true,
      operation: { ...create, ...NO_SLOT, attempt: 2, started_at: inSeconds(30) },
    }),
  ],
  [
    "a Job that is being deleted and does not go is told of, whosever it is",
    {
      tenant: { ...dropping },
      job: job(create, { terminating: true, blocker: stuck }),
    },
    {
      reason: "JobIsTerminating",
      changes: { reason: "JobTerminating", error_message: "It stops.", retryable: null },
      actions: [],
    },
  ],
  [
    "who has what they asked for is told nothing of it",
    { tenant: active, job: job(create, { ...SUCCEEDED, terminating: true, blocker: stuck }) },
    waits("JobIsTerminating"),
  ],
];

const named = (kind: JobKind, more: Case[]) =>
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
  ...named("create", heldUpCases),
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
  const givenUp = { error_message: "x", observed_generation: 2 };
  const tenants: Record<string, Tenant> = {
    "a retried creation": commanded(failed, "retry"),
    "a retried suspension": commanded({ ...suspending, ...givenUp }, "retry"),
    "a retried end of a suspension": commanded({ ...resuming, ...givenUp }, "retry"),
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

test("the pause grows to a quarter of an hour and no further, whatever the first one is", () => {
  const pauses = (first: number) => [1, 2, 3, 6, 50, 5000].map((k) => pauseSeconds(k, first));
  assert.equal(pauses(30), [30, 60, 120, 900, 900, 900]);
  assert.equal(pauses(900), [900, 900, 900, 900, 900, 900]);
  assert.equal(pauses(1), [1, 2, 4, 32, 900, 900]);
});

test("the queue has drops first and then the oldest command", () => {
  // In the order in which they are to have their turn, with ids that say the opposite.
  const waiting: [kind: JobKind, minute: number, id: string][] = [
    ["drop", 3, "e"],
    ["drop", 4, "d"],
    ["suspend", 0, "c"],
    ["resume", 1, "b"],
    ["create", 2, "a"],
  ];
  const places = waiting.map(([kind, minute, id]) => {
    const tenant = { ...queued, id, requested_at: inSeconds(minute * 60) };
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
    waitingChanges({ ...queued, queue_key: "1 x", next_reconcile_at }, create, NOW);
  assert.is(waitingUntil(inSeconds(600)), null);
  assert.equal(waitingUntil(inSeconds(60))?.next_reconcile_at, inSeconds(600));
  assert.equal(waitingUntil(null)?.next_reconcile_at, inSeconds(600));
});

test("the deadline counts from the slot on", () => {
  const changes = takingChanges({ ...create, ...NO_SLOT }, 4, { step: "create" }, NOW);
  assert.equal(changes.operation, { ...create, slot: 4, deadline_at: inSeconds(45 * 60) });
  assert.is(changes.step, "create");
});

/** Every state there may be, and many that there should not. */
function* everyState(): Generator<Observed> {
  const jobs = [...everyJob()];
  const operations = [...everyOperation()];
  for (const desired of WANTED) {
    for (const status of STATUSES) {
      for (const observed_generation of [1, 2]) {
        for (const operation of operations) {
          const seen = { desired, status, observed_generation, operation };
          const tenant: Tenant = { ...queued, generation: 2, ...seen };
          for (const held of jobs) yield { tenant, job: held };
        }
      }
    }
  }
}

const KINDS: JobKind[] = ["create", "suspend", "resume", "drop"];

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
  for (const kind of ["create", "drop"] satisfies JobKind[]) {
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
    tenant.observed_generation !== tenant.generation &&
    held?.outcome === null &&
    held.generation === tenant.operation?.generation &&
    held.generation >= tenant.generation &&
    held.attempt === tenant.operation.attempt &&
    (tenant.operation.deadline_at === null || tenant.operation.deadline_at > NOW) &&
    (held.blocker === null || held.blocker === LONG_WAIT),

  "frees a slot without recording an outcome": ({ tenant: { operation } }, { changes }) =>
    operation !== null &&
    operation.slot !== null &&
    changes?.operation !== undefined &&
    changes.operation?.slot !== operation.slot &&
    changes.observed_generation !== operation.generation &&
    !(changes.operation?.attempt === operation.attempt + 1 && changes.error_message),

  "records an outcome and keeps the slot": (_observed, { changes }) =>
    changes !== null &&
    (changes.retryable === true ||
      changes.retryable === false ||
      changes.observed_generation !== undefined) &&
    (changes.operation?.slot !== null || changes.operation.deadline_at !== null),

  "tells whoever has what they asked for that something is amiss": ({ tenant }, { changes }) =>
    tenant.observed_generation === tenant.generation &&
    tenant.desired !== "absent" &&
    changes !== null,

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
    (changes?.operation ?? tenant.operation)?.slot === null,

  "makes a Job where one is": ({ job: held }, { actions }) =>
    held !== null && actions.some((action) => action.do === "createJob"),

  "ends a deletion that nobody wants, or beside a Job": ({ tenant, job: held }, { actions }) =>
    actions.some((action) => action.do === "endDeletion") &&
    (tenant.desired !== "absent" || held !== null),

  "writes and acts on a newer Job": ({ tenant, job: held }, { changes, actions }) =>
    held !== null &&
    held.generation > Math.max(tenant.generation, tenant.operation?.generation ?? 0) &&
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
