/**
 * Runs test files so that none can be green for the wrong reason. uvu itself ends with 0 when a
 * `before` hook throws, when something other than an Error is thrown, when `.run()` is forgotten,
 * when `.only` was left behind, and when no file matches.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { repository } from "./repository.ts";

/** A test that was left out because this machine lacks a part that it needs. */
export interface Skip {
  part: string;
  test: string;
  reason: string;
}

export interface FileResult {
  file: string;
  passed: number;
  failed: number;
  skips: Skip[];
  /** What makes the file red, in sentences; empty for a green one. */
  problems: string[];
  /** All that it printed. */
  output: string;
  seconds: number;
}

/** A file that runs longer hangs. */
const FILE_MILLISECONDS = { quick: 5 * 60_000, long: 75 * 60_000 };

/** The test files whose path holds one of the texts; all of them when there are none. */
export function findTestFiles(kind: "quick" | "long", texts: string[]): string[] {
  return globSync("{functions,shared,scripts,tests}/**/*.test.ts", { cwd: repository })
    .filter((file) => isLong(file) === (kind === "long"))
    .filter((file) => texts.length === 0 || texts.some((text) => file.includes(text)))
    .toSorted();
}

function isLong(file: string): boolean {
  return file.endsWith(".long.test.ts");
}

/** Runs one file in a process of its own and judges what it printed. */
export async function runTestFile(
  file: string,
  onOutput: (text: string) => void = () => {},
): Promise<FileResult> {
  const startedAt = Date.now();
  const { exitCode, output } = await execute(file, onOutput);
  const seconds = (Date.now() - startedAt) / 1000;
  const source = readFileSync(new URL(file, `file://${repository}`), "utf8");
  return { file, seconds, output, ...judge(source, exitCode, output) };
}

/** Emulators that are needed for seconds: compiling them well costs a machine of two processors more than it gains. */
function javaOptions({ JAVA_TOOL_OPTIONS: own = "" }: NodeJS.ProcessEnv): string {
  return `${own} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC`.trim();
}

function execute(
  file: string,
  onOutput: (text: string) => void,
): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file], {
      cwd: repository,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NO_COLOR: "1",
        // Nobody answers for Google's metadata server where tests run.
        METADATA_SERVER_DETECTION: "none",
        // A test has emulators of its own, and the Firestore client prefers these.
        FIRESTORE_EMULATOR_HOST: undefined,
        PUBSUB_EMULATOR_HOST: undefined,
        ...(isLong(file) ? {} : { JAVA_TOOL_OPTIONS: javaOptions(process.env) }),
      },
      timeout: FILE_MILLISECONDS[isLong(file) ? "long" : "quick"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        onOutput(text);
      });
    }
    child.once("close", (exitCode) => resolve({ exitCode, output }));
  });
}

/** Judges a test file by its source, its exit code and its output. */
export function judge(
  source: string,
  exitCode: number | null,
  output: string,
): Pick<FileResult, "passed" | "failed" | "skips" | "problems"> {
  const total = count(output, "Total");
  const passed = count(output, "Passed");
  const skipped = count(output, "Skipped");
  const skips = announcedSkips(output);
  const problems: string[] = [];
  if (total === null || passed === null || skipped === null) {
    problems.push("it ended without a summary");
  } else {
    if (total + skipped === 0) problems.push("it has no tests");
    if (passed < total) problems.push(`${total - passed} of ${total} tests did not pass`);
    if (skipped !== skips.length) {
      problems.push(`${skipped} tests were skipped, and ${skips.length} of them announced`);
    }
  }
  if (exitCode !== 0) problems.push(`it ended with exit code ${exitCode}`);
  const suites = source.match(/\bsuite\(/g)?.length ?? 0;
  const runs = source.match(/\.run\(\)/g)?.length ?? 0;
  if (runs < Math.max(1, suites)) problems.push(`it has ${suites} suites and ${runs} .run()`);
  // A file that is red without a red test counts as one.
  const failed = Math.max((total ?? 0) - (passed ?? 0), problems.length > 0 ? 1 : 0);
  return { passed: passed ?? 0, failed, skips, problems };
}

function count(output: string, name: string): number | null {
  const found = new RegExp(`^ {2}${name}: +(\\d+)$`, "m").exec(output)?.[1];
  return found === undefined ? null : Number(found);
}

/** The line that announces a skip; `announcedSkips` reads it back. */
export function skipLine({ part, test, reason }: Skip): string {
  return `skipped [${part}] ${test}: ${reason}`;
}

function announcedSkips(output: string): Skip[] {
  return [...output.matchAll(/^skipped \[([^\]]+)\] ([^:]+): (.+)$/gm)].map(
    ([, part = "", test = "", reason = ""]) => ({ part, test, reason }),
  );
}
