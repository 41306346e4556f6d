import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { readyStandby } from "../../tests/testkit/some-standby.ts";
import { withParts } from "../../tests/testkit/tenant-parts.ts";
import type { TenantParts } from "../../tests/testkit/tenant-parts.ts";
import { applyCommand } from "../tenant/commands.ts";
import {
  revertSucceeds,
  upgradeBegins,
  upgradeFails,
  upgradeSucceeds,
} from "../tenant/site-upgrade.ts";
import { addSeconds, newTenant, requestDone, withChanges } from "../tenant/tenant.ts";
import type { StatusChanges, Tenant, Upgrade } from "../tenant/tenant.ts";
import type { Standing } from "./observed-rollout.ts";
import { seeTenant } from "./see-tenant.ts";

const test = suite("how a tenant stands to a rollout");

const NOW = new Date("2026-11-30T12:00:00Z");
const BEFORE = addSeconds(NOW, -3600);
const LATER = addSeconds(NOW, 3600);

const FREE: TenantParts = { status: { site: siteAt("acme"), observed_generation: 1 } };

/** A tenant whose site works in the bench main. */
function tenantWith({ profile, spec, status }: TenantParts): Tenant {
  const wanted = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
  const id = "00000000-0000-4000-8000-000000000001";
  const tenant = newTenant({ id, commandId: "c", requestedBy: REQUESTER, ...wanted }, BEFORE);
  return withParts(withParts(tenant, FREE), { profile, spec, status } as TenantParts);
}

const asked = { requests: { upgrade: "ask-1" } };
const done = { done: { upgrade: "ask-1" } };

function upgrade(more: Partial<Upgrade>, at = NOW): { upgrade: Upgrade } {
  const [step, patch, operation] = ["migrate", "erpnext.patches.v17.fix", "o"];
  const failure = {
    at,
    step,
    patch,
    reason: "MigrationFailed",
    message: "Acme is no",
    retryable: false,
    operation,
  };
  return { upgrade: { from: "main", to: "next", under_way: false, failure, ...more } };
}

const WHY = "erpnext.patches.v17.fix: *** is no";
const FAILED: Standing = {
  is: "failed",
  reason: "MigrationFailed",
  message: WHY,
  patch: "erpnext.patches.v17.fix",
  step: "migrate",
};

