import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { withParts } from "../../tests/testkit/tenant-parts.ts";
import type { TenantParts } from "../../tests/testkit/tenant-parts.ts";
import { setDomains } from "./set-domains.ts";
import { hasWantedNames } from "./site-names.ts";
import { newTenant, withChanges } from "./tenant.ts";

const test = suite("setDomains");

const NOW = new Date("2026-11-29T12:00:00Z");
const ISSUED = { commandId: "w2", requestedBy: REQUESTER, now: NOW };
const names = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const NEW = newTenant({ id: "i", commandId: "w1", requestedBy: REQUESTER, ...names }, NOW);

const tenantWith = (spec: TenantParts["spec"], status: TenantParts["status"] = {}) =>
  withParts(NEW, {
    spec: spec ?? {},
    status: { phase: "active", site: siteAt("acme"), observed_generation: 1, ...status },
  });

test("is a command like any other: a new generation, and an operation that is due soon", () => {
  const effect = setDomains(tenantWith({}), ["a.com"], ISSUED);
  assert.ok(effect.outcome === "changed");
  const { spec, status } = effect.changes;
  assert.equal([spec?.domains, spec?.generation, spec?.command_id], [["a.com"], 2, "w2"]);
  assert.ok(status?.next_reconcile_at);
});

test("a backup that works is interrupted, for it may take hours", () => {
  const attempt = { kind: "backup", generation: 1, attempt: 1, first_attempt: 1 };
  const operation = { ...attempt, started_at: NOW, slot: 0, slot_at: NOW, deadline_at: null };
  const working = tenantWith({}, { observed_generation: 0, operation });
  const effect = setDomains(working, ["a.com"], ISSUED);
  assert.is(effect.outcome, "changed");
});

test("what is so already is no command, also while another one is under way", () => {
  for (const observed_generation of [0, 1]) {
    const tenant = tenantWith({ domains: ["a.com"] }, { observed_generation });
    assert.equal(setDomains(tenant, ["a.com"], ISSUED), { outcome: "unchanged" });
  }
});

test("another order is another main address", () => {
  const tenant = tenantWith({ domains: ["a.com", "b.com"] });
  assert.is(setDomains(tenant, ["b.com", "a.com"], ISSUED).outcome, "changed");
});

for (const [sentence, tenant, why] of [
  ["a tenant that is being deleted", tenantWith({ state: "absent" }), /being deleted/],
  ["one without a site", tenantWith({}, { site: null }), /no site yet/],
  ["one with a command under way", tenantWith({}, { observed_generation: 0 }), /under way/],
] as const) {
  test(`is refused of ${sentence}`, () => {
    const effect = setDomains(tenant, ["a.com"], ISSUED);
    assert.ok(effect.outcome === "refused");
    assert.match(effect.why, why);
  });
}

test("a domain that an operation was to give and failed to is taken away all the same", () => {
  const failed = tenantWith({ domains: ["a.com"] }, { condition: "failed", message: "no" });
  const effect = setDomains(failed, [], ISSUED);
  assert.ok(effect.outcome === "changed");
  const { spec, status } = withChanges(failed, effect.changes);
  assert.equal([spec.domains, status.site?.domains], [[], ["a.com"]]);
  assert.not(status.site === null || hasWantedNames(spec, status.site));
});

test.run();
