/**
 * Runs a script of the chart, as its container would.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartDirectory } from "./chart.ts";

export interface ScriptRun {
  status: number | null;
  output: string;
}

/** Asynchronously, for the test itself may be what the script talks to. */
export function runScript(
  script: string,
  env: Record<string, string>,
  args: string[] = [],
): Promise<ScriptRun> {
  const program = script.endsWith(".py") ? "python3" : "bash";
  const PATH = process.env["PATH"] ?? "";
  const child = spawn(program, [join(chartDirectory, "files", script), ...args], {
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (output += piece.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      resolve({ status, output });
    });
  });
}

/** A directory for the PATH with one fake program, written in bash. Gives the PATH. */
export function fakeCluster(directory: string, name: string, script: string): string {
  const programs = join(directory, "programs");
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, name), `#!/usr/bin/env bash\nset -euo pipefail\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
  return `${programs}:${process.env["PATH"] ?? ""}`;
}
