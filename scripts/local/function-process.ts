/**
 * The processes of the functions: started as in the cloud, by the functions framework.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import { LocalProblem } from "./start-error.ts";
import type { ProcessSpec } from "./processes.ts";

export const FUNCTION_NAMES = ["api", "provision", "cleanup", "publish"] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/**
 * A built function's file. The name tells the framework that it is an ES module; of a `.js` file it would
 * first look for the package.json, which takes a third of its own start.
 */
export const BUNDLE_NAME = "index.mjs";

/** Where each function's code lies. */
export type FunctionFiles = Record<FunctionName, string>;

/** The functions as they lie in the repository. */
export const SOURCES = filesOf((name) =>
  fileURLToPath(new URL(`../../functions/${name}/index.ts`, import.meta.url)),
);

/** The functions in a directory of `npm run build`. Throws a `LocalProblem` when one is not there. */
export function findBuiltFunctions(directory: string): FunctionFiles {
  return filesOf((name) => {
    const file = resolve(directory, name, BUNDLE_NAME);
    if (existsSync(file)) return file;
    throw new LocalProblem(`There is no ${file}.`, "Build the functions with: npm run build.");
  });
}

function filesOf(find: (name: FunctionName) => string): FunctionFiles {
  return {
    api: find("api"),
    provision: find("provision"),
    cleanup: find("cleanup"),
    publish: find("publish"),
  };
}

/** How a function's process is started at a port: from its source, unless it is told another file. */
export function functionSpec(
  name: FunctionName,
  port: number,
  env: Environment,
  files: FunctionFiles = SOURCES,
): ProcessSpec {
  return frameworkSpec(name, files[name], port, env);
}

/**
 * How whatever a file registers under a name is started at a port of the loopback address. It runs on the
 * functions framework that the file itself finds.
 */
export function frameworkSpec(
  name: string,
  file: string,
  port: number,
  env: Environment,
): ProcessSpec {
  const framework = createRequire(file).resolve("@google-cloud/functions-framework");
  return {
    name,
    command: process.execPath,
    args: [
      "--require",
      fileURLToPath(new URL("loopback.cjs", import.meta.url)),
      join(framework, "../main.js"),
      `--source=${file}`,
      `--target=${name}`,
      `--port=${port}`,
    ],
    env: { ...env },
  };
}
