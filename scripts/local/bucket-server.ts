/**
 * A server of Cloud Storage's API on this machine, where it is at hand: fake-gcs-server, which `.ci/run` builds from Go's
 * modules. It makes objects under the condition that there are none, and keeps their time to go, as Cloud Storage does.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import type { ProcessSpec } from "./processes.ts";
import { findOnPath } from "./prerequisites/install-command.ts";

const PROGRAM = "fake-gcs-server";

/** The same as in `.ci/run`. */
const VERSION = "v1.56.1";

/** Where `.ci/run` keeps what it has built or unpacked, outside of the clone. */
export function keptByCi(name: string, env: Environment): string {
  const cache = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  return join(cache, "kairos", name);
}

/** Where the program is: on the PATH, or where `.ci/run` has put it. Null where it is not. */
export function findBucketServer(env: Environment): string | null {
  const built = keptByCi(`${PROGRAM}-${VERSION}`, env);
  return findOnPath(PROGRAM, `${env["PATH"] ?? ""}${delimiter}${built}`);
}

/** How it is started, with one empty bucket that is kept in a directory. */
export function bucketServerSpec(
  command: string,
  { directory, bucket, port }: { directory: string; bucket: string; port: number },
): ProcessSpec {
  // Each directory below its root is a bucket.
  mkdirSync(join(directory, bucket), { recursive: true });
  const address = ["-scheme=http", "-host=127.0.0.1", `-port=${port}`];
  const kept = ["-backend=filesystem", `-filesystem-root=${directory}`, "-data="];
  return {
    name: PROGRAM,
    command,
    args: [...address, ...kept, `-public-host=127.0.0.1:${port}`, "-log-level=warn"],
    env: { PATH: process.env["PATH"] },
  };
}
