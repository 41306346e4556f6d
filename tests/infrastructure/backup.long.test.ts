/** The chart's backup of the databases and its restore, on real MariaDB servers with its configuration. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runOnDatabase } from "./backup-script.ts";
import { fakeCluster } from "./chart-script.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("backup and restore of the databases");

const missing = missingMariadb();
if (missing === null) addTests();
else skip(test, "backup and restore of the databases", "mariadb", missing);
test.run();

function addTests(): void {
  const directory = temporaryDirectory();
  const whole = join(directory, "whole");
  let source: MariadbServer;
  let target: MariadbServer;
  let dump = "";
  let count = 0;

  test.before(async () => {
    [source, target] = await Promise.all([startMariadb(), startMariadb()]);
    source.query(CONTENTS);
    const { status, output } = await runOnDatabase("dump.sh", source, whole);
    assert.is(status, 0, output);
    assert.match(output, /^dumped 3 databases, /m);
  });
  test.after(async () => {
    // One that did not come up must not hide why.
    await Promise.all([source?.stop(), target?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });
  /** Each test has a copy of the dump, and a server with nothing of it. */
  test.before.each(() => {
    count += 1;
    dump = join(directory, String(count));
    cpSync(whole, dump, { recursive: true });
    target.query(
      "DROP DATABASE IF EXISTS tnone; DROP DATABASE IF EXISTS tntwo; DROP DATABASE IF EXISTS _legacy; DROP USER IF EXISTS tnone, tntwo, tnone@'10.0.0.7'",
    );
  });

  /** What a tenant would miss. */
  function contentsOf(server: MariadbServer): string[] {
    return [
      ...server.state(),
      ...server.query(
        "SELECT id, HEX(name), SHA2(bytes, 256), amount, changed FROM tnone.tabItem ORDER BY id",
      ),
      ...server.query("SELECT * FROM tnone.names"),
      ...server.query("SELECT NEXTVAL(tnone.item_id_seq)"),
      ...server.query("SELECT tnone.double_it(21)"),
      ...server.query("SELECT COUNT(*), MAX(id), SUM(CRC32(text)) FROM tntwo.tabLong"),
      ...server.query(
        "SELECT table_name, table_collation FROM information_schema.tables WHERE table_schema IN ('tnone', 'tntwo') ORDER BY 1",
      ),
      ...server.query("SELECT trigger_name FROM information_schema.triggers"),
      ...server.query("SELECT COUNT(*) FROM _legacy.t"),
    ];
  }

  test("what is restored into an empty server is what was dumped, users and grants too", async () => {
    const before = contentsOf(source);
    // The sequence was just moved on by looking at it.
    source.query("SELECT SETVAL(tnone.item_id_seq, 41)");
    const { status, output } = await runOnDatabase("restore.sh", target, dump);
    assert.is(status, 0, output);
    assert.equal(contentsOf(target), before);
    const asTenant = { user: "tnone", password: 'it\'s "one"', database: "tnone" };
    assert.equal(target.query("SELECT COUNT(*) FROM tabItem", asTenant), ["3"]);
    assert.throws(() => target.query("SELECT * FROM tntwo.tabLong", asTenant), /denied/);
    assert.equal(
      target.query("SELECT host FROM mysql.user WHERE user = 'tnone' ORDER BY host"),
      source.query("SELECT host FROM mysql.user WHERE user = 'tnone' ORDER BY host"),
    );
  });

  test("one database is restored with its user, and nothing else", async () => {
    const { status, output } = await runOnDatabase("restore.sh", target, dump, {
      DATABASE: "tntwo",
    });
    assert.is(status, 0, output);
    assert.equal(target.state(), [
      "database tntwo utf8mb4 utf8mb4_unicode_ci",
      "grant tntwo@% tntwo",
      "table tntwo.tabLong",
      "user tntwo@%",
    ]);
  });

  test("a database that is there is replaced only by whoever says so, and then as a whole", async () => {
    target.query("CREATE DATABASE tntwo; CREATE TABLE tntwo.newer (id INT)");
    const before = target.state();
    for (const more of [{}, { DATABASE: "tntwo" }, { OVERWRITE: "no" }]) {
      const { status, output } = await runOnDatabase("restore.sh", target, dump, more);
      assert.is(status, 1);
      assert.match(output, /^there is a database tntwo already; .*; nothing is changed$/m);
      assert.equal(target.state(), before);
    }
    target.query("CREATE USER tntwo@'%' IDENTIFIED BY 'another'");
    const { status, output } = await runOnDatabase("restore.sh", target, dump, {
      OVERWRITE: "yes",
    });
    assert.is(status, 0, output);
    assert.not.ok(target.state().includes("table tntwo.newer"));
    assert.equal(target.query("SELECT 1", { user: "tntwo", password: "two" }), ["1"]);
  });

  test("a user that is there is not given another password unawares", async () => {
    target.query("CREATE USER tntwo@'10.0.0.9' IDENTIFIED BY 'x'");
    const before = target.state();
    const { status, output } = await runOnDatabase("restore.sh", target, dump);
    assert.is(status, 1);
    assert.match(output, /^there is a user tntwo already; /m);
    assert.equal(target.state(), before);
    target.query("DROP USER tntwo@'10.0.0.9'");
  });

  for (const [what, spoil, sentence] of [
    [
      "without its end marker",
      (at: string) => rmSync(join(at, "COMPLETE")),
      /end marker is missing/,
    ],
    [
      "that was cut",
      (at: string) => truncateSync(join(at, "tnone.database.sql.gz"), 500),
      /not as it was written/,
    ],
    [
      "with a file too many",
      (at: string) => writeFileSync(join(at, "x.database.sql.gz"), ""),
      /has 9 files and not 8/,
    ],
    [
      "without one of its files",
      (at: string) => rmSync(join(at, "tntwo.user.sql.gz")),
      /has 7 files and not 8/,
    ],
    [
      "whose list of checksums was changed",
      (at: string) => appendFileSync(join(at, "SHA256SUMS"), " "),
      /list of checksums/,
    ],
    ["with a list of checksums that was made to fit", madeToFit, /list of checksums/],
  ] as [string, (at: string) => void, RegExp][]) {
    test(`a dump ${what} is refused, and nothing changes`, async () => {
      spoil(dump);
      for (const more of [{ OVERWRITE: "yes" }, { DATABASE: "tntwo" }]) {
        const { status, output } = await runOnDatabase("restore.sh", target, dump, more);
        assert.is(status, 1);
        assert.match(output, sentence);
        assert.match(output, /; nothing is changed$/m);
        assert.equal(target.state(), []);
      }
    });
  }

  function madeToFit(at: string): void {
    const sums = readFileSync(join(at, "SHA256SUMS"), "utf8");
    writeFileSync(join(at, "SHA256SUMS"), sums.replace(/^[0-9a-f]{64}/, "0".repeat(64)));
  }

  for (const [more, sentence] of [
    [{ DATABASE: "tnnone" }, /no database "tnnone"/],
    [{ DATABASE: "../whole/tnone" }, /no database/],
    [{ OVERWRITE: "please" }, /OVERWRITE must be yes or no/],
  ] as [Record<string, string>, RegExp][]) {
    test(`a restore with ${JSON.stringify(more)} does nothing`, async () => {
      const { status, output } = await runOnDatabase("restore.sh", target, dump, more);
      assert.is(status, 1);
      assert.match(output, sentence);
      assert.equal(target.state(), []);
    });
  }

  test("a dump that is cut off by the server's end has no end marker, nor one of an earlier try", async () => {
    // Says that it is well, as a program does whose pipe was closed early.
    const PATH = fakeCluster(
      join(directory, "cut"),
      "mariadb-dump",
      'command -p mariadb-dump "$@" | head --lines=20 || true',
    );
    const { status, output } = await runOnDatabase("dump.sh", source, dump, { PATH });
    assert.is(status, 1);
    assert.match(output, /^the dump of tnone has no end$/m, output);
    assert.not.ok(existsSync(join(dump, "COMPLETE")));
  });

  test("an empty server is dumped and restored", async () => {
    assert.is((await runOnDatabase("dump.sh", target, dump)).status, 0);
    const { status, output } = await runOnDatabase("restore.sh", target, dump);
    assert.is(status, 0, output);
    assert.match(output, /^restored 0 databases and 0 users$/m);
  });

  test("the administrator's password is in no argument and in no output", async () => {
    const seen = join(directory, "arguments");
    const PATH = ["mariadb", "mariadb-dump"]
      .map((name) =>
        fakeCluster(
          join(directory, "spy"),
          name,
          `printf '%s\\n' "$@" >>${seen}\ntr '\\0' '\\n' </proc/$PPID/cmdline >>${seen}\nexec /usr/bin/${name} "$@"`,
        ),
      )
      .at(-1);
    const env = { PATH: PATH ?? "" };
    const dumped = await runOnDatabase("dump.sh", source, dump, env);
    const restored = await runOnDatabase("restore.sh", target, dump, env);
    assert.equal([dumped.status, restored.status], [0, 0], dumped.output + restored.output);
    const everything = dumped.output + restored.output + readFileSync(seen, "utf8");
    assert.match(everything, "--defaults-file=");
    assert.not.match(everything, source.address.rootPassword);
  });

  test("MariaDB takes the chart's configuration, of which 10.11 does not know one setting", () => {
    const warnings = target
      .log()
      .split("\n")
      .filter((line) => /unknown|deprecated|\[ERROR\]/i.test(line));
    const isOld = target.query("SELECT VERSION()").join().startsWith("10.");
    assert.is(warnings.length, isOld ? 1 : 0, warnings.join("\n"));
    if (isOld) assert.match(warnings[0] ?? "", "unknown variable 'loose-character-set-collations=");
    target.query("CREATE DATABASE tnone; CREATE TABLE tnone.t (a VARCHAR(10))");
    assert.equal(
      target.query(`SET NAMES latin1; SELECT @@character_set_client, @@collation_connection,
        @@collation_database, @@innodb_snapshot_isolation, @@skip_name_resolve;
        SELECT table_collation FROM information_schema.tables WHERE table_schema = 'tnone'`),
      ["latin1\tlatin1_swedish_ci\tutf8mb4_unicode_ci\t0\t1", "utf8mb4_unicode_ci"],
    );
  });
}

