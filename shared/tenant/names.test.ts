import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, isTenantId, jobName, parseOperationId, tenantOfJob } from "./names.ts";

import { operationId } from "./operation-record.ts";

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

test("an operation's id tells its tenant, generation and attempt, and nothing else is one", () => {
  const operation = operationId(ID, 12, 3);
  assert.equal(parseOperationId(operation), { tenantId: ID, generation: 12, attempt: 3 });
  for (const text of [
    "",
    ID,
    `${ID}.1`,
    `${ID}.1.2.3`,
    `${ID}.01.1`,
    `${ID}.1.-1`,
    `${ID}.1.1 `,
    `x.1.1`,
  ]) {
    assert.is(parseOperationId(text), null, text);
  }
});

test.run();
