/** What each request and each reconcile costs in calls, counted where they pass (scripts/benchmarks/parts/calls.ts). */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { countCalls } from "../../scripts/benchmarks/parts/calls.ts";
import type { Counted } from "../../scripts/benchmarks/parts/calls.ts";

const test = suite("calls");

let counted: Counted[];
test.before(async () => {
  counted = await countCalls();
});

test("each request and each reconcile makes the calls that it may, and no others", () => {
  for (const { what, goal, times } of counted.filter((each) => each.goal !== null)) {
    for (const calls of times) assert.equal(calls, goal, what);
  }
});

test("a request that is repeated with its key finds its answer by one read", () => {
  const repeated = counted.filter((each) => each.goal === null);
  assert.equal(
    repeated.map(({ what, times }) => [what, times[0]]),
    [
      // What it would write, it tries to write first, since most requests are no repetition.
      [
        "POST /tenants, repeated with its key",
        { "Firestore commits": 1, "Firestore reads": 1, "Pub/Sub publishes": 1 },
      ],
      [
        "DELETE /tenants/{id}, repeated with its key",
        { "Firestore reads": 1, "Pub/Sub publishes": 1 },
      ],
    ],
  );
});

test.run();
