/**
 * The fake MariaDB: `scripts/local/fake-mariadb/mariadb`, which keeps everything in a directory.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The directory that holds the fake client, for the PATH. */
export const FAKE_MARIADB_DIRECTORY = fileURLToPath(new URL("fake-mariadb", import.meta.url));

/** The directory that holds the fake bench, for the PATH. */
export const FAKE_BENCH_DIRECTORY = fileURLToPath(new URL("fake-bench", import.meta.url));

/** Where a container finds the usual tools. */
export const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Makes an empty database server in a directory, with its administrator `root`. */
export function initialiseDatabase(directory: string, rootPassword: string): void {
  const root = join(directory, "users", "root@%");
  mkdirSync(root, { recursive: true });
  mkdirSync(join(directory, "databases"), { recursive: true });
  writeFileSync(join(root, "password"), rootPassword);
}
