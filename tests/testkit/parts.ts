/**
 * Parts that a machine may lack. A test that needs one is skipped by name and with the reason.
 *
 * @module
 */
import type { Test } from "uvu";
import { skipLine } from "../../scripts/test-files.ts";

/** Adds a test that is skipped, and announces it, because a part is missing. */
export function skip(test: Test, name: string, part: string, reason: string): void {
  console.log(skipLine({ part, test: name, reason }));
  test.skip(name);
}
