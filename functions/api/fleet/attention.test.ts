import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newDomain } from "../../../shared/domains/domain.ts";
import type { Domain } from "../../../shared/domains/domain.ts";
import { operationId } from "../../../shared/tenant/operation-record.ts";
import { showOperation } from "../../../shared/tenant/shown-operation.ts";
import type { ShownOperation } from "../../../shared/tenant/shown-operation.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../../shared/tenant/tenant.ts";
import { REQUESTER } from "../../../tests/testkit/requester.ts";
import { siteAt } from "../../../tests/testkit/some-site.ts";
import { failedStandby, fillingStandby } from "../../../tests/testkit/some-standby.ts";
import { rolloutAt, ROLLOUT_ID } from "../../../tests/testkit/some-rollout.ts";
import { tenantNamed } from "../../../tests/testkit/stored-tenants.ts";
import { withParts } from "../../../tests/testkit/tenant-parts.ts";
import type { TenantParts } from "../../../tests/testkit/tenant-parts.ts";
import { attentionIn, lateCandidates, mostUrgent } from "./attention.ts";
import type { Attention, AttentionKind, Seen, SeenFleet } from "./attention.ts";

const test = suite("what needs a hand");

const NOW = new Date("2026-11-30T12:00:00Z");
const ago = (seconds: number) => addSeconds(NOW, -seconds);
const HOUR = 3600;

/** Of a create, 95 of 100 take five minutes at most; of a login link three seconds; of the rest nobody knows. */
const SECONDS: Record<string, number> = { create: 300, "login-link": 3 };
const ESTIMATES = {
  of(kind: string) {
    const p95_seconds = SECONDS[kind];
    return p95_seconds === undefined ? null : { p50_seconds: 1, p95_seconds, sample: 100 };
  },
};

const NOTHING: SeenFleet = {
  failing: [],
  operations: [],
  deletions: [],
  upgrades: [],
  domains: [],
  rollouts: [],
  tenants: new Map(),
};

const attention = (seen: Partial<SeenFleet>) =>
  attentionIn({ ...NOTHING, ...seen }, ESTIMATES, NOW);

const kindsOf = (seen: Partial<SeenFleet>) => attention(seen).map(({ kind }) => kind);

/** One that was asked for so long ago. */
const tenantOf = (seconds: number, more: TenantParts = {}): Tenant =>
  withParts(tenantNamed("acme", ago(seconds)), more);

const whole = (...tenants: Tenant[]): Seen[] => tenants.map((tenant) => ({ tenant, damaged: [] }));

const byId = (...tenants: Tenant[]) =>
  new Map(whole(...tenants).map((seen): [string, Seen] => [seen.tenant.id, seen]));

/** The newest attempt of the tenant's newest command. */
function attemptOf(tenant: Tenant, kind: string | null, attempt = 1): ShownOperation {
  const { id, spec, status } = tenant;
  const fields = { tenant_id: id, kind, slot_at: status.operation?.slot_at ?? null };
  const asked = { created_at: spec.requested_at, requested_by: spec.requested_by.name };
  const shown = showOperation(
    { ...fields, ...asked },
    operationId(id, spec.generation, attempt),
    NOW,
  );
  assert.ok(shown);
  return shown;
}

/** Those that are under way, with their attempts. */
const underWay = (kind: string | null, ...tenants: Tenant[]): Partial<SeenFleet> => ({
  operations: tenants.map((tenant) => attemptOf(tenant, kind)),
  tenants: byId(...tenants),
});

const operation = (kind: string, more: Partial<Operation> = {}): Operation => ({
  kind,
  generation: 1,
  attempt: 1,
  first_attempt: 1,
  started_at: ago(0),
  slot: null,
  slot_at: null,
  deadline_at: null,
  ...more,
});

const settled = { observed_generation: 1, condition: "failed", message: "it failed" } as const;
const working = (kind: string, seconds: number) => ({
  operation: operation(kind, { slot: 1, slot_at: ago(seconds), started_at: ago(seconds) }),
});

