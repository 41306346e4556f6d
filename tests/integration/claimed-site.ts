/**
 * What a customer could tell a claimed site from a fresh one by: all of both, made comparable.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";

/** What is told of something that is not the same in any two sites, and why that is no matter. */
export interface Difference {
  what: RegExp;
  why: string;
}

/** All that is there, one thing a line, with the site's own name left out. */
export function filesOf(root: string, site: string): string[] {
  const lines: string[] = [];
  const add = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const name = relative(root, path);
      if (entry.isDirectory()) {
        lines.push(`${name}/`);
        add(path);
      } else if (entry.isSymbolicLink()) lines.push(`${name} -> ${readlinkSync(path)}`);
      else lines.push(`${name}: ${readFileSync(path, "utf8")}`);
    }
  };
  add(root);
  return lines.map((line) => withoutChance(line, site)).toSorted();
}

/** As Frappe gives them to rows that nobody named. */
const RANDOM_NAME =
  /(?<![\w-])(?:(?=[0-9a-v]*\d)[0-9a-v]{10}|[0-9a-f]{10,64})(?![\w-])|(?<=`name`=)[0-9a-v]{10}(?= |$)/g;

/** A text without the site's name, keys, hashes and times, of which there are no two the same. */
export function withoutChance(text: string, site: string): string {
  return text
    .replaceAll(site, "SITE")
    .replaceAll(/(?<![\w-])[\w-]{43}=/g, "(a key)")
    .replaceAll(/\$pbkdf2-sha256\$[^\s"]+/g, "(a password)")
    .replaceAll(RANDOM_NAME, "(a name)")
    .replaceAll(/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?\b/g, "(a time)");
}

/** The lines that one has and the other has not, but for what is known to differ. */
export function differences(
  fresh: readonly string[],
  claimed: readonly string[],
  known: readonly Difference[],
): string[] {
  const isKnown = (line: string) => known.some(({ what }) => what.test(line));
  return [...without(fresh, claimed, "fresh: "), ...without(claimed, fresh, "claimed: ")].filter(
    (line) => !isKnown(line),
  );
}

/** Those lines of one list that the other has not as often. */
function without(lines: readonly string[], others: readonly string[], prefix: string): string[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(other, (counts.get(other) ?? 0) + 1);
  return lines.flatMap((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count > 0 ? [] : [`${prefix}${line.slice(0, 400)}`];
  });
}
