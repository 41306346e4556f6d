/**
 * The last lines of a site Job's log, fit to be kept: few, printable, and without secrets. Pure.
 *
 * @module
 */
import { printable, shortened } from "./last-words.ts";
import { withoutSecrets } from "./secrets-in-text.ts";

const MAX_LINES = 50;
const MAX_BYTES = 32 * 1024;

/** The last lines over the logs of all containers, in their order; null where none says anything. */
export function lastLines(logs: string[]): string | null {
  const lines: string[] = [];
  let bytes = 0;
  for (const raw of logs.flatMap((log) => log.split("\n")).toReversed()) {
    const line = keptOf(raw);
    if (line === "") continue;
    // With the end of the line. What is too much goes at the front, by whole lines.
    bytes += Buffer.byteLength(line) + 1;
    if (lines.length === MAX_LINES || bytes > MAX_BYTES) break;
    lines.unshift(line);
  }
  return lines.length === 0 ? null : lines.join("\n");
}

/** Shortened last, so that no half of a secret is left which nothing looks like any more. */
function keptOf(line: string): string {
  return shortened(withoutSecrets(printable(lastState(line))));
}

/** Of what a terminal would write over itself, the end. */
function lastState(line: string): string {
  return line.split("\r").findLast((state) => state.trim() !== "") ?? "";
}