const cases: [sentence: string, seen: Partial<SeenFleet>, kinds: AttentionKind[]][] = [
  ["nothing", {}, []],
  ["a command that was given up", { failing: whole(tenantOf(1, { status: settled })) }, ["failed"]],
  [
    "a command that is tried again",
    { failing: whole(tenantOf(1, { status: { condition: "failed" } })) },
    [],
  ],
  ["a standby that has failed", { failing: whole(failedStandby(NOW)) }, []],
  ["a create within five minutes", underWay("create", tenantOf(299)), []],
  ["a create that waits for longer", underWay("create", tenantOf(301)), ["stuck"]],
  [
    "a create that works for less, after it has waited",
    underWay("create", tenantOf(HOUR, { status: working("create", 299) })),
    [],
  ],
  [
    "a create that works for longer",
    underWay("create", tenantOf(HOUR, { status: working("create", 301) })),
    ["stuck"],
  ],
  [
    "a create that is tried again for longer",
    underWay(
      "create",
      tenantOf(301, { status: { operation: operation("create", { attempt: 2 }) } }),
    ),
    ["stuck"],
  ],
  [
    "a login link for longer than most, and less than two minutes",
    underWay("login-link", tenantOf(9, { status: working("login-link", 119) })),
    [],
  ],
  ["what nobody knows the time of, within half an hour", underWay("rename", tenantOf(1799)), []],
  ["what nobody knows the time of, for longer", underWay("rename", tenantOf(1801)), ["stuck"]],
  ["a standby that is made for longer", underWay("create", fillingStandby(ago(HOUR))), []],
  [
    "a tenant that is done by now",
    underWay("create", tenantOf(HOUR, { status: { observed_generation: 1 } })),
    [],
  ],
  ["a tenant that is gone by now", { operations: [attemptOf(tenantOf(HOUR), "create")] }, []],
  [
    "a deletion that is tried again",
    {
      failing: whole(tenantOf(1, { spec: { state: "absent" }, status: { condition: "failed" } })),
    },
    ["deletion"],
  ],
  [
    "a deletion within an hour",
    underWay("drop", tenantOf(HOUR - 1, { spec: { state: "absent" } })),
    [],
  ],
  [
    "a deletion for over an hour",
    underWay("retain", tenantOf(HOUR + 1, { spec: { state: "retained" } })),
    ["deletion"],
  ],
  [
    "a deletion that was given up",
    { failing: whole(tenantOf(1, { spec: { state: "retained" }, status: settled })) },
    ["deletion"],
  ],
  [
    "a deletion that is open, whose tenant is gone",
    { deletions: [{ tenantId: randomUUID(), requestedAt: ago(2 * HOUR) }] },
    ["deletion"],
  ],
  ["an upgrade that was taken back", { upgrades: whole(reverted({})) }, ["upgrade"]],
  [
    "an upgrade that was taken back, of a tenant that is to go",
    { upgrades: whole(reverted({ spec: { state: "retained" } })) },
    [],
  ],
  ["a domain that is not served", { domains: [degraded({})] }, ["domain"]],
  ["a domain that is being removed", { domains: [degraded({ wanted: "absent" })] }, []],
  [
    "a rollout that is paused",
    { rollouts: [rolloutAt(100, NOW, { state: "paused" })] },
    ["rollout"],
  ],
  [
    "a record that is damaged, whatever else it says",
    {
      failing: [{ tenant: tenantOf(1, { status: settled }), damaged: ["status.site"] }],
      upgrades: [{ tenant: reverted({}), damaged: ["spec.bench"] }],
    },
    ["damaged", "damaged"],
  ],
];

for (const [sentence, seen, kinds] of cases) {
  test(`of ${sentence}: ${kinds.join(" and ") || "nothing"}`, () => {
    assert.equal(kindsOf(seen), kinds);
  });
}

function reverted(more: TenantParts): Tenant {
  const failure = {
    at: ago(60),
    step: "migrate",
    patch: "erpnext.patches.v17.fix",
    reason: "MigrationFailed",
    message: "a@acme.example is no number",
    retryable: false,
    operation: "o",
  };
  const upgrade = { from: "main", to: "next", under_way: false, failure };
  const tenant = tenantOf(HOUR, {
    status: { site: siteAt("acme"), observed_generation: 1, upgrade },
  });
  return withParts(tenant, more);
}

