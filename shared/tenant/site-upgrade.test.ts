import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { applyCommand } from "./commands.ts";
import { undoUntil } from "./site-database.ts";
import {
  goesBack,
  goesOn,
  revertSucceeds,
  upgradeBegins,
  upgradeFails,
  upgradeSucceeds,
  whileAway,
} from "./site-upgrade.ts";
import { definitionOf } from "../operations/registry.ts";
import { firstDifference } from "../reconciler/difference.ts";
import { hasLeftovers } from "./restore-commands.ts";
import {
  benchOf,
  isBetweenBenches,
  newTenant,
  PHASES,
  requestDone,
  withChanges,
} from "./tenant.ts";
import type { Operation, Tenant, Upgrade } from "./tenant.ts";

const test = suite("a site between two benches");

const NOW = new Date("2026-11-24T13:00:00Z");
const id = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const SITE = siteAt("acme");
const operation: Operation = {
  kind: "upgrade",
  generation: 2,
  attempt: 3,
  first_attempt: 2,
  started_at: NOW,
  slot: 0,
  slot_at: NOW,
  deadline_at: null,
};
const waiting = withChanges(
  newTenant({ id, commandId: "w1", requestedBy: REQUESTER, ...asked }, new Date(0)),
  {
    spec: { bench: "next", generation: 2, requests: { upgrade: "w2" } },
    status: { phase: "active", site: SITE, observed_generation: 1, operation },
  },
);
const UNDER_WAY: Upgrade = { from: "main", to: "next", under_way: true, failure: null };
const begun = withChanges(waiting, { status: { upgrade: UNDER_WAY } });
const FAILED = { step: "migrate", reason: "MigrationFailed", message: "no", retryable: false };
const away = withChanges(begun, { status: upgradeFails(begun, { ...FAILED, patch: "p" }, NOW) });
const back = withChanges(away, { status: revertSucceeds(away, null) });
const found = withChanges(away, { status: revertSucceeds(away, "AlreadyUpgraded") });
const moved = withChanges(begun, { status: upgradeSucceeds(begun) });

/** Where it is, as the record says, and what follows. */
const stages: [
  sentence: string,
  tenant: Tenant,
  bench: string,
  ...[isBetween: boolean, goesOn: boolean, goesBack: boolean],
][] = [
  ["one that waits is where it was", waiting, "main", false, false, false],
  ["one that has begun goes on", begun, "main", true, true, false],
  ["one that is given up is taken back", away, "main", true, false, true],
  ["one that was taken back is where it was", back, "main", false, false, false],
  ["one that has succeeded is where it was to be", moved, "next", false, false, false],
  ["one that nobody saw succeed is there as well", found, "next", false, false, false],
];
for (const [sentence, tenant, bench, ...follows] of stages) {
  test(sentence, () => {
    assert.is(benchOf(tenant), bench);
    assert.equal([isBetweenBenches(tenant), goesOn(tenant), goesBack(tenant)], follows);
  });
}

test("one that was dropped on the way goes nowhere", () => {
  for (const { status } of [begun, away]) {
    const dropped = { status: { ...status, site: null } };
    assert.equal([goesOn(dropped), goesBack(dropped)], [false, false]);
  }
});

test("it begins from where the site is, and goes on as it began, whatever the spec says", () => {
  assert.equal(upgradeBegins(waiting), { upgrade: UNDER_WAY });
  const other = { spec: { bench: "another" } };
  assert.equal(upgradeBegins(withChanges(begun, other)), { upgrade: UNDER_WAY });
  const again = withChanges(back, other);
  assert.equal(upgradeBegins(again), { upgrade: { ...UNDER_WAY, to: "another" } });
});

test("what it failed for is kept with its attempt, and stays when the site was taken back", () => {
  const failure = { at: NOW, ...FAILED, patch: "p", operation: `${id}.2.3` };
  assert.equal(away.status.upgrade, { ...UNDER_WAY, failure });
  assert.equal(back.status.upgrade, { ...UNDER_WAY, under_way: false, failure });
  assert.is(upgradeFails(begun, FAILED, NOW).upgrade?.failure?.patch, null);
});

test("nothing is said of it once it has succeeded, and all else of the site is as it was", () => {
  for (const { status } of [moved, found]) {
    assert.is(status.upgrade, null);
    assert.equal(status.site, { ...SITE, bench: "next" });
  }
});

