/**
 * The text of the site scripts, read once when a function starts.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { siteScripts } from "./job-manifest.ts";
import type { SiteScripts } from "./job-manifest.ts";

/** The script of every container of every kind of site Job, each whole. */
export function readSiteScripts(): SiteScripts {
  return siteScripts(({ script }) => script.map(part).join("\n"));
}

/** A shell script as it is; a program in Python as a shell variable that `python3 -c` takes. */
function part(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  if (!path.endsWith(".py")) return text;
  const name = path.slice(path.lastIndexOf("/") + 1, -".py".length);
  return `# shellcheck disable=SC2016\n${name}_py=${quote(text)}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
