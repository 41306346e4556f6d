import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lastLines } from "./job-log.ts";

const test = suite("lastLines");

const numbered = (count: number, name: string) =>
  Array.from({ length: count }, (_, k) => `${name} ${k + 1}\n`).join("");

const cases: [sentence: string, logs: string[], kept: string | null][] = [
  ["nothing of no log", [], null],
  ["nothing of empty ones", ["", "\n \r\n\n"], null],
  ["a whole short log", ["one\ntwo\n"], "one\ntwo"],
  ["a line without an end", ["one\ntwo"], "one\ntwo"],
  ["the logs of all containers in their order", ["one\n", "two\n"], "one\ntwo"],
  ["lines that say something", ["one\n\n   \n\u001b[0m\ntwo\n"], "one\ntwo"],
  ["no colours and control characters", ["\u001b[31mone\u001b[0m\u0000\u0007!\n"], "one !"],
  ["the end of what was written over", ["bar 10%\rbar 20%\r\ntwo\n"], "bar 20%\ntwo"],
  ["no halves of characters", ["one \ud83d\n"], "one"],
  ["no secrets", ["the password=hunter2\n"], "the password=***"],
  ["no secret with a colour in it", ["pass\u001b[1mword=hunter2\n"], "password=***"],
];
for (const [sentence, logs, kept] of cases) {
  test(`keeps ${sentence}`, () => assert.is(lastLines(logs), kept));
}

test("keeps the last 50 lines over all containers", () => {
  const lines = lastLines([numbered(60, "a"), numbered(20, "b")])?.split("\n") ?? [];
  assert.is(lines.length, 50);
  assert.equal([lines[0], lines[29], lines[30], lines[49]], ["a 31", "a 60", "b 1", "b 20"]);
});

test("keeps 1,000 characters of a line, and cuts between two of them", () => {
  assert.is(lastLines(["😀".repeat(1001)]), "😀".repeat(1000));
});

test("leaves nothing of a secret that the end of a line cuts", () => {
  const line = `${"word ".repeat(196)}${"0123456789abcdef".repeat(4)}`;
  assert.is(lastLines([line])?.slice(980), "***");
});

test("keeps 32 KiB at the most, of characters of any length, and goes without the first lines", () => {
  for (const character of ["a b", "ä b", "😀 b"]) {
    const log = Array.from({ length: 50 }, (_, k) => `${k} ${character.repeat(300)}\n`).join("");
    const kept = lastLines([log]) ?? "";
    const bytes = Buffer.byteLength(kept);
    assert.ok(bytes <= 32 * 1024 && bytes > 30 * 1024, `${bytes} bytes`);
    assert.ok(kept.isWellFormed());
    const lines = kept.split("\n");
    assert.is(lines.at(-1), `49 ${character.repeat(300)}`.slice(0, lines.at(-1)?.length));
    assert.is(lines[0], `${50 - lines.length} ${character.repeat(300)}`.slice(0, lines[0]?.length));
  }
});

test.run();
