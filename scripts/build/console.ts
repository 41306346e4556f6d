/**
 * The operator's console, built: its script and its style sheet, each with its hash in its name, and compressed
 * beforehand, so that no function does it when it answers.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { BuiltFiles } from "../../functions/api/console/console-files.ts";
import { repository } from "../repository.ts";
import type { Files } from "./archive.ts";
import { licencesOf } from "./licences.ts";

/** Where the function finds it. */
export const BUILT_CONSOLE = "functions/api/console/built";

/** All files of the console, by their names. The same sources give the same files. */
export async function buildConsole(): Promise<Files> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: repository,
    entryPoints: {
      console: "functions/api/console/app/main.tsx",
      style: "functions/api/console/app/style/console.css",
    },
    // Nothing is written; what comes out is named from here.
    outdir: repository,
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: "browser",
    // What `light-dark()` and `Map.groupBy` need: browsers of the year 2024.
    target: ["chrome123", "firefox120", "safari17.5"],
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    // Else the hashes would depend on where node_modules really lies.
    preserveSymlinks: true,
    logLevel: "warning",
  });
  const built = outputFiles.map(({ path, contents }) => [basename(path), contents] as const);
  const nameOf = (ending: string) => built.find(([name]) => extname(name) === ending)?.[0] ?? "";
  const manifest: BuiltFiles = { script: nameOf(".js"), style: nameOf(".css") };
  const licences = Buffer.from(licencesOf(Object.keys(metafile.inputs)));
  return new Map<string, Uint8Array>([
    ...built.flatMap(compressed),
    ...compressed(["licences.txt", licences]),
    ["files.json", Buffer.from(JSON.stringify(manifest))],
  ]);
}

function compressed([name, contents]: readonly [string, Uint8Array]): [string, Uint8Array][] {
  const size = { [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  return [
    [name, contents],
    [`${name}.br`, brotliCompressSync(contents, { params: size })],
    [`${name}.gz`, gzipSync(contents, { level: 9 })],
  ];
}

/**
 * Builds it to where the function finds it. Several processes may do so at once: each file is put into its place whole,
 * and the manifest last.
 */
export async function writeConsole(): Promise<void> {
  const folder = join(repository, BUILT_CONSOLE);
  const files = await buildConsole();
  mkdirSync(folder, { recursive: true });
  const last = (name: string) => (name === "files.json" ? 1 : 0);
  for (const [name, contents] of [...files].toSorted(([a], [b]) => last(a) - last(b))) {
    const unfinished = join(folder, `${name}.${process.pid}`);
    writeFileSync(unfinished, contents);
    renameSync(unfinished, join(folder, name));
  }
  for (const name of readdirSync(folder)) {
    const isOfOlderBuild = /^(console|style)-[A-Z0-9]+\.(css|js)(\.br|\.gz)?$/.test(name);
    if (isOfOlderBuild && !files.has(name)) rmSync(join(folder, name), { force: true });
  }
}
