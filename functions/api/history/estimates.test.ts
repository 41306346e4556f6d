import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logLinesOf } from "../../../tests/testkit/log-lines.ts";
import { openEstimates, toEstimate } from "./estimates.ts";

const test = suite("estimates");

const MINUTE = 60_000;

/** A store whose reads the test answers, and a clock that it sets. */
function startReading() {
  const reads: { kind: string; answer: (seconds: number[]) => void; fail: () => void }[] = [];
  const clock = { now: 0 };
  const store = {
    operationSeconds: (kind: string) =>
      new Promise<number[]>((resolve, reject) => {
        reads.push({ kind, answer: resolve, fail: () => reject(new Error("no database")) });
      }),
  };
  return { estimates: openEstimates(store, () => clock.now), reads, clock };
}

/** Until what was answered has been taken in. */
const takenIn = () => new Promise((resolve) => setImmediate(resolve));

test("the first that asks waits for nothing, and whoever asks later has the estimate", async () => {
  const { estimates, reads } = startReading();
  assert.is(estimates.of("create"), null);
  reads[0]?.answer([10, 20]);
  await takenIn();
  assert.equal(estimates.of("create"), { p50_seconds: 10, p95_seconds: 20, sample: 2 });
});

test("many that ask at once cost one read, of each kind", () => {
  const { estimates, reads } = startReading();
  for (const kind of ["create", "create", "drop", "create", "drop"]) estimates.of(kind);
  assert.equal(
    reads.map(({ kind }) => kind),
    ["create", "drop"],
  );
});

test("it is kept for five minutes, and then shown until the next one is there", async () => {
  const { estimates, reads, clock } = startReading();
  estimates.of("create");
  reads[0]?.answer([10]);
  await takenIn();
  clock.now = 5 * MINUTE - 1;
  estimates.of("create");
  assert.is(reads.length, 1);
  clock.now = 5 * MINUTE;
  assert.is(estimates.of("create")?.p50_seconds, 10);
  assert.is(reads.length, 2);
  reads[1]?.answer([30]);
  await takenIn();
  assert.is(estimates.of("create")?.p50_seconds, 30);
});

test("a read that fails is told once, leaves none, and is repeated five minutes later", async () => {
  const { estimates, reads, clock } = startReading();
  const lines = await logLinesOf(async () => {
    estimates.of("create");
    reads[0]?.fail();
    await takenIn();
    for (let asked = 0; asked < 3; asked++) assert.is(estimates.of("create"), null);
    await takenIn();
  });
  assert.equal(
    lines.map(({ severity, message, kind }) => [severity, message, kind]),
    [["WARNING", "EstimateNotRead", "create"]],
  );
  assert.is(reads.length, 1);
  clock.now = 5 * MINUTE;
  estimates.of("create");
  assert.is(reads.length, 2);
});

for (const [sentence, seconds, expected] of [
  ["nothing", [], null],
  ["one", [7.5], { p50_seconds: 7.5, p95_seconds: 7.5, sample: 1 }],
  [
    "a hundred, in any order",
    Array.from({ length: 100 }, (_, index) => 100 - index),
    { p50_seconds: 50, p95_seconds: 95, sample: 100 },
  ],
  [
    "a few with one that is far away",
    [1, 1, 1, 90],
    { p50_seconds: 1, p95_seconds: 90, sample: 4 },
  ],
] as const) {
  test(`the estimate of ${sentence}`, () => {
    assert.equal(toEstimate(seconds), expected);
  });
}

test.run();
