import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toCsvLine } from "./csv.ts";

const test = suite("a table as CSV");

const CELLS: [string, string | null, string][] = [
  ["a word", "acme", "acme"],
  ["nothing", null, ""],
  ["a comma", "a,b", '"a,b"'],
  ["quotes", 'a "b"', '"a ""b"""'],
  ["lines", "a\nb", '"a\nb"'],
  ["a formula", "=1+1", "'=1+1"],
  ["a formula with a comma", '=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ["another formula", "@SUM(A1)", "'@SUM(A1)"],
  ["a number below zero", "-1", "'-1"],
];
for (const [what, value, cell] of CELLS) {
  test(what, () => assert.is(toCsvLine(["x", value]), `x,${cell}\r\n`));
}

test.run();
