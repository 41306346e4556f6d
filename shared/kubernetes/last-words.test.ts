import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lastWords, tidy } from "./last-words.ts";

const test = suite("lastWords");

const cases: [sentence: string, printed: string, words: string][] = [
  ["the last line", "one\ntwo\n\n", "two"],
  ["nothing of nothing", " \n\r\n", ""],
  [
    "what stood before bash's own notice",
    "no disk\nbash: line 12:   712 Killed   bench x\n",
    "no disk",
  ],
  ["what stood before the notice of a pipe", "no disk\nline 3: 71 Done | tee w\n", "no disk"],
  [
    "what stood before a progress bar",
    "Installing erpnext\n\rDocTypes : [==   ] 40%\rDocTypes : [====] 80%",
    "Installing erpnext",
  ],
  ["what stood before a bar of pip", "Loading\r 40%|####    | 4/10", "Loading"],
  ["what stood before a bare percentage", "Loading\n40%\n", "Loading"],
  ["a line that only mentions a share", "the disk is 100% full", "the disk is 100% full"],
  ["a line without its colours", "\u001b[31mno disk\u001b[0m", "no disk"],
  ["a line without half a character", "no disk \ud83d", "no disk"],
  ["a line without what was no text", "\ufffd\ufffdno disk", "no disk"],
  ["a line that says something", "no disk\n-----\n}\n", "no disk"],
];
for (const [sentence, printed, words] of cases) {
  test(`is ${sentence}`, () => assert.is(lastWords(printed), words));
}

test("a long line is cut between two characters", () => {
  const cut = tidy("😀".repeat(1001));
  assert.is(cut, "😀".repeat(1000));
});

test.run();
