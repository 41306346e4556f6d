/**
 * The directory of a stack: emptied at every start, used by one stack at a time, and never one that
 * holds something else.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { FAKE_BENCH_DIRECTORY, initialiseDatabase } from "./fake-database.ts";
import { takeLock } from "./stack-lock.ts";
import { LocalProblem } from "./start-error.ts";

/** What a stack leaves on disk, laid out as a bench. */
export interface StackPaths {
  root: string;
  sites: string;
  /** The fake database. */
  database: string;
  logs: string;
  kubeconfig: string;
}

/** Tells a stack's directory from any other. */
const MARKER = ".kairos-stack";

/** The apps that the fake image has. */
const APPS = ["frappe", "erpnext"];

export function stackPaths(directory: string): StackPaths {
  const root = resolve(directory);
  const below = (name: string) => join(root, name);
  return {
    root,
    sites: below("sites"),
    database: below("database"),
    logs: below("logs"),
    kubeconfig: below("kubeconfig"),
  };
}

/**
 * Takes a directory for a stack and empties it. Throws a `LocalProblem` when another stack has it, or
 * when it holds something that no stack has left. Call the answer to give it back.
 */
export async function takeDirectory(
  paths: StackPaths,
  databaseRootPassword: string,
): Promise<() => void> {
  const { root } = paths;
  if (existsSync(root) && readdirSync(root).length > 0 && !existsSync(join(root, MARKER))) {
    throw new LocalProblem(
      `${root} holds something else, and a stack's directory is emptied at its start.`,
      "Choose another one with: npm start -- --directory DIR.",
    );
  }
  const release = await takeLock(root);
  if (release === null) {
    throw new LocalProblem(
      `Another stack runs in ${root}.`,
      "End it, or choose another directory with: npm start -- --directory DIR.",
    );
  }
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(paths.sites, "assets"), { recursive: true });
  writeFileSync(join(root, MARKER), "");
  writeFileSync(join(paths.sites, "apps.txt"), `${APPS.join("\n")}\n`);
  writeFileSync(join(paths.sites, "common_site_config.json"), "{}\n");
  for (const app of APPS) mkdirSync(join(root, "apps", app), { recursive: true });
  symlinkSync(join(FAKE_BENCH_DIRECTORY, "env"), join(root, "env"));
  initialiseDatabase(paths.database, databaseRootPassword);
  return release;
}