const cases: [sentence: string, tenant: Tenant, standing: Standing][] = [
  ["can be asked", tenantWith({}), { is: "free", timeZone: null }],
  [
    "can be asked by its own clock",
    tenantWith({ profile: { time_zone: "Asia/Kolkata" } }),
    { is: "free", timeZone: "Asia/Kolkata" },
  ],
  [
    "is suspended",
    tenantWith({
      spec: { state: "suspended" },
      status: { site: siteAt("acme", { suspended: true }) },
    }),
    { is: "free", timeZone: null },
  ],
  ["is being deleted", tenantWith({ spec: { state: "absent" } }), { is: "gone" }],
  ["is deleted for now", tenantWith({ spec: { state: "retained" } }), { is: "gone" }],
  ["is a standby", readyStandby(NOW), { is: "standby" }],
  [
    "is in the new bench",
    tenantWith({ status: { site: siteAt("acme", { bench: "next" }) } }),
    { is: "moved" },
  ],
  [
    "is in the new bench, and something else is being done to it",
    tenantWith({
      spec: { generation: 2 },
      status: { site: siteAt("acme", { bench: "next" }) },
    }),
    { is: "moved" },
  ],
  ["was asked", tenantWith({ spec: { ...asked, generation: 2 } }), { is: "moving" }],
  [
    "is being taken back",
    tenantWith({
      spec: { ...asked, generation: 2 },
      status: { ...done, ...upgrade({ under_way: true }) },
    }),
    { is: "moving" },
  ],
  ["was taken back", tenantWith({ spec: asked, status: { ...done, ...upgrade({}) } }), FAILED],
  [
    "was taken back, and something else is being done to it",
    tenantWith({
      spec: { ...asked, generation: 2 },
      status: { ...done, ...upgrade({}) },
    }),
    FAILED,
  ],
  [
    "could not be backed up before",
    tenantWith({
      spec: asked,
      status: { ...done, condition: "failed", reason: "BucketDenied", message: "no" },
    }),
    { is: "failed", reason: "BucketDenied", message: "no", patch: null, step: null },
  ],
  [
    "was taken back after somebody else had asked",
    tenantWith({ status: upgrade({}) }),
    { is: "failed-before", message: WHY },
  ],
  [
    "was taken back before the rollout began",
    tenantWith({ status: upgrade({}, BEFORE) }),
    { is: "free", timeZone: null },
  ],
  [
    "was taken back from a third bench",
    tenantWith({ status: upgrade({ to: "other" }) }),
    { is: "free", timeZone: null },
  ],
  [
    "is being moved by somebody else",
    tenantWith({ status: upgrade({ under_way: true }) }),
    { is: "busy" },
  ],
  ["has something else done to it", tenantWith({ spec: { generation: 2 } }), { is: "busy" }],
  [
    "is pinned",
    tenantWith({ spec: { pin: { reason: "year-end", until: null } } }),
    { is: "pinned", message: "year-end", until: null },
  ],
  [
    "is pinned for some time",
    tenantWith({ spec: { pin: { reason: "year-end", until: LATER } } }),
    { is: "pinned", message: "year-end", until: LATER },
  ],
  [
    "was pinned until now",
    tenantWith({ spec: { pin: { reason: "year-end", until: NOW } } }),
    { is: "free", timeZone: null },
  ],
  [
    "was asked before it was pinned",
    tenantWith({ spec: { ...asked, generation: 2, pin: { reason: "year-end", until: null } } }),
    { is: "moving" },
  ],
  [
    "could not be suspended",
    tenantWith({ status: { site: siteAt("acme", { suspended: null }) } }),
    { is: "refused", why: "The tenant's site is neither open nor suspended." },
  ],
];

for (const [sentence, tenant, standing] of cases) {
  test(`one that ${sentence} is ${standing.is}`, () => {
    const rollout = { to: "next", asks_since: addSeconds(NOW, -60) };
    assert.equal(seeTenant(tenant, rollout, "ask-1", NOW), standing);
  });
}

/** The tenant after the rollout's own command. */
function askedFor(): Tenant {
  const tenant = tenantWith({});
  const command = { name: "upgrade", bench: "next", backup: null, reason: null } as const;
  const issued = { commandId: "ask-1", requestedBy: REQUESTER, now: NOW };
  const effect = applyCommand(tenant, command, issued);
  if (effect.outcome !== "changed") throw new Error(effect.outcome);
  return withChanges(tenant, effect.changes);
}

const after = (tenant: Tenant, status: StatusChanges): Tenant => withChanges(tenant, { status });
const lookAt = (tenant: Tenant) =>
  seeTenant(tenant, { to: "next", asks_since: BEFORE }, "ask-1", NOW).is;

test("from the command on until it is proved it is moving, and then moved", () => {
  const begun = after(askedFor(), upgradeBegins(askedFor()));
  assert.equal([lookAt(askedFor()), lookAt(begun)], ["moving", "moving"]);
  const proved = after(begun, { ...upgradeSucceeds(begun), ...requestDone(begun, "upgrade") });
  assert.is(lookAt(proved), "moved");
});

test("until it is back on its old bench it is moving, and then it has failed", () => {
  const begun = after(askedFor(), upgradeBegins(askedFor()));
  const why = { step: "migrate", reason: "MigrationFailed", message: "no", retryable: false };
  const away = after(begun, { ...upgradeFails(begun, why, NOW), ...requestDone(begun, "upgrade") });
  assert.is(lookAt(away), "moving");
  const back = after(away, { ...revertSucceeds(away, null), observed_generation: 2 });
  assert.is(lookAt(back), "failed");
});

test("where the backup before it was given up it has failed, too", () => {
  const wanted = askedFor();
  const given = after(wanted, {
    ...requestDone(wanted, "upgrade"),
    condition: "failed",
    reason: "BucketDenied",
    observed_generation: 2,
  });
  assert.is(lookAt(given), "failed");
});

test.run();
