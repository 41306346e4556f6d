/**
 * The directory of a stack: emptied at every start, used by one stack at a time, and never one that
 * holds something else.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Bench } from "../../shared/configuration/bench.ts";
import { initialiseDatabase } from "./fake-database.ts";
import { appsOfImage, makeFakeImage } from "./fake-image.ts";
import { isLocked, takeLock } from "./stack-lock.ts";
import { LocalProblem } from "./start-error.ts";
import { makeDirectories, sitesOfBench, volumeAt } from "./volume.ts";
import type { Volume } from "./volume.ts";

/** What a stack leaves on disk. */
export interface StackPaths {
  root: string;
  /** Of each bench's image, by the bench's name, the directory that its containers work in. */
  images: string;
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

export function stackPaths(directory: string): StackPaths {
  const root = resolve(directory);
  const below = (name: string) => join(root, name);
  return {
    root,
    images: below("images"),
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
  benches: readonly Bench[],
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
  makeDirectories(paths.volume);
  writeFileSync(join(root, MARKER), "");
  for (const bench of benches) makeBench(bench, paths);
  initialiseDatabase(paths.database, databaseRootPassword);
  return release;
}

/** The bench's directory on the volume, and its image. */
function makeBench({ name, image, apps }: Bench, { volume, images }: StackPaths): void {
  const sites = sitesOfBench(volume.root, name);
  const found = appsOfImage(image, apps);
  mkdirSync(join(sites, "assets"), { recursive: true });
  writeFileSync(join(sites, "apps.txt"), `${Object.keys(found).join("\n")}\n`);
  writeFileSync(join(sites, "common_site_config.json"), "{}\n");
  makeFakeImage(join(images, name), sites, found);
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
