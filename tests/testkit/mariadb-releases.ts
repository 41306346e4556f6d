/**
 * The releases of MariaDB whose servers tests run on: this machine's own, and the one of the cluster's chart. The client is
 * this machine's in any case: in production, too, it is older than the server, for the benches' images are Debian 12's.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { keptByCi } from "../../scripts/local/bucket-server.ts";

/** A server's programs, on the PATH or by their paths. */
export interface MariadbRelease {
  /** For the names of tests. */
  name: string;
  server: string;
  installer: string;
  /** What a machine lacks that has none, as its skips name it. */
  part: string;
}

/** Whatever is first on the PATH. */
export const OWN_MARIADB: MariadbRelease = {
  name: "a real MariaDB",
  server: "mariadbd",
  installer: "mariadb-install-db",
  part: "mariadb",
};

/** The same as in `.ci/run`, and in the chart. */
const CLUSTER_VERSION = "11.8";

/** This machine's own, and the cluster's where that is another one; each with its version in its name. */
export function mariadbReleases(): MariadbRelease[] {
  const { stdout } = spawnSync(OWN_MARIADB.server, ["--version"], { encoding: "utf8" });
  const version = /\d+\.\d+/.exec(stdout ?? "")?.[0];
  const own = { ...OWN_MARIADB, name: `MariaDB ${version ?? "of this machine"}` };
  return version === CLUSTER_VERSION ? [own] : [own, clusterMariadb()];
}

function clusterMariadb(): MariadbRelease {
  const unpacked = keptByCi(`mariadb-${CLUSTER_VERSION}`, process.env);
  return {
    name: `MariaDB ${CLUSTER_VERSION}`,
    server: join(unpacked, "usr/sbin/mariadbd"),
    installer: join(unpacked, "usr/bin/mariadb-install-db"),
    part: "mariadb-11.8",
  };
}
