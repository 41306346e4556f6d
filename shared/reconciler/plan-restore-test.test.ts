import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { withParts } from "../../tests/testkit/tenant-parts.ts";
import { applyCommand } from "../tenant/commands.ts";
import { addSeconds, DAY_SECONDS, newTenant, withChanges } from "../tenant/tenant.ts";
import type { NewestBackup, RestoreTests, Tenant } from "../tenant/tenant.ts";
import { decide } from "./decide.ts";
import { firstDifference } from "./difference.ts";
import { isTestDue, ownDay } from "./plan-restore-test.ts";
import { toTenantWrite } from "./tenant-write.ts";

const test = suite("tests of restores");

const ID = "80000000-2222-4333-8444-555580000000";
/** In the night of the tenant's own day. */
const NOW = addSeconds(ownDay(ID, new Date("2026-11-30T03:30:00Z"), 30), 3.5 * 3600);
const daysAgo = (days: number) => addSeconds(NOW, -days * DAY_SECONDS);
const BACKUP = "5bf5a8e1-1c5e-4a53-9a70-3d1b0d1f6b1e";

const backupOf = (tests?: RestoreTests): NewestBackup => {
  const requested_at = daysAgo(1);
  const made = { id: BACKUP, requested_at, verified_at: null, nightly_at: requested_at };
  return tests === undefined ? made : { ...made, tests };
};
const passed = (days: number): RestoreTests => ({ passed_at: daysAgo(days), failure: null });
const failed = (days: number): RestoreTests => {
  const said = { step: "count-rows", reason: "Failed", message: "m", retryable: true };
  return { passed_at: null, failure: { at: daysAgo(days), backup: BACKUP, ...said } };
};

const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const made = newTenant({ id: ID, commandId: "w", requestedBy: REQUESTER, ...asked }, daysAgo(100));
const active = withParts(made, {
  status: {
    phase: "active",
    site: siteAt("acme"),
    observed_generation: 1,
    backup: backupOf(),
    done: {},
  },
});
const tested = (tests: RestoreTests) => withParts(active, { status: { backup: backupOf(tests) } });

const cases: [sentence: string, tenant: Tenant, now: Date, due: boolean][] = [
  ["that was never tested, on its own day", active, NOW, true],
  ["that was never tested, two days later", active, addSeconds(NOW, 2 * DAY_SECONDS), false],
  ["that was tested on its last own day", tested(passed(30)), NOW, true],
  ["that was tested on this one", tested(passed(0)), addSeconds(NOW, 3600), false],
  ["that was tested, and has no newer backup", tested(passed(0.99)), NOW, false],
  ["whose test is long overdue, on any day", tested(passed(70)), addSeconds(NOW, 9e5), true],
  ["whose test failed in the night before", tested(failed(0.9)), addSeconds(NOW, 9e5), true],
  ["whose test has just failed", tested(failed(0.1)), NOW, false],
  ["without a backup", withParts(active, { status: { backup: null } }), NOW, false],
  ["that has failed", withParts(active, { status: { condition: "failed" } }), NOW, false],
  ["to whose site something is done", withParts(active, { spec: { generation: 2 } }), NOW, false],
  ["that goes", withParts(active, { spec: { state: "retained" } }), NOW, false],
];
for (const [sentence, tenant, now, due] of cases) {
  test(`a tenant ${sentence} is ${due ? "" : "not "}due`, () => {
    assert.is(isTestDue(tenant, now, 30), due);
    assert.is(isTestDue(tenant, now, 0), false);
  });
}

