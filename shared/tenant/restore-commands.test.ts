import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { applyCommand } from "./commands.ts";
import type { CommandWithFields } from "./commands.ts";
import { databaseName } from "./names.ts";
import { hasLeftovers, MAX_KEPT } from "./restore-commands.ts";
import { keptOnRestore, keptOnUndo, newestKept } from "./site-database.ts";
import { addSeconds, isRequested, newTenant, withChanges } from "./tenant.ts";
import type { KeptSite, Tenant, TenantChanges } from "./tenant.ts";

const test = suite("restores");

const MADE = new Date("2026-11-24T12:00:00Z");
const NOW = new Date("2026-11-24T13:00:00Z");
const ISSUED = { commandId: "w2", requestedBy: REQUESTER, now: NOW };
const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const FIRST = databaseName(ID);
const asked = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const SITE = siteAt("acme", { database: FIRST });
const active = withChanges(
  newTenant({ id: ID, commandId: "w1", requestedBy: REQUESTER, ...asked }, MADE),
  { status: { phase: "active", site: SITE, observed_generation: 1 } },
);
const keptOf = (count: number, until = addSeconds(NOW, 60)): KeptSite[] =>
  Array.from({ length: count }, (_, index) => ({ database: `${FIRST}r${index}`, until }));

const RESTORE = { name: "restore", backup: "b1", reason: "a mistake" } as const;
const UNDO = { name: "undo-restore" } as const;

/** The tenant after a command, which is allowed. */
function commanded(tenant: Tenant, command: CommandWithFields): Tenant {
  const effect = applyCommand(tenant, command, ISSUED);
  assert.ok(effect.outcome === "changed", JSON.stringify(effect));
  return withChanges(tenant, effect.changes);
}

test("a restore asks for a database of its own, and the site's phase stays", () => {
  const { spec, status } = commanded(active, RESTORE);
  assert.equal(spec.restore, {
    backup: "b1",
    tenant: ID,
    database: `${FIRST}r2`,
    requested_at: NOW,
  });
  assert.equal([spec.requests["restore"], spec.generation], ["w2", 2]);
  assert.is(spec.requested_by.reason, "a mistake");
  assert.equal([status.phase, status.site], ["active", SITE]);
});

test("each restore has another database", () => {
  const once = withChanges(commanded(active, RESTORE), { status: { observed_generation: 2 } });
  assert.is(commanded(once, RESTORE).spec.restore?.database, `${FIRST}r3`);
});

const refused: [
  sentence: string,
  command: CommandWithFields,
  changes: TenantChanges,
  why: RegExp,
][] = [
  ["of a tenant without a site", RESTORE, { status: { site: null } }, /no site yet/],
  ["while something else is done", RESTORE, { spec: { generation: 2 } }, /Something else/],
  [
    "of a site that nobody knows to be open",
    RESTORE,
    { status: { site: { ...SITE, suspended: null } } },
    /neither/,
  ],
  ["of a tenant that goes", RESTORE, { spec: { state: "absent" } }, /being deleted/],
  ["when too much is kept", RESTORE, { status: { kept: keptOf(MAX_KEPT) } }, /still kept/],
  ["back when nothing is kept", UNDO, {}, /Nothing is kept/],
  ["back when its time is over", UNDO, { status: { kept: keptOf(1, NOW) } }, /Nothing is kept/],
  [
    "back while something else is done",
    UNDO,
    { spec: { generation: 2 }, status: { kept: keptOf(1) } },
    /Something else/,
  ],
];
for (const [sentence, command, changes, why] of refused) {
  test(`none is asked for ${sentence}`, () => {
    const effect = applyCommand(withChanges(active, changes), command, ISSUED);
    assert.ok(effect.outcome === "refused");
    assert.match(effect.why, why);
  });
}