test("what the site was before a restore is not to be had back after it, and is left over", () => {
  const kept = [{ database: "d", until: new Date("2026-11-25T13:00:00Z") }];
  const restored = withChanges(begun, { status: { kept } });
  assert.ok(undoUntil(restored));
  const upgraded = withChanges(restored, {
    status: { ...upgradeSucceeds(restored), observed_generation: 2 },
  });
  assert.is(undoUntil(upgraded), null);
  assert.ok(hasLeftovers(upgraded, NOW));
  const issued = { commandId: "w3", requestedBy: REQUESTER, now: NOW };
  assert.is(applyCommand(upgraded, { name: "undo-restore" }, issued).outcome, "refused");
});

test("what the site was before a restore is kept when the upgrade is taken back", () => {
  const kept = [{ database: "d", until: new Date("2026-11-25T13:00:00Z") }];
  const failing = withChanges(away, { status: { kept } });
  assert.equal(withChanges(failing, { status: revertSucceeds(failing, null) }).status.kept, kept);
});

test("its phase is as before, and who comes back meanwhile is not in the queue", () => {
  const changed = PHASES.map((phase) => whileAway({ status: { ...begun.status, phase } }).phase);
  assert.equal(new Set(changed), new Set([undefined, "provisioning"]));
  assert.is(changed[PHASES.indexOf("queued")], "provisioning");
});

test("a record that has lost what it said of it says nothing more", () => {
  assert.equal(revertSucceeds(waiting, null), {});
  assert.equal(upgradeSucceeds(waiting), {});
});

/** ACME, whose restore has ended. */
const restored = withChanges(waiting, {
  spec: {
    bench: "main",
    requests: { restore: "w2" },
    restore: { backup: "b", tenant: id, database: "tnr2", requested_at: NOW },
  },
  status: { operation: { ...operation, kind: "restore" } },
});
const restore = definitionOf("restore");
const verifiedBy = (reason: string | null): Tenant =>
  withChanges(restored, {
    status: {
      ...requestDone(restored, "restore"),
      ...restore.verified(restored, { baseDomain: "kairos.app" }, reason),
    },
  });

test("a restored site of an older version is migrated in its place next, and that can be taken back", () => {
  const older = verifiedBy("MigrationNeeded");
  assert.equal(older.status.upgrade, { ...UNDER_WAY, to: "main" });
  assert.is(firstDifference(older)?.kind, "upgrade");
  const migrated = withChanges(older, { status: upgradeSucceeds(older) });
  assert.equal([migrated.status.upgrade, migrated.status.site?.bench], [null, "main"]);
  assert.equal(migrated.status.kept, older.status.kept);
  assert.is(firstDifference(migrated), null);
});

test("one that cannot be migrated is taken back to what it was before the restore", () => {
  const older = verifiedBy("MigrationNeeded");
  const failing = withChanges(older, { status: upgradeFails(older, FAILED, NOW) });
  assert.is(firstDifference(failing)?.kind, "revert");
  const reverted = withChanges(failing, { status: revertSucceeds(failing, null) });
  assert.is(firstDifference(reverted)?.kind, "undo-restore");
  const { verified } = definitionOf("undo-restore");
  const status = verified(reverted, { baseDomain: "kairos.app" }, null);
  const before = withChanges(reverted, { status });
  assert.is(before.status.site?.database, SITE.database);
  assert.is(before.status.upgrade?.failure?.reason, "MigrationFailed");
  assert.is(firstDifference(before), null);
});

test("what could not be migrated is not to be had back after that, and is left over", () => {
  const older = verifiedBy("MigrationNeeded");
  const failing = withChanges(older, { status: upgradeFails(older, FAILED, NOW) });
  const reverted = withChanges(failing, { status: revertSucceeds(failing, null) });
  const { verified } = definitionOf("undo-restore");
  const before = withChanges(reverted, {
    status: {
      ...verified(reverted, { baseDomain: "kairos.app" }, null),
      observed_generation: reverted.spec.generation,
    },
  });
  assert.is(undoUntil(before), null);
  assert.ok(hasLeftovers(before, NOW));
  const issued = { commandId: "w3", requestedBy: REQUESTER, now: NOW };
  assert.is(applyCommand(before, { name: "undo-restore" }, issued).outcome, "refused");
});

test("a restored site of the bench's versions needs nothing more, whatever failed before", () => {
  assert.is(verifiedBy(null).status.upgrade, null);
  assert.is(firstDifference(verifiedBy(null)), null);
  const older = verifiedBy("MigrationNeeded");
  const failing = withChanges(older, { status: upgradeFails(older, FAILED, NOW) });
  const reverted = withChanges(failing, { status: revertSucceeds(failing, null) });
  const again = withChanges(reverted, {
    status: restore.verified(reverted, { baseDomain: "kairos.app" }, null),
  });
  assert.is(firstDifference(again), null);
});

test.run();
