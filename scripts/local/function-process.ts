/**
 * The processes of the functions: started as in the cloud, by the functions framework.
 *
 * @module
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "../../shared/config.ts";
import type { ProcessSpec } from "./processes.ts";

export type FunctionName = "api" | "provision" | "cleanup";

export const FUNCTION_NAMES: FunctionName[] = ["api", "provision", "cleanup"];

/** How a function's process is started at a port of the loopback address. */
export function functionSpec(name: FunctionName, port: number, env: Environment): ProcessSpec {
  const framework = createRequire(import.meta.url).resolve("@google-cloud/functions-framework");
  return {
    name,
    command: process.execPath,
    args: [
      "--import",
      fileURLToPath(new URL("loopback.mjs", import.meta.url)),
      join(framework, "../main.js"),
      `--source=${fileURLToPath(new URL(`../../functions/${name}/index.ts`, import.meta.url))}`,
      `--target=${name}`,
      `--port=${port}`,
      // Or the framework would answer /favicon.ico and /robots.txt itself, with nothing.
      "--ignored-routes=",
    ],
    env: { ...env },
  };
}
