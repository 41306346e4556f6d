import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { applyCommand } from "../tenant/commands.ts";
import type { Command, CommandWithFields } from "../tenant/commands.ts";
import { upgradeBegins } from "../tenant/site-upgrade.ts";
import { addSeconds, newTenant, withChanges } from "../tenant/tenant.ts";
import type { Operation, StatusChanges, Tenant } from "../tenant/tenant.ts";
import { decide } from "./decide.ts";
import type { Job, JobOutcome, JobReport } from "./decision.ts";
import type { SeenJob } from "./history-writes.ts";
import { takingChanges } from "./slot-queue.ts";
import { toldOfGone, toldOfNew, toTenantWrite } from "./tenant-write.ts";
import type { TenantWrite } from "./tenant-write.ts";

const test = suite("what is written of a tenant in one batch");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-29T12:00:00Z");
const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 30,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
};
const later = (seconds: number) => addSeconds(NOW, seconds);

const queued = newTenant(
  {
    id: ID,
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: "Acme & Co",
    subdomain: "acme",
    email: "office@acme.example",
    first_name: "Ada",
  },
  NOW,
);

function write(
  tenant: Tenant,
  status: StatusChanges,
  seconds: number,
  seen: SeenJob | null = null,
): TenantWrite {
  return toTenantWrite(tenant, { status, updated_at: later(seconds) }, seen);
}

const LIMITS = { upgradeDeadlineMinutes: 240 };

/** The current operation takes its slot. */
function begin(tenant: Tenant, operation: Operation, seconds: number): TenantWrite {
  const changes = { phase: "provisioning", step: operation.kind } as const;
  return write(tenant, takingChanges(operation, 3, changes, later(seconds), LIMITS), seconds);
}

/** The Job of the current operation ends, and that is recorded as `decide` says. */
function end(
  tenant: Tenant,
  outcome: JobOutcome,
  seconds: number,
  report: JobReport | null = null,
): TenantWrite {
  const { kind, generation, attempt } = tenant.status.operation as Operation;
  const job: Job = {
    uid: "u",
    kind,
    generation,
    attempt,
    terminating: false,
    outcome,
    blocker: null,
  };
  const { changes } = decide({ tenant, job }, later(seconds), SETTINGS);
  assert.ok(changes);
  return write(tenant, changes, seconds, report && { generation, attempt, report });
}

function command(tenant: Tenant, what: Command | CommandWithFields, seconds: number): TenantWrite {
  const issued = { commandId: "w2", requestedBy: REQUESTER, now: later(seconds) };
  const effect = applyCommand(tenant, what, issued);
  assert.ok(effect.outcome === "changed");
  return toTenantWrite(tenant, effect.changes);
}

/** `generation.attempt kind state` of everything that is written to the history. */
const historyOf = ({ operations }: Pick<TenantWrite, "operations">): string[] =>
  operations.map(
    ({ fields }) => `${fields.generation}.${fields.attempt} ${fields.kind} ${fields.state}`,
  );

const create: Operation = {
  kind: "create",
  generation: 1,
  attempt: 1,
  first_attempt: 1,
  started_at: NOW,
  slot: null,
  slot_at: null,
  deadline_at: null,
};
const working = begin(queued, create, 5).record;
const SUCCESS: JobOutcome = { result: "succeeded", reason: null };
const FAILURE: JobOutcome = {
  result: "failed",
  step: "add-user",
  reason: "BackoffLimitExceeded",
  message: "office@acme.example is no address of Ada at Acme & Co",
  retryable: true,
};
const active = end(working, SUCCESS, 60).record;

test("a new tenant is told of, and its first attempt is queued, with who asked for it", () => {
  const { event, operations } = toldOfNew(queued);
  assert.is(event?.type, "queued");
  assert.is(event?.sequence, 1);
  const [first] = operations;
  assert.is(first?.id, `${ID}.1.1`);
  assert.is(first?.fields.state, "queued");
  assert.is(first?.fields.kind, "create");
  assert.is(first?.fields.requested_by, "key:test");
  assert.is(first?.fields.request_id, "request-1");
  assert.equal(first?.fields.created_at, NOW);
  assert.equal(first?.fields.expires_at, addSeconds(NOW, 90 * 24 * 3600));
});

test("what the status view does not show is not told", () => {
  const { event, operations, changes } = toTenantWrite(queued, {
    status: { next_reconcile_at: later(60) },
  });
  assert.is(event, null);
  assert.equal(operations, []);
  assert.is(changes.sequence, undefined);
});

