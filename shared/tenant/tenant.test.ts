import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, hasFailed, isTenantId, jobName, newTenant, tenantOfJob } from "./tenant.ts";

const test = suite("tenant");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-24T12:00:00Z");
const tenant = newTenant(
  { id: ID, commandId: "w1", organization: "Acme", subdomain: "acme", email: "a@acme.example" },
  NOW,
);

test("a new tenant is queued and the resync finds it, should its trigger be lost", () => {
  assert.is(tenant.status, "queued");
  assert.is(tenant.generation, 1);
  assert.is(tenant.next_reconcile_at?.getTime(), NOW.getTime() + 60_000);
});

test("a command is given up only when its last attempt failed, and not in the pause before the next", () => {
  const error_message = "no disk";
  assert.is(hasFailed({ ...tenant, error_message }), false);
  assert.is(hasFailed({ ...tenant, error_message, observed_generation: 1 }), true);
  assert.is(hasFailed({ ...tenant, observed_generation: 1 }), false);
});

test("a database name has no character that a GRANT reads as a wildcard", () => {
  assert.match(databaseName(ID), /^[a-z0-9]{34}$/);
});

test("a Job's name leads back to its tenant, and another Job's to nobody", () => {
  assert.is(tenantOfJob(jobName(ID)), ID);
  for (const name of ["site-", "site-acme", `site-${ID}-x`, ID, `backup-${ID}`]) {
    assert.is(tenantOfJob(name), null);
  }
});

test("only a UUID in lower case is a tenant id", () => {
  assert.ok(isTenantId(ID));
  for (const text of ["", "1", ID.toUpperCase(), `${ID} `, `../${ID}`])
    assert.not(isTenantId(text));
});

test.run();
