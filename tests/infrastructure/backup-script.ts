/**
 * Runs the backup's and the restore's scripts on a MariaDB server of a test.
 *
 * @module
 */
import { runScript } from "./chart-script.ts";
import type { ScriptRun } from "./chart-script.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";

/** `at` is the dump's directory; `more` is set beside what the containers have. */
export function runOnDatabase(
  script: string,
  server: MariadbServer,
  at: string,
  more: Record<string, string> = {},
): Promise<ScriptRun> {
  const { host, port, rootPassword } = server.address;
  return runScript(script, {
    DB_HOST: host,
    DB_PORT: String(port),
    DB_ROOT_USERNAME: "root",
    DB_ROOT_PASSWORD: rootPassword,
    DUMP: at,
    ...more,
  });
}

/** Removes every database and user that is not MariaDB's own or the administrator's. */
export function emptyServer(server: MariadbServer): void {
  const databases = server.query(
    "SELECT CONCAT('`', REPLACE(schema_name, '`', '``'), '`') FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')",
  );
  const users = server.query(
    "SELECT IF(is_role = 'Y', CONCAT('ROLE ', QUOTE(user)), CONCAT('USER ', QUOTE(user), '@', QUOTE(host))) FROM mysql.user WHERE user NOT IN ('root', 'mariadb.sys', 'PUBLIC', '')",
  );
  for (const database of databases) server.query(`DROP DATABASE ${unescaped(database)}`);
  for (const user of users) server.query(`DROP ${unescaped(user)}`);
}

/** The client's output in batch mode has its backslashes doubled, and a line's end as two characters. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one));
}
