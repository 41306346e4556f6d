import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findTestFiles, runTestFile } from "./test-files.ts";

const test = suite("the test runner");

const RED = [
  "throwing-before-hook",
  "thrown-non-error",
  "forgotten-run",
  "one-forgotten-run",
  "left-only",
  "silent-skip",
  "early-exit",
];

for (const name of RED) {
  test(`calls ${name} red`, async () => {
    const result = await runTestFile(`tests/fixtures/tests/${name}.ts`);
    assert.ok(result.problems.length > 0);
    assert.ok(result.failed > 0);
  });
}

test("calls a good file green and knows what it skipped and why", async () => {
  const result = await runTestFile("tests/fixtures/tests/passing.ts");
  assert.equal(result.problems, []);
  assert.is(result.passed, 1);
  assert.is(result.failed, 0);
  assert.equal(result.skips, [{ part: "moon", test: "needs the moon", reason: "it is day" }]);
});

test("finds no file for a text that no path holds", () => {
  assert.equal(findTestFiles("quick", ["no-such-test"]), []);
});

test.run();
