/**
 * The part of a file that has come so far. It lies beside the file and bears the id of the process that
 * writes it, so no two write the same one; what a dead process has left is taken over by a rename, which
 * only one of several can do.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A name for a part of our own, with what was left of an earlier try where there is one. */
export function takePart(path: string): string {
  const own = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
  const largestFirst = abandonedParts(path).toSorted((one, other) => sizeOf(other) - sizeOf(one));
  for (const part of largestFirst) {
    if (tryTo(() => renameSync(part, own))) break;
  }
  return own;
}

/** Leaves a part for whoever tries next. */
export function leavePart(path: string, own: string): void {
  tryTo(() => renameSync(own, `${path}.part`));
}

/** Removes what earlier tries have left, once the file is there. */
export function removeAbandonedParts(path: string): void {
  for (const part of abandonedParts(path)) rmSync(part, { force: true });
}

/** How much of it there is. */
export function sizeOf(part: string): number {
  return statSync(part, { throwIfNoEntry: false })?.size ?? 0;
}

function abandonedParts(path: string): string[] {
  const directory = dirname(path);
  const start = `${basename(path)}.`;
  return readdirSync(directory)
    .filter((name) => name.startsWith(start) && name.endsWith("part"))
    .filter((name) => {
      const pid = /^(\d+)-[0-9a-f]+\.part$/.exec(name.slice(start.length))?.[1];
      return pid === undefined || !isAlive(Number(pid));
    })
    .map((name) => join(directory, name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** False where another process has been quicker. */
function tryTo(rename: () => void): boolean {
  try {
    rename();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
