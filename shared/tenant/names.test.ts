import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, isTenantId, jobName, tenantOfJob } from "./names.ts";

const test = suite("names");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

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
