/**
 * `npm test`: runs the test files, each in a process of its own, and ends with
 * `N passed, N failed, N skipped`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { repository } from "./repository.ts";
import { createTestProgress } from "./test-progress.ts";
import { findTestFiles, runTestFile } from "./test-files.ts";
import type { FileResult } from "./test-files.ts";

const HELP = `npm test [-- TEXT ...]   or   npm run test:long [-- TEXT ...]

Runs the test files whose path holds one of the texts; all of them without any.

  --long   the long tests (*.long.test.ts) instead of the quick ones, as test:long does
  --help   this text

With CI=true a skipped test is a failure, unless tests/testkit/allowed-skips.json names the part it lacks.`;

/**
 * Files and folders, by how long they take: so that no processor is idle while a long one runs alone in the end. What is not
 * here takes less than half a minute.
 */
const SLOWEST = [
  "tests/system/burst.long.test.ts",
  "tests/crash/crash-anywhere.long.test.ts",
  "tests/crash/crash-on-mariadb.long.test.ts",
  "tests/fuzz/",
  "tests/exploration/",
  "tests/crash/restore-crashes.long.test.ts",
  "tests/crash/copy-crashes.long.test.ts",
  "tests/crash/full-volume.long.test.ts",
  "tests/integration/restore-round-trip.long.test.ts",
  "tests/integration/damaged-backups.long.test.ts",
  "tests/crash/",
  "tests/system/",
  "tests/integration/site-",
  "tests/integration/api.test.ts",
  "tests/integration/store.test.ts",
  "tests/integration/restore-",
  "tests/infrastructure/backup",
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const files = findTestFiles(values.long ? "long" : "quick", positionals);
  if (files.length === 0) {
    console.error(`no test file's path holds ${positionals.join(" or ")}`);
    return 1;
  }
  const results = await runAll(files);
  const skips = results.flatMap((result) => result.skips);
  const refused = skips.filter((skip) => !isAllowed(skip.part));
  for (const { part, test, reason } of skips) console.log(`skipped: ${test} (${part}: ${reason})`);
  for (const { part } of refused) console.error(`not an allowed skip with CI=true: ${part}`);

  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed)) + refused.length;
  console.log(`${passed} passed, ${failed} failed, ${skips.length} skipped`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** As many files at a time as there are processors, the slowest first. */
async function runAll(files: string[]): Promise<FileResult[]> {
  const queue = files.toSorted((a, b) => slowness(b) - slowness(a)).values();
  const progress = createTestProgress(files.length, progressOutput());
  const results: FileResult[] = [];
  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (const file of queue) {
      progress.begin(file);
      // What takes long shows how far it is.
      const show = (text: string) => void (values.long && process.stdout.write(text));
      const result = await runTestFile(file, show);
      results.push(result);
      const isRed = result.problems.length > 0;
      progress.end(file, toLine(result), isRed ? `${result.output}\n` : "");
    }
  });
  await Promise.all(workers);
  progress.close();
  return results;
}

/** What long tests print by themselves would run into a line that is rewritten. */
function progressOutput(): Parameters<typeof createTestProgress>[1] {
  return values.long ? { write: (text) => process.stdout.write(text) } : process.stdout;
}

function slowness(file: string): number {
  const place = SLOWEST.findIndex((start) => file.startsWith(start));
  if (place !== -1) return 1 + SLOWEST.length - place;
  return file.startsWith("tests/") ? 1 : 0;
}

function toLine({ file, passed, seconds, problems }: FileResult): string {
  const took = `${seconds.toFixed(1)} s`;
  if (problems.length === 0) return `ok    ${file} (${passed} tests, ${took})`;
  return `FAIL  ${file} (${took}): ${problems.join("; ")}`;
}

function isAllowed(part: string): boolean {
  if (process.env["CI"] !== "true") return true;
  const allowed: unknown = JSON.parse(
    readFileSync(new URL("tests/testkit/allowed-skips.json", `file://${repository}`), "utf8"),
  );
  return Object.hasOwn(allowed as object, part);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
