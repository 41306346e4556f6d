/**
 * What is deployed as a function: the files of its folder, in memory.
 *
 * @module
 */
import { BUNDLE_NAME } from "../local/function-process.ts";
import type { FunctionName } from "../local/function-process.ts";
import { readRepositoryFile, readRepositoryJson } from "../repository.ts";
import type { Files } from "./archive.ts";
import { bundle, EXTERNAL } from "./bundle.ts";
import { writeConsole } from "./console.ts";
import type { BundleOptions } from "./bundle.ts";
import { LICENCES_NAME, licencesOf } from "./licences.ts";
import { functionLock, functionManifest } from "./package-files.ts";
import type { Lock, Manifest } from "./package-files.ts";
import { runTimeFilesOf } from "./run-time-files.ts";

/** Builds a function's folder. */
export async function buildFunction(name: FunctionName, options?: BundleOptions): Promise<Files> {
  const { files, inputs } = await bundle(name, options);
  if (name === "api") await writeConsole();
  const runTimeFiles = runTimeFilesOf(inputs);
  const manifest = functionManifest(readRepositoryJson("package.json") as Manifest, {
    name,
    main: BUNDLE_NAME,
    external: EXTERNAL,
  });
  const lock = functionLock(readRepositoryJson("package-lock.json") as Lock, manifest);
  const licences = licencesOf([...inputs, ...runTimeFiles.map(({ source }) => source)]);
  return new Map<string, Uint8Array>([
    ...files,
    ["package.json", toJson(manifest)],
    ["package-lock.json", toJson(lock)],
    ["LICENSE", readRepositoryFile("LICENSE")],
    [LICENCES_NAME, Buffer.from(licences)],
    ...runTimeFiles.map(({ path, source }) => [path, readRepositoryFile(source)] as const),
  ]);
}

function toJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
