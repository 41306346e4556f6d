import { suite } from "uvu";
import * as assert from "uvu/assert";
import { shorten, toPlainText } from "./plain-text.ts";

const test = suite("texts that come from elsewhere");

const CASES: [string, string, string][] = [
  ["a line", "as it is\n\tand so on", "as it is\n\tand so on"],
  ["ends of lines of any kind", "a\r\nb\rc", "a\nb\nc"],
  ["colours", "\u001b[1;31mred\u001b[0m", "red"],
  ["a terminal's title", "\u001b]0;owned\u0007text", "text"],
  [
    "a link of a terminal's",
    "\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\",
    "text",
  ],
  ["a moved cursor", "\u001b[2J\u001b[10;3Htext", "text"],
  ["other characters of control", "a\u0000b\u0007c\u007fd\u0085e", "a␀b␇c␡d\ufffde"],
  ["an escape alone", "a\u001b", "a␛"],
  ["turned directions", "a\u202eb\u2066c", "a<U+202E>b<U+2066>c"],
  ["letters from right to left", "שלום", "שלום"],
  ["tags", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
];

for (const [what, text, plain] of CASES) {
  test(what, () => assert.is(toPlainText(text), plain));
}

test("a megabyte of escapes takes no noticeable time", () => {
  assert.is(toPlainText("\u001b]".repeat(500_000)).includes("\u001b"), false);
});

test("a short text is whole", () => {
  assert.equal(shorten("a", "end"), { text: "a", isWhole: true });
});

test("of a long message there is the beginning, of a log the end", () => {
  const long = `begin${"x".repeat(10_000)}end`;
  assert.ok(shorten(long, "beginning").text.startsWith("begin"));
  assert.ok(shorten(long, "end").text.endsWith("end"));
  assert.is(shorten(long, "end").isWhole, false);
});

test.run();
