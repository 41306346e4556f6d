import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newTenant } from "../../../shared/tenant/tenant.ts";
import type { Operation } from "../../../shared/tenant/tenant.ts";
import { REQUESTER } from "../../../tests/testkit/requester.ts";
import { withParts } from "../../../tests/testkit/tenant-parts.ts";
import { currentOperationId } from "./current-operation.ts";
import { toProgress } from "./operation-progress.ts";

const test = suite("how far an operation is");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const NOW = new Date("2026-11-29T12:00:00Z");
const names = { organization: "Acme", subdomain: "acme", email: "a@acme.example" };
const NEW = newTenant({ id: ID, commandId: ID, requestedBy: REQUESTER, ...names }, NOW);
const RUNNING: Operation = {
  kind: "create",
  generation: 1,
  attempt: 2,
  first_attempt: 1,
  started_at: NOW,
  slot: 0,
  slot_at: NOW,
  deadline_at: NOW,
};
const PAUSING: Operation = { ...RUNNING, attempt: 3, slot: null, slot_at: null, deadline_at: null };

const ESTIMATE = { p50_seconds: 1, p95_seconds: 2, sample: 3 };
let asked: string[] = [];
const estimates = {
  of(kind: string) {
    asked.push(kind);
    return ESTIMATE;
  },
};
test.before.each(() => {
  asked = [];
});

const NOTHING = { step: null, step_since: null, started_at: null, estimate: null };

test("nothing is under way where all is settled, whatever the last operation was", () => {
  const settled = withParts(NEW, { status: { observed_generation: 1, operation: RUNNING } });
  assert.is(toProgress(settled, estimates), null);
  assert.equal(asked, []);
});

test("a command that nobody has looked at yet is queued, as its first attempt", () => {
  const expected = { id: `${ID}.1.1`, kind: null, state: "queued", ...NOTHING };
  assert.equal(toProgress(NEW, estimates), expected);
  assert.equal(asked, []);
});

test("a newer command is queued while the operation of an older one holds its slot", () => {
  const overtaken = withParts(NEW, { spec: { generation: 2 }, status: { operation: RUNNING } });
  const expected = { id: `${ID}.2.1`, kind: null, state: "queued", ...NOTHING };
  assert.equal(toProgress(overtaken, estimates), expected);
  assert.equal(asked, []);
});

test("an attempt that works says at which step, since when, and how long it may take", () => {
  const status = { operation: RUNNING, step: "new-site", step_since: NOW };
  assert.equal(toProgress(withParts(NEW, { status }), estimates), {
    id: `${ID}.1.2`,
    kind: "create",
    state: "running",
    step: "new-site",
    step_since: NOW.toISOString(),
    started_at: NOW.toISOString(),
    estimate: ESTIMATE,
  });
  assert.equal(asked, ["create"]);
});

test("the next attempt is queued in the pause after one that failed, and is at no step", () => {
  const status = { operation: PAUSING, step: "new-site", reason: "Killed" };
  const expected = { id: `${ID}.1.3`, kind: "create", state: "queued", ...NOTHING };
  assert.equal(toProgress(withParts(NEW, { status }), estimates), expected);
  assert.equal(asked, []);
});

test("what a settled tenant's newest command was carried out by is its last attempt", () => {
  const last = { ...RUNNING, slot: null, slot_at: null, deadline_at: null };
  const settled = withParts(NEW, { status: { observed_generation: 1, operation: last } });
  assert.is(currentOperationId(settled), `${ID}.1.2`);
});

test.run();
