/**
 * Read, decide, write, and again where somebody else has written in between.
 *
 * @module
 */
import { AdapterError } from "../../../shared/platform/errors.ts";

/** What an attempt comes to whose write met another one. */
export const LOST_RACE = Symbol("lost race");

/** How often a lost race is run again before the caller is told to try later. */
const MAX_TRIES = 5;

/** Gives what the first attempt comes to that loses no race. `id` is that of the tenant, or of what else is written. */
export async function untilWritten<T>(
  id: string,
  attempt: () => Promise<T | typeof LOST_RACE>,
): Promise<T> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const result = await attempt();
    if (result !== LOST_RACE) return result;
  }
  throw new AdapterError("store", "unavailable", `${id} keeps changing`);
}
