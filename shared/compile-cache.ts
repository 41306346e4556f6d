/**
 * Whether this process found its code compiled. A function's build fills a compile cache where the function
 * will run (https://nodejs.org/api/module.html#module-compile-cache); for another version of Node, another
 * processor or another user it is of no use, and Node says nothing of it. So a function says it.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import { log } from "./log.ts";

export type CompileCacheState = "hit" | "miss" | "off";

/**
 * Looks where Node looks: in a folder that is named after all that a cache depends on. Node makes it where it is
 * missing, and writes into it only when the process ends, so that one that is empty is a miss.
 */
export function findCompileCache(directory = getCompileCacheDir()): CompileCacheState {
  if (directory === undefined) return "off";
  return readdirSync(directory).length > 0 ? "hit" : "miss";
}

/** Logs it: a miss as a warning, for each start of an instance takes longer until the next deployment. */
export function logCompileCache(): void {
  const compileCache = findCompileCache();
  const severity = { hit: "INFO", miss: "WARNING", off: "DEBUG" } as const;
  log(severity[compileCache], `compile cache: ${compileCache}`, {
    compileCache,
    node: process.version,
  });
}
