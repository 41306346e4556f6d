import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasFailed, newTenant, withChanges } from "./tenant.ts";
import type { StatusChanges } from "./tenant.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";

const test = suite("tenant");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-24T12:00:00Z");
const tenant = newTenant(
  {
    id: ID,
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: "Acme",
    subdomain: "acme",
    email: "a@acme.example",
  },
  NOW,
);
const withStatus = (status: StatusChanges) => withChanges(tenant, { status });

test("a new tenant is queued and the resync finds it, should its trigger be lost", () => {
  assert.is(tenant.status.phase, "queued");
  assert.is(tenant.spec.generation, 1);
  assert.is(tenant.status.next_reconcile_at?.getTime(), NOW.getTime() + 60_000);
});

test("a command is given up only when its last attempt failed, and not in the pause before the next", () => {
  const condition = "failed";
  assert.is(hasFailed(withStatus({ condition })), false);
  assert.is(hasFailed(withStatus({ condition, observed_generation: 1 })), true);
  assert.is(hasFailed(withStatus({ observed_generation: 1 })), false);
});

test("what is said to people decides nothing", () => {
  assert.is(hasFailed(withStatus({ message: "no disk", observed_generation: 1 })), false);
});

test("a change leaves the other fields of its part as they are, and the other parts", () => {
  const changed = withChanges(tenant, { profile: { email: "b@acme.example" } });
  assert.equal(changed.profile, { ...tenant.profile, email: "b@acme.example" });
  assert.equal([changed.spec, changed.status], [tenant.spec, tenant.status]);
  assert.is(tenant.profile.email, "a@acme.example");
});

test.run();
