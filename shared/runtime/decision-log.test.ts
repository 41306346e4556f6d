import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Job, JobReport } from "../reconciler/decision.ts";
import { createDecisionLog } from "./decision-log.ts";
import { runSteps } from "../reconciler/run-steps.ts";
import { reconcile } from "../reconciler/reconcile.ts";
import type { IoHandlers } from "../reconciler/ports.ts";
import { addSeconds, newTenant, withChanges } from "../tenant/tenant.ts";
import type { Operation, StatusChanges, Tenant } from "../tenant/tenant.ts";
import { applyCommand } from "../tenant/commands.ts";
import { fakeVersion } from "../../tests/testkit/fake-version.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";

const test = suite("the decision log");

const NOW = new Date("2026-11-24T12:05:00Z");
const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
  maxConcurrentJobs: 5,
};
const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

const queued = newTenant(
  {
    id: ID,
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  addSeconds(NOW, -300),
);
const create: Operation = {
  kind: "create",
  generation: 1,
  attempt: 2,
  first_attempt: 1,
  started_at: NOW,
  slot: 0,
  slot_at: NOW,
  deadline_at: addSeconds(NOW, 2700),
};
const withStatus = (tenant: Tenant, status: StatusChanges) => withChanges(tenant, { status });
const provisioning = withStatus(queued, {
  phase: "provisioning",
  operation: create,
  next_reconcile_at: addSeconds(NOW, 600),
});
const working: Job = {
  uid: "u1",
  kind: "create",
  generation: 1,
  attempt: 2,
  terminating: false,
  outcome: null,
  blocker: null,
};
const succeeded: Job = { ...working, outcome: { result: "succeeded", reason: null } };

interface Line {
  severity: string;
  message: string;
  fields: Record<string, unknown>;
}

/** Reconciles a tenant whose every request takes ten milliseconds, and gives the log of it. */
async function logOf(
  tenant: Tenant | null,
  seen: Job | null,
  more: Partial<IoHandlers> = {},
): Promise<Line[]> {
  let [record, job] = [tenant, seen];
  let time = 0;
  const slowly = <T>(result: T): Promise<T> => {
    time += 10;
    return Promise.resolve(result);
  };
  const handlers: IoHandlers = {
    now: () => slowly(NOW),
    readTenant: () => slowly(record && { record, version: fakeVersion(1) }),
    writeTenant({ stored, changes }) {
      record = withChanges(stored.record, changes);
      return slowly({ record, version: fakeVersion(1) });
    },
    readSlots: () => slowly([]),
    claimSlot: ({ stored }) => slowly({ result: "claimed", stored }),
    triggerNextInQueue: () => slowly(undefined),
    readReport: () => slowly(null),
    readJob: () => slowly(job),
    createJob: () => slowly("made"),
    deleteJob() {
      job = null;
      return slowly(undefined);
    },
    createSecret: () => slowly("made"),
    deleteSecret: () => slowly(undefined),
    endDeletion() {
      record = null;
      return slowly(true);
    },
    decided: () => slowly(undefined),
    ...more,
  };
  const lines: Line[] = [];
  const write = (severity: string, message: string, fields: Record<string, unknown> = {}) =>
    void lines.push({ severity, message, fields });
  const log = createDecisionLog(write, () => time);
  await runSteps(reconcile(ID, SETTINGS), log.watch(handlers)).catch(() => {});
  log.end();
  return lines;
}

const messagesOf = (lines: Line[]) => lines.map(({ message }) => message);

test("there is one line a decision, in their order", async () => {
  const lines = await logOf(provisioning, succeeded);
  assert.equal(messagesOf(lines), ["JobSucceeded", "JobHasEnded", "Settled"]);
  const ended = await logOf(withChanges(queued, { spec: { state: "absent" } }), null);
  assert.equal(messagesOf(ended), ["NothingWasEverMade"]);
});

test("a line says whose the decision is, what it rested on and what is done", async () => {
  const [line] = await logOf(provisioning, null);
  assert.is(line?.message, "JobIsMissing");
  const { milliseconds: _, ...fields } = line?.fields ?? {};
  assert.equal(fields, {
    tenantId: ID,
    generation: 1,
    desired: "present",
    kind: "create",
    attempt: 2,
    status: "provisioning",
    reason: null,
    actions: ["createSecret", "createJob"],
    result: "done",
  });
});

test("a line whose write was lost tells of no outcome", async () => {
  const [line] = await logOf(provisioning, succeeded, { writeTenant: () => Promise.resolve(null) });
  assert.equal([line?.message, line?.severity], ["JobSucceeded", "DEBUG"]);
  assert.is(line?.fields["result"], "lost");
  assert.not("secondsSinceRequest" in (line?.fields ?? {}));
});

test("a line of one that found no slot says that it waits", async () => {
  const readSlots = () => Promise.resolve([0, 1, 2, 3, 4]);
  const [line] = await logOf(queued, null, { readSlots });
  assert.equal([line?.severity, line?.fields["result"]], ["DEBUG", "waiting"]);
});

test("a failed attempt is told of by its own number", async () => {
  const outcome = { step: "new-site", reason: "Failed", message: "no disk", retryable: true };
  const [line] = await logOf(provisioning, {
    ...working,
    outcome: { result: "failed", ...outcome },
  });
  assert.equal([line?.message, line?.fields["attempt"]], ["AttemptFailed", 2]);
});

test("a line says which operation begins, and not which one is overtaken", async () => {
  const site = siteAt("acme");
  const active = withStatus(provisioning, { phase: "active", site, observed_generation: 1 });
  const command = applyCommand(active, "suspend", {
    commandId: "w2",
    requestedBy: REQUESTER,
    now: NOW,
  });
  const changes = command.outcome === "changed" ? command.changes : {};
  for (const slot of [null, 0]) {
    const tenant = withChanges(withStatus(active, { operation: { ...create, slot } }), changes);
    const [line] = await logOf(tenant, null);
    const { kind, attempt } = line?.fields ?? {};
    assert.equal([line?.message, kind, attempt], ["OperationBegins", "suspend", 1]);
  }
});

test("a line says what is recorded, and after how long a command has come to its end", async () => {
  const [line, next] = await logOf(provisioning, succeeded);
  assert.equal([line?.fields["status"], line?.fields["secondsSinceRequest"]], ["active", 300]);
  assert.not("secondsSinceRequest" in (next?.fields ?? {}));
});

test("a line tells what its steps took, each kind of them together, and each in its own round", async () => {
  const due = withStatus(provisioning, { next_reconcile_at: addSeconds(NOW, -1) });
  const lines = await logOf(due, succeeded);
  assert.equal(
    lines.map(({ fields }) => fields["milliseconds"]),
    [
      // Written are a requeue that is put off and the outcome.
      { readTenant: 10, writeTenant: 20, readJob: 10, readReport: 10, triggerNextInQueue: 10 },
      { readTenant: 10, readJob: 10, deleteJob: 10 },
      { readTenant: 10, readJob: 10, writeTenant: 10 },
    ],
  );
});

const TESTED: Operation = { ...create, kind: "test-restore", attempt: 3 };
const tested = withStatus(
  withChanges(provisioning, { spec: { requests: { "test-restore": "t" } } }),
  {
    phase: "active",
    site: siteAt("acme"),
    operation: TESTED,
    backup: { id: "b", requested_at: NOW, verified_at: null, nightly_at: null },
  },
);
for (const [reason, isTold] of [
  ["BackoffLimitExceeded", true],
  ["BucketUnavailable", false],
] as const) {
  test(`a test of a restore that is given up for ${reason} ${isTold ? "has a line of its own" : "tells nobody"}`, async () => {
    const step = "load-database";
    const outcome = { result: "failed", step, reason, message: "why", retryable: true } as const;
    const job: Job = { ...working, kind: "test-restore", attempt: 3, outcome };
    const [decided, ...others] = await logOf(tested, job);
    assert.is(decided?.message, "JobFailed");
    const fields = { tenantId: ID, backup: "b", step, failed: reason, said: "why" };
    const told = { severity: "ERROR", message: "RestoreTestFailed", fields };
    assert.equal(
      others.filter(({ severity }) => severity === "ERROR"),
      isTold ? [told] : [],
    );
  });
}

const REPORT: JobReport = {
  createdAt: NOW,
  runningAt: NOW,
  endedAt: addSeconds(NOW, 3.5),
  steps: [
    { name: "database", started_at: NOW, ended_at: addSeconds(NOW, 1.25) },
    { name: "new-site", started_at: addSeconds(NOW, 1.25), ended_at: null },
  ],
  log: "database secret",
  result: null,
};

test("each step of the script that has an end is told of once its outcome is recorded", async () => {
  const readReport = () => Promise.resolve(REPORT);
  const lines = await logOf(provisioning, succeeded, { readReport });
  assert.equal(lines[1], {
    severity: "INFO",
    message: "StepEnded",
    fields: { tenantId: ID, kind: "create", step: "database", seconds: 1.25 },
  });
  assert.is(lines.filter(({ message }) => message === "StepEnded").length, 1);
  assert.not(JSON.stringify(lines).includes(REPORT.log ?? ""));
  const writeTenant = () => Promise.resolve(null);
  const lost = await logOf(provisioning, succeeded, { readReport, writeTenant });
  assert.not(messagesOf(lost).includes("StepEnded"));
});

test("a step that fails is in its line, which is written all the same", async () => {
  const createJob = () => Promise.reject(new Error("away"));
  const [line] = await logOf(provisioning, null, { createJob });
  assert.is(line?.message, "JobIsMissing");
  assert.equal(Object.keys(line?.fields["milliseconds"] ?? {}).at(-1), "createJob");
});

test("what brings nothing new is for debugging only", async () => {
  assert.equal(
    (await logOf(provisioning, working)).map(({ severity, message }) => `${severity} ${message}`),
    ["DEBUG JobIsWorking"],
  );
  assert.is((await logOf(provisioning, null))[0]?.severity, "INFO");
  assert.is((await logOf(provisioning, succeeded))[0]?.severity, "INFO");
});

test("where nothing is decided, nothing is written", async () => {
  assert.equal(await logOf(null, null), []);
  const readJob = () => Promise.reject(new Error("away"));
  assert.equal(await logOf(provisioning, null, { readJob }), []);
});

test("no line tells who the customer is", async () => {
  const lines = [...(await logOf(queued, null)), ...(await logOf(provisioning, succeeded))];
  assert.ok(lines.length >= 4);
  assert.not.match(JSON.stringify(lines), /acme/i);
});

test.run();
