import { suite } from "uvu";
import * as assert from "uvu/assert";
import { operationId } from "./operation-record.ts";
import type { OperationRecord } from "./operation-record.ts";
import { showOperation } from "./shown-operation.ts";

const test = suite("an operation that is shown");

const TENANT_ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const ID = operationId(TENANT_ID, 2, 1);
const NOW = new Date("2026-11-29T12:00:00Z");
const MADE = new Date("2026-11-29T11:00:00Z");

const RECORD: OperationRecord = {
  tenant_id: TENANT_ID,
  generation: 2,
  attempt: 1,
  kind: "suspend",
  state: "failed",
  requested_by: "key:frontend",
  request_id: "request-1",
  request_reason: null,
  created_at: NOW,
  slot_at: NOW,
  job_at: NOW,
  running_at: NOW,
  ended_at: NOW,
  steps: [{ name: "verify", started_at: NOW, ended_at: null }],
  outcome: { step: "verify", reason: "Killed", message: "It was killed.", retryable: true },
  log: "step: verify",
  expires_at: NOW,
};

test("is as it is on record", () => {
  assert.equal(showOperation({ ...RECORD }, ID, MADE), { id: ID, ...RECORD });
});

test("of another tenant, or of no operation, is none", () => {
  const other = operationId("0c16443d-3d8e-4c0d-b43c-ac1174140612", 2, 1);
  for (const id of [other, TENANT_ID, "x", `${ID}.1`]) {
    assert.is(showOperation({ ...RECORD }, id, MADE), null, id);
  }
  assert.is(showOperation({}, ID, MADE), null);
});

test("of which nothing but the tenant is known has no other fields, and all of them", () => {
  const shown = showOperation({ tenant_id: TENANT_ID }, ID, MADE);
  assert.equal(Object.keys(shown ?? {}).toSorted(), ["id", ...Object.keys(RECORD)].toSorted());
  assert.equal(shown?.created_at, MADE);
  assert.equal([shown?.generation, shown?.attempt], [2, 1]);
  assert.equal([shown?.state, shown?.kind, shown?.outcome, shown?.steps], [null, null, null, []]);
});

/** What no field may hold. */
const WRONG = [7, "x", true, [], {}, [7], [{}], { a: 1 }, Number.NaN, undefined];

test("has no field of another type, whatever its record holds", () => {
  for (const value of WRONG) {
    const fields = Object.fromEntries(Object.keys(RECORD).map((name) => [name, value]));
    const shown = showOperation({ ...fields, tenant_id: TENANT_ID }, ID, MADE);
    assert.ok(shown);
    for (const name of ["slot_at", "job_at", "running_at", "ended_at", "expires_at"] as const) {
      assert.is(shown[name], null, name);
    }
    assert.instance(shown.created_at, Date);
    assert.is(shown.state, null);
    for (const name of ["kind", "requested_by", "request_id", "request_reason", "log"] as const) {
      assert.is(shown[name], typeof value === "string" ? value : null, name);
    }
    assert.equal(shown.steps, []);
  }
});

test("has the steps that can be read, and of an outcome what can be read", () => {
  const steps = [null, "verify", { name: "lost" }, { name: 7, started_at: NOW }, ...RECORD.steps];
  const outcome = { step: 7, reason: "Killed", retryable: "yes" };
  const shown = showOperation({ ...RECORD, steps, outcome }, ID, MADE);
  assert.equal(shown?.steps, RECORD.steps);
  assert.equal(shown?.outcome, { step: null, reason: "Killed", message: null, retryable: null });
});

test.run();
