import type { CloudEvent } from "@google-cloud/functions-framework";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tenantOfDeletion } from "./cleanup.ts";

const test = suite("tenantOfDeletion");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";

test("reads the tenant from the subject alone", () => {
  const event = { subject: `documents/deletions/${ID}` } as CloudEvent<unknown>;
  assert.is(tenantOfDeletion(event), ID);
});

for (const subject of [
  undefined,
  "",
  ID,
  `documents/tenants/${ID}`,
  `documents/deletions/${ID}/more/x`,
  "documents/deletions/acme",
]) {
  test(`refuses the subject ${subject}`, () => {
    assert.throws(() => tenantOfDeletion({ subject } as CloudEvent<unknown>), /subject/);
  });
}

test.run();
