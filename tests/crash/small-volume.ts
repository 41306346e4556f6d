/**
 * A file system of a few megabytes that a test may fill to its last byte and its last file.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { SiteBench, Work } from "../testkit/site-bench.ts";

/** What there shall be nothing left of; `names` fills a directory's last block too. */
export type Scarce = "bytes" | "inodes" | "names";

export interface SmallVolume {
  /** Fills it. Names are filled in one directory of it. */
  fill: (scarce: Scarce[], directory: string) => void;
  /** Removes what filled it. */
  free: () => void;
  unmount: () => void;
}

/** Why no such volume can be had here; null where it can. */
export function missingVolume(): string | null {
  const directory = mkdtempSync(join(tmpdir(), "kairos-volume-"));
  try {
    mountVolume(directory).unmount();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Mounts an empty one. */
export function mountVolume(directory: string): SmallVolume {
  const image = `${directory}.image`;
  writeFileSync(image, "");
  truncateSync(image, 8 * 1024 * 1024);
  const isMounted = () => spawnSync("mountpoint", ["-q", directory]).status === 0;
  const unmount = () => {
    if (isMounted()) spawnSync("umount", ["--lazy", directory]);
    rmSync(image, { force: true });
    process.off("exit", unmount);
  };
  process.on("exit", unmount);
  try {
    // Small blocks, and none of them for root alone.
    run("mkfs.ext4", "-q", "-b", "1024", "-N", "512", "-m", "0", "-O", "^has_journal", image);
    run("mount", "-o", "loop", image, directory);
  } catch (error) {
    unmount();
    throw error;
  }
  const filler = join(directory, "filler");
  const fillers: string[] = [filler];

  function fill(scarce: Scarce[], named: string): void {
    mkdirSync(filler, { recursive: true });
    if (scarce.includes("inodes")) makeFiles(join(filler, "file"));
    // A file that is there takes bytes, where none can be made any more.
    if (scarce.includes("bytes"))
      takeBytes(join(filler, scarce.includes("inodes") ? "file-0" : "all"));
    if (scarce.includes("names")) fillers.push(...makeFiles(join(named, "x")));
  }

  return {
    fill,
    free: () => {
      for (const path of fillers) rmSync(path, { recursive: true, force: true });
    },
    unmount,
  };
}

/** A small disk of their own for the containers of a bench, whose scratch is on it with that environment. */
export interface Scratch {
  volume: SmallVolume;
  env: { TMPDIR: string };
}

export function mountScratch({ directory }: SiteBench): Scratch {
  const place = join(directory, "small-scratch");
  mkdirSync(place);
  return { volume: mountVolume(place), env: { TMPDIR: place } };
}

/** Has a Job find it full from its start on, and then from its first steps on, and free again when it has said so. */
export async function findScratchFull(
  bench: SiteBench,
  { volume: { fill, free }, env }: Scratch,
  work: Work,
): Promise<void> {
  fill(["bytes"], env.TMPDIR);
  const begun = await bench.run({ ...work, env });
  // Where a container leaves no message, Kubernetes takes the end of its log.
  assert.equal([begun.status, begun.message], [1, null], work.kind);
  assert.match(begun.output, /No space left on device/);
  free();
  const { status, message, output } = await bench.run({
    ...work,
    env,
    pause: { container: 0, beforeCommand: 60 },
    meanwhile: async () => fill(["bytes"], env.TMPDIR),
  });
  // Python has a status of its own for what it could not say either.
  assert.is.not(status, 0, output);
  assert.match(message?.reason ?? "", /No space left on device|, the Pod's own disk$/);
  assert.is(message?.code, undefined);
  free();
}

/** Makes empty files until no more can be made. */
function makeFiles(prefix: string): string[] {
  const made: string[] = [];
  while (isDone(() => writeFileSync(`${prefix}-${made.length}`, ""))) {
    made.push(`${prefix}-${made.length}`);
  }
  return made;
}

function takeBytes(path: string): void {
  const file = openSync(path, "a");
  for (const size of [65_536, 1024]) {
    const bytes = Buffer.alloc(size, "x");
    while (isDone(() => writeSync(file, bytes))) continue;
  }
  closeSync(file);
  // What was promised to files is taken now, and what that leaves too.
  run("sync", "-f", path);
}

/** False where there is no room for it. */
function isDone(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}

function run(program: string, ...args: string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program}: ${stderr.trim()}`);
}
