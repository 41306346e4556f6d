import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { applyCommand, correct, reachesDeleted } from "./commands.ts";
import type { Command, CommandWithFields } from "./commands.ts";
import { newStandby } from "./standby.ts";
import { addSeconds, newTenant, withChanges } from "./tenant.ts";
import type { Tenant, TenantChanges } from "./tenant.ts";

const test = suite("deletions");

const NOW = new Date("2026-11-30T12:00:00Z");
const REQUEST = { commandId: "w2", requestedBy: REQUESTER, now: NOW };
const SITE = siteAt("acme");
const DELETE = { name: "delete", retentionDays: 14, purge: false, reason: null } as const;
const AT_ONCE = { ...DELETE, retentionDays: 0 };
const PURGE = { ...DELETE, purge: true, reason: "the customer insists" };

const queued = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  addSeconds(NOW, -3600),
);
const active = withChanges(queued, {
  status: { phase: "active", site: SITE, observed_generation: 1, next_reconcile_at: null },
});
const suspended = withChanges(active, {
  spec: { state: "suspended" },
  status: { phase: "suspended", site: { ...SITE, suspended: true } },
});
const standby = newStandby(
  { id: queued.id, commandId: "w1", standby: { bench: "main", image: "i:1", apps: [] } },
  NOW,
);

function changesOf(tenant: Tenant, command: Command | CommandWithFields): TenantChanges {
  const result = applyCommand(tenant, command, REQUEST);
  if (result.outcome !== "changed") throw new Error(`it is ${result.outcome}`);
  return result.changes;
}
const after = (tenant: Tenant, command: Command | CommandWithFields) =>
  withChanges(tenant, changesOf(tenant, command));

/** The deletion is verified, and can be taken back. */
const retainedFrom = (tenant: Tenant) =>
  withChanges(after(tenant, DELETE), {
    status: {
      phase: "deleted",
      site: { ...SITE, suspended: null, retained: true },
      observed_generation: 2,
      next_reconcile_at: null,
    },
  });

for (const [sentence, tenant, from] of [
  ["an active site", active, "present"],
  ["a suspended one", suspended, "suspended"],
  ["one that is being resumed", after(suspended, "resume"), "present"],
  ["one that is being suspended", after(active, "suspend"), "suspended"],
] as const) {
  test(`${sentence} is kept for as long as is set, and its state with it`, () => {
    const { spec, status } = after(tenant, DELETE);
    assert.equal([spec.state, status.phase], ["retained", "deleting"]);
    assert.equal(spec.retention, { from, purge_at: addSeconds(NOW, 14 * 24 * 3600) });
    assert.equal(status.site, { ...SITE, suspended: null });
  });
}

for (const [sentence, tenant, command] of [
  ["what has no site yet", queued, DELETE],
  ["what nobody has", standby, DELETE],
  ["where nothing is kept", active, AT_ONCE],
  ["a purge", active, PURGE],
  ["a purge where nothing is kept", active, { ...PURGE, retentionDays: 0 }],
  ["the control plane's own", active, "delete"],
] as const) {
  test(`a deletion is at once and for good: ${sentence}`, () => {
    const { spec, status } = after(tenant, command);
    assert.equal([spec.state, spec.retention, status.phase], ["absent", null, "deleting"]);
  });
}

test("why is on record, and a purge needs it", () => {
  assert.equal(applyCommand(active, { ...PURGE, reason: null }, REQUEST), {
    outcome: "refused",
    why: "reason is required for a purge",
    field: "reason",
  });
  const said = { ...REQUESTER, reason: "the customer insists" };
  assert.equal(after(active, PURGE).spec.requested_by, said);
  assert.equal(after(active, { ...DELETE, reason: said.reason }).spec.requested_by, said);
});

test("a repeated deletion changes nothing, whatever is set by then; a purge does, once", () => {
  for (const tenant of [after(active, DELETE), retainedFrom(active)]) {
    for (const command of [DELETE, AT_ONCE]) {
      assert.equal(applyCommand(tenant, command, REQUEST), { outcome: "unchanged" });
    }
    const purging = after(tenant, PURGE);
    assert.equal([purging.spec.state, purging.spec.retention], ["absent", null]);
    assert.is(purging.status.phase, tenant.status.phase);
    for (const command of [DELETE, PURGE, "delete"] as const) {
      assert.equal(applyCommand(purging, command, REQUEST), { outcome: "unchanged" });
    }
  }
});

