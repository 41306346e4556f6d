/**
 * Locks between stacks on one machine.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAnswered } from "./loopback-ports.ts";

/**
 * Takes the lock of a name. Null when somebody has it; else call the answer to give it back. The lock
 * is a socket that its holder answers at, so it ends with its process, however that ends.
 */
export async function takeLock(name: string): Promise<(() => void) | null> {
  const path = socketOf(name);
  if (await isAnswered({ path })) return null;
  rmSync(path, { force: true });
  const server = createServer();
  await new Promise<void>((listening) => server.listen(path, listening));
  server.unref();
  return () => server.close();
}

/** Whether somebody has the lock of a name. */
export function isLocked(name: string): Promise<boolean> {
  return isAnswered({ path: socketOf(name) });
}

function socketOf(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return join(tmpdir(), `kairos-${hash}.sock`);
}
