import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logLinesOf } from "../../tests/testkit/log-lines.ts";
import { tenantOfDeletion } from "./deletion-event.ts";

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
  `/documents/deletions/${ID}`,
  7,
]) {
  test(`refuses the subject ${subject}`, () => {
    assert.throws(() => tenantOfDeletion({ subject }), /subject/);
  });
}

for (const name of ["acme", "undefined", "0C16443D-3D8E-4C0D-B43C-AC1174140611"]) {
  test(`takes the event of a document that no tenant can have, and says so: ${name}`, async () => {
    const lines = await logLinesOf(async () => {
      assert.is(tenantOfDeletion({ subject: `documents/deletions/${name}` }), null);
    });
    const message = "UnknownDeletion";
    assert.equal(lines, [{ severity: "WARNING", message, tenantId: name }]);
  });
}

test("refuses no event", () => {
  assert.throws(() => tenantOfDeletion(null), /subject/);
});

test.run();
