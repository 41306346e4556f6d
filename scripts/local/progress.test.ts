import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createProgress } from "./progress.ts";

const test = suite("the progress");

function output(more: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text), ...more };
}

test("elsewhere than on a terminal, every change is one line, and what did not change none", () => {
  const to = output();
  const progress = createProgress(to, ["acme", "initech"]);
  progress.show("acme", "queued");
  progress.show("acme", "queued");
  progress.show("initech", "failed");
  assert.equal(to.written, ["acme     queued\n", "initech  failed\n"]);
});

test("on a terminal the lines are rewritten in place and cut to its width", () => {
  const to = output({ isTTY: true, columns: 12 });
  const progress = createProgress(to, ["a", "b"]);
  progress.show("a", "queued");
  progress.show("b", "a long story");
  assert.equal(to.written, [
    "\u001b[2Ka  queued\n\u001b[2Kb  \n",
    "\u001b[2A\u001b[2Ka  queued\n\u001b[2Kb  a long s\n",
  ]);
});

test.run();
