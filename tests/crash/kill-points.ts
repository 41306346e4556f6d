/**
 * Before which of its commands a Job is stopped: the first, then every n-th, and some of the last. So a few minutes are enough for one
 * run. `CRASH_EVERY` says how many n is, 1 being all of them. With another `CRASH_FROM` it is every n-th from another one on: `.ci/run`
 * takes one of each commit's own, so that many come to all of them. What it was is printed, and repeats them.
 *
 * @module
 */
import { randomInt } from "node:crypto";

/** How often the end is approached once it was passed, each time by half of what is left. */
const APPROACHES = 2;

/** How many commands there are from one kill to the next, where `CRASH_EVERY` says nothing else. */
export function every(usual: number): number {
  return Number(process.env["CRASH_EVERY"] ?? usual);
}

/** Without any, the second command that something is stopped before is the n-th. */
const { CRASH_FROM = "-1" } = process.env;
const FROM = CRASH_FROM === "random" ? randomInt(2 ** 31) : Number(CRASH_FROM);

/** The second command that something is stopped before: from 1 to the n-th. */
function secondOf(everyNth: number): number {
  return 1 + (((FROM % everyNth) + everyNth) % everyNth);
}

/**
 * Stops something there, `workers` at a time. `stopAt` says whether it was stopped: what is over before can be stopped at no later
 * command either. With `everyNth` 1 it is every one.
 */
export async function stopThroughout(
  everyNth: number,
  stopAt: (beforeCommand: number) => Promise<boolean>,
  workers = 1,
): Promise<void> {
  const second = secondOf(everyNth);
  console.log(`\nbefore one command in ${everyNth}, CRASH_FROM=${FROM}`);
  let next = 0;
  let stops = 0;
  /** The last command before which it was stopped, and the first before which it was over. */
  const known = { last: -1, over: Infinity };
  const stop = async (beforeCommand: number) => {
    if (await stopAt(beforeCommand)) known.last = Math.max(known.last, beforeCommand);
    else known.over = Math.min(known.over, beforeCommand);
    stops += 1;
    if (stops % 50 === 0) console.log(`… ${stops} stops`);
  };
  const work = async () => {
    while (next < known.over) {
      const beforeCommand = next;
      next = next === 0 ? second : next + everyNth;
      await stop(beforeCommand);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  for (let approach = 0; approach < APPROACHES && known.over - known.last > 1; approach++) {
    await stop(Math.floor((known.last + known.over) / 2));
  }
}