test("every change of the view is told under the next number, as the record is then", () => {
  const { event, changes, record } = begin(queued, create, 5);
  assert.is(event?.sequence, 2);
  assert.is(changes.sequence, 2);
  assert.is(record.sequence, 2);
  assert.is(event?.type, "provisioning");
  assert.is(event?.data.status, "provisioning");
  assert.equal(event?.time, later(5));
});

test("an attempt begins with its slot and ends with its outcome", () => {
  assert.equal(historyOf(begin(queued, create, 5)), ["1.1 create running"]);
  const done = end(working, SUCCESS, 60);
  assert.equal(historyOf(done), ["1.1 create succeeded"]);
  assert.equal(done.operations[0]?.fields.slot_at, later(5));
  assert.equal(done.operations[0]?.fields.ended_at, later(60));
  assert.is(done.event?.type, "active");
});

test("a failed attempt ends, and the next one is queued in the same write", () => {
  const failed = end(working, FAILURE, 60);
  assert.equal(historyOf(failed), ["1.1 create failed", "1.2 create queued"]);
  assert.equal(failed.operations[1]?.fields.created_at, later(60));
});

test("an upgrade that is given up has failed, and the site's way back is the next attempt", () => {
  const { record: asked } = command(
    active,
    { name: "upgrade", bench: "next", backup: null, reason: null },
    70,
  );
  const first = { ...create, kind: "upgrade", generation: 2, started_at: later(71) };
  const begun = write(
    asked,
    takingChanges(first, 3, upgradeBegins(asked), later(71), LIMITS),
    71,
  ).record;
  const tried = end(begun, { ...FAILURE, step: "drain" }, 80);
  assert.equal(historyOf(tried), ["2.1 upgrade failed", "2.2 upgrade queued"]);
  assert.is(tried.operations[0]?.fields.outcome?.step, "drain");
  const givenUp = end(begun, { ...FAILURE, retryable: false }, 90);
  assert.equal(historyOf(givenUp), ["2.1 upgrade failed", "2.2 revert queued"]);
  assert.equal(givenUp.operations[0]?.fields.outcome, {
    step: "add-user",
    reason: "BackoffLimitExceeded",
    message: "*** is no address of *** at ***",
    retryable: false,
  });
  const revert = { ...first, kind: "revert", attempt: 2, first_attempt: 2 };
  const going = write(givenUp.record, takingChanges(revert, 3, {}, later(91), LIMITS), 91).record;
  assert.equal(historyOf(end(going, SUCCESS, 95)), ["2.2 revert succeeded"]);
  assert.equal(historyOf(end(begun, SUCCESS, 95)), ["2.1 upgrade succeeded"]);
});

test("neither history nor event has what the customer said of themselves", () => {
  const report = { ...NOTHING, log: "adding Office@acme.example\nof ADA\n" };
  const { operations, event } = end(working, FAILURE, 60, report);
  assert.is(operations[0]?.fields.outcome?.message, "*** is no address of *** at ***");
  assert.is(operations[0]?.fields.log, "adding ***\nof ***\n");
  assert.is(event?.data.error_message, "*** is no address of *** at ***");
});

const NOTHING: JobReport = {
  createdAt: null,
  runningAt: null,
  endedAt: null,
  steps: [],
  log: null,
  result: null,
};

test("what is left of a Job is kept with its own attempt, and with no other", () => {
  const steps = [{ name: "start", started_at: later(7), ended_at: later(50) }];
  const times = { createdAt: later(6), runningAt: later(7), endedAt: later(50) };
  const report = { ...times, steps, log: "x", result: null };
  const [own] = end(working, SUCCESS, 60, report).operations;
  assert.equal(own?.fields.job_at, later(6));
  assert.equal(own?.fields.running_at, later(7));
  assert.equal(own?.fields.ended_at, later(50));
  assert.equal(own?.fields.steps, steps);
  const anothers = { generation: 7, attempt: 1, report };
  const [other] = write(working, { observed_generation: 1 }, 60, anothers).operations;
  assert.is(other?.fields.log, undefined);
});