test("one more is kept as long as there is room", () => {
  const tenant = withChanges(active, { status: { kept: keptOf(MAX_KEPT - 1) } });
  assert.is(commanded(tenant, RESTORE).spec.generation, 2);
});

test("what is kept for long enough is in nobody's way, and kept no longer", () => {
  const kept = [...keptOf(MAX_KEPT, NOW), ...keptOf(1)];
  const tenant = commanded(withChanges(active, { status: { kept } }), RESTORE);
  assert.equal(tenant.status.kept, keptOf(1));
});

test("what is kept for long enough is dropped once nothing else is to be done, and nothing has failed", () => {
  const kept = [...keptOf(2, NOW), ...keptOf(1)];
  const due = withChanges(active, { status: { kept } });
  const { spec, status } = commanded(due, { name: "forget-kept" });
  assert.equal([spec.requests["drop-kept"], status.kept], ["w2", keptOf(1)]);
  for (const changes of [
    { spec: { generation: 2 } },
    { status: { condition: "failed" } },
    { status: { kept: keptOf(2) } },
  ] as const) {
    const effect = applyCommand(withChanges(due, changes), { name: "forget-kept" }, ISSUED);
    assert.is(effect.outcome, "unchanged");
  }
});

test("what a restore has left that came to nothing is dropped, once, and what one has brought is not", () => {
  const requested = withChanges(commanded(active, RESTORE), { status: { observed_generation: 2 } });
  const forgotten = commanded(requested, { name: "forget-kept" });
  assert.equal([forgotten.spec.requests["drop-kept"], forgotten.spec.restore], ["w2", null]);
  const settled = withChanges(forgotten, { status: { observed_generation: 3 } });
  assert.not(hasLeftovers(settled, NOW));
  const used = { site: { ...SITE, database: `${FIRST}r2` } };
  for (const status of [used, { kept: [{ database: `${FIRST}r2`, until: addSeconds(NOW, 60) }] }]) {
    assert.not(hasLeftovers(withChanges(requested, { status }), NOW));
  }
});

test("a suspended site may be restored", () => {
  const suspended = withChanges(active, {
    spec: { state: "suspended" },
    status: { site: { ...SITE, suspended: true } },
  });
  assert.is(commanded(suspended, RESTORE).spec.state, "suspended");
});

test("its success gives the site the new database, and keeps the old one for a day from its beginning", () => {
  const began = addSeconds(NOW, 100);
  const operation = {
    kind: "restore",
    generation: 2,
    attempt: 1,
    first_attempt: 1,
    started_at: NOW,
    slot: 1,
    slot_at: began,
    deadline_at: null,
  };
  const tenant = withChanges(commanded(active, RESTORE), {
    status: { operation, kept: keptOf(1) },
  });
  assert.equal(keptOnRestore(tenant), {
    site: { ...SITE, database: `${FIRST}r2` },
    kept: [...keptOf(1), { database: FIRST, until: addSeconds(began, 24 * 3600) }],
  });
});

test("taking it back swaps the newest that is kept, and its time runs on", () => {
  const kept = [...keptOf(1), { database: FIRST, until: addSeconds(NOW, 3600) }];
  const site = { ...SITE, database: `${FIRST}r2` };
  const tenant = commanded(withChanges(active, { status: { site, kept } }), UNDO);
  assert.ok(isRequested(tenant, "undo-restore"));
  assert.equal(newestKept(tenant), kept[1]);
  assert.equal(keptOnUndo(tenant, false), {
    site: SITE,
    kept: [...keptOf(1), { database: `${FIRST}r2`, until: addSeconds(NOW, 3600) }],
  });
});

test("a deletion that can be taken back asks for no restore any more", () => {
  const tenant = commanded(active, RESTORE);
  const deletion = { name: "delete", retentionDays: 14, purge: false, reason: null } as const;
  const retained = commanded(tenant, deletion);
  assert.not(isRequested(retained, "restore"));
  assert.is(retained.status.site?.database, FIRST);
});

test.run();
