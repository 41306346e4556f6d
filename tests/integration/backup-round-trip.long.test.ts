/** Backups of a real MariaDB: what is loaded from one is what was there. */
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { databaseName } from "../../shared/tenant/names.ts";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { databaseContent, loadInto } from "../testkit/database-content.ts";
import { useMariadbBench } from "../testkit/bench-with-bucket.ts";
import type { MariadbBench } from "../testkit/bench-with-bucket.ts";
import { mariadbReleases } from "../testkit/mariadb-releases.ts";
import { BACKUP_OF_ACME, manifestIn, plainPart } from "../testkit/stored-backup.ts";

/** Raises two numbers together, in the first table of a dump and in its last, until there is a row in a third one. */
const CHURN = `
CREATE TABLE a_first (n INT); INSERT INTO a_first VALUES (0);
CREATE TABLE z_last (n INT); INSERT INTO z_last VALUES (0);
CREATE TABLE stopping (a INT);
DELIMITER $$
CREATE PROCEDURE churn () WHILE NOT EXISTS (SELECT * FROM stopping) DO
  START TRANSACTION;
  UPDATE a_first SET n = n + 1;
  UPDATE z_last SET n = n + 1;
  COMMIT;
END WHILE$$
`;

for (const release of mariadbReleases()) {
  const name = `backups of ${release.name}`;
  const test = suite(name);
  const ground = useMariadbBench(test, name, [], release);
  if (ground !== null) addTests(test, ground);
  test.run();
}

function addTests(test: Test, it: MariadbBench): void {
  const own = databaseName(ACME.id);
  const copy = "copied";
  test.before.each(async () => {
    await it.succeed(CREATE);
    load(own, readFileSync(new URL("../fixtures/every-kind-of-table.sql", import.meta.url)));
  });
  test.after.each(async () => {
    it.server.query(`DROP DATABASE IF EXISTS ${copy}`);
  });

  const load = (database: string, script: Buffer) => loadInto(it.server, database, script);
  const contentOf = (database: string) => databaseContent(it.server, database);

  async function restoreCopy(): Promise<void> {
    const manifest = await manifestIn(it.bucket);
    it.server.query(`CREATE DATABASE ${copy} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    const dump = (await plainPart(it.bucket, manifest, "database.sql")).toString("latin1");
    // The one place where MariaDB writes the database's own name: the default of a column that a sequence numbers.
    const renamed = dump.replaceAll(`nextval(\`${own}\`.`, `nextval(\`${copy}\`.`);
    load(copy, Buffer.from(renamed, "latin1"));
  }

  test("what is loaded from a backup is, to the last byte, what was there", async () => {
    const before = contentOf(own);
    assert.ok(before.length > 30, "there is something to compare");
    const { status, output } = await it.bench.run(BACKUP_OF_ACME);
    assert.is(status, 0, output);
    assert.equal(contentOf(own), before);
    await restoreCopy();
    assert.equal(contentOf(copy), before);
    // Whatever the tables hold, it is text.
    const dump = await plainPart(it.bucket, await manifestIn(it.bucket), "database.sql");
    assert.ok(isUtf8(dump));
  });

  test("the manifest has the rows of every table, whatever its name, and MariaDB's version", async () => {
    await it.bench.run(BACKUP_OF_ACME);
    const { tables, mariadb } = await manifestIn(it.bucket);
    assert.is(mariadb, it.server.query("SELECT VERSION()")[0]);
    const rows = Object.entries(tables).map(([name, table]) => [name, table.rows]);
    assert.equal(new Map(rows as [string, number][]).get('a `tick`, "quotes" & it\'s.ä'), 1);
    assert.is(tables["every type"]?.rows, 2);
    assert.is(tables["in_parts"]?.rows, 3);
    assert.not.ok("numbers" in tables || "z_first" in tables);
  });

  test("a suspended site is backed up like any other", async () => {
    const before = contentOf(own);
    await it.bench.run({ kind: "suspend", tenant: ACME, generation: 2 });
    const { status, output } = await it.bench.run({ ...BACKUP_OF_ACME, generation: 3 });
    assert.is(status, 0, output);
    await restoreCopy();
    assert.equal(contentOf(copy), before);
  });

  test("a table that cannot be read makes no backup, and says why", async () => {
    it.server.query(
      "CREATE VIEW broken AS SELECT what FROM heard; ALTER TABLE heard RENAME TO herd",
      {
        database: own,
      },
    );
    const { status, message } = await it.bench.run(BACKUP_OF_ACME);
    assert.is(status, 1);
    assert.is(message?.step, "dump-database");
    assert.match(message?.reason ?? "", /broken/);
    assert.not.ok((await it.bucket.list()).some(({ name }) => name.endsWith("manifest.json")));
  });

  test("what is written while it is dumped is wholly in it or not at all", async () => {
    load(own, Buffer.from(CHURN));
    const churned = it.server.runMeanwhile("CALL churn()", own);
    const { status, output } = await it.bench.run(BACKUP_OF_ACME);
    it.server.query("INSERT INTO stopping VALUES (1)", { database: own });
    assert.is(await churned, 0);
    assert.is(status, 0, output);
    await restoreCopy();
    const [difference] = it.server.query("SELECT a.n - z.n FROM a_first a, z_last z", {
      database: copy,
    });
    assert.is(difference, "0");
  });
}
