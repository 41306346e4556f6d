/**
 * A function as a few files: its own modules and all packages that it uses, but for the functions framework.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { readFileSync } from "node:fs";
import { basename, parse } from "node:path";
import { BUNDLE_NAME } from "../local/function-process.ts";
import type { FunctionName } from "../local/function-process.ts";
import { repository } from "../repository.ts";
import type { Files } from "./archive.ts";
import { stubs } from "./stubs.ts";
import { compiledValidators } from "./validators.ts";
import { usedCalls } from "./used-calls.ts";
import { usedMessages } from "./used-messages.ts";

/**
 * What is not bundled, and so is installed beside the bundle. The framework keeps the functions that
 * register themselves in a variable of its own: in a bundled copy of it, the one that runs would not
 * find them. It is the platform's part, too, which the platform starts.
 */
export const EXTERNAL = ["@google-cloud/functions-framework"] as const;

/** What changes packages on their way into a bundle, each for a faster start. */
export const REWRITES: readonly esbuild.Plugin[] = [
  compiledValidators,
  stubs,
  usedMessages,
  usedCalls,
];

/** What CommonJS packages expect to be there, and an ES module does not have. */
const COMMONJS_NAMES = `import { createRequire as createBundleRequire } from "node:module";
const require = createBundleRequire(import.meta.url);
const __dirname = import.meta.dirname;`;

/** How a bundle is made. What is deployed is made without any; a benchmark compares. */
export interface BundleOptions {
  /** What changes packages on their way into the bundle: all of `REWRITES` where nothing is said. */
  rewrites?: readonly esbuild.Plugin[];
  /** How esbuild shortens code: white space only where nothing is said. */
  minify?: Pick<esbuild.BuildOptions, "minify" | "minifyWhitespace" | "keepNames">;
}

export interface Bundle {
  /** By name: the function's file, and those that it loads when it needs them. */
  files: Files;
  /** The files that went into it, relative to the repository, with forward slashes. */
  inputs: string[];
}

/**
 * Bundles a function. It is ES modules: those start faster than CommonJS, what is imported late comes into
 * a file of its own, and `import.meta.url` says where the files beside it lie. Names are kept, so that the
 * stack traces in the logs have those of the sources without a source map, which Node would parse at every start.
 */
export function bundle(name: FunctionName, options: BundleOptions = {}): Promise<Bundle> {
  return bundleFrom(`functions/${name}/index.ts`, options);
}

/** The same for any module of the repository. */
export async function bundleFrom(
  entry: string,
  { rewrites = REWRITES, minify = { minifyWhitespace: true } }: BundleOptions = {},
): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: repository,
    entryPoints: { [parse(BUNDLE_NAME).name]: entry },
    // Nothing is written; what comes out is named from here.
    outdir: repository,
    outExtension: { ".js": parse(BUNDLE_NAME).ext },
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node24",
    format: "esm",
    external: [...EXTERNAL],
    banner: { js: COMMONJS_NAMES },
    legalComments: "none",
    ...minify,
    // Else the comments that name the modules would depend on where node_modules really lies.
    preserveSymlinks: true,
    plugins: [onlyVersions, ...rewrites],
    logLevel: "warning",
  });
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])),
    inputs: Object.keys(metafile.inputs).filter(isFile).toSorted(),
  };
}

/** What a plugin has made up bears its namespace before a colon. */
function isFile(input: string): boolean {
  return !input.includes(":");
}

/**
 * Of a package.json that a module of ours imports, only the version is of use. The rest, such as the names
 * of all development dependencies, stays here.
 */
const onlyVersions: esbuild.Plugin = {
  name: "only-versions",
  setup(build) {
    build.onLoad({ filter: /package\.json$/ }, ({ path, with: attributes }) => {
      // Packages require theirs, without attributes, and may want any part of it.
      if (basename(path) !== "package.json" || attributes["type"] !== "json") return null;
      const { name, version } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
  },
};
