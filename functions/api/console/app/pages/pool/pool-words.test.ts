import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adviceOnSize } from "./pool-words.ts";

const test = suite("the pool's size");

test("what was wanted is held against what there is", () => {
  for (const [size, tenants, wanted, expected] of [
    [5, 0, null, /^Nobody has asked/],
    [5, 9, null, /nobody can tell/],
    [5, 90, 8, /^At the busiest time 8 .* the pool has 5: set POOL_SIZE to 8\.$/],
    [5, 90, 5, /as large as it had to be/],
    [5, 90, 2, /^2 would have been enough/],
    [0, 90, 2, /the pool has 0: set POOL_SIZE to 2/],
  ] as const) {
    const demand = { since: "", refill_seconds: null, tenants, size: wanted };
    assert.match(adviceOnSize({ size, demand }), expected);
  }
});

test.run();
