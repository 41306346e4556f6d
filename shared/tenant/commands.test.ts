import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addSeconds, newTenant, withChanges } from "./tenant.ts";
import type { DesiredState, Phase, StatusChanges, Tenant, TenantChanges } from "./tenant.ts";
import { applyCommand } from "./commands.ts";
import type { Command } from "./commands.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";

const test = suite("applyCommand");

const MADE = new Date("2026-11-24T12:00:00Z");
const NOW = new Date("2026-11-24T13:00:00Z");
const REQUEST = { commandId: "w2", requestedBy: REQUESTER, now: NOW };

const queued = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  MADE,
);
const FAILURE = {
  condition: "failed",
  step: "verify",
  reason: "BackoffLimitExceeded",
  message: "no",
  retryable: true,
} as const;
const SITE = siteAt("acme");

const withStatus = (tenant: Tenant, status: StatusChanges) => withChanges(tenant, { status });
const failing = (tenant: Tenant) => withStatus(tenant, FAILURE);
const givenUp = (tenant: Tenant) => withStatus(tenant, { ...FAILURE, observed_generation: 1 });

/** A tenant of which this is desired and that is verified; its newest command is carried out or under way. */
function tenantOf(
  state: DesiredState,
  phase: Phase,
  how: "settled" | "under way",
  site: { suspended: boolean | null } | null = null,
): Tenant {
  const settled = { next_reconcile_at: null, observed_generation: 1 };
  const status = {
    phase,
    site: site && { ...SITE, ...site },
    ...(how === "settled" ? settled : {}),
  };
  return withChanges(queued, { spec: { state }, status });
}

const active = tenantOf("present", "active", "settled", { suspended: false });
const suspending = tenantOf("suspended", "active", "under way", { suspended: null });
const suspended = tenantOf("suspended", "suspended", "settled", { suspended: true });
const resuming = tenantOf("present", "suspended", "under way", { suspended: null });
const provisioning = tenantOf("present", "provisioning", "under way");

type Outcome = "changed" | "unchanged" | "refused";
const [C, U, R] = ["changed", "unchanged", "refused"] as const;

