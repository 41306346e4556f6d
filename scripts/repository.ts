/**
 * The repository that this lies in, and its files.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("..", import.meta.url));

/** Reads a file of the repository. */
export function readRepositoryFile(path: string): Uint8Array {
  return readFileSync(join(repository, path));
}

/** Reads a JSON file of the repository. */
export function readRepositoryJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repository, path), "utf8"));
}

/** The package that a path below node_modules belongs to, as a path; null for a file of ours. */
export function packageFolderOf(path: string): string | null {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null;
}
