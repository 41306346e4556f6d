/**
 * A directory for what is thrown away afterwards, by whoever asked for it.
 *
 * @module
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "kairos-test-"));
}