const COMMANDS: Command[] = ["delete", "retry", "suspend", "resume"];
const table: [sentence: string, tenant: Tenant, outcomes: Outcome[]][] = [
  // ........................................................... delete retry suspend resume
  ["a queued tenant", queued, [C, R, R, R]],
  ["a queued tenant that waits for a slot", withStatus(queued, { queue_key: "1 x" }), [C, R, R, R]],
  ["a tenant that is being created", provisioning, [C, R, R, R]],
  ["one whose creation pauses after a failure", failing(provisioning), [C, R, R, R]],
  [
    "one whose creation was given up",
    failing(tenantOf("present", "failed", "settled")),
    [C, C, R, R],
  ],
  [
    "one whose given-up creation is retried already",
    tenantOf("present", "queued", "under way"),
    [C, R, R, R],
  ],
  ["an active tenant", active, [C, R, C, U]],
  ["one that is being suspended", suspending, [C, R, U, C]],
  ["one whose suspension pauses after a failure", failing(suspending), [C, R, U, C]],
  ["one whose suspension was given up", givenUp(suspending), [C, C, C, C]],
  ["a suspended tenant", suspended, [C, R, U, C]],
  ["one that is being resumed", resuming, [C, R, C, U]],
  ["one whose resumption pauses after a failure", failing(resuming), [C, R, C, U]],
  ["one whose resumption was given up", givenUp(resuming), [C, C, C, C]],
  ["one that is being deleted", tenantOf("absent", "deleting", "under way"), [U, R, R, R]],
  [
    "one whose deletion pauses after a failure",
    failing(tenantOf("absent", "deleting", "under way")),
    [U, R, R, R],
  ],
  [
    "one whose site is dropped",
    withStatus(tenantOf("absent", "deleting", "settled"), { reason: "SiteNotOurs" }),
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

function changesOf(tenant: Tenant, command: Command): TenantChanges {
  const result = applyCommand(tenant, command, REQUEST);
  if (result.outcome !== "changed") throw new Error(`${command} is ${result.outcome}`);
  return result.changes;
}
const after = (tenant: Tenant, command: Command) => withChanges(tenant, changesOf(tenant, command));

test("a change is a new generation under an id of its own, forgets where the last one stood, and is found by the resync", () => {
  for (const [sentence, tenant, outcomes] of table) {
    for (const command of COMMANDS.filter((_, k) => outcomes[k] === "changed")) {
      const { spec, status, ...rest } = changesOf(tenant, command);
      const { state: _, ...asked } = spec ?? {};
      const { phase: __, site: ___, ...said } = status ?? {};
      assert.equal(
        { asked, said, rest },
        {
          asked: {
            command_id: "w2",
            requested_at: NOW,
            requested_by: REQUESTER,
            generation: 2,
          },
          said: {
            condition: null,
            step: null,
            step_since: null,
            reason: null,
            message: null,
            retryable: null,
            queue_key: null,
            standby_key: null,
            next_reconcile_at: addSeconds(NOW, 60),
          },
          rest: { updated_at: NOW },
        },
        `${command}: ${sentence}`,
      );
    }
  }
});

test("a deletion may be asked of whatever is there", () => {
  for (const tenant of [queued, provisioning, active, suspended]) {
    const { spec, status } = after(tenant, "delete");
    assert.equal([spec.state, status.phase], ["absent", "deleting"]);
  }
});

test("the phase holds until a suspension or its end is verified, and which of both the site is in is not known", () => {
  for (const [tenant, command, state] of [
    [active, "suspend", "suspended"],
    [suspended, "resume", "present"],
  ] as const) {
    const { spec, status } = after(tenant, command);
    assert.equal([spec.state, status.phase], [state, tenant.status.phase]);
    assert.equal(status.site, { ...SITE, suspended: null });
  }
});

test("a retry asks for the same once more; a creation is queued again, and a site stays what it is", () => {
  for (const [tenant, phase] of [
    [failing(tenantOf("present", "failed", "settled")), "queued"],
    [givenUp(suspending), "active"],
    [givenUp(resuming), "suspended"],
  ] as const) {
    const { spec, status } = after(tenant, "retry");
    assert.equal([spec.state, status.phase], [tenant.spec.state, phase]);
    assert.equal(status.site, tenant.status.site);
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

const HASH = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const linkTo = (email: string | null, reason: string | null = null) => ({
  name: "login-link" as const,
  keyHash: HASH,
  email,
  reason,
});

test("a login link is a command of its own, for the tenant's user or, with a reason, for another one", () => {
  for (const [asked, user, reason] of [
    [linkTo(null), "a@acme.example", null],
    [linkTo("A@Acme.example"), "a@acme.example", null],
    [linkTo(null, "locked out"), "a@acme.example", "locked out"],
    [linkTo("Other@acme.example", "locked out"), "other@acme.example", "locked out"],
  ] as const) {
    const result = applyCommand(active, asked, REQUEST);
    if (result.outcome !== "changed") throw new Error(result.outcome);
    const { spec, status } = withChanges(active, result.changes);
    assert.equal(spec.login_link, { key_hash: HASH, user });
    assert.equal(spec.requested_by, { ...REQUESTER, reason });
    assert.equal(spec.requests, { "login-link": HASH });
    assert.equal([spec.state, spec.generation, spec.command_id], ["present", 2, "w2"]);
    assert.equal([status.phase, status.site], ["active", active.status.site]);
  }
});

test("a newer login link takes the place of an older one, and other requests stay", () => {
  const tenant = withChanges(active, { spec: { requests: { "login-link": "old", backup: "b1" } } });
  const result = applyCommand(tenant, linkTo(null), REQUEST);
  if (result.outcome !== "changed") throw new Error(result.outcome);
  assert.equal(result.changes.spec?.requests, { "login-link": HASH, backup: "b1" });
});

test("a login link for another user than the tenant's own needs a reason", () => {
  assert.equal(applyCommand(active, linkTo("other@acme.example"), REQUEST), {
    outcome: "refused",
    why: "reason is required for anyone but the tenant's own user",
    field: "reason",
  });
});

for (const [sentence, tenant, why] of [
  ["one that has no site yet", provisioning, "The tenant has no site yet."],
  ["one that is suspended", suspended, "The tenant is suspended."],
  ["one that is being suspended", suspending, "The tenant is suspended."],
  ["one whose suspension was given up", givenUp(suspending), "The tenant is suspended."],
  ["one that is being resumed", resuming, "The tenant is being resumed."],
  [
    "one that is being deleted",
    tenantOf("absent", "deleting", "under way", { suspended: false }),
    "The tenant is being deleted.",
  ],
] as const) {
  test(`${sentence} gets no login link`, () => {
    assert.equal(applyCommand(tenant, linkTo(null), REQUEST), { outcome: "refused", why });
  });
}

test("a suspension withdraws a login link that is not set yet, and forgets none that is", () => {
  const requests = { "login-link": HASH, backup: "b1" };
  const login_link = { key_hash: HASH, user: "a@acme.example" };
  const asking = withChanges(active, { spec: { requests, login_link } });
  const { spec } = after(asking, "suspend");
  assert.equal([spec.requests, spec.login_link], [{ backup: "b1" }, null]);
  const done = withStatus(asking, { done: { "login-link": HASH } });
  assert.equal(after(done, "suspend").spec.requests, requests);
});

test("a tenant may be asked for with a login link of its own user", () => {
  const { spec } = newTenant(
    {
      id: queued.id,
      commandId: "w1",
      requestedBy: REQUESTER,
      organization: "Acme",
      subdomain: "acme",
      email: "A@Acme.example",
      loginKeyHash: HASH,
    },
    MADE,
  );
  assert.equal(spec.login_link, { key_hash: HASH, user: "a@acme.example" });
  assert.equal(spec.requests, { "login-link": HASH });
  assert.equal([queued.spec.login_link, queued.spec.requests], [null, {}]);
});

test("the command that overtakes leaves the operation on record, for its slot and its Job", () => {
  const operation = {
    kind: "create",
    generation: 1,
    attempt: 1,
    first_attempt: 1,
    started_at: MADE,
    slot: 3,
    slot_at: MADE,
    deadline_at: NOW,
  };
  const { status } = after(withStatus(provisioning, { operation }), "delete");
  assert.equal(status.operation, operation);
  assert.is(status.observed_generation, 0);
});

const renamed = (subdomain: string) => ({ name: "rename" as const, subdomain });
const inDays = (days: number) => addSeconds(NOW, days * 24 * 3600);

test("a new name takes the place of the old one, which stays the tenant's for 30 days", () => {
  const result = applyCommand(active, renamed("zenith"), REQUEST);
  if (result.outcome !== "changed") throw new Error(result.outcome);
  const { spec, status } = withChanges(active, result.changes);
  assert.equal([spec.subdomain, spec.generation], ["zenith", 2]);
  assert.equal(spec.former_subdomains, [{ subdomain: "acme", until: inDays(30) }]);
  assert.equal([status.phase, status.site], ["active", active.status.site]);
});

test("a tenant that goes back to a former name has the other one as its former", () => {
  const former = { subdomain: "zenith", until: inDays(3) };
  const tenant = withChanges(active, { spec: { former_subdomains: [former] } });
  const result = applyCommand(tenant, renamed("zenith"), REQUEST);
  if (result.outcome !== "changed") throw new Error(result.outcome);
  assert.is(result.changes.spec?.subdomain, "zenith");
  assert.equal(result.changes.spec?.former_subdomains, [{ subdomain: "acme", until: inDays(30) }]);
});

test("the name that a tenant has is no new one, unless its change was given up", () => {
  assert.equal(applyCommand(active, renamed("acme"), REQUEST), { outcome: "unchanged" });
  const lost = withChanges(givenUp(active), { spec: { subdomain: "zenith" } });
  const again = applyCommand(lost, renamed("zenith"), REQUEST);
  if (again.outcome !== "changed") throw new Error(again.outcome);
  assert.equal(again.changes.spec?.former_subdomains, []);
});

const renaming = withChanges(active, { spec: { subdomain: "zenith", generation: 2 } });
const FORMER = ["a", "b", "c", "d", "e"].map((subdomain) => ({ subdomain, until: inDays(1) }));
const manyNames = withChanges(active, { spec: { former_subdomains: FORMER } });
for (const [sentence, tenant, why] of [
  ["that has no site yet", provisioning, "The tenant has no site yet."],
  ["that is suspended", suspended, "The tenant is suspended."],
  ["that is being resumed", resuming, "The tenant is being resumed."],
  ["that is being renamed", renaming, "The tenant is being renamed."],
  ["that has had five names", manyNames, "The tenant has had 5 names in 30 days."],
] as const) {
  test(`a tenant ${sentence} gets no other name`, () => {
    assert.equal(applyCommand(tenant, renamed("other"), REQUEST), { outcome: "refused", why });
  });
}

test("a former name is forgotten when its time is over, and of a settled tenant only", () => {
  const former_subdomains = [
    { subdomain: "old", until: NOW },
    { subdomain: "newer", until: inDays(1) },
  ];
  const tenant = withChanges(active, { spec: { former_subdomains } });
  const forget = { name: "forget-names" } as const;
  const result = applyCommand(tenant, forget, REQUEST);
  if (result.outcome !== "changed") throw new Error(result.outcome);
  assert.equal(result.changes.spec?.former_subdomains, former_subdomains.slice(1));
  for (const other of [active, givenUp(tenant), withChanges(tenant, { spec: { generation: 2 } })]) {
    assert.equal(applyCommand(other, forget, REQUEST), { outcome: "unchanged" });
  }
});

test.run();
