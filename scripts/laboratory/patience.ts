/**
 * Waiting for what comes about in its own time.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Far longer than anything here takes; a condition that is not met by then never is. */
export const PATIENCE_MILLISECONDS = 60_000;

/** Waits until a condition gives something, and gives it. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null>,
  milliseconds = PATIENCE_MILLISECONDS,
): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(25);
  }
}
