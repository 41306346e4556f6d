/**
 * Out of what a program has printed, the last line that says something to a person.
 *
 * @module
 */

/** How much of a line is kept. */
const MAX_LENGTH = 1000;

/** What colours and moves the cursor on a terminal. */
// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** Control characters, and what stands for bytes that are no text. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\ufffd]+/gu;

/** What bash says of a child that was killed: `line 12:   712 Killed   bench migrate`. */
const NOTICE_OF_BASH = /(?:^|: )line \d+:\s+\d+\s+[A-Z][a-z]/;

/** `Updating DocTypes : [====    ] 40%`, `40%|####   | 4/10`, `[====]`. */
const PROGRESS_BAR = /\[[=#>.\s-]*\]\s*\d{0,3}\s*%?\s*$|\d{1,3}\s?%\s*\||^\d{1,3}\s?%$/;

/** A line without control characters and half characters. */
export function printable(text: string): string {
  return text.replace(ESCAPES, "").toWellFormed().replaceAll(UNPRINTABLE, " ").trim();
}

/** As much of a line as is kept, cut between two characters. */
export function shortened(line: string): string {
  return line.length <= MAX_LENGTH ? line : [...line].slice(0, MAX_LENGTH).join("");
}

/** One line of printable text: no control characters, no half characters, not too long. */
export function tidy(text: string): string {
  return shortened(printable(text));
}

/** The last line that is neither empty, nor a progress bar, nor bash's own notice; "" without one. */
export function lastWords(printed: string): string {
  const lines = printed.split(/[\r\n]+/).map(tidy);
  return lines.findLast((line) => /[\p{L}\p{N}]/u.test(line) && !isNoise(line)) ?? "";
}

function isNoise(line: string): boolean {
  return NOTICE_OF_BASH.test(line) || PROGRESS_BAR.test(line);
}
