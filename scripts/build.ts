/**
 * `npm run build`: what is deployed, one folder and one zip a function.
 *
 * @module
 */
import { rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeFiles, zip } from "./build/archive.ts";
import type { Files } from "./build/archive.ts";
import { buildFunction } from "./build/function-folder.ts";
import { BuildProblem } from "./build/build-error.ts";
import { BUNDLE_NAME, FUNCTION_NAMES } from "./local/function-process.ts";
import type { FunctionName } from "./local/function-process.ts";
import { repository } from "./repository.ts";

const HELP = `npm run build [-- --output DIR]

Builds what is deployed: for each of the functions ${FUNCTION_NAMES.join(", ")} a folder DIR/NAME and the same
as DIR/NAME.zip. A folder holds the function as a few files, what it reads, and the package.json and
package-lock.json by which the platform installs the functions framework. The same sources give the same
zips, byte for byte.

  --output DIR  where to (default: dist); the folders and zips of an earlier build are replaced
  --help        this text
`;

const options = parseOptions(process.argv.slice(2));
if (options.help) console.log(HELP);
else process.exitCode = await main(resolve(options.output));

function parseOptions(args: string[]): { help: boolean; output: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        output: { type: "string", default: join(repository, "dist") },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(1);
  }
}

async function main(output: string): Promise<number> {
  try {
    // Nothing of an earlier build is left, should this one fail.
    for (const name of FUNCTION_NAMES) remove(output, name);
    for (const name of FUNCTION_NAMES) write(output, name, await buildFunction(name));
    return 0;
  } catch (error) {
    if (error instanceof BuildProblem) console.error(error.message);
    // esbuild has already said what is wrong where.
    else if (!isReported(error)) console.error(error);
    console.error("nothing was built to the end");
    return 1;
  }
}

function isReported(error: unknown): boolean {
  return error instanceof Error && "errors" in error;
}

function remove(output: string, name: FunctionName): void {
  rmSync(join(output, name), { recursive: true, force: true });
  rmSync(join(output, `${name}.zip`), { force: true });
}

function write(output: string, name: FunctionName, files: Files): void {
  writeFiles(join(output, name), files);
  const zipped = zip(files);
  const target = join(output, `${name}.zip`);
  writeFileSync(target, zipped);
  const bundled = files.get(BUNDLE_NAME)?.length ?? 0;
  console.log(
    `${name.padEnd(9)} ${relative(process.cwd(), target)}  ${toMegabytes(zipped.length)}, ` +
      `${files.size} files, ${BUNDLE_NAME} ${toMegabytes(bundled)}`,
  );
}

function toMegabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
