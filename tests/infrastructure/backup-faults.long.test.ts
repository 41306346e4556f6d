/** One database's fault stops the backup of no other: real MariaDB servers with broken things in them. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { emptyServer, runOnDatabase } from "./backup-script.ts";
import { fakeBucket } from "./fake-bucket.ts";
import { runScript, fakeCluster } from "./chart-script.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("a backup of databases with faults");

const missing = missingMariadb();
if (missing === null) addTests();
else skip(test, "a backup of databases with faults", "mariadb", missing);
test.run();

function addTests(): void {
  const directory = temporaryDirectory();
  const dump = join(directory, "dump");
  let source: MariadbServer;
  let target: MariadbServer;

  test.before(async () => {
    [source, target] = await Promise.all([startMariadb(), startMariadb()]);
  });
  test.after(async () => {
    await Promise.all([source?.stop(), target?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });
  test.before.each(() => {
    emptyServer(source);
    emptyServer(target);
    source.query(WHOLE);
  });

  /** Dumps the source, and gives what is told to be missing, its kind and name first. */
  async function dumped(more: Record<string, string> = {}): Promise<string[]> {
    const { status, output } = await runOnDatabase("dump.sh", source, dump, more);
    assert.is(status, 0, output);
    if (!existsSync(join(dump, "MISSING"))) {
      assert.ok(existsSync(join(dump, "COMPLETE")) && !existsSync(join(dump, "INCOMPLETE")));
      return [];
    }
    assert.ok(existsSync(join(dump, "INCOMPLETE")) && !existsSync(join(dump, "COMPLETE")));
    const lines = readFileSync(join(dump, "MISSING"), "utf8");
    assert.ok(output.endsWith(lines), output);
    return lines.split("\n").slice(0, -1);
  }

  const files = () => readdirSync(dump).filter((name) => name.includes(".sql.gz"));

  async function restored(more: Record<string, string> = {}): Promise<void> {
    const { status, output } = await runOnDatabase("restore.sh", target, dump, more);
    assert.is(status, 0, output);
  }

  async function refused(sentence: RegExp, more: Record<string, string> = {}): Promise<void> {
    const { status, output } = await runOnDatabase("restore.sh", target, dump, more);
    assert.is(status, 1, output);
    assert.match(output, sentence);
    assert.match(output, /; nothing is changed$/m);
    assert.equal(target.state(), []);
  }

  test("views that cannot be read are told by name; their tables and every other database are there", async () => {
    source.query(BROKEN_VIEWS);
    const lost = await dumped();
    assert.equal(
      lost.map((line) => line.replace(/: .*/, "")),
      ["database tnview\tview v_definer", "database tnview\tview v_table"],
    );
    assert.match(lost[0] ?? "", /'gone'@'%'.* does not exist/);
    assert.match(lost[1] ?? "", /references invalid table/);
    assert.equal(files(), [
      "tnview.database.incomplete.sql.gz",
      "tnview.objects.incomplete.sql.gz",
      "tnwhole.database.sql.gz",
      "tnwhole.objects.sql.gz",
      "tnwhole.user.sql.gz",
    ]);
    await restored({ INCOMPLETE: "yes" });
    assert.equal(target.query("SELECT COUNT(*) FROM tnwhole.t"), ["2"]);
    assert.equal(target.query("SELECT id FROM tnview.good"), ["7"]);
  });

  test("of a dump that is not whole, a whole database is restored, and another only on request", async () => {
    source.query(BROKEN_VIEWS);
    await dumped();
    await refused(/^the dump has not everything, see above; with INCOMPLETE=yes/m);
    await refused(/^the dump has the database tnview only in part, see above; /m, {
      DATABASE: "tnview",
    });
    await refused(/^INCOMPLETE must be yes or no; /m, { INCOMPLETE: "perhaps" });
    await restored({ DATABASE: "tnwhole" });
    assert.equal(target.query("SELECT COUNT(*) FROM tnwhole.t"), ["2"]);
    await restored({ DATABASE: "tnview", INCOMPLETE: "yes" });
    assert.equal(target.query("SELECT id FROM tnview.good"), ["7"]);
  });

  test("an end marker that was renamed does not make a dump whole", async () => {
    source.query(BROKEN_VIEWS);
    await dumped();
    writeFileSync(join(dump, "COMPLETE"), readFileSync(join(dump, "INCOMPLETE")));
    rmSync(join(dump, "INCOMPLETE"));
    await refused(/has 5 files and not 6/);
  });

  test("a crashed table is left out by name, and the other tables of its database are there", async () => {
    source.query(`CREATE DATABASE tncrash; USE tncrash;
      CREATE TABLE crashed (id INT) ENGINE=MyISAM; CREATE TABLE well (id INT); INSERT INTO well VALUES (5);
      CREATE TRIGGER before_well BEFORE INSERT ON well FOR EACH ROW SET NEW.id = NEW.id;
      CREATE VIEW on_well AS SELECT id FROM well; CREATE VIEW on_crashed AS SELECT id FROM crashed`);
    const [data = ""] = source.query("SELECT @@datadir");
    writeFileSync(join(data, "tncrash", "crashed.MYI"), "broken");
    source.query("FLUSH TABLES");
    const lost = await dumped();
    assert.equal(
      lost.map((line) => line.replace(/: .*/, "")),
      ["database tncrash\ttable crashed", "database tncrash\tview on_crashed"],
    );
    await restored({ INCOMPLETE: "yes" });
    assert.equal(target.query("SELECT id FROM tncrash.on_well"), ["5"]);
    assert.equal(target.query("SELECT trigger_name FROM information_schema.triggers"), [
      "before_well",
    ]);
    assert.equal(target.query("SELECT COUNT(*) FROM tnwhole.t"), ["2"]);
  });

  test("a routine whose definer is gone is no fault", async () => {
    source.query(`CREATE DATABASE tnroutine; USE tnroutine; CREATE USER gone@'%';
      CREATE DEFINER=gone@'%' FUNCTION f() RETURNS INT RETURN 1; DROP USER gone@'%'`);
    assert.equal(await dumped(), []);
    await restored();
    assert.equal(
      target.query(
        "SELECT definer FROM information_schema.routines WHERE routine_schema = 'tnroutine'",
      ),
      ["gone@%"],
    );
  });

  test("any name of a database, a table, a view and a user is dumped and restored", async () => {
    source.query(ODD_NAMES);
    assert.equal(await dumped(), []);
    await restored();
    for (const query of [
      "SELECT HEX(schema_name) FROM information_schema.schemata ORDER BY 1",
      "SELECT HEX(table_schema), HEX(table_name), table_type FROM information_schema.tables WHERE table_schema NOT IN ('sys', 'mysql') ORDER BY 1, 2",
      "SELECT HEX(user), HEX(host), authentication_string FROM mysql.user ORDER BY 1, 2",
      "SELECT HEX(user), HEX(db) FROM mysql.db ORDER BY 1, 2",
      "SELECT a FROM `a/b \"c\" 'd' \\\\ %41 ``e``\n*`.`v.1`",
    ]) {
      assert.equal(target.query(query), source.query(query), query);
    }
    emptyServer(target);
    await restored({ DATABASE: "ñandú" });
    assert.equal(target.query("SELECT COUNT(*) FROM mysql.user WHERE user = 'ñandú'"), ["1"]);
  });

  test("a database that is dropped while the backup runs is nobody's fault, and nothing of it is left", async () => {
    source.query("CREATE DATABASE tngoes; CREATE TABLE tngoes.t (a INT); CREATE USER tngoes@'%'");
    for (const when of ["--single-transaction", "--routines"]) {
      source.query(
        "CREATE DATABASE IF NOT EXISTS tngoes; CREATE TABLE IF NOT EXISTS tngoes.t (a INT)",
      );
      const PATH = fakeCluster(
        join(directory, "drops"),
        "mariadb-dump",
        `if [[ " $* " == *" ${when} "*" tngoes "* ]]; then
          mariadb "$1" --execute="DROP DATABASE IF EXISTS tngoes; DROP USER IF EXISTS tngoes@'%'"
        fi
        exec /usr/bin/mariadb-dump "$@"`,
      );
      assert.equal(await dumped({ PATH }), []);
      assert.equal(files(), [
        "tnwhole.database.sql.gz",
        "tnwhole.objects.sql.gz",
        "tnwhole.user.sql.gz",
      ]);
    }
  });

  test("what the bucket has of it whole stays as long as it cannot be dumped, and is restored from there", async () => {
    const bucket = fakeBucket(join(directory, "bucket"));
    const upload = (night: string) => runScript("upload.sh", bucket.on(night, dump));
    source.query(`CREATE DATABASE tnview; CREATE TABLE tnview.t (a INT); INSERT INTO tnview.t VALUES (1);
      CREATE TABLE tnview.u (a INT); CREATE VIEW tnview.v AS SELECT a FROM tnview.u`);
    await dumped();
    assert.is((await upload("2026-11-20T02-23")).status, 0);
    source.query("DROP TABLE tnview.u; INSERT INTO tnview.t VALUES (2)");
    await dumped();
    assert.is((await upload("2026-11-21T02-23")).status, 90);
    const { status, output } = await runScript("download.sh", {
      ...bucket.on("2026-11-22T02-23", dump),
      BACKUP: "2026-11-21T02-23/earlier/tnview/2026-11-20T02-23",
    });
    assert.is(status, 0, output);
    await restored({ DATABASE: "tnview" });
    assert.equal(target.query("SELECT a FROM tnview.t"), ["1"]);
    assert.equal(target.query("SELECT a FROM tnview.v"), []);
  });

  test("what fails once, as where a table is altered meanwhile, is read again and whole", async () => {
    const PATH = fakeCluster(
      join(directory, "once"),
      "mariadb-dump",
      `if [[ ! -e ${directory}/failed ]]; then touch ${directory}/failed; echo "altered" >&2; exit 1; fi
      exec /usr/bin/mariadb-dump "$@"`,
    );
    assert.equal(await dumped({ PATH }), []);
    await restored();
    assert.equal(target.query("SELECT COUNT(*) FROM tnwhole.t"), ["2"]);
  });

  test("a disk that is full is no database's fault: there is no dump, not even one that is not whole", async () => {
    const PATH = fakeCluster(
      join(directory, "full"),
      "gzip",
      'cat >/dev/null; echo "gzip: stdout: No space left on device" >&2; exit 1',
    );
    const { status, output } = await runOnDatabase("dump.sh", source, dump, { PATH });
    assert.is(status, 1);
    assert.match(output, /^the dump cannot be written: gzip: stdout: No space left on device$/m);
    assert.not.ok(existsSync(join(dump, "COMPLETE")) || existsSync(join(dump, "INCOMPLETE")));
  });

  test("a user that MariaDB cannot tell is told by name", async () => {
    const PATH = fakeCluster(
      join(directory, "users"),
      "mariadb",
      `asked=$(cat)
      if [[ $asked == *"SHOW GRANTS FOR 'tnodd'"* ]]; then echo "ERROR 1141 (42000) at line 1: There is no such grant" >&2; exit 1; fi
      /usr/bin/mariadb "$@" <<<"$asked"`,
    );
    source.query("CREATE USER tnodd@'%'");
    const [line, ...others] = await dumped({ PATH });
    assert.match(line ?? "", /^user tnodd\t.*There is no such grant$/);
    assert.equal(others, []);
    await restored({ DATABASE: "tnwhole" });
    assert.equal(target.query("SELECT 1", { user: "tnwhole", password: "w" }), ["1"]);
  });
}

