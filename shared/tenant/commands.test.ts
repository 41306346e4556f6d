import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addSeconds, newTenant } from "./tenant.ts";
import type { Desired, Status, Tenant } from "./tenant.ts";
import { applyCommand } from "./commands.ts";
import type { Command } from "./commands.ts";

const test = suite("applyCommand");

const MADE = new Date("2026-11-24T12:00:00Z");
const NOW = new Date("2026-11-24T13:00:00Z");
const REQUEST = { commandId: "w2", now: NOW };

const queued = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    commandId: "w1",
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  MADE,
);
const FAILURE = {
  step: "verify",
  reason: "BackoffLimitExceeded",
  error_message: "no",
  retryable: true,
};
const SITE = { site_url: "https://acme.kairos.app" };

/** A tenant of which this is wanted and that is verified; its newest command is carried out or under way. */
function tenantOf(desired: Desired, status: Status, how: "settled" | "under way"): Tenant {
  const settled = { next_reconcile_at: null, observed_generation: 1 };
  return { ...queued, desired, status, ...(how === "settled" ? settled : {}) };
}

const active = { ...tenantOf("present", "active", "settled"), ...SITE };
const suspending = { ...tenantOf("suspended", "active", "under way"), ...SITE };
const suspended = { ...tenantOf("suspended", "suspended", "settled"), ...SITE };
const resuming = { ...tenantOf("present", "suspended", "under way"), ...SITE };
const provisioning = tenantOf("present", "provisioning", "under way");

type Outcome = "changed" | "unchanged" | "refused";
const [C, U, R] = ["changed", "unchanged", "refused"] as const;

const COMMANDS: Command[] = ["delete", "retry", "suspend", "resume"];
const table: [sentence: string, tenant: Tenant, outcomes: Outcome[]][] = [
  // ........................................................... delete retry suspend resume
  ["a queued tenant", queued, [C, R, R, R]],
  ["a queued tenant that waits for a slot", { ...queued, queue_key: "1 x" }, [C, R, R, R]],
  ["a tenant that is being created", provisioning, [C, R, R, R]],
  ["one whose creation pauses after a failure", { ...provisioning, ...FAILURE }, [C, R, R, R]],
  [
    "one whose creation was given up",
    { ...tenantOf("present", "failed", "settled"), ...FAILURE },
    [C, C, R, R],
  ],
  [
    "one whose given-up creation is retried already",
    tenantOf("present", "queued", "under way"),
    [C, R, R, R],
  ],
  ["an active tenant", active, [C, R, C, U]],
  ["one that is being suspended", suspending, [C, R, U, C]],
  ["one whose suspension pauses after a failure", { ...suspending, ...FAILURE }, [C, R, U, C]],
  [
    "one whose suspension was given up",
    { ...suspending, ...FAILURE, observed_generation: 1 },
    [C, C, C, C],
  ],
  ["a suspended tenant", suspended, [C, R, U, C]],
  ["one that is being resumed", resuming, [C, R, C, U]],
  ["one whose resumption pauses after a failure", { ...resuming, ...FAILURE }, [C, R, C, U]],
  [
    "one whose resumption was given up",
    { ...resuming, ...FAILURE, observed_generation: 1 },
    [C, C, C, C],
  ],
  ["one that is being deleted", tenantOf("absent", "deleting", "under way"), [U, R, R, R]],
  [
    "one whose deletion pauses after a failure",
    { ...tenantOf("absent", "deleting", "under way"), ...FAILURE },
    [U, R, R, R],
  ],
  [
    "one whose site is dropped",
    { ...tenantOf("absent", "deleting", "settled"), reason: "SiteNotOurs" },
    [U, R, R, R],
  ],
];

for (const [sentence, tenant, outcomes] of table) {
  test(`${sentence} can be asked for: ${outcomes.map((is, k) => `${COMMANDS[k]} ${is}`).join(", ")}`, () => {
    assert.equal(
      COMMANDS.map((command) => applyCommand(tenant, command, REQUEST).outcome),
      outcomes,
    );
  });
}

function changesOf(tenant: Tenant, command: Command): Partial<Tenant> {
  const result = applyCommand(tenant, command, REQUEST);
  if (result.outcome !== "changed") throw new Error(`${command} is ${result.outcome}`);
  return result.changes;
}

test("a change is a new generation under an id of its own, forgets where the last one stood, and is found by the resync", () => {
  for (const [sentence, tenant, outcomes] of table) {
    for (const command of COMMANDS.filter((_, k) => outcomes[k] === "changed")) {
      const { desired: _, status: __, site_url: ___, ...changes } = changesOf(tenant, command);
      const expected = {
        command_id: "w2",
        requested_at: NOW,
        generation: 2,
        step: null,
        reason: null,
        error_message: null,
        retryable: null,
        queue_key: null,
        updated_at: NOW,
        next_reconcile_at: addSeconds(NOW, 60),
      };
      assert.equal(changes, expected, `${command}: ${sentence}`);
    }
  }
});

test("a deletion may be asked of whatever is there, and the site is no longer shown", () => {
  for (const tenant of [queued, provisioning, active, suspended]) {
    const { desired, status, site_url } = changesOf(tenant, "delete");
    assert.equal([desired, status, site_url], ["absent", "deleting", null]);
  }
});

test("what was verified holds until a suspension or its end is verified", () => {
  for (const [tenant, command, desired] of [
    [active, "suspend", "suspended"],
    [suspended, "resume", "present"],
  ] as const) {
    const after = { ...tenant, ...changesOf(tenant, command) };
    assert.equal(
      [after.desired, after.status, after.site_url],
      [desired, tenant.status, tenant.site_url],
    );
  }
});

test("a retry asks for the same once more; a creation is queued again, and a site stays what it is", () => {
  for (const [tenant, status] of [
    [{ ...tenantOf("present", "failed", "settled"), ...FAILURE }, "queued"],
    [{ ...suspending, ...FAILURE, observed_generation: 1 }, "active"],
    [{ ...resuming, ...FAILURE, observed_generation: 1 }, "suspended"],
  ] as const) {
    const after = { ...tenant, ...changesOf(tenant, "retry") };
    assert.equal([after.desired, after.status], [tenant.desired, status]);
  }
});

test("a refusal says why", () => {
  const deleting = tenantOf("absent", "deleting", "under way");
  for (const [tenant, command, why] of [
    [deleting, "retry", "The tenant is being deleted."],
    [deleting, "resume", "The tenant is being deleted."],
    [active, "retry", "Nothing of the tenant has failed."],
    [provisioning, "suspend", "The tenant has no site yet."],
  ] as const) {
    assert.equal(applyCommand(tenant, command, REQUEST), { outcome: "refused", why });
  }
});

test("the command that overtakes leaves the operation on record, for its slot and its Job", () => {
  const operation = {
    kind: "create",
    generation: 1,
    attempt: 1,
    started_at: MADE,
    slot: 3,
    deadline_at: NOW,
  } as const;
  const after = {
    ...provisioning,
    operation,
    ...changesOf({ ...provisioning, operation }, "delete"),
  };
  assert.equal(after.operation, operation);
  assert.is(after.observed_generation, 0);
});

test.run();