test("the own days of tenants are spread over all of them", () => {
  const days = new Set<number>();
  for (let k = 0; k < 30; k++) {
    const end = Math.floor(((k + 0.5) / 30) * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
    days.add(Number(ownDay(`80000000-2222-4333-8444-5555${end}`, NOW, 30)));
  }
  assert.is(days.size, 30);
});

const issued = (commandId: string) => ({ commandId, requestedBy: REQUESTER, now: NOW });
function commanded(
  tenant: Tenant,
  command: Parameters<typeof applyCommand>[1],
  id: string,
): Tenant {
  const effect = applyCommand(tenant, command, issued(id));
  assert.is(effect.outcome, "changed");
  return effect.outcome === "changed" ? withChanges(tenant, effect.changes) : tenant;
}
const testing = commanded(active, { name: "test-restore" }, "t");

test("nobody who asks for a backup waits for it", () => {
  assert.is(firstDifference(testing)?.kind, "test-restore");
  const backup = { id: "b", kind: "manual" as const, requested_at: NOW, expires_at: NOW };
  const both = commanded(testing, { name: "backup", backup }, "c");
  assert.is(firstDifference(both)?.kind, "backup");
  assert.is(applyCommand(both, { name: "backup", backup }, issued("d")).outcome, "refused");
  const restore = { name: "restore" as const, backup: BACKUP, reason: null };
  assert.is(firstDifference(commanded(testing, restore, "c"))?.kind, "restore");
});

test("nor does anybody who asks for what comes before it anyway", () => {
  const suspending = commanded(testing, "suspend", "c");
  const site = { ...siteAt("acme"), suspended: true };
  assert.is(firstDifference(withChanges(suspending, { status: { site } })), null);
  const renaming = commanded(testing, { name: "rename", subdomain: "other" }, "c");
  assert.is(renaming.spec.requests["test-restore"], undefined);
});

test("one that is asked for while an older one was not reached is the new one", () => {
  const settled = withParts(testing, { status: { observed_generation: testing.spec.generation } });
  const again = commanded(settled, { name: "test-restore" }, "u");
  assert.is(again.spec.requests["test-restore"], "u");
});

test("a deletion withdraws it", () => {
  const asking = { name: "delete" as const, purge: false, reason: null, retentionDays: 14 };
  const gone = commanded(testing, asking, "x");
  assert.is(gone.spec.requests["test-restore"], undefined);
  assert.equal(toTenantWrite(testing, { spec: gone.spec, updated_at: NOW }).backups, [
    { id: BACKUP, fields: { is_being_tested: false } },
  ]);
});

const SETTINGS = {
  baseDomain: "kairos.app",
  retryPauseSeconds: 1,
  backupBucket: "backups",
  upgradeDeadlineMinutes: 240,
};
function ending(outcome: "succeeded" | "failed", attempt = 3) {
  const operation = {
    kind: "test-restore",
    generation: 2,
    attempt,
    first_attempt: 1,
    started_at: NOW,
    slot: 1,
    slot_at: NOW,
    deadline_at: addSeconds(NOW, 600),
  };
  const works = withParts(testing, { status: { operation } });
  const said = { step: "count-rows", reason: "BackoffLimitExceeded", message: "of a@acme.example" };
  const job = {
    uid: "u",
    kind: "test-restore",
    generation: 2,
    attempt,
    terminating: false,
    blocker: null,
    outcome:
      outcome === "succeeded"
        ? { result: outcome, reason: null }
        : { result: outcome, ...said, retryable: true },
  };
  const at = addSeconds(NOW, 300);
  const { changes } = decide({ tenant: works, job }, at, SETTINGS);
  return toTenantWrite(works, { status: changes ?? {}, updated_at: at });
}

test("one that passes is told of in the backup and in the tenant", () => {
  const { record, backups, operations } = ending("succeeded");
  const { backup, condition } = record.status;
  assert.equal([backup?.verified_at, backup?.tests, condition], [NOW, passed(0), null]);
  assert.equal(backups, [{ id: BACKUP, fields: { is_being_tested: false, verified_at: NOW } }]);
  assert.is(operations[0]?.fields.state, "succeeded");
});

for (const attempt of [1, 3]) {
  test(`one that fails, the attempt ${attempt}, is none of the tenant's failures`, () => {
    const { record, backups, operations } = ending("failed", attempt);
    const { phase, condition, reason, message, backup, observed_generation } = record.status;
    assert.equal([phase, condition, reason, message], ["active", null, null, null]);
    assert.is(backup?.tests?.failure?.reason, "BackoffLimitExceeded");
    assert.is(backup?.verified_at, null);
    assert.is(observed_generation, attempt === 3 ? 2 : 1);
    assert.equal(
      backups,
      attempt === 3 ? [{ id: BACKUP, fields: { is_being_tested: false } }] : [],
    );
    const { state, outcome } = operations[0]?.fields ?? {};
    assert.equal([state, outcome?.message], ["failed", "of ***"]);
  });
}

test.run();
