/**
 * The programs that the local stack runs and does not bring along: Java, for the emulators, and Python, for
 * the fake bench.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { SYSTEM_PATH } from "../fake-database.ts";
import { LocalProblem } from "../start-error.ts";
import { findOnPath, installCommand } from "./install-command.ts";
import type { Env, Program } from "./install-command.ts";

export const MIN_JAVA = 17;

export interface Java {
  path: string;
  /** Its major version. */
  version: number;
}

/** Finds a Java that is new enough. Throws a `LocalProblem` where there is none. */
export function findJava(env: Env): Java {
  const path = findOnPath("java", env["PATH"]);
  if (path === null) throw problemOf("java", "Java is missing: there is no java on the PATH.", env);
  const { stderr } = spawnSync(path, ["-version"], { encoding: "utf8", env: { ...env } });
  // Before 9 it was "1.8.0"; macOS has a java that only says that there is none.
  const version = Number(/version "(?:1\.)?(\d+)/.exec(stderr ?? "")?.[1] ?? Number.NaN);
  if (version >= MIN_JAVA) return { path, version };
  const is = Number.isNaN(version) ? "does not tell its version" : `is Java ${version}`;
  const said = `The emulators need Java ${MIN_JAVA} or newer, and ${path} ${is}.`;
  throw problemOf("java", said, env);
}

/**
 * Looks for a Python that is new enough where the fake bench will, which is not the caller's own PATH.
 * Throws a `LocalProblem` where there is none.
 */
export function requirePython(env: Env, path = SYSTEM_PATH): void {
  const python = findOnPath("python3", path);
  if (python === null) {
    throw problemOf("python3", `Python is missing: there is no python3 in ${path}.`, env);
  }
  const program = "import sys; print('%d.%d' % sys.version_info[:2])";
  const { stdout } = spawnSync(python, ["-c", program], { encoding: "utf8", env: { ...env } });
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec((stdout ?? "").trim()) ?? [];
  if (Number(major) === 3 && Number(minor) >= 9) return;
  const is = major === undefined ? "does not run" : `is Python ${major}.${minor}`;
  const said = `The fake bench needs Python 3.9 or newer, and ${python} ${is}.`;
  throw problemOf("python3", said, env);
}

function problemOf(program: Program, said: string, env: Env): LocalProblem {
  return new LocalProblem(said, installCommand(program, env));
}
