import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ShownOperation } from "../../../shared/tenant/shown-operation.ts";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { demandIn, mostWithin, serviceSince } from "./pool-demand.ts";

const test = suite("what the pool's history tells");

const NOW = new Date("2026-11-29T12:00:00Z");
const at = (seconds: number) => addSeconds(NOW, seconds);

/** An attempt that began then and took so long; null for one that has not succeeded. */
function attempt(
  begin: number,
  seconds: number | null,
  more: Partial<ShownOperation> = {},
): ShownOperation {
  return {
    id: "",
    tenant_id: randomUUID(),
    generation: 1,
    attempt: 1,
    kind: "create",
    state: seconds === null ? "failed" : "succeeded",
    requested_by: "key:frontend",
    request_id: null,
    request_reason: null,
    created_at: at(begin),
    slot_at: null,
    job_at: null,
    running_at: null,
    ended_at: at(begin + (seconds ?? 0)),
    steps: [],
    outcome: null,
    log: null,
    expires_at: at(begin + (seconds ?? 0) + 90 * 24 * 3600),
    ...more,
  };
}

const byPool = { requested_by: "pool" };

test("nothing comes of nothing", () => {
  const nothing = { claims: [], creates: [] };
  assert.equal(serviceSince(nothing, NOW), { claims: 0, misses: 0, time_to_claim: null });
  assert.equal(demandIn(nothing), { tenants: 0, refill_seconds: null, size: null });
});

test("a claim is a tenant that got a standby, and a create that no pool asked for a miss", () => {
  const claims = [attempt(10, 4), attempt(20, 6), attempt(-1, 2), attempt(30, null)];
  const creates = [attempt(10, 200), attempt(10, 200, byPool), attempt(-1, 100)];
  assert.equal(serviceSince({ claims, creates }, NOW), {
    claims: 3,
    misses: 1,
    time_to_claim: { p50_seconds: 4, p95_seconds: 6, sample: 2 },
  });
});

test("further attempts are no further requests, and their time counts", () => {
  const tenant_id = randomUUID();
  const claims = [attempt(40, 5, { tenant_id, attempt: 2 }), attempt(10, null, { tenant_id })];
  assert.equal(serviceSince({ claims, creates: [] }, NOW), {
    claims: 1,
    misses: 0,
    time_to_claim: { p50_seconds: 35, p95_seconds: 35, sample: 1 },
  });
});

test("it takes until the outcome is recorded, which is later than the Job's end", () => {
  const claims = [attempt(0, 5, { ended_at: at(3) })];
  assert.is(serviceSince({ claims, creates: [] }, NOW).time_to_claim?.p50_seconds, 5);
});

test("the demand is the most that were asked for while one refill takes", () => {
  const creates = [
    attempt(0, 120, byPool),
    attempt(0, 140, byPool),
    // Together within 200 seconds, which is the slower refill and a minute until it begins.
    attempt(1000, 300),
    attempt(1200, 300),
    attempt(5000, 300),
  ];
  const claims = [attempt(1100, 4), attempt(1201, 4)];
  assert.equal(demandIn({ claims, creates }), { tenants: 5, refill_seconds: 200, size: 3 });
});

test("where the pool has made none, a customer's site tells how long a refill would take", () => {
  const creates = [attempt(0, 100), attempt(150, 100), attempt(311, 100)];
  assert.equal(demandIn({ claims: [], creates }), { tenants: 3, refill_seconds: 160, size: 2 });
});

for (const [times, seconds, most] of [
  [[], 10, 0],
  [[5], 10, 1],
  [[0, 10, 20], 10, 2],
  [[0, 10.001, 20.001], 10, 2],
  [[30, 0, 2, 1, 31, 32, 33], 10, 4],
] as const) {
  test(`of ${JSON.stringify(times)} ${most} are within ${seconds} seconds`, () => {
    assert.is(mostWithin(times.map(at), seconds), most);
  });
}

test.run();
