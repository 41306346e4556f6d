import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { upgrade } from "../operations/upgrade/upgrade.ts";
import { applyCommand } from "./commands.ts";
import type { Command, CommandWithFields } from "./commands.ts";
import { goesOn } from "./site-upgrade.ts";
import { isBetweenBenches, isRequested, isToGo, newTenant, withChanges } from "./tenant.ts";
import type { BackupRequest, Tenant, TenantChanges, Upgrade } from "./tenant.ts";
import { whyNoUpgrade } from "./upgrade-command.ts";

const test = suite("the command that upgrades");

const NOW = new Date("2026-11-24T13:00:00Z");
const ISSUED = { commandId: "w2", requestedBy: REQUESTER, now: NOW };
const id = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const SITE = siteAt("acme");
const active = withChanges(
  newTenant({ id, commandId: "w1", requestedBy: REQUESTER, ...asked }, new Date(0)),
  { status: { phase: "active", site: SITE, observed_generation: 1 } },
);
const suspended = withChanges(active, {
  spec: { state: "suspended" },
  status: { phase: "suspended", site: { ...SITE, suspended: true } },
});
const BACKUP: BackupRequest = {
  id: "b1",
  kind: "before-upgrade",
  requested_at: NOW,
  expires_at: new Date("2026-12-24T13:00:00Z"),
};
const UPGRADE = { name: "upgrade", bench: "next", backup: null, reason: "16.33" } as const;
const DELETE = { name: "delete", retentionDays: 14, purge: false, reason: null } as const;
const UNDER_WAY: Upgrade = { from: "main", to: "next", under_way: true, failure: null };
const FAILURE = {
  at: NOW,
  step: "migrate",
  patch: "erpnext.patches.v16_0.some_patch",
  reason: "BackoffLimitExceeded",
  message: "no such column",
  retryable: false,
  operation: `${id}.2.1`,
};
const REVERTED: Upgrade = { ...UNDER_WAY, under_way: false, failure: FAILURE };

function commanded(tenant: Tenant, command: Command | CommandWithFields): Tenant {
  const commandId = `w${tenant.spec.generation + 1}`;
  const effect = applyCommand(tenant, command, { ...ISSUED, commandId });
  assert.ok(effect.outcome === "changed", JSON.stringify(effect));
  return withChanges(tenant, effect.changes);
}

/** Whether an upgrade is still to come. */
const isWaiting = (tenant: Tenant) => isRequested(tenant, "upgrade") && upgrade.isNeeded(tenant);

test("says where the site is to be, and who asked why; the site is where it was, and its phase stays", () => {
  const { spec, status } = commanded(active, UPGRADE);
  assert.equal([spec.bench, spec.requests], ["next", { upgrade: "w2" }]);
  assert.equal([spec.generation, spec.requested_by.reason], [2, "16.33"]);
  assert.equal([spec.backup, status.site, status.phase], [null, SITE, "active"]);
  assert.is(status.upgrade, null, "nothing is done to the site yet");
  assert.ok(isWaiting(commanded(active, UPGRADE)));
});

test("asks for a backup as well where there are any, and waits for it", () => {
  const tenant = commanded(active, { ...UPGRADE, backup: BACKUP });
  assert.equal(tenant.spec.requests, { upgrade: "w2", backup: "b1" });
  assert.equal(tenant.spec.backup, BACKUP);
  assert.not(upgrade.isNeeded(tenant));
  assert.ok(upgrade.isNeeded(withChanges(tenant, { status: { done: { backup: "b1" } } })));
});

test("reaches a suspended site, which stays so", () => {
  const { spec, status } = commanded(suspended, UPGRADE);
  assert.equal(
    [spec.state, status.phase, status.site?.suspended],
    ["suspended", "suspended", true],
  );
});

test("reaches one whose last command was given up", () => {
  const failed = withChanges(active, { status: { condition: "failed", reason: "X" } });
  assert.is(commanded(failed, UPGRADE).status.condition, null);
});

test("changes nothing of a site that is in that bench", () => {
  for (const tenant of [active, withChanges(active, { status: { upgrade: REVERTED } })]) {
    const effect = applyCommand(tenant, { ...UPGRADE, bench: "main", backup: BACKUP }, ISSUED);
    assert.equal(effect, { outcome: "unchanged" });
  }
});

