/**
 * A MariaDB server of its own for a test, from the programs of this machine.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { findOnPath } from "../../scripts/local/prerequisites/install-command.ts";
import { chartDirectory } from "../infrastructure/chart.ts";
import { OWN_MARIADB } from "./mariadb-releases.ts";
import type { MariadbRelease } from "./mariadb-releases.ts";
import { createServerProcesses } from "./server-processes.ts";
import type { DatabaseAddress } from "./site-bench.ts";

/** Null when this machine has a MariaDB server of that release and a client, or else what is missing. */
export function missingMariadb({ server, installer } = OWN_MARIADB): string | null {
  const missing = [server, installer, "mariadb"].filter((program) => !isThere(program));
  return missing.length === 0 ? null : `there is no ${missing.join(", no ")}`;
}

function isThere(program: string): boolean {
  const path = isAbsolute(program) ? dirname(program) : process.env["PATH"];
  return findOnPath(basename(program), path) !== null;
}

export type MariadbServer = Awaited<ReturnType<typeof startMariadb>>;

const ROOT_PASSWORD = "root-secret";

/** The configuration of the MariaDB in the cluster, and so of this one. */
const CONFIGURATION = `${chartDirectory}files/mariadb.cnf`;

export interface MariadbOptions {
  /** Which server it is, where not that of the PATH. */
  release?: MariadbRelease;
  /** An address of this machine. */
  host?: string;
  /** A password of the administrator's own. */
  rootPassword?: string;
  /** Takes encrypted connections alone, with this certificate. */
  certificate?: { key: string; cert: string };
}

export async function startMariadb({
  release = OWN_MARIADB,
  host = "127.0.0.1",
  rootPassword = ROOT_PASSWORD,
  certificate,
}: MariadbOptions = {}) {
  const processes = createServerProcesses();
  const { directory } = processes;
  const [port = 0] = await freePorts(1);
  const socket = join(directory, "s");
  const common = [`--datadir=${join(directory, "data")}`, `--user=${userInfo().username}`];
  run(release.installer, [
    "--no-defaults",
    ...common,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    // Two at once would share the machine's, and one of them fail.
    `--tmpdir=${directory}`,
  ]);
  processes.start({
    name: "mariadbd",
    command: release.server,
    args: [
      `--defaults-file=${CONFIGURATION}`,
      ...common,
      `--port=${port}`,
      `--bind-address=${host}`,
      `--socket=${socket}`,
      // Its state is thrown away.
      "--innodb-flush-log-at-trx-commit=0",
      ...(certificate === undefined ? [] : encrypted(certificate)),
    ],
    env: process.env,
  });
  await waitForPort(port, AbortSignal.timeout(60_000), host);
  const overSocket = ["--no-defaults", `--socket=${socket}`, "--user=root"];
  run("mariadb", overSocket, {
    // A fresh server lets root in from the loopback address without a password, and anybody else.
    input: `DROP USER IF EXISTS root@'127.0.0.1', root@'::1';
DELETE FROM mysql.global_priv WHERE user = '';
FLUSH PRIVILEGES;
CREATE USER root@'%' IDENTIFIED BY '${rootPassword.replaceAll(/['\\]/g, String.raw`\$&`)}';
GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;`,
  });

  const overTcp = ["--no-defaults", "--protocol=tcp", `--host=${host}`, `--port=${port}`];

  /** The rows that a statement gives, their columns joined by tabs. */
  function query(
    statement: string,
    { user = "root", password = rootPassword, database = "" } = {},
  ): string[] {
    const as = [`--user=${user}`, "--batch", "--skip-column-names"];
    const into = database === "" ? [] : [database];
    const env = { ...process.env, MYSQL_PWD: password };
    return run("mariadb", [...overTcp, ...as, ...into], { input: statement, env })
      .split("\n")
      .filter((row) => row !== "");
  }

  /** Has the administrator run a statement while other things happen. Gives the exit status of the client. */
  async function runMeanwhile(statement: string, database: string): Promise<number | null> {
    const client = spawn(
      "mariadb",
      [...overTcp, "--user=root", `--execute=${statement}`, database],
      {
        env: { ...process.env, MYSQL_PWD: rootPassword },
        stdio: "ignore",
      },
    );
    const [status] = (await once(client, "close")) as [number | null];
    return status;
  }

  const address: DatabaseAddress = {
    host,
    port,
    rootPassword,
    clientDirectory: null,
  };
  return {
    address,
    query,
    runMeanwhile,
    pid: () => processes.pid("mariadbd"),
    /** What the server has said of itself. */
    log: () => readFileSync(join(directory, "mariadbd.log"), "utf8"),
    /** Every database, table, user and grant that is not MariaDB's own. */
    state(): string[] {
      const users = query(
        "SELECT CONCAT(user, '@', host) FROM mysql.user WHERE user NOT IN ('root', 'mariadb.sys', '')",
      );
      return [
        ...query(
          "SELECT CONCAT('database ', schema_name, ' ', default_character_set_name, ' ', default_collation_name) FROM information_schema.schemata WHERE schema_name LIKE 'tn%'",
        ),
        ...query(
          "SELECT CONCAT('table ', table_schema, '.', table_name) FROM information_schema.tables WHERE table_schema LIKE 'tn%'",
        ),
        ...users.map((user) => `user ${user}`),
        ...query(
          "SELECT CONCAT('grant ', user, '@', host, ' ', db) FROM mysql.db WHERE user LIKE 'tn%'",
        ),
      ].toSorted((left, right) => (left < right ? -1 : 1));
    },
    stop: () => processes.stop("mariadbd"),
  };
}

function encrypted({ key, cert }: { key: string; cert: string }): string[] {
  return [`--ssl-key=${key}`, `--ssl-cert=${cert}`, "--require-secure-transport=ON"];
}

function run(
  program: string,
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", ...options });
  if (status !== 0) throw new Error(`${program}: ${stderr || stdout}`);
  return stdout;
}
