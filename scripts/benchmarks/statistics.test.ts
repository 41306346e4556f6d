import { suite } from "uvu";
import * as assert from "uvu/assert";
import { measureInTurns, quantile, ratio, ratioOfQuantiles, summarize } from "./statistics.ts";

const test = suite("the benchmark's statistics");

test("a quantile may fall between two values, whatever their order", () => {
  assert.is(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.is(quantile([10, 30, 20], 1), 30);
  assert.throws(() => quantile([], 0.5), RangeError);
});

test("a summary is the median with its quartiles", () => {
  assert.equal(summarize([1, 2, 3, 4, 5]), { value: 3, spread: [2, 4], samples: 5 });
});

test("a ratio compares what was measured in the same turn", () => {
  // The machine was slow in the second turn, for both.
  assert.equal(ratio([2, 20, 2], [1, 10, 1]), { value: 2, spread: [2, 2], samples: 3 });
  assert.throws(() => ratio([1], [1, 2]), RangeError);
});

test("a ratio of quantiles is of all values, and its spread of samples drawn of them", () => {
  const bases = Array.from({ length: 100 }, (_, k) => k + 1);
  const values = bases.map((value) => value * 3);
  assert.equal(
    ratioOfQuantiles(values, bases, 0.99, () => 0),
    {
      value: 3,
      spread: [3, 3],
      samples: 100,
    },
  );
  const [low, high] = ratioOfQuantiles(values, bases, 0.99).spread;
  assert.ok(low > 2.5 && high < 3.5 && low < high, `${low} ${high}`);
});

test("each is measured once a turn, in an order that moves on", async () => {
  const order: string[] = [];
  const named = (name: string) => async () => order.push(name);
  const values = await measureInTurns({ a: named("a"), b: named("b"), c: named("c") }, 2);
  assert.equal(order, ["a", "b", "c", "b", "c", "a"]);
  assert.equal(values, { a: [1, 6], b: [2, 4], c: [3, 5] });
});

test.run();