test("a deletion is taken back as long as nothing is dropped, also before it is carried out", () => {
  for (const [tenant, state] of [
    [retainedFrom(active), "present"],
    [retainedFrom(suspended), "suspended"],
    [after(active, DELETE), "present"],
    [after(suspended, DELETE), "suspended"],
  ] as const) {
    const back = after(tenant, "undelete");
    assert.equal([back.spec.state, back.spec.retention], [state, null]);
    assert.equal([back.status.phase, back.status.site?.suspended], ["queued", null]);
    assert.is(back.spec.generation, tenant.spec.generation + 1);
    assert.equal(applyCommand(back, "undelete", REQUEST), { outcome: "unchanged" });
  }
});

test("who is deleted again before the return is carried out is closed anew", () => {
  const again = after(after(retainedFrom(active), "undelete"), DELETE);
  assert.equal(again.status.site, { ...SITE, suspended: null, retained: false });
  assert.equal([again.spec.state, again.spec.retention?.from], ["retained", "present"]);
});

test("what is dropped, nobody's or failed is not taken back", () => {
  const failure = { condition: "failed", retryable: true, observed_generation: 1 } as const;
  for (const [tenant, why] of [
    [after(active, PURGE), "The deletion of the tenant cannot be taken back."],
    [after(queued, DELETE), "The deletion of the tenant cannot be taken back."],
    [standby, "The tenant is not deleted."],
    [withChanges(active, { status: failure }), "The tenant is not deleted."],
  ] as const) {
    assert.equal(applyCommand(tenant, "undelete", REQUEST), { outcome: "refused", why });
  }
});

test("nothing else is done with a tenant that is deleted, however it is", () => {
  for (const tenant of [after(active, DELETE), retainedFrom(active)]) {
    for (const command of [
      "retry",
      "suspend",
      "resume",
      { name: "rename", subdomain: "other" },
      { name: "forget-names" },
      { name: "login-link", keyHash: "ab", email: null, reason: null },
    ] as const) {
      const why = "The tenant is being deleted.";
      assert.equal(applyCommand(tenant, command, REQUEST), { outcome: "refused", why });
    }
    assert.is(correct(tenant, { organization: "Other" }, NOW).outcome, "refused");
  }
});

test("a login link that is not set yet is withdrawn, and none that is", () => {
  const login_link = { key_hash: "ab", user: "a@acme.example" };
  const requests = { "login-link": "ab", other: "b1" };
  const asking = withChanges(active, { spec: { requests, login_link } });
  const { spec } = after(asking, DELETE);
  assert.equal([spec.requests, spec.login_link], [{ other: "b1" }, null]);
  const done = withChanges(asking, { status: { done: { "login-link": "ab" } } });
  assert.equal(after(done, DELETE).spec.requests, requests);
});

test("so is a backup that is not made yet, and none that is", () => {
  const asking = withChanges(active, { spec: { requests: { backup: "b1", other: "b2" } } });
  assert.equal(after(asking, DELETE).spec.requests, { other: "b2" });
  const done = withChanges(asking, { status: { done: { backup: "b1" } } });
  assert.equal(after(done, DELETE).spec.requests, { backup: "b1", other: "b2" });
});

test("one that came back and failed is queued again by a retry", () => {
  const failed = withChanges(after(retainedFrom(active), "undelete"), {
    status: { phase: "failed", condition: "failed", observed_generation: 3 },
  });
  assert.is(after(failed, "retry").status.phase, "queued");
});

test("only what ends a retention reaches a tenant that is gone for callers", () => {
  for (const command of ["undelete", PURGE] as const) assert.ok(reachesDeleted(command));
  for (const command of ["delete", "retry", "suspend", "resume", DELETE] as const) {
    assert.not(reachesDeleted(command));
  }
});

test.run();