test("what there is of a Job that works is kept with its attempt, which goes on", () => {
  const steps = [{ name: "start", started_at: later(7), ended_at: null }];
  const times = { createdAt: later(6), runningAt: later(7), endedAt: null };
  const report = { ...times, steps, log: "for Ada", result: null };
  const seen = { generation: 1, attempt: 1, report };
  const { operations, event } = write(working, { next_reconcile_at: later(60) }, 60, seen);
  const [{ id, fields } = { id: "", fields: {} }, ...others] = operations;
  assert.equal([id, others, event], [`${ID}.1.1`, [], null]);
  const { state, ended_at, job_at, running_at, log } = fields;
  assert.equal([state, ended_at], [undefined, undefined]);
  assert.equal([job_at, running_at, fields.steps, log], [later(6), later(7), steps, "for ***"]);
  const other = { ...seen, attempt: 2 };
  assert.equal(write(working, { next_reconcile_at: later(60) }, 60, other).operations, []);
});

test("of a Job of which nothing is left, what was seen while it worked is kept", () => {
  const [ended] = end(working, FAILURE, 60).operations;
  assert.is(ended?.fields.state, "failed");
  for (const field of ["job_at", "running_at", "steps", "log"]) {
    assert.not(field in (ended?.fields ?? {}), field);
  }
});

test("a command is queued; one that overtakes another that has not begun supersedes it", () => {
  assert.equal(historyOf(command(active, "suspend", 70)), ["2.1 suspend queued"]);
  const waiting = command(active, "suspend", 70).record;
  assert.equal(historyOf(command(waiting, "delete", 71)), [
    "2.1 suspend superseded",
    "3.1 drop queued",
  ]);
});

test("an attempt that works is superseded when the next one takes its slot", () => {
  const overtaken = command(working, "delete", 10);
  assert.equal(historyOf(overtaken), ["2.1 drop queued"]);
  const drop = { ...create, kind: "drop", generation: 2, started_at: later(11) };
  assert.equal(historyOf(begin(overtaken.record, drop, 11)), [
    "1.1 create superseded",
    "2.1 drop running",
  ]);
});

test("the next operation of the same command is queued when the one before has succeeded", () => {
  const bothAsked = withChanges(working, { spec: { state: "suspended" } });
  assert.equal(historyOf(end(bothAsked, SUCCESS, 60)), [
    "1.1 create succeeded",
    "1.2 suspend queued",
  ]);
});

test("a command that asks for nothing ends without a kind", () => {
  const asked = withChanges(active, { spec: { generation: 2 } });
  assert.equal(historyOf(write(asked, { observed_generation: 2 }, 70)), ["2.1 null succeeded"]);
});

test("the end of a deletion is told, and closes what was never begun", () => {
  const deleting = command(queued, "delete", 10).record;
  const { event, operations } = toldOfGone(deleting, later(12));
  assert.is(event?.type, "deleted");
  assert.is(event?.sequence, deleting.sequence + 1);
  assert.equal(historyOf({ operations }), ["2.1 drop succeeded"]);
});

const BACKUP = {
  id: "5bf5a8e1-1c5e-4a53-9a70-3d1b0d1f6b1e",
  kind: "manual",
  requested_at: later(100),
  expires_at: later(9000),
} as const;

/** The tenant with a backup that works. */
function backingUp(): TenantWrite {
  const asked = { commandId: "w9", requestedBy: REQUESTER, now: later(100) };
  const effect = applyCommand(active, { name: "backup", backup: BACKUP }, asked);
  assert.ok(effect.outcome === "changed");
  return toTenantWrite(active, effect.changes);
}
const backup = { ...create, kind: "backup", generation: 2, started_at: later(101) };

test("a backup that is asked for is pending, with who asked", () => {
  assert.equal(backingUp().backups, [
    {
      id: BACKUP.id,
      fields: {
        tenant_id: ID,
        kind: "manual",
        state: "pending",
        requested_by: "key:test",
        created_at: later(100),
        ended_at: null,
        bytes: null,
        reason: null,
        message: null,
        verified_at: null,
        is_being_tested: false,
        expires_at: later(9000),
      },
    },
  ]);
  assert.equal(begin(backingUp().record, backup, 102).backups, []);
});

test("it has succeeded, with its size, in the write that says so of the tenant", () => {
  const works = begin(backingUp().record, backup, 102).record;
  const report = { ...NOTHING, endedAt: later(150), result: { bytes: 4711 } };
  const { backups, record } = end(works, SUCCESS, 160, report);
  const fields = { state: "succeeded", ended_at: later(150), bytes: 4711 };
  assert.equal(backups, [{ id: BACKUP.id, fields }]);
  assert.equal(record.status.backup, {
    id: BACKUP.id,
    requested_at: later(100),
    verified_at: null,
    nightly_at: null,
  });
});

