/**
 * The files that modules read beside themselves when they run, and which no bundle holds.
 *
 * @module
 */
import { globSync } from "node:fs";
import { basename, relative } from "node:path";
import { DOCS_ASSETS } from "../../functions/api/docs/pages.ts";
import { packageFolderOf, readRepositoryFile, repository } from "../repository.ts";
import { BuildProblem } from "./build-error.ts";
import { BUILT_CONSOLE } from "./console.ts";

export interface RunTimeFile {
  /** Where it must lie, relative to the bundle. */
  path: string;
  /** Where it comes from, relative to the repository. */
  source: string;
}

/** Where the module lies that reads the site scripts. */
const OPERATIONS = "shared/operations";

/** Every module that reads files beside itself, and which. */
const READERS: Record<string, () => RunTimeFile[]> = {
  "functions/api/console/console-files.ts": operatorsConsole,
  "functions/api/docs/pages.ts": documentation,
  "shared/operations/read-scripts.ts": siteScripts,
};

/** As the build has put them there. */
function operatorsConsole(): RunTimeFile[] {
  return globSync(`${BUILT_CONSOLE}/*`, { cwd: repository })
    .toSorted()
    .map((source) => ({ path: `built/${basename(source)}`, source }));
}

function documentation(): RunTimeFile[] {
  return DOCS_ASSETS.map(({ name, specifier }) => ({
    path: `static/${name}`,
    source:
      specifier === undefined ? `functions/api/docs/static/${name}` : `node_modules/${specifier}`,
  }));
}

function siteScripts(): RunTimeFile[] {
  return globSync(`${OPERATIONS}/**/*.{sh,py}`, { cwd: repository }).map((source) => ({
    path: relative(OPERATIONS, source),
    source,
  }));
}

/**
 * What a bundle's modules read when they run. Throws a `BuildProblem` where one of our modules asks where it
 * lies and is not known here: it would start, and miss its files later.
 */
export function runTimeFilesOf(inputs: string[]): RunTimeFile[] {
  const unknown = inputs.filter((input) => !(input in READERS) && asksWhereItLies(input));
  if (unknown.length > 0) {
    throw new BuildProblem(
      `${unknown.join(" and ")} may read files beside itself: name them in scripts/build/run-time-files.ts.`,
    );
  }
  return inputs.flatMap((input) => READERS[input]?.() ?? []);
}

function asksWhereItLies(input: string): boolean {
  if (packageFolderOf(input) !== null) return false;
  return /import\.meta\.(url|dirname|filename|resolve)/.test(
    Buffer.from(readRepositoryFile(input)).toString(),
  );
}
