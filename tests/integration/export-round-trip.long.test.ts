/** Exports of a real MariaDB: whoever has a database of any name loads what there was, without any right beyond that database. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { CREATE, DROP } from "../crash/crash-injection.ts";
import { databaseContent, loadInto } from "../testkit/database-content.ts";
import { mariadbReleases } from "../testkit/mariadb-releases.ts";
import type { MariadbRelease } from "../testkit/mariadb-releases.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME } from "../testkit/stored-backup.ts";
import { bundleIn, EXPORT_OF_ACME } from "../testkit/stored-export.ts";
import { FIRST } from "../testkit/stored-restore.ts";

/** What runs as its definer, and text that only looks like what a dump has of that. */
const DEFINED = `
CREATE TABLE told (what TEXT);
INSERT INTO told VALUES ('nextval(\`${FIRST}\`.\`numbers\`) DEFINER=\`${FIRST}\`@\`%\`'), ('a\\n/*!50013 DEFINER=\`${FIRST}\`@\`%\` SQL SECURITY DEFINER */');
CREATE DEFINER='${FIRST}'@'%' SQL SECURITY DEFINER VIEW seen AS SELECT what, 'DEFINER=\`a\`@\`b\` ' AS text FROM told;
CREATE USER 'odd\`name'@'10.0.0.%';
DELIMITER $$
CREATE DEFINER='odd\`name'@'10.0.0.%' PROCEDURE defined () SQL SECURITY DEFINER BEGIN SELECT COUNT(*) FROM told; END$$
CREATE DEFINER='${FIRST}'@'%' TRIGGER defined BEFORE INSERT ON told FOR EACH ROW BEGIN SET NEW.what = CONCAT(NEW.what, '!'); END$$
CREATE DEFINER='${FIRST}'@'%' EVENT defined ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO INSERT INTO told VALUES ('event')$$
DELIMITER ;
`;

/** Somebody else's database, and its user, who has nothing beyond it. */
const COPY = "somebody-elses";

for (const release of mariadbReleases()) {
  const name = `exports of ${release.name}`;
  const test = suite(name);
  const withoutMariadb = missingMariadb(release);
  const withoutBucket = missingBucketServer();
  if (withoutMariadb !== null) skip(test, name, release.part, withoutMariadb);
  else if (withoutBucket !== null) skip(test, name, "bucket-server", withoutBucket);
  else addTests(test, release);
  test.run();
}

function addTests(test: Test, release: MariadbRelease): void {
  let server: MariadbServer;
  let bucket: BucketServer;
  let bench: SiteBench;
  test.before(async () => {
    server = await startMariadb({ release });
    bucket = await startBucketServer();
    bench = createSiteBench(server.address, undefined, bucket);
    await succeed(CREATE);
    const everyKind = new URL("../fixtures/every-kind-of-table.sql", import.meta.url);
    loadInto(server, FIRST, readFileSync(everyKind));
    loadInto(server, FIRST, Buffer.from(DEFINED));
    await succeed(BACKUP_OF_ACME);
    await succeed(EXPORT_OF_ACME);
    server.query(`CREATE DATABASE \`${COPY}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
GRANT ALL PRIVILEGES ON \`${COPY}\`.* TO '${COPY}'@'%' IDENTIFIED BY 'other-secret'`);
  });
  test.after(async () => {
    await bench?.run({ ...DROP, generation: 99 });
    bench?.remove();
    await bucket?.stop();
    await server?.stop();
  });

  async function succeed(work: Work): Promise<void> {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind}: ${output}`);
  }
  async function dump(): Promise<Buffer> {
    return gunzipSync((await bundleIn(bucket))?.["database.sql.gz"] ?? Buffer.alloc(0));
  }
  function loadAsSomebody(script: Buffer): void {
    const { host, port } = server.address;
    const at = ["--no-defaults", "--protocol=tcp", `--host=${host}`, `--port=${port}`];
    const env = { ...process.env, MYSQL_PWD: "other-secret" };
    const { status, stderr } = spawnSync(
      "mariadb",
      [...at, `--user=${COPY}`, "--max-allowed-packet=1G", COPY],
      { input: script, env, encoding: "utf8" },
    );
    assert.is(status, 0, stderr);
  }
  /** All that a database is, without its name, and without who has defined what. */
  const contentOf = (database: string) =>
    databaseContent(server, database).map((row) =>
      row
        .replaceAll(
          / DEFINER=`(?:[^`]|``)*`@`[^`]*`(?= (?:SQL|PROCEDURE|FUNCTION|TRIGGER|EVENT))/g,
          "",
        )
        .replace(/\t[^\t]*@[^\t]*$/, ""),
    );

  test("somebody else's database has, to the last byte, what was backed up", async () => {
    loadAsSomebody(await dump());
    assert.equal(contentOf(COPY), contentOf(FIRST));
    const ask = (statement: string) => server.query(statement, { database: COPY });
    assert.match(ask("SELECT GROUP_CONCAT(what) FROM told")[0] ?? "", `nextval(\`${FIRST}\``);
    assert.is(ask("SELECT text FROM seen LIMIT 1")[0], "DEFINER=`a`@`b` ");
  });

  test("all of it works as whoever has loaded it", async () => {
    const definers = server.query(
      `SELECT definer FROM information_schema.views WHERE table_schema = '${COPY}'
       UNION SELECT definer FROM information_schema.routines WHERE routine_schema = '${COPY}'
       UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema = '${COPY}'
       UNION SELECT definer FROM information_schema.events WHERE event_schema = '${COPY}'`,
    );
    assert.equal(definers, [`${COPY}@%`]);
    const as = { database: COPY, user: COPY, password: "other-secret" };
    server.query("INSERT INTO a_numbered (a) VALUES (5); INSERT INTO told VALUES ('x')", as);
    assert.is(server.query("SELECT COUNT(*) FROM seen WHERE what = 'x!'", as)[0], "1");
  });

  test("the dump names the site's database only where its rows do, and in comments", async () => {
    const text = (await dump()).toString("latin1");
    const lines = text.split("\n").filter((line) => line.includes(FIRST));
    assert.equal(
      lines.filter((line) => !/^(INSERT INTO|\(|-- )/.test(line)),
      [],
    );
  });
}