test("one of which nothing is left to read has no size", () => {
  const works = begin(backingUp().record, backup, 102).record;
  const [written] = end(works, SUCCESS, 160).backups;
  assert.equal(written?.fields, { state: "succeeded", ended_at: later(160), bytes: null });
});

test("one that is given up has failed, and says why without personal data", () => {
  const works = begin(backingUp().record, backup, 102).record;
  const { backups, record } = end(works, { ...FAILURE, retryable: false }, 160);
  const { fields } = backups[0] ?? {};
  assert.equal(
    [fields?.state, fields?.reason, fields?.message],
    ["failed", "BackoffLimitExceeded", "*** is no address of *** at ***"],
  );
  assert.is(record.status.backup, null);
});

test("one that a suspension overtakes is made after it", () => {
  const overtaken = command(backingUp().record, "suspend", 110);
  assert.equal(overtaken.backups, []);
});

test("one before which something else was given up is not reached, and pending again with the next command", () => {
  const linked = withChanges(backingUp().record, {
    spec: { requests: { backup: BACKUP.id, "login-link": "l" } },
  });
  const link = { ...create, kind: "login-link", generation: 2, started_at: later(101) };
  const works = begin(linked, link, 102).record;
  const { backups, record } = end(works, { ...FAILURE, retryable: false }, 160);
  assert.equal([backups[0]?.fields.state, backups[0]?.fields.reason], ["failed", "NotReached"]);
  const again = command(record, "retry", 170).backups;
  assert.equal([again[0]?.id, again[0]?.fields.state], [BACKUP.id, "pending"]);
});

for (const purge of [true, false]) {
  const how = purge ? "for good" : "for now";
  test(`one that a deletion comes before has failed, also when the tenant comes back: ${how}`, () => {
    const asked = { name: "delete", retentionDays: 14, purge, reason: "a mistake" } as const;
    const { backups, record } = command(backingUp().record, asked, 110);
    const ended_at = later(110);
    const fields = { state: "failed", ended_at, reason: "TenantDeleted", message: null };
    assert.equal(backups, [{ id: BACKUP.id, fields }]);
    if (!purge) assert.equal(command(record, "undelete", 120).backups, []);
    assert.equal(toldOfGone(record, later(200)).backups, []);
  });
}

const DELETE = { name: "delete", retentionDays: 14, purge: false, reason: null } as const;
const retain = { ...create, kind: "retain", generation: 2, started_at: later(81) };

/** A tenant whose deletion can be taken back, and what was written when that was verified. */
function retained(): TenantWrite {
  const deleting = command(active, DELETE, 80).record;
  return end(begin(deleting, retain, 81).record, SUCCESS, 90);
}

test("a deletion that can be taken back is told as any other, at its end too", () => {
  const deleting = command(active, DELETE, 80);
  const dropping = command(active, "delete", 80);
  assert.equal(deleting.event, dropping.event);
  const { event, record } = retained();
  assert.is(record.status.phase, "deleted");
  assert.ok(event);
  assert.is(event.type, "deleted");
  const { status, desired, site_url, generation, observed_generation } = event.data;
  assert.equal([status, desired, site_url], ["deleting", "absent", null]);
  assert.equal([generation, observed_generation], [2, 2]);
  assert.equal(historyOf(retained()), ["2.1 retain succeeded"]);
});

test("of who is deleted nothing more is told, to the end of the record", () => {
  const { record } = retained();
  const purge = { ...DELETE, purge: true, reason: "it was asked for" };
  const purging = command(record, purge, 100);
  assert.is(purging.event, null);
  const drop = { ...retain, kind: "drop", generation: 3 };
  const dropping = write(
    purging.record,
    takingChanges(drop, 3, { phase: "deleted", step: "drop" }, later(101), LIMITS),
    101,
  );
  assert.is(dropping.event, null);
  const dropped = end(dropping.record, SUCCESS, 110);
  assert.is(dropped.event, null);
  assert.is(toldOfGone(dropped.record, later(111)).event, null);
  assert.is(dropped.record.sequence, record.sequence);
});

test("who comes back is told of again, in the next event", () => {
  const { record } = retained();
  const { event } = command(record, "undelete", 100);
  assert.is(event?.type, "queued");
  assert.is(event?.sequence, record.sequence + 1);
  assert.is(event?.data.desired, "present");
});

test.run();
