/**
 * What a real MariaDB's database holds, for comparison.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import * as assert from "uvu/assert";
import type { MariadbServer } from "./mariadb-server.ts";

/** Runs a script in a database, as whoever restores does. */
export function loadInto(server: MariadbServer, database: string, script: Buffer): void {
  const { host, port, rootPassword } = server.address;
  const at = ["--no-defaults", "--protocol=tcp", `--host=${host}`, `--port=${port}`, "--user=root"];
  const env = { ...process.env, MYSQL_PWD: rootPassword };
  const { status, stderr } = spawnSync(
    "mariadb",
    [...at, "--default-character-set=utf8mb4", "--max-allowed-packet=1G", database],
    { input: script, env, encoding: "utf8" },
  );
  assert.is(status, 0, stderr);
}

/** All that a database is, without its name. */
export function databaseContent(server: MariadbServer, database: string): string[] {
  const ask = (statement: string) => server.query(statement, { database });
  const asked = [
    ...ask(
      `SELECT CONCAT('CHECKSUM TABLE \`', REPLACE(table_name, '\`', '\`\`'), '\` EXTENDED') FROM information_schema.tables WHERE table_schema = '${database}' AND table_type <> 'VIEW'`,
    ),
    ...ask(
      `SELECT CONCAT('SHOW CREATE TABLE \`', REPLACE(table_name, '\`', '\`\`'), '\`') FROM information_schema.tables WHERE table_schema = '${database}'`,
    ),
    ...ask(
      `SELECT CONCAT('SHOW CREATE ', routine_type, ' \`', REPLACE(routine_name, '\`', '\`\`'), '\`') FROM information_schema.routines WHERE routine_schema = '${database}'`,
    ),
    `SELECT trigger_name, action_order, action_timing, event_manipulation, event_object_table, action_statement, sql_mode, definer FROM information_schema.triggers WHERE trigger_schema = '${database}'`,
    `SELECT event_name, event_definition, interval_value, interval_field, starts, on_completion, status, event_comment, definer FROM information_schema.events WHERE event_schema = '${database}'`,
    "SELECT * FROM numbers",
    "SELECT a, row_start, row_end FROM remembered FOR SYSTEM_TIME ALL",
  ];
  return asked
    .flatMap((statement) => ask(statement).map((row) => `${statement} => ${row}`))
    .map((row) => row.replaceAll(database, "NAME"))
    .toSorted((left, right) => (left < right ? -1 : 1));
}

/** The sum of each table of the databases that are called so. */
export function checksums(server: MariadbServer, databases = "tn%"): string[] {
  const tables = server.query(
    `SELECT CONCAT('\`', table_schema, '\`.\`', table_name, '\`') FROM information_schema.tables WHERE table_schema LIKE '${databases}' AND table_type <> 'VIEW'`,
  );
  if (tables.length === 0) return [];
  return server.query(`CHECKSUM TABLE ${tables.toSorted().join(", ")} EXTENDED`);
}
