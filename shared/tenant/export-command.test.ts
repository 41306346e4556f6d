import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { exportBackup } from "../operations/export/export.ts";
import { applyCommand } from "./commands.ts";
import { exportMade, exportOf } from "./export-command.ts";
import { addSeconds, isRequested, newTenant, withChanges } from "./tenant.ts";
import type { Operation, Tenant, TenantChanges } from "./tenant.ts";

const test = suite("exports");

const NOW = new Date("2026-11-24T13:00:00Z");
const SLOT_AT = addSeconds(NOW, 600);
const ISSUED = { commandId: "w2", requestedBy: REQUESTER, now: NOW };
const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const id = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const active = withChanges(
  newTenant({ id, commandId: "w1", requestedBy: REQUESTER, ...asked }, new Date(0)),
  { status: { phase: "active", site: siteAt("acme"), observed_generation: 1 } },
);
const EXPORT = { name: "export", backup: "b1" } as const;

/** The tenant after an export was asked for. */
function exporting(tenant: Tenant = active, backup = "b1"): Tenant {
  const commandId = `w${tenant.spec.generation + 1}`;
  const effect = applyCommand(tenant, { ...EXPORT, backup }, { ...ISSUED, commandId });
  assert.ok(effect.outcome === "changed", JSON.stringify(effect));
  return withChanges(tenant, effect.changes);
}

/** The tenant after its third attempt has made it. */
function exported(tenant = exporting()): Tenant {
  const { generation, requests } = tenant.spec;
  const operation: Operation = {
    kind: "export",
    generation,
    attempt: 3,
    first_attempt: 1,
    started_at: NOW,
    slot: 0,
    slot_at: SLOT_AT,
    deadline_at: null,
  };
  const worked = withChanges(tenant, { status: { operation } });
  return withChanges(worked, {
    status: { ...exportMade(worked), done: requests, observed_generation: generation },
  });
}

test("one is asked for by the backup, and what visitors see stays", () => {
  const { spec, status } = exporting();
  assert.equal(spec.export, { backup: "b1" });
  assert.equal([spec.generation, status.phase], [2, "active"]);
  assert.ok(exportBackup.isNeeded(exporting()));
});

test("it is pending, then it can be fetched for a day from when its attempt began", () => {
  assert.equal(exportOf(exporting(), "b1", NOW), { state: "pending", bundle: null });
  const tenant = exported();
  assert.not(exportBackup.isNeeded(tenant));
  const until = addSeconds(SLOT_AT, 24 * 3600);
  const bundle = { request: "w2", backup: "b1", folder: "2.3", expires_at: until };
  assert.equal(exportOf(tenant, "b1", addSeconds(until, -1)), { state: "ready", bundle });
  assert.equal(exportOf(tenant, "b1", until), { state: "expired", bundle });
});

test("of another backup, or before any, there is none", () => {
  assert.is(exportOf(active, "b1", NOW), null);
  assert.is(exportOf(exported(), "b2", NOW), null);
});

test("asked for once more, it is made anew", () => {
  const again = exporting(exported());
  assert.is(exportOf(again, "b1", NOW)?.state, "pending");
});

test("the newest one is the tenant's, and the one before it can be fetched no longer", () => {
  const newer = exporting(exported(), "b2");
  assert.is(exportOf(newer, "b1", NOW), null);
  assert.is(exportOf(newer, "b2", NOW)?.state, "pending");
});

test("one that was given up has failed, also where an older one of the same backup was made", () => {
  const again = exporting(exported());
  const { generation, requests } = again.spec;
  const givenUp = { done: requests, observed_generation: generation, condition: "failed" } as const;
  assert.equal(exportOf(withChanges(again, { status: givenUp }), "b1", NOW), {
    state: "failed",
    bundle: null,
  });
});

test("one that is under way already is that one", () => {
  assert.equal(applyCommand(exporting(), EXPORT, ISSUED), { outcome: "unchanged" });
});

const REFUSED: [sentence: string, changes: TenantChanges, backup: string, why: RegExp][] = [
  ["of a tenant without a site", { status: { site: null } }, "b1", /no site yet/],
  ["while something else is done", { spec: { generation: 2 } }, "b1", /Something else/],
  ["of a tenant that goes", { spec: { state: "absent" } }, "b1", /being deleted/],
  ["of a standby", { spec: { state: "standby" } }, "b1", /standby/],
];
for (const [sentence, changes, backup, why] of REFUSED) {
  test(`none is made ${sentence}`, () => {
    const effect = applyCommand(withChanges(active, changes), { ...EXPORT, backup }, ISSUED);
    assert.ok(effect.outcome === "refused");
    assert.match(effect.why, why);
  });
}

test("while one is under way no other backup is exported", () => {
  const effect = applyCommand(exporting(), { ...EXPORT, backup: "b2" }, ISSUED);
  assert.ok(effect.outcome === "refused");
  assert.match(effect.why, /Another backup/);
});

test("a suspended site's backup may be exported", () => {
  const suspended = withChanges(active, { spec: { state: "suspended" } });
  assert.ok(exportBackup.isNeeded(exporting(suspended)));
});

test("a command that comes between has it made afterwards", () => {
  const effect = applyCommand(exporting(), "suspend", { ...ISSUED, commandId: "w3" });
  assert.ok(effect.outcome === "changed");
  const tenant = withChanges(exporting(), effect.changes);
  assert.ok(exportBackup.isNeeded(tenant));
  assert.is(exportOf(tenant, "b1", NOW)?.state, "pending");
});

test("a deletion that can be taken back withdraws it", () => {
  const command = { name: "delete", purge: false, reason: null, retentionDays: 14 } as const;
  const effect = applyCommand(exporting(), command, ISSUED);
  assert.ok(effect.outcome === "changed");
  const retained = withChanges(exporting(), effect.changes);
  assert.not(isRequested(retained, "export"));
});

test.run();
