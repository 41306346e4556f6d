/**
 * Waiting for what comes about in its own time.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Longer than anything takes that goes on; a condition that is not met by then never is. A step that failed, or whose
 * event was lost, is taken up again within two minutes (ADR 1), which on a busy machine may come to pass anywhere.
 */
export const TIMEOUT_MILLISECONDS = 150_000;

/** Waits until a condition gives something, and gives it. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null>,
  milliseconds = TIMEOUT_MILLISECONDS,
): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(25);
  }
}