const refused: [sentence: string, changes: TenantChanges, why: string][] = [
  ["a tenant without a site", { status: { site: null } }, "The tenant has no site yet."],
  [
    "a site that is nobody's yet",
    { status: { site: { ...SITE, subdomain: null, host: null } } },
    "The tenant has no site yet.",
  ],
  [
    "a site that something else is done to",
    { spec: { generation: 2 } },
    "Something else is being done to the tenant's site.",
  ],
  [
    "a site that is in between",
    { spec: { generation: 2 }, status: { upgrade: UNDER_WAY } },
    "The tenant is being upgraded.",
  ],
  [
    "a site that is taken back",
    { spec: { generation: 2 }, status: { upgrade: { ...UNDER_WAY, failure: FAILURE } } },
    "The tenant is being upgraded.",
  ],
  [
    "a site that nobody knows to be open or suspended",
    { status: { site: { ...SITE, suspended: null }, condition: "failed" } },
    "The tenant's site is neither open nor suspended.",
  ],
];
for (const [sentence, changes, why] of refused) {
  test(`is refused for ${sentence}`, () => {
    const tenant = withChanges(active, changes);
    assert.equal(applyCommand(tenant, UPGRADE, ISSUED), { outcome: "refused", why });
    assert.is(whyNoUpgrade(tenant), why);
  });
}

test("is refused where the tenant goes, or has no customer", () => {
  for (const [state, why] of [
    ["absent", /being deleted/],
    ["retained", /being deleted/],
    ["standby", /a standby of the pool/],
  ] as const) {
    const effect = applyCommand(withChanges(active, { spec: { state } }), UPGRADE, ISSUED);
    assert.ok(effect.outcome === "refused");
    assert.match(effect.why, why);
  }
});

test("waits for no test of a backup: that is withdrawn", () => {
  const newest = { id: "b0", requested_at: NOW, verified_at: null, nightly_at: null };
  const tested = withChanges(active, { status: { backup: newest } });
  const testing = commanded(tested, { name: "test-restore" });
  assert.ok(isRequested(testing, "test-restore"));
  const { spec } = commanded(testing, UPGRADE);
  assert.equal([spec.requests, spec.generation], [{ upgrade: "w3" }, 3]);
});

test("clears what an earlier one failed for, and is asked for anew", () => {
  const tenant = withChanges(active, {
    spec: { bench: "next", requests: { upgrade: "w0" } },
    status: { upgrade: REVERTED, done: { upgrade: "w0" } },
  });
  assert.not(upgrade.isNeeded(tenant));
  const again = commanded(tenant, UPGRADE);
  assert.is(again.status.upgrade, null);
  assert.ok(isWaiting(again));
});

test("a restore cannot be asked for, nor taken back, before the upgrade has its end", () => {
  const kept = [{ database: "d", until: new Date("2026-11-25T13:00:00Z") }];
  const waiting = commanded(withChanges(active, { status: { kept } }), UPGRADE);
  for (const tenant of [waiting, withChanges(waiting, { status: { upgrade: UNDER_WAY } })]) {
    for (const command of [
      { name: "restore", backup: "b1", reason: null },
      { name: "undo-restore" },
    ] as const) {
      assert.is(applyCommand(tenant, command, ISSUED).outcome, "refused");
    }
  }
});

test("a deletion that can be taken back withdraws one that waits, with its backup", () => {
  for (const backup of [null, BACKUP]) {
    const deleted = commanded(commanded(active, { ...UPGRADE, backup }), DELETE);
    assert.equal([isToGo(deleted), deleted.spec.requests], [true, {}]);
    const back = commanded(deleted, "undelete");
    assert.not(upgrade.isNeeded(back));
  }
});

test("a deletion that can be taken back lets one go on that is under way", () => {
  const begun = withChanges(commanded(active, UPGRADE), { status: { upgrade: UNDER_WAY } });
  const deleted = commanded(begun, DELETE);
  assert.ok(isBetweenBenches(deleted) && goesOn(deleted) && upgrade.isNeeded(deleted));
  assert.ok(upgrade.isNeeded(commanded(deleted, "undelete")));
});

test("a suspension lets one go on that is under way, and leaves one that waits", () => {
  const waiting = commanded(active, UPGRADE);
  const begun = withChanges(waiting, { status: { upgrade: UNDER_WAY } });
  for (const tenant of [waiting, begun]) {
    assert.ok(isWaiting(commanded(tenant, "suspend")));
  }
});

test.run();
