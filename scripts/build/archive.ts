/**
 * A folder's files as a zip that is the same, byte for byte, wherever and whenever it is made.
 *
 * @module
 */
import { zipSync } from "fflate";
import type { Zippable } from "fflate";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** By path, with forward slashes. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Writes the files into a folder, which is made. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

/** A zip knows local times only, so this is the same hour in every time zone. It knows none before 1980. */
const WRITTEN_AT = new Date(1980, 0, 1, 12);

/** A plain file that everybody may read, as Unix writes it: what a zip bears in its upper half. */
const UNIX = 3;
const PERMISSIONS = (0o100644 << 16) >>> 0;

/**
 * Zips the files. The compressor is JavaScript: that of Node compresses differently from version to version
 * and processor to processor.
 */
export function zip(files: Files): Uint8Array {
  const entries: Zippable = {};
  for (const path of [...files.keys()].toSorted()) {
    entries[path] = [files.get(path) ?? new Uint8Array(), {}];
  }
  return zipSync(entries, { level: 9, mtime: WRITTEN_AT, os: UNIX, attrs: PERMISSIONS });
}
