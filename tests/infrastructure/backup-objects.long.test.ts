/** What depends on each other or on users is restored into an empty MariaDB server, whole. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { emptyServer, runOnDatabase } from "./backup-script.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("a restore of what depends on something else");

const missing = missingMariadb();
if (missing === null) addTests();
else skip(test, "a restore of what depends on something else", "mariadb", missing);
test.run();

function addTests(): void {
  const directory = temporaryDirectory();
  const dump = join(directory, "dump");
  let source: MariadbServer;
  let target: MariadbServer;

  test.before(async () => {
    [source, target] = await Promise.all([startMariadb(), startMariadb()]);
    source.query(CONTENTS);
    const { status, output } = await runOnDatabase("dump.sh", source, dump);
    assert.is(status, 0, output);
    assert.not.match(output, /not whole/);
  });
  test.after(async () => {
    await Promise.all([source?.stop(), target?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });
  test.before.each(() => {
    emptyServer(target);
  });

  const restore = (more: Record<string, string> = {}) =>
    runOnDatabase("restore.sh", target, dump, more);

  test("all of it comes back: view on view, other databases' too, routines, triggers, events, history", async () => {
    const { status, output } = await restore();
    assert.is(status, 0, output);
    for (const query of EVERYTHING) assert.equal(target.query(query), source.query(query), query);
  });

  test("every user and role comes back with all that it may do, and locked if it was", async () => {
    const { status, output } = await restore();
    assert.is(status, 0, output);
    for (const account of ["tna@'%'", "tnb@'%'", "definer@'%'", "suspended@'%'"]) {
      for (const show of ["SHOW CREATE USER", "SHOW GRANTS FOR"]) {
        const query = `${show} ${account}`;
        assert.equal(target.query(query).toSorted(), source.query(query).toSorted(), query);
      }
    }
    assert.equal(target.query("SHOW GRANTS FOR readers"), source.query("SHOW GRANTS FOR readers"));
    const as = (user: string) => ({ user, password: user, database: "tna" });
    assert.equal(target.query("SELECT id FROM a_on_b", as("tna")), ["1"]);
    assert.throws(() => target.query("SELECT 1", as("suspended")), /locked/);
  });

  test("a tenant's database is restored without any other, and who defined its views is made, locked", async () => {
    const { status, output } = await restore({ DATABASE: "tnb" });
    assert.is(status, 0, output);
    assert.equal(
      target.state().filter((line) => line.startsWith("user ")),
      ["user definer@%", "user tnb@%"],
    );
    const asTenant = { user: "tnb", password: "tnb", database: "tnb" };
    assert.equal(target.query("SELECT id FROM a_on_z", asTenant), ["2"]);
    assert.match(target.query("SHOW CREATE USER definer@'%'").join(), /'invalid' ACCOUNT LOCK$/);
    assert.equal(target.query("SHOW GRANTS FOR definer@'%'").slice(1), [
      "GRANT ALL PRIVILEGES ON `tnb`.* TO `definer`@`%`",
    ]);
    assert.not.match(output, /PASSWORD|\*[0-9A-F]{40}/);
  });

  test("what needs another tenant's database is named, and the rest is there", async () => {
    const { status, output } = await restore({ DATABASE: "tna" });
    assert.is(status, 1);
    assert.match(
      output,
      /^the database tna: VIEW `across` .*: ERROR 1146 .*'tnb\.z_view' doesn't exist$/m,
    );
    assert.match(output, /^the database tna: its tables: ERROR 1146 \(42S02\) at line \d+$/m);
    assert.is(output.match(/^the database tna: VIEW/gm)?.length, 1, output);
    const asTenant = { user: "tna", password: "tna", database: "tna" };
    assert.equal(target.query("SELECT id FROM a_on_b", asTenant), ["1"]);
    assert.equal(target.query("SELECT COUNT(*) FROM information_schema.events"), ["2"]);
  });

  test("a user that is there is not remade for what it has defined", async () => {
    target.query("CREATE USER definer@'10.0.0.1' IDENTIFIED BY 'own'");
    const { status } = await restore({ DATABASE: "tnb" });
    assert.equal(target.query("SELECT host FROM mysql.user WHERE user = 'definer'"), ["10.0.0.1"]);
    assert.is(status, 1, "the view on its view cannot be made");
  });

  test("a tenant that is suspended now stays locked, whatever it was in the dump", async () => {
    assert.is((await restore({ DATABASE: "tnb" })).status, 0);
    target.query("ALTER USER tnb@'%' ACCOUNT LOCK");
    const { status, output } = await restore({ DATABASE: "tnb", OVERWRITE: "yes" });
    assert.is(status, 0, output);
    const asTenant = { user: "tnb", password: "tnb" };
    assert.throws(() => target.query("SELECT 1", asTenant), /locked/);
    target.query("ALTER USER tnb@'%' ACCOUNT UNLOCK");
    assert.equal(target.query("SELECT 1", asTenant), ["1"]);
  });

  test("a database that cannot be restored stops no other", async () => {
    target.query("CREATE DATABASE tna");
    const [data = ""] = target.query("SELECT @@datadir");
    // What is not MariaDB's in its directory keeps it from being dropped.
    writeFileSync(join(data, "tna", "stray"), "");
    const { status, output } = await restore({ OVERWRITE: "yes" });
    rmSync(join(data, "tna", "stray"));
    assert.is(status, 1);
    assert.match(output, /^the database tna: its tables: ERROR 1010 \(HY000\) at line 1$/m);
    assert.equal(target.query("SELECT id FROM tnb.z_view"), ["2"]);
    assert.equal(target.query("SELECT 1", { user: "tna", password: "tna" }), ["1"]);
  });
}

/** Two tenants, whose objects stand on each other's, on a definer's and on one of a user who is gone. */
const CONTENTS = `
CREATE DATABASE tna; CREATE DATABASE tnb;
CREATE USER tna@'%' IDENTIFIED BY 'tna'; GRANT ALL PRIVILEGES ON tna.* TO tna@'%';
CREATE USER tnb@'%' IDENTIFIED BY 'tnb'; GRANT ALL PRIVILEGES ON tnb.* TO tnb@'%';
CREATE USER suspended@'%' IDENTIFIED BY 'suspended' ACCOUNT LOCK; GRANT ALL PRIVILEGES ON tna.* TO suspended@'%';
CREATE USER definer@'%' IDENTIFIED BY 'definer'; GRANT SELECT ON tnb.* TO definer@'%';
CREATE USER gone@'%';
CREATE ROLE readers; GRANT SELECT ON tnb.* TO readers; GRANT readers TO definer@'%'; SET DEFAULT ROLE readers FOR definer@'%';

USE tnb;
CREATE SEQUENCE numbers;
CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (2);
CREATE DEFINER=definer@'%' VIEW z_view AS SELECT id FROM t;
CREATE DEFINER=definer@'%' VIEW a_on_z AS SELECT id FROM z_view;
CREATE DEFINER=tnb@'%' PROCEDURE p() SELECT id FROM a_on_z;

USE tna;
CREATE SEQUENCE numbers START WITH 40 INCREMENT BY 2;
CREATE TABLE t (id INT PRIMARY KEY, number INT DEFAULT NEXTVAL(numbers)); INSERT INTO t (id) VALUES (1);
CREATE TABLE history (id INT) WITH SYSTEM VERSIONING; INSERT INTO history VALUES (1); UPDATE history SET id = 2;
CREATE TABLE foreign_numbers (id INT DEFAULT NEXTVAL(tnb.numbers)); INSERT INTO foreign_numbers VALUES (DEFAULT);
CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN 2 * x;
CREATE DEFINER=gone@'%' FUNCTION orphan() RETURNS INT RETURN 1;
CREATE DEFINER=gone@'%' TRIGGER before_delete BEFORE DELETE ON t FOR EACH ROW SET @deleted = OLD.id;
CREATE DEFINER=gone@'%' EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM t WHERE id > 9;
CREATE DEFINER=tna@'%' EVENT never ON SCHEDULE EVERY 1 HOUR DISABLE DO DELETE FROM t;
CREATE DEFINER=tna@'%' VIEW c_base AS SELECT id, twice(id) AS two FROM t;
CREATE DEFINER=definer@'%' VIEW b_on_c AS SELECT id FROM t;
CREATE DEFINER=tna@'%' VIEW a_on_b AS SELECT id FROM c_base;
CREATE DEFINER=root@'%' VIEW across AS SELECT id FROM tnb.z_view;
GRANT SELECT (id) ON tna.t TO definer@'%'; GRANT SELECT ON tna.c_base TO definer@'%';
GRANT EXECUTE ON FUNCTION tna.twice TO definer@'%'; GRANT SELECT ON tnb.a_on_z TO definer@'%';
DROP USER gone@'%';
`;

/** What must be the same on both servers. */
const EVERYTHING = [
  "SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema LIKE 'tn%' ORDER BY 1, 2",
  "SELECT table_schema, table_name, definer, security_type, view_definition FROM information_schema.views WHERE table_schema LIKE 'tn%' ORDER BY 1, 2",
  "SELECT routine_schema, routine_name, routine_type, definer, routine_definition FROM information_schema.routines WHERE routine_schema LIKE 'tn%' ORDER BY 1, 2",
  "SELECT trigger_schema, trigger_name, definer, action_statement FROM information_schema.triggers ORDER BY 1, 2",
  "SELECT event_schema, event_name, definer, status, starts, event_definition FROM information_schema.events ORDER BY 1, 2",
  "SELECT id, row_start, row_end FROM tna.history FOR SYSTEM_TIME ALL ORDER BY row_start",
  "SELECT id FROM tna.history",
  "SELECT * FROM tna.t",
  "SELECT * FROM tna.foreign_numbers",
  "SELECT * FROM tna.across",
  "SELECT * FROM tna.c_base",
  "SELECT next_not_cached_value, increment FROM tna.numbers",
];
