import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { fillingStandby } from "../../tests/testkit/some-standby.ts";
import { withParts } from "../../tests/testkit/tenant-parts.ts";
import type { TenantParts } from "../../tests/testkit/tenant-parts.ts";
import { applyCommand } from "../tenant/commands.ts";
import { addSeconds, newTenant } from "../tenant/tenant.ts";
import { firstDifference } from "./difference.ts";
import { decideNightly, isBackupOverdue } from "./plan-backup.ts";

const test = suite("backups that are due");

const NOW = new Date("2026-11-30T03:30:00Z");
/** In the middle of the night. */
const ID = "80000000-2222-4333-8444-555555555555";
const BACKUP = "5bf5a8e1-1c5e-4a53-9a70-3d1b0d1f6b1e";
const SETTINGS = { hour: 1, kept: { daily: 7, weekly: 4, monthly: 12 } };
const TOMORROW = new Date("2026-12-01T03:30:00Z");

const hoursAgo = (hours: number) => addSeconds(NOW, -hours * 3600);

const made = newTenant(
  {
    id: ID,
    commandId: "w",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "office@acme.example",
  },
  hoursAgo(100),
);
const active = withParts(made, {
  status: { phase: "active", site: siteAt("acme"), observed_generation: 1 },
});
const newest = (hours: number): TenantParts => ({
  status: {
    backup: {
      id: BACKUP,
      requested_at: hoursAgo(hours),
      verified_at: null,
      nightly_at: hoursAgo(hours),
    },
  },
});

test("a site that nothing is done to gets one, and the next one is due in its next night", () => {
  const { backup, next } = decideNightly(withParts(active, newest(24)), BACKUP, NOW, SETTINGS);
  const expires_at = addSeconds(NOW, 28 * 24 * 3600);
  assert.equal(backup, { id: BACKUP, kind: "nightly", requested_at: NOW, expires_at });
  assert.equal(next, TOMORROW);
});

test("so does a suspended one", () => {
  const suspended = withParts(active, {
    spec: { state: "suspended" },
    status: { phase: "suspended", site: siteAt("acme", { suspended: true }) },
  });
  assert.is(decideNightly(suspended, BACKUP, NOW, SETTINGS).backup?.id, BACKUP);
});

test("so does one whose last backup failed, for that is not tried again by itself", () => {
  const failed = withParts(active, {
    spec: { requests: { backup: "x" } },
    status: { condition: "failed", done: { backup: "x" } },
  });
  assert.is(decideNightly(failed, BACKUP, NOW, SETTINGS).backup?.id, BACKUP);
});

const busy: [sentence: string, parts: TenantParts][] = [
  ["something is done to its site", { spec: { generation: 2 } }],
  [
    "it has not become what was asked for, which a new command would have tried again",
    { spec: { state: "suspended" }, status: { condition: "failed" } },
  ],
];
for (const [sentence, parts] of busy) {
  test(`while ${sentence} it waits an hour`, () => {
    const nightly = decideNightly(withParts(active, parts), BACKUP, NOW, SETTINGS);
    assert.equal(nightly, { backup: null, next: addSeconds(NOW, 3600) });
  });
}

for (const [sentence, tenant] of [
  ["without a site", made],
  ["that is being deleted", withParts(active, { spec: { state: "absent" } })],
  ["that is nobody's", fillingStandby(NOW, { id: ID })],
] as const) {
  test(`a tenant ${sentence} gets none`, () => {
    assert.equal(decideNightly(tenant, BACKUP, NOW, SETTINGS), { backup: null, next: TOMORROW });
  });
}

test("a tenant is overdue without a good backup of the last 36 hours", () => {
  assert.is(isBackupOverdue(withParts(active, newest(36)), NOW), true);
  assert.is(isBackupOverdue(withParts(active, newest(35)), NOW), false);
  assert.is(isBackupOverdue(active, NOW), true);
  assert.is(isBackupOverdue({ ...active, created_at: hoursAgo(35) }, NOW), false);
  assert.is(isBackupOverdue(made, NOW), false);
});

test("nobody waits for a backup that is not begun: it comes after all that is asked for", () => {
  const asking = withParts(active, { spec: { requests: { backup: "b", "login-link": "l" } } });
  assert.is(firstDifference(asking)?.kind, "login-link");
  const done = withParts(asking, { status: { done: { "login-link": "l" } } });
  assert.is(firstDifference(done)?.kind, "backup");
});

test("a site that is being dropped is not backed up any more, and one that is kept only before it goes", () => {
  const asking = withParts(active, { spec: { requests: { backup: "b" } } });
  const dropped = withParts(asking, { spec: { state: "absent" } });
  assert.is(firstDifference(dropped)?.kind, "drop");
  const removed = withParts(dropped, { status: { removed: true, site: null } });
  assert.is(firstDifference(removed), null);
  const issued = { commandId: "c", requestedBy: REQUESTER, now: NOW };
  const kept = withParts(active, { spec: { state: "retained" } });
  const outcomes = (["manual", "nightly", "before-purge"] as const).map((kind) => {
    const backup = { id: BACKUP, kind, requested_at: NOW, expires_at: TOMORROW };
    return applyCommand(kept, { name: "backup", backup }, issued).outcome;
  });
  assert.equal(outcomes, ["refused", "refused", "changed"]);
});

const retained = (hours: number) =>
  withParts(active, {
    spec: {
      state: "retained",
      retention: { from: "present", purge_at: addSeconds(NOW, hours * 3600) },
    },
    status: { phase: "deleted", site: siteAt("acme", { suspended: null, retained: true }) },
  });

test("a retained tenant gets its last one in the day before it may be dropped, and none earlier", () => {
  assert.is(decideNightly(retained(25), BACKUP, NOW, SETTINGS).backup, null);
  const { backup } = decideNightly(retained(23), BACKUP, NOW, SETTINGS);
  assert.equal(
    [backup?.kind, backup?.expires_at],
    ["before-purge", addSeconds(NOW, 30 * 24 * 3600)],
  );
  assert.is(isBackupOverdue(retained(25), NOW), false);
  assert.is(isBackupOverdue(retained(0), NOW), true);
});

test("one that was not reached is asked for anew", () => {
  const left = withParts(active, {
    spec: { requests: { backup: "old" } },
    status: { condition: "failed" },
  });
  assert.is(decideNightly(left, BACKUP, NOW, SETTINGS).backup?.id, BACKUP);
});

test("what somebody asked for stands for no week and no month", () => {
  const backup = { id: BACKUP, requested_at: hoursAgo(1), verified_at: null, nightly_at: null };
  const asked = withParts(active, { status: { backup } });
  const { expires_at } = decideNightly(asked, BACKUP, NOW, SETTINGS).backup ?? {};
  assert.equal(expires_at, addSeconds(NOW, 372 * 24 * 3600));
});

test.run();