function degraded(more: Partial<Domain>): Domain {
  const asked = { domain: "shop.acme.com", tenantId: randomUUID(), token: "t", commandId: "c" };
  const domain = newDomain({ ...asked, requestedBy: REQUESTER }, ago(HOUR));
  return { ...domain, state: "degraded", state_since: ago(60), reason: "DnsGone", ...more };
}

test("it says whom it is about, since when and why, without personal data", () => {
  const tenant = reverted({});
  const domain = degraded({ tenant_id: tenant.id, message: "The DNS has no address." });
  const rollout = rolloutAt(100, NOW, { state: "paused", reason: "Paused", message: "year-end" });
  const all = attention({
    upgrades: whole(tenant),
    domains: [domain],
    rollouts: [rollout],
    tenants: byId(tenant),
  });
  const nobody = { tenantId: null, subdomain: null, domain: null, rolloutId: null };
  const acme = { ...nobody, tenantId: tenant.id, subdomain: "acme" };
  assert.equal(all, [
    {
      ...acme,
      kind: "domain",
      domain: "shop.acme.com",
      since: ago(60),
      reason: "DnsGone",
      message: "The DNS has no address.",
    },
    {
      ...nobody,
      kind: "rollout",
      rolloutId: ROLLOUT_ID,
      since: NOW,
      reason: "Paused",
      message: "year-end",
    },
    {
      ...acme,
      kind: "upgrade",
      since: ago(60),
      reason: "MigrationFailed",
      message: "erpnext.patches.v17.fix: *** is no number",
    },
  ]);
});

test("a deletion that fails for over an hour is told of once, since it was asked for", () => {
  const tenant = tenantOf(2 * HOUR, { spec: { state: "absent" }, status: { condition: "failed" } });
  const all = attention({
    ...underWay("drop", tenant),
    failing: whole(tenant),
    deletions: [{ tenantId: tenant.id, requestedAt: ago(2 * HOUR) }],
  });
  assert.equal(
    all.map(({ kind, since, subdomain }) => [kind, since, subdomain]),
    [["deletion", ago(2 * HOUR), "acme"]],
  );
});

test("what waits is told of with the longest first, and what has happened with the newest first", () => {
  const failed = (seconds: number) => tenantOf(9, { updated_at: ago(seconds), status: settled });
  const all = attention({
    ...underWay("create", tenantOf(400), tenantOf(600)),
    failing: whole(failed(30), failed(10)),
  });
  assert.equal(
    all.map(({ kind, since }) => [kind, since]),
    [
      ["failed", ago(10)],
      ["failed", ago(30)],
      ["stuck", ago(600)],
      ["stuck", ago(400)],
    ],
  );
});

test("of a list that is too long, each kind has five before any has more", () => {
  const one = (kind: AttentionKind): Attention => ({
    kind,
    tenantId: null,
    subdomain: null,
    domain: null,
    rolloutId: null,
    since: NOW,
    reason: null,
    message: null,
  });
  const many = (kind: AttentionKind, count: number) =>
    Array.from({ length: count }, () => one(kind));
  const all = [...many("failed", 60), ...many("stuck", 7), ...many("upgrade", 1)];
  const listed = Map.groupBy(mostUrgent(all, 50), ({ kind }) => kind);
  assert.equal(
    [...listed].map(([kind, ones]) => [kind, ones.length]),
    [
      ["failed", 44],
      ["stuck", 5],
      ["upgrade", 1],
    ],
  );
});

test("the tenants are looked at whose attempts may be late, and none of the pool's", () => {
  const [young, old, older] = [tenantOf(119), tenantOf(121), tenantOf(500)];
  const standby = fillingStandby(ago(HOUR));
  const operations = [young, old, older, standby].map((tenant) => attemptOf(tenant, "create"));
  const again = attemptOf(young, "create", 2);
  assert.equal(lateCandidates(operations, NOW), [older.id, old.id]);
  assert.equal(lateCandidates([again], NOW), [young.id]);
});

test.run();
