import { suite } from "uvu";
import * as assert from "uvu/assert";
import { groupFailures } from "./failure-groups.ts";
import type { FailedTenant } from "./rollout-words.ts";

const test = suite("what failed in a rollout, in groups");

const ONE: FailedTenant = {
  tenant_id: "0b-1",
  at: "2026-11-30T10:00:00Z",
  reason: "MigrationFailed",
  message: "no such column",
  patch: null,
  step: "migrate",
};

function grouped(failed: FailedTenant[]) {
  return groupFailures(failed).map(({ patch, reason, message, tenants }) => [
    [patch, reason, message].join(" | "),
    ...tenants.map(({ tenant_id }) => tenant_id),
  ]);
}

test("nothing is nothing", () => {
  assert.equal(groupFailures([]), []);
});

test("the same patch with the same message is one group, the newest tenant first", () => {
  const patch = "erpnext.patches.v17.fix";
  assert.equal(
    grouped([
      { ...ONE, tenant_id: "0b-a", message: "other" },
      { ...ONE, tenant_id: "0b-b", patch },
      { ...ONE, tenant_id: "0b-c", patch, at: "2026-11-30T11:00:00Z" },
      { ...ONE, tenant_id: "0b-d" },
    ]),
    [
      [`${patch} | MigrationFailed | no such column`, "0b-c", "0b-b"],
      [" | MigrationFailed | other", "0b-a"],
      [" | MigrationFailed | no such column", "0b-d"],
    ],
  );
});

test("a patch that the message begins with is told once", () => {
  const patch = "app.patches.one";
  assert.equal(grouped([{ ...ONE, patch, message: `${patch}: no such column` }]), [
    [`${patch} | MigrationFailed | no such column`, "0b-1"],
  ]);
});

test("what differs by the tenant's own id alone is the same", () => {
  const failed = ["0b-1", "0b-2"].map((tenant_id) => ({
    ...ONE,
    tenant_id,
    message: `site-${tenant_id}: database _${tenant_id.replace("-", "")} is locked`,
  }));
  const [group, ...others] = groupFailures(failed);
  assert.is(group?.tenants.length, 2);
  assert.is(group?.message, "site-0b-1: database _0b1 is locked");
  assert.equal(others, []);
  const otherReason = { ...ONE, reason: "Killed" };
  assert.is(groupFailures([ONE, otherReason]).length, 2);
});

test.run();
