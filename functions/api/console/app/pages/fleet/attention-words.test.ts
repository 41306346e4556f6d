import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Attention, Fleet } from "../../client/api-client.ts";
import { adviceFor, KINDS, placeOf, unlisted } from "./attention-words.ts";

const test = suite("what needs a hand, in words");

const ONE: Attention = {
  kind: "failed",
  tenant_id: "t1",
  subdomain: "acme",
  domain: null,
  rollout_id: null,
  since: "2026-11-30T10:00:00Z",
  reason: null,
  message: null,
};

const NONE: Fleet["attention_total"] = {
  failed: 0,
  damaged: 0,
  domain: 0,
  stuck: 0,
  deletion: 0,
  rollout: 0,
  upgrade: 0,
};

test("a known reason says what to do; else the kind does", () => {
  const hint = "Bring the database back, and retry what was given up meanwhile.";
  assert.is(adviceFor({ kind: "failed", reason: "DatabaseUnavailable" }), hint);
  assert.is(adviceFor({ kind: "stuck", reason: "Unheard" }), KINDS.stuck.advice);
  assert.is(adviceFor({ kind: "rollout", reason: null }), KINDS.rollout.advice);
});

test("it leads to the tenant or the rollout that it is about", () => {
  for (const [what, changes, expected] of [
    ["a tenant", {}, { name: "acme", href: "#/tenants/t1" }],
    [
      "a tenant whose record has no name",
      { kind: "damaged", subdomain: null },
      { name: "t1", href: "#/tenants/t1" },
    ],
    ["a tenant that is gone", { kind: "deletion", subdomain: null }, { name: "t1", href: null }],
    ["a domain", { domain: "a.example" }, { name: "acme", href: "#/tenants/t1" }],
    [
      "a rollout",
      { tenant_id: null, subdomain: null, rollout_id: "r1" },
      { name: "the rollout", href: "#/rollouts/r1" },
    ],
    [
      "the domain of nobody",
      { kind: "domain", subdomain: null, domain: "a.example" },
      { name: "a.example", href: null },
    ],
  ] as const) {
    assert.equal(placeOf({ ...ONE, ...changes }), expected, what);
  }
});

test("what is counted and not listed is told of", () => {
  const attention_total = { ...NONE, failed: 3, stuck: 1, upgrade: 1 };
  const attention = [ONE, { ...ONE, kind: "stuck" as const }];
  assert.equal(unlisted({ attention, attention_total }), [
    { kind: "failed", count: 2 },
    { kind: "upgrade", count: 1 },
  ]);
  assert.equal(unlisted({ attention: [], attention_total: NONE }), []);
});

test.run();
