import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../repository.ts";
import type { Row } from "./measurement.ts";
import { missedGoals, toMarkdown, toText } from "./report.ts";

const test = suite("the benchmark's report");

const COUNT: Row = {
  what: "GET /tenants/{id}",
  measuredAs: "Firestore reads",
  value: 1,
  spread: null,
  samples: 3,
  goal: 1,
};
const RATIO: Row = {
  what: "a | b <i>",
  measuredAs: "hello = 1",
  value: 1.526,
  spread: [1.4, 1.6],
  samples: 40,
  goal: 1.5,
};
const COMPARISON: Row = { ...RATIO, what: "another", goal: null };

const WHERE = {
  date: new Date("2026-11-25T23:00:00Z"),
  nodeVersion: "24.21.0",
  platform: "linux x64",
  processors: 2,
  processorModel: "Some <CPU>",
  seconds: 431.4,
};
const plot = { kind: "bars", name: "cost", title: "Cost", unit: "x", bars: [] } as const;
const part = { name: "calls", description: "Counted.", plots: [{ ...plot, bars: [] }] };

test("a terminal gets aligned columns, and a mark at each missed goal only", () => {
  assert.equal(toText([COUNT, RATIO, COMPARISON]).split("\n"), [
    "what               measured as      value     quartiles  samples  goal",
    "GET /tenants/{id}  Firestore reads      1                      3     1  reached",
    "a | b <i>          hello = 1         1.53  1.40 to 1.60       40  1.50  MISSED",
    "another            hello = 1         1.53  1.40 to 1.60       40",
  ]);
});

test("each missed goal is named, with what it is missed by", () => {
  assert.equal(missedGoals([COUNT, RATIO, COMPARISON]), [
    "a | b <i> (hello = 1): 1.53 instead of 1.50 at the most",
  ]);
});

test("the page tells where it was measured, each missed goal, the table and the plots", () => {
  const text = toMarkdown([{ ...part, rows: [COUNT, RATIO] }], WHERE);
  for (const piece of [
    "- Measured on 2026-11-25, in 431 s",
    "- Machine: 2 processors (Some \\<CPU>), linux x64",
    "- Node 24.21.0",
    "1 of 2 goals are reached; these are missed:\n\n- a \\| b \\<i> (hello = 1): 1.53 instead of 1.50",
    "## Calls\n\nCounted.",
    "| a \\| b \\<i>       | hello = 1       |  1.53 |",
    "![Cost](benchmarks/cost.svg)",
  ]) {
    assert.ok(text.includes(piece), `${piece}\n\n${text}`);
  }
});

test("a page without a missed goal says so", () => {
  const text = toMarkdown([{ ...part, rows: [COUNT, COMPARISON] }], WHERE);
  assert.match(text, "1 of 1 goals are reached.\n\n## Calls");
});

test("the page is as the formatter would write it", () => {
  const text = toMarkdown([{ ...part, rows: [COUNT, RATIO, COMPARISON] }], WHERE);
  const oxfmt = spawnSync("node_modules/.bin/oxfmt", ["--stdin-filepath=docs/benchmarks.md"], {
    cwd: repository,
    input: text,
    encoding: "utf8",
  });
  assert.is(oxfmt.stdout, text, oxfmt.stderr);
});

test.run();
