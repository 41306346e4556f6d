/**
 * The text of the site scripts, read once when a function starts.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { JobKind } from "../tenant.ts";

/** Each kind's script, whole: what it shares with the others, then its own part. */
export function readSiteScripts(): Record<JobKind, string> {
  const common = textOf("common");
  return { create: `${common}\n${textOf("create")}`, drop: `${common}\n${textOf("drop")}` };
}

function textOf(name: string): string {
  return readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8");
}
