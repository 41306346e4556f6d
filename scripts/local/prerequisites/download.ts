/**
 * Fetches a large file: what breaks off is gone on with, and nothing is put in place before it is verified.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { LocalProblem } from "../start-error.ts";
import { megabytes } from "./emulator-downloads.ts";
import type { Download } from "./emulator-downloads.ts";
import { leavePart, removeAbandonedParts, sizeOf, takePart } from "./partial-file.ts";

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Called with how many bytes are there. */
  onProgress?: (bytes: number) => void;
  /** A connection on which nothing comes for so long has broken off. */
  stallMilliseconds?: number;
}

/** A server that gives a little each time is not asked for ever. */
const MAX_TRIES = 50;

/** What may be wrong with the user's disk. */
const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"]);

/**
 * Puts a file at a path, whole, and verified by its SHA-256. Several may do so at once. Throws a
 * `LocalProblem` where it cannot be had; what came of it by then is left for the next try.
 */
export async function download(
  file: Download,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  if (existsSync(path) && (await isRight(path, file))) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const part = takePart(path);
    try {
      await fetchAll(file, part, options);
      await requireRight(file, part);
      renameSync(part, path);
    } finally {
      leavePart(path, part);
    }
    removeAbandonedParts(path);
  } catch (error) {
    throw isOfTheDisk(error) ? cannotWrite(path, error) : error;
  }
}

/** Asks for the rest again and again, as long as each time something comes. */
async function fetchAll(file: Download, part: string, options: DownloadOptions): Promise<void> {
  let have = startOf(file, part);
  for (let tries = 1; have < file.bytes; tries++) {
    try {
      await fetchRest(file, part, have, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof LocalProblem || isOfTheDisk(error)) throw error;
      const now = sizeOf(part);
      const isBegunAnew = have > 0 && now === 0;
      if (tries >= MAX_TRIES || !(now > have || isBegunAnew)) throw brokenOff(file, now, error);
    }
    have = sizeOf(part);
  }
}

/** What is larger than the file was never a part of it. */
function startOf(file: Download, part: string): number {
  if (sizeOf(part) > file.bytes) rmSync(part);
  return sizeOf(part);
}

async function fetchRest(
  file: Download,
  part: string,
  have: number,
  { signal, onProgress = () => {}, stallMilliseconds = 30_000 }: DownloadOptions,
): Promise<void> {
  const stalled = new AbortController();
  const stall = () => stalled.abort(new Error("nothing came any more"));
  const signals = signal === undefined ? [stalled.signal] : [signal, stalled.signal];
  let timer = setTimeout(stall, stallMilliseconds);
  const handle = await open(part, "a");
  try {
    const response = await ask(file, have, AbortSignal.any(signals));
    let position = await placeOf(response, file, have, handle);
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(stall, stallMilliseconds);
      position += chunk.length;
      if (position > file.bytes) throw refused(file, part, "it is larger");
      await handle.appendFile(chunk);
      onProgress(position);
    }
    if (position < file.bytes) throw new Error("the connection was closed");
    await handle.sync();
  } finally {
    clearTimeout(timer);
    await handle.close();
  }
}

async function ask({ url }: Download, have: number, signal: AbortSignal): Promise<Response> {
  // What is packed on the way has other places than the file.
  const headers = { "Accept-Encoding": "identity", ...(have > 0 && { Range: `bytes=${have}-` }) };
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new LocalProblem(`${url} cannot be reached (${reasonOf(error)}).`);
  }
}

/** Where the body begins in the file: at what there is, or at 0, since not every server gives a rest. */
async function placeOf(
  response: Response,
  file: Download,
  have: number,
  handle: FileHandle,
): Promise<number> {
  const { status, headers } = response;
  const goesOn = headers.get("content-range")?.startsWith(`bytes ${have}-`) === true;
  if (status === 206 && goesOn) return have;
  await handle.truncate(0);
  if (status === 200) return 0;
  await response.body?.cancel();
  // No such rest: begun anew, without a range, that cannot come again.
  if (have > 0 && (status === 206 || status === 416)) throw new Error(`HTTP ${status}`);
  throw new LocalProblem(`${file.url} answers HTTP ${status}.`);
}

async function requireRight(file: Download, part: string): Promise<void> {
  if (!(await isRight(part, file))) throw refused(file, part, "its SHA-256 is another");
}

async function isRight(path: string, { sha256 }: Download): Promise<boolean> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex") === sha256;
}

/** Removes what is not the file, so that the next try does not go on with it. */
function refused({ url }: Download, part: string, why: string): LocalProblem {
  rmSync(part, { force: true });
  return new LocalProblem(`What ${url} gave is not the expected file (${why}); it was removed.`);
}

function brokenOff({ url, bytes }: Download, have: number, error: unknown): LocalProblem {
  return new LocalProblem(
    `${url} broke off after ${megabytes(have)} of ${megabytes(bytes)} (${reasonOf(error)}); the next start goes on from there.`,
  );
}

function isOfTheDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && DISK_CODES.has((error as NodeJS.ErrnoException).code ?? "");
}

function cannotWrite(path: string, { code = "" }: NodeJS.ErrnoException): LocalProblem {
  return new LocalProblem(`${path} cannot be written (${code}).`);
}

/** The client says no more than "fetch failed", and has the reason as its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  if (!(cause instanceof Error)) return message;
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}