const CONTENTS = `
CREATE DATABASE tnone CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE DATABASE tntwo CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE DATABASE _legacy;
CREATE USER tnone@'%' IDENTIFIED BY 'it''s "one"';
GRANT ALL PRIVILEGES ON tnone.* TO tnone@'%';
CREATE USER tnone@'10.0.0.7' IDENTIFIED BY 'other';
GRANT SELECT ON tnone.* TO tnone@'10.0.0.7';
CREATE USER tntwo@'%' IDENTIFIED BY 'two';
GRANT ALL PRIVILEGES ON tntwo.* TO tntwo@'%';
USE tnone;
CREATE TABLE tabItem (id INT PRIMARY KEY, name VARCHAR(140), bytes LONGBLOB, amount DECIMAL(21,9), changed DATETIME(6));
INSERT INTO tabItem VALUES
  (1, 'Söhne \\'quoted\\' "twice" \\\\ 😀', UNHEX('00FF0A0D1A275C22'), 1.123456789, '2026-11-24 12:00:00.123456'),
  (2, '', REPEAT(UNHEX('000102FEFF'), 300000), -0.000000001, NULL),
  (3, NULL, NULL, NULL, '1970-01-01 00:00:00');
CREATE VIEW names AS SELECT id, name FROM tabItem WHERE name <> '';
CREATE SEQUENCE item_id_seq START WITH 42;
CREATE FUNCTION double_it(x INT) RETURNS INT DETERMINISTIC RETURN 2 * x;
CREATE TRIGGER before_item BEFORE UPDATE ON tabItem FOR EACH ROW SET NEW.changed = NEW.changed;
USE tntwo;
CREATE TABLE tabLong (id INT PRIMARY KEY AUTO_INCREMENT, text LONGTEXT);
INSERT INTO tabLong (text) SELECT REPEAT(MD5(seq), 50) FROM mysql.seq_1_to_5000;
USE _legacy;
CREATE TABLE t (a INT);
INSERT INTO t VALUES (1), (2);
`;
