/**
 * A server of Cloud Storage's API on this machine: fake-gcs-server where it is at hand, which `.ci/run` builds from Go's
 * modules, and else a small one of our own. Both make objects under the condition that there are none, and keep their time
 * to go, as Cloud Storage does; `tests/integration/bucket-contract.test.ts` holds both to that.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import type { ProcessSpec } from "./processes.ts";
import { findOnPath } from "./prerequisites/install-command.ts";

export const FAKE_GCS_SERVER = "fake-gcs-server";

/** The same as in `.ci/run`. */
const VERSION = "v1.56.1";

/** Where `.ci/run` keeps what it has built or unpacked, outside of the clone. */
export function keptByCi(name: string, env: Environment): string {
  const cache = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  return join(cache, "kairos", name);
}

/** Where fake-gcs-server is: on the PATH, or where `.ci/run` has put it. Null where it is not. */
export function findBucketServer(env: Environment): string | null {
  const built = keptByCi(`${FAKE_GCS_SERVER}-${VERSION}`, env);
  return findOnPath(FAKE_GCS_SERVER, `${env["PATH"] ?? ""}${delimiter}${built}`);
}

/** How one is started, with one empty bucket that is kept in a directory: fake-gcs-server, or our own where that is null. */
export function bucketServerSpec(
  command: string | null,
  { directory, bucket, port }: { directory: string; bucket: string; port: number },
): ProcessSpec {
  const env = { PATH: process.env["PATH"] };
  if (command === null) {
    const program = fileURLToPath(new URL("directory-bucket.ts", import.meta.url));
    const options = [`--port=${port}`, `--directory=${directory}`, `--bucket=${bucket}`];
    const args = [program, ...options];
    return { name: "directory-bucket", command: process.execPath, args, env };
  }
  // Each directory below its root is a bucket.
  mkdirSync(join(directory, bucket), { recursive: true });
  const address = ["-scheme=http", "-host=127.0.0.1", `-port=${port}`];
  const kept = ["-backend=filesystem", `-filesystem-root=${directory}`, "-data="];
  const args = [...address, ...kept, `-public-host=127.0.0.1:${port}`, "-log-level=warn"];
  return { name: FAKE_GCS_SERVER, command, args, env };
}
