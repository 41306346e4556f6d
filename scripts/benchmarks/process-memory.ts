/**
 * How much memory a site Job's processes have at once.
 *
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** How often it is looked at. A peak in between is missed. */
const INTERVAL_MILLISECONDS = 100;

/** Looks at the processes that work in a directory until what it waits for has ended; gives that, and their peak in MiB. */
export async function withPeakMemory<T>(
  directory: string,
  work: () => Promise<T>,
): Promise<{ result: T; peakMebibytes: number }> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryIn(directory));
  }, INTERVAL_MILLISECONDS);
  try {
    const result = await work();
    return { result, peakMebibytes: peak / 1024 };
  } finally {
    clearInterval(timer);
  }
}

/** What they share counts for each in part (PSS), in KiB. */
function memoryIn(directory: string): number {
  const sizes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => memoryOf(pid, directory));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** 0 for what works elsewhere, and for what has ended meanwhile. */
function memoryOf(pid: string, directory: string): number {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== directory) return 0;
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
