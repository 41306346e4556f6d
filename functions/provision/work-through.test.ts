import { suite } from "uvu";
import * as assert from "uvu/assert";
import { workThrough } from "./work-through.ts";

const test = suite("workThrough");

const LATER = Date.now() + 3_600_000;
const numbers = Array.from({ length: 30 }, (_, k) => k);

test("comes to each once, and to no more than eight at a time", async () => {
  const seen: number[] = [];
  let atOnce = 0;
  let most = 0;
  const count = await workThrough(numbers, LATER, async (number) => {
    most = Math.max(most, (atOnce += 1));
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(number);
    atOnce -= 1;
  });
  assert.equal([count, seen.toSorted((a, b) => a - b), most], [30, numbers, 8]);
});

test("comes to none after the deadline", async () => {
  assert.is(await workThrough(numbers, Date.now() - 1, async () => assert.unreachable()), 0);
});

test("throws the first failure when nothing is under way any more, and takes on nothing further", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const error: unknown = await workThrough(numbers, LATER, async (number) => {
    begun.push(number);
    if (number === 3) throw new RangeError("three");
    await new Promise((resolve) => setImmediate(resolve));
    ended.push(number);
  }).catch((thrown: unknown) => thrown);
  assert.instance(error, RangeError);
  assert.equal(begun.length, 8);
  assert.equal(ended.length, 7);
});

test.run();
