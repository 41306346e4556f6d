/**
 * Fetches the emulators that are missing into the user's cache, where the user allows it.
 *
 * @module
 */
import { unzipSync } from "fflate";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EMULATOR_TITLES } from "../emulator-name.ts";
import type { EmulatorName } from "../emulator-name.ts";
import { LocalProblem } from "../start-error.ts";
import { download } from "./download.ts";
import type { DownloadOptions } from "./download.ts";
import { EMULATOR_DOWNLOADS, megabytes } from "./emulator-downloads.ts";
import type { EmulatorDownload } from "./emulator-downloads.ts";
import { cacheDirectory, fetchedJar } from "./emulator-jars.ts";
import type { Env } from "./install-command.ts";
import { showProgress } from "./download-progress.ts";
import type { Output } from "./download-progress.ts";
import { installEmulator } from "./survey.ts";

export interface FetchOptions extends Pick<DownloadOptions, "signal" | "stallMilliseconds"> {
  env: Env;
  output: Output;
  /** A place that has the same files, in place of Google's; null for Google's. */
  mirror: string | null;
  downloads?: Readonly<Record<EmulatorName, EmulatorDownload>>;
}

/** "The Firestore emulator (64 MB) is missing. Fetch it from … into …?" */
export function offerOf(names: EmulatorName[], { env, mirror }: FetchOptions): string {
  const each = names.map(
    (name) => `the ${EMULATOR_TITLES[name]} (${megabytes(EMULATOR_DOWNLOADS[name].bytes)})`,
  );
  const what = each.join(" and ").replace(/^t/, "T");
  const [is, it] = names.length > 1 ? ["are", "them"] : ["is", "it"];
  const from = mirror ?? new URL(EMULATOR_DOWNLOADS.firestore.url).origin;
  return `${what} ${is} missing. Fetch ${it} from ${from} into ${cacheDirectory(env)}?`;
}

/** Fetches emulators, one after the other. Throws a `LocalProblem` where one cannot be had. */
export async function fetchEmulators(names: EmulatorName[], options: FetchOptions): Promise<void> {
  for (const name of names) await fetchEmulator(name, options);
}

async function fetchEmulator(name: EmulatorName, options: FetchOptions): Promise<void> {
  const { env, output, mirror, downloads = EMULATOR_DOWNLOADS, ...rest } = options;
  const file = at(mirror, downloads[name]);
  const jar = fetchedJar(name, env);
  const path = file.zipEntry === undefined ? jar : join(dirname(jar), basename(file.url));
  const onProgress = showProgress(output, EMULATOR_TITLES[name], file.bytes);
  try {
    await download(file, path, { ...rest, onProgress });
  } catch (error) {
    if (!(error instanceof LocalProblem)) throw error;
    throw withRemedy(name, error);
  }
  if (file.zipEntry !== undefined) unpack(path, file.zipEntry, jar);
}

function at(mirror: string | null, file: EmulatorDownload): EmulatorDownload {
  if (mirror === null) return file;
  return { ...file, url: `${mirror.replace(/\/+$/, "")}/${basename(file.url)}` };
}

/** Takes the one entry that is wanted out of a zip, and the zip away. */
function unpack(zip: string, wanted: RegExp, jar: string): void {
  // Another start may have been quicker.
  if (!existsSync(zip) && existsSync(jar)) return;
  const filter = ({ name }: { name: string }) => wanted.test(name);
  const [entry] = Object.values(unzipSync(readFileSync(zip), { filter }));
  if (entry === undefined) {
    throw new LocalProblem(`${zip} is the expected file, and has no emulator in it.`);
  }
  const part = `${jar}.${process.pid}.unpacked`;
  writeFileSync(part, entry);
  renameSync(part, jar);
  rmSync(zip, { force: true });
}

function withRemedy(name: EmulatorName, { message }: LocalProblem): LocalProblem {
  return new LocalProblem(
    `The ${EMULATOR_TITLES[name]} cannot be fetched: ${message}`,
    `Try again, name another source in LOCAL_EMULATOR_MIRROR, or ${installEmulator(name)}`,
  );
}
