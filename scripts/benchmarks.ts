/**
 * `npm run bench`: measures what the control plane costs, part by part, and compares it with the goals.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Part } from "./benchmarks/measurement.ts";
import { backup } from "./benchmarks/parts/backup-times.ts";
import { cold } from "./benchmarks/parts/cold.ts";
import { calls } from "./benchmarks/parts/calls.ts";
import { consolePaint } from "./benchmarks/parts/console-paint.ts";
import { latency } from "./benchmarks/parts/latency.ts";
import { sockets } from "./benchmarks/parts/sockets.ts";
import { burst } from "./benchmarks/parts/burst.ts";
import { pool } from "./benchmarks/parts/pool-waits.ts";
import { cpu } from "./benchmarks/parts/cpu.ts";
import { upgradeDowntime } from "./benchmarks/parts/upgrade-downtime.ts";
import { resync } from "./benchmarks/parts/resync-cost.ts";
import { toSvg } from "./benchmarks/plot.ts";
import { missedGoals, toMarkdown, toText } from "./benchmarks/report.ts";
import type { MeasuredPart } from "./benchmarks/report.ts";
import { repository } from "./repository.ts";

/** In the order in which they are measured. */
const PARTS: Part[] = [
  cold,
  calls,
  resync,
  sockets,
  cpu,
  latency,
  consolePaint,
  pool,
  burst,
  backup,
  upgradeDowntime,
];

const HELP = `npm run bench [-- PART ...]

Measures the parts that are named, or all of them, shows the table and marks each goal that is missed. Times
are ratios to a baseline that is measured in turns with them. All parts together take some minutes, and write
docs/benchmarks.md and its plots in docs/benchmarks/; with parts named, nothing is written.

Ends with 0 also when a goal is missed, since times depend on the machine, and with 1 when something could not
be measured.

Parts:
${PARTS.map(({ name, description }) => `  ${name.padEnd(10)} ${description}`).join("\n")}

  --help     this text`;

const options = parseOptions(process.argv.slice(2));
if (options.help) {
  console.log(HELP);
} else {
  // Nobody answers here for Google's metadata server; the clients would ask it, and warn.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  endOnSignal();
  useDirectoryOfOwn();
  process.exitCode = await main(options.names);
  // Whatever a client library still holds open is of no use any more.
  process.exit();
}

function parseOptions(args: string[]): { help: boolean; names: string[] } {
  try {
    const known = { help: { type: "boolean", default: false } } as const;
    const { values, positionals } = parseArgs({ args, options: known, allowPositionals: true });
    for (const name of positionals) requirePart(name);
    return { help: values.help, names: positionals };
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

function requirePart(name: string): void {
  if (PARTS.some((part) => part.name === name)) return;
  throw new Error(
    `There is no part ${name}. There are: ${PARTS.map((part) => part.name).join(", ")}`,
  );
}

/** Whatever was started is killed by its reaper when this process ends. */
function endOnSignal(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      console.log("stopping");
      process.exit(130);
    });
  }
}

/** All that is laid down meanwhile is in one directory, which is gone afterwards, however it ends. */
function useDirectoryOfOwn(): void {
  const directory = mkdtempSync(join(tmpdir(), "kairos-bench-"));
  process.env["TMPDIR"] = directory;
  process.once("exit", () => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}

/** Measures the named parts, or all where none is named. */
async function main(names: string[]): Promise<number> {
  const startedAt = Date.now();
  const measured: MeasuredPart[] = [];
  const failed: string[] = [];
  for (const part of PARTS) {
    if (names.length > 0 && !names.includes(part.name)) continue;
    const result = await measure(part);
    if (result === null) failed.push(part.name);
    else measured.push(result);
  }
  const rows = measured.flatMap((part) => part.rows);
  console.log(`\n${toText(rows)}\n`);
  for (const sentence of missedGoals(rows)) console.log(`missed: ${sentence}`);
  if (failed.length > 0) console.error(`could not be measured: ${failed.join(", ")}`);
  else if (names.length === 0) write(measured, (Date.now() - startedAt) / 1000);
  return failed.length === 0 ? 0 : 1;
}

/** Null when it could not be measured, and then it has been said why. */
async function measure({ name, description, measure: run }: Part): Promise<MeasuredPart | null> {
  const startedAt = Date.now();
  console.log(`${name} …`);
  try {
    const { rows, plots } = await run((line) => console.log(`  ${line}`));
    console.log(`${name}: ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
    return { name, description, rows, plots };
  } catch (error) {
    console.error(`${name}:`, error);
    return null;
  }
}

function write(parts: MeasuredPart[], seconds: number): void {
  const plots = join(repository, "docs/benchmarks");
  rmSync(plots, { recursive: true, force: true });
  mkdirSync(plots, { recursive: true });
  const text = toMarkdown(parts, {
    date: new Date(),
    nodeVersion: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processors: availableParallelism(),
    processorModel: cpus()[0]?.model.trim() ?? "unknown",
    seconds,
  });
  writeFileSync(join(repository, "docs/benchmarks.md"), text);
  for (const plot of parts.flatMap((part) => part.plots)) {
    writeFileSync(join(plots, `${plot.name}.svg`), toSvg(plot));
  }
  console.log("docs/benchmarks.md is written");
}
