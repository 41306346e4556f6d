import { suite } from "uvu";
import * as assert from "uvu/assert";
import { showProgress } from "./download-progress.ts";

const test = suite("progress");

function shown(isTTY: boolean, ...bytes: number[]): string[] {
  const written: string[] = [];
  const show = showProgress({ isTTY, write: (text) => written.push(text) }, "It", 2_000_000);
  for (const each of bytes) show(each);
  return written;
}

test("at a terminal one line is written over, each percent once", () => {
  assert.equal(shown(true, 0, 19_999, 20_000, 2_000_000), [
    "\rIt:   0 % of 2 MB",
    "\rIt:   1 % of 2 MB",
    "\rIt: 100 % of 2 MB\n",
  ]);
});

test("elsewhere a line comes every ten percent, and one at the end", () => {
  assert.equal(shown(false, 20_000, 200_000, 240_000, 1_900_000, 2_000_000), [
    "It:  10 % of 2 MB\n",
    "It:  95 % of 2 MB\n",
    "It: 100 % of 2 MB\n",
  ]);
});

test.run();
