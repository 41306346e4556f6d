/**
 * Whether this process found its code compiled. A function's build fills a compile cache where the function
 * will run (https://nodejs.org/api/module.html#module-compile-cache); for another version of Node, another
 * processor or another user it is of no use, and Node says nothing of it. So a function says it.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import type { Environment } from "../configuration/settings.ts";
import { writeLogLine } from "./log.ts";

type CompileCacheState = "hit" | "miss" | "off";

/**
 * What became of the cache that the variable `NODE_COMPILE_CACHE` names, given the folder that Node takes: it is
 * named after all that a cache depends on. Node makes it where it is missing, and writes into it only when the process
 * ends, so that one that is empty is a miss; where Node cannot make it, it takes none.
 */
export function findCompileCache(
  env: Environment,
  directory: string | undefined,
): CompileCacheState {
  if (!env["NODE_COMPILE_CACHE"]) return "off";
  if (directory === undefined) return "miss";
  try {
    return readdirSync(directory).length > 0 ? "hit" : "miss";
  } catch {
    return "miss";
  }
}

/** Logs it: a miss as a warning, for each start of an instance takes longer while it lasts. */
export function logCompileCache(env: Environment): void {
  const compileCache = findCompileCache(env, getCompileCacheDir());
  const severity = { hit: "INFO", miss: "WARNING", off: "DEBUG" } as const;
  writeLogLine(severity[compileCache], `compile cache: ${compileCache}`, {
    compileCache,
    node: process.version,
  });
}
