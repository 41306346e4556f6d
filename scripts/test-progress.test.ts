import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createTestProgress } from "./test-progress.ts";

const test = suite("the progress of a test run");

/** A progress of twelve files, and what it has written. */
function startProgress(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  const progress = createTestProgress(12, {
    ...terminal,
    write: (text) => void written.push(text),
  });
  return { progress, written };
}

/** What a terminal shows of it, line by line. */
function seen(written: string[]): string[] {
  return written
    .join("")
    .split("\n")
    .map((line) => line.split("\r\u001b[2K").at(-1) ?? "");
}

test("without a terminal each file that has ended is one counted line", () => {
  const { progress, written } = startProgress({});
  progress.begin("tests/a.test.ts");
  progress.begin("tests/b.test.ts");
  progress.end("tests/b.test.ts", "ok    b");
  progress.end("tests/a.test.ts", "FAIL  a", "it is red\n");
  progress.close();
  assert.is(written.join(""), "[ 1/12] ok    b\nit is red\n[ 2/12] FAIL  a\n");
});

test("on a terminal the last line says what runs, below what has ended", () => {
  const { progress, written } = startProgress({ isTTY: true, columns: 80 });
  progress.begin("tests/a.test.ts");
  progress.begin("tests/system/b.long.test.ts");
  assert.equal(seen(written), ["[ 0/12] running a, b.long"]);
  progress.end("tests/a.test.ts", "ok    a");
  assert.equal(seen(written), ["[ 1/12] ok    a", "[ 1/12] running b.long"]);
});

test("nothing is left below the results when all have ended", () => {
  const { progress, written } = startProgress({ isTTY: true });
  progress.begin("a.test.ts");
  progress.end("a.test.ts", "ok    a");
  progress.begin("b.test.ts");
  progress.close();
  assert.equal(seen(written), ["[ 1/12] ok    a", ""]);
});

test("the last line never wraps", () => {
  for (const [columns, width] of [
    [20, 19],
    [0, 79],
  ] as const) {
    const { progress, written } = startProgress({ isTTY: true, columns });
    progress.begin(`${"long-".repeat(20)}.test.ts`);
    assert.is(seen(written).at(-1)?.length, width);
  }
});

test.run();
