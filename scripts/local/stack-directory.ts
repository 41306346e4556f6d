/**
 * The directory of a stack: emptied at every start, used by one stack at a time, and never one that
 * holds something else.
 *
 * @module
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { FAKE_BENCH_DIRECTORY, initialiseDatabase } from "./fake-database.ts";
import { isLocked, takeLock } from "./stack-lock.ts";
import { LocalProblem } from "./start-error.ts";
import { makeVolume, volumeAt } from "./volume.ts";
import type { Volume } from "./volume.ts";

/** What a stack leaves on disk, laid out as a bench. */
export interface StackPaths {
  root: string;
  volume: Volume;
  /** The fake database. */
  database: string;
  /** What the server of Cloud Storage's API keeps. */
  buckets: string;
  logs: string;
  kubeconfig: string;
}

/** Tells a stack's directory from any other. */
const MARKER = ".kairos-stack";

/** By which other commands find a stack that runs. */
const ANNOUNCEMENT = "stack.json";

/** What others need of a stack that runs. */
export interface RunningStack {
  projectId: string;
  pubsubHost: string;
}

/** The apps that the fake image has. */
const APPS = ["frappe", "erpnext"];

export function stackPaths(directory: string): StackPaths {
  const root = resolve(directory);
  const below = (name: string) => join(root, name);
  return {
    root,
    volume: volumeAt(below("volume")),
    database: below("database"),
    buckets: below("buckets"),
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
  makeVolume(paths.volume, root);
  const { sites } = paths.volume;
  mkdirSync(join(sites, "assets"));
  writeFileSync(join(root, MARKER), "");
  writeFileSync(join(sites, "apps.txt"), `${APPS.join("\n")}\n`);
  writeFileSync(join(sites, "common_site_config.json"), "{}\n");
  for (const app of APPS) mkdirSync(join(root, "apps", app), { recursive: true });
  symlinkSync(join(FAKE_BENCH_DIRECTORY, "env"), join(root, "env"));
  initialiseDatabase(paths.database, databaseRootPassword);
  return release;
}

/** Lets others find the stack, when it answers. Call the answer when it ends. */
export function announceStack({ root }: StackPaths, stack: RunningStack): () => void {
  const file = join(root, ANNOUNCEMENT);
  writeFileSync(file, `${JSON.stringify(stack)}\n`);
  return () => rmSync(file, { force: true });
}

/** The stack that runs in a directory; null where none does, or it is only starting. */
export async function findRunningStack(directory: string): Promise<RunningStack | null> {
  const { root } = stackPaths(directory);
  // A stack that was killed has left its file.
  if (!(await isLocked(root))) return null;
  try {
    return JSON.parse(readFileSync(join(root, ANNOUNCEMENT), "utf8")) as RunningStack;
  } catch {
    return null;
  }
}