const WHOLE = `CREATE DATABASE tnwhole; CREATE TABLE tnwhole.t (a INT); INSERT INTO tnwhole.t VALUES (1), (2);
CREATE USER tnwhole@'%' IDENTIFIED BY 'w'; GRANT ALL PRIVILEGES ON tnwhole.* TO tnwhole@'%';`;

/** One view whose table is gone, and one that calls what nobody may run any more. */
const BROKEN_VIEWS = `CREATE DATABASE tnview; USE tnview;
CREATE TABLE kept (id INT); INSERT INTO kept VALUES (7); CREATE TABLE dropped (id INT);
CREATE USER gone@'%'; GRANT ALL PRIVILEGES ON tnview.* TO gone@'%';
CREATE DEFINER=gone@'%' VIEW inner_one AS SELECT id FROM kept;
CREATE DEFINER=gone@'%' FUNCTION one() RETURNS INT RETURN 1;
CREATE VIEW good AS SELECT id FROM kept;
CREATE VIEW v_definer AS SELECT id, one() FROM inner_one;
CREATE VIEW v_table AS SELECT id FROM dropped;
DROP TABLE dropped; DROP USER gone@'%';`;

const ODD = "`a/b \"c\" 'd' \\\\ %41 ``e``\n*`";
const ODD_NAMES = `CREATE DATABASE ${ODD}; CREATE DATABASE \`ñandú\`; CREATE DATABASE \`.hidden\`; CREATE DATABASE \`-x\`;
CREATE DATABASE \`${"/".repeat(45)}\`;
CREATE TABLE ${ODD}.\`t\`\`1 /\` (a INT); INSERT INTO ${ODD}.\`t\`\`1 /\` VALUES (3);
CREATE VIEW ${ODD}.\`v.1\` AS SELECT a FROM ${ODD}.\`t\`\`1 /\`;
CREATE TABLE \`-x\`.\`-y\` (a INT); CREATE VIEW \`-x\`.\`-v\` AS SELECT a FROM \`-x\`.\`-y\`;
CREATE USER 'o/''x"\`'@'%' IDENTIFIED BY 'p'; GRANT SELECT ON \`-x\`.* TO 'o/''x"\`'@'%';
CREATE USER 'ñandú'@'%'; CREATE USER '-u'@'10.0.0.%';`;
