/**
 * A stack of its own: on free ports, in a directory of its own, gone afterwards.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { rmSync } from "node:fs";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { startStack } from "../../scripts/local/local-stack.ts";
import type { StackOptions } from "../../scripts/local/local-stack.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export type OwnStack = Awaited<ReturnType<typeof startOwnStack>>;

export async function startOwnStack(
  env: Record<string, string>,
  options: Pick<StackOptions, "buildDirectory" | "onJobEnded" | "leavesEventsToResync"> = {},
) {
  const directory = temporaryDirectory();
  const [port] = await freePorts(1);
  const stack = await startStack({
    ...options,
    directory,
    env: { ...process.env, PORT: String(port), ...env },
  });
  const { projectId, firestoreHost, cluster } = stack;
  const firestore = new Firestore({ projectId, host: firestoreHost, ssl: false });
  if (cluster === null) throw new Error("the stack has no cluster of its own");
  return {
    stack,
    cluster,
    firestore,
    directory,
    async stop() {
      await firestore.terminate();
      await stack.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
