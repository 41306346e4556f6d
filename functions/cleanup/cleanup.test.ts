import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tenantOfDeletion } from "./cleanup.ts";

const test = suite("tenantOfDeletion");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

test("reads the tenant from the subject alone", () => {
  assert.is(tenantOfDeletion({ subject: `documents/deletions/${ID}` }), ID);
});

for (const subject of [
  undefined,
  "",
  ID,
  `documents/tenants/${ID}`,
  `documents/deletions/${ID}/more/x`,
  "documents/deletions/acme",
  `/documents/deletions/${ID}`,
  7,
]) {
  test(`refuses the subject ${subject}`, () => {
    assert.throws(() => tenantOfDeletion({ subject }), /subject/);
  });
}

test("refuses no event", () => {
  assert.throws(() => tenantOfDeletion(null), /subject/);
});

test.run();
