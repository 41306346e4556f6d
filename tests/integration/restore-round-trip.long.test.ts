/** Restores of a real MariaDB: what the site has then is what was backed up. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE, DROP } from "../crash/crash-injection.ts";
import { databaseContent, loadInto } from "../testkit/database-content.ts";
import { useMariadbBench } from "../testkit/bench-with-bucket.ts";
import type { MariadbBench } from "../testkit/bench-with-bucket.ts";
import { mariadbReleases } from "../testkit/mariadb-releases.ts";
import { POD_UID } from "../testkit/site-bench.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import { BACKUP_OF_ACME, rewriteManifest } from "../testkit/stored-backup.ts";
import {
  FIRST,
  RESTORED,
  restoreOfAcme,
  restoreUnder,
  UNDO_OF_ACME,
} from "../testkit/stored-restore.ts";

/** What a site has installed, what runs as its definer, and text that only looks like what a dump has of that. */
const DEFINED = `
CREATE TABLE tabDefaultValue (parent VARCHAR(140), defkey VARCHAR(140), defvalue TEXT);
INSERT INTO tabDefaultValue VALUES ('__global', 'installed_apps', '["frappe"]');
CREATE TABLE told (what TEXT);
INSERT INTO told VALUES ('nextval(\`${FIRST}\`.\`numbers\`) DEFINER=\`${FIRST}\`@\`%\`'), ('  \`id\` DEFAULT nextval(\`${FIRST}\`.'), ('a\\n/*!50013 DEFINER=\`${FIRST}\`@\`%\`');
CREATE DEFINER='${FIRST}'@'%' SQL SECURITY DEFINER VIEW seen AS SELECT what FROM told;
DELIMITER $$
CREATE DEFINER='${FIRST}'@'%' PROCEDURE defined () SQL SECURITY DEFINER BEGIN SELECT COUNT(*) FROM told; END$$
CREATE DEFINER='${FIRST}'@'%' TRIGGER defined BEFORE INSERT ON told FOR EACH ROW BEGIN SET NEW.what = CONCAT(NEW.what, '!'); END$$
CREATE DEFINER='${FIRST}'@'%' EVENT defined ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO INSERT INTO told VALUES ('event')$$
DELIMITER ;
`;

for (const release of mariadbReleases()) {
  const name = `restores of ${release.name}`;
  const test = suite(name);
  const ground = useMariadbBench(test, name, [], release);
  if (ground !== null) addTests(test, ground);
  test.run();
}

function addTests(test: Test, it: MariadbBench): void {
  test.before.each(async () => {
    await it.succeed(CREATE);
    loadInto(
      it.server,
      FIRST,
      readFileSync(new URL("../fixtures/every-kind-of-table.sql", import.meta.url)),
    );
    loadInto(it.server, FIRST, Buffer.from(DEFINED));
  });

  const ask = (statement: string, database: string) => it.server.query(statement, { database });
  const asTenant = (statement: string, database: string) =>
    it.server.query(statement, { database, user: database, password: "database-secret" });
  /** Without the names of either database, but for what people have written themselves. */
  const contentOf = (database: string) => databaseContent(it.server, database);

  test("the restored database is, to the last byte, what was backed up, and later rows are in the old one alone", async () => {
    const before = contentOf(FIRST);
    await it.succeed(BACKUP_OF_ACME);
    ask("INSERT INTO told VALUES ('later')", FIRST);
    await it.succeed(restoreOfAcme());
    assert.equal(contentOf(RESTORED), before);
    assert.is(ask("SELECT COUNT(*) FROM told WHERE what LIKE 'later%'", FIRST)[0], "1");
    const told = ask("SELECT GROUP_CONCAT(what) FROM told", RESTORED)[0] ?? "";
    assert.is(told.split(FIRST).length, 5);
    assert.not.match(told, RESTORED);
  });

  test("nothing in the restored database works with the old one, or as its user", async () => {
    await it.succeed(BACKUP_OF_ACME);
    await it.succeed(restoreOfAcme());
    const definers = ask(
      `SELECT definer FROM information_schema.views WHERE table_schema = '${RESTORED}' AND table_name = 'seen'
       UNION ALL SELECT definer FROM information_schema.routines WHERE routine_schema = '${RESTORED}' AND routine_name = 'defined'
       UNION ALL SELECT definer FROM information_schema.triggers WHERE trigger_schema = '${RESTORED}' AND trigger_name = 'defined'
       UNION ALL SELECT definer FROM information_schema.events WHERE event_schema = '${RESTORED}' AND event_name = 'defined'`,
      RESTORED,
    );
    assert.equal(
      definers,
      Array.from({ length: 4 }, () => `${RESTORED}@%`),
    );
  });

  test("a backup that does not hold an app which it names is not restored", async () => {
    await it.succeed(BACKUP_OF_ACME);
    await rewriteManifest(it.bucket, () => ({ apps: { frappe: null, erpnext: null } }));
    const { status, message } = await it.bench.run(restoreOfAcme());
    assert.equal([status, message?.step], [1, "list-apps"]);
    assert.is(message?.reason, "the app erpnext is not installed on what the backup holds");
    asTenant("SELECT 1", FIRST);
  });

  test("the site's user has all of the new database, and none of the old one", async () => {
    await it.succeed(BACKUP_OF_ACME);
    await it.succeed(restoreOfAcme());
    assert.is(asTenant("SELECT COUNT(*) FROM seen", RESTORED)[0], "3");
    asTenant("INSERT INTO a_numbered (a) VALUES (5)", RESTORED);
    assert.throws(() => asTenant("SELECT 1", FIRST), /account is locked/);
  });

  test("a restore is taken back to what was there before it", async () => {
    await it.succeed(BACKUP_OF_ACME);
    ask("INSERT INTO told VALUES ('later')", FIRST);
    const later = contentOf(FIRST);
    await it.succeed(restoreOfAcme());
    await it.succeed(UNDO_OF_ACME);
    assert.equal(contentOf(FIRST), later);
    asTenant("SELECT 1", FIRST);
    assert.throws(() => asTenant("SELECT 1", RESTORED), /account is locked/);
  });

  test("an attempt that comes late neither drops nor changes what a later one has made", async () => {
    await it.succeed(BACKUP_OF_ACME);
    let current = FIRST;
    let pauses = 0;
    for (let generation = 3; ; generation++) {
      const work = restoreUnder(generation, { database: current });
      const restored = work.tenant.spec.restore?.database ?? "";
      const late = { podUid: POD_UID.replaceAll("a", "b") };
      const pause = { container: 0, beforeCommand: 60 + 53 * pauses };
      let wasPaused = false;
      const meanwhile = async () => {
        wasPaused = true;
        await it.succeed({ ...work, attempt: 2 });
      };
      await it.bench.run({ ...work, ...late, pause, meanwhile });
      if (!wasPaused) break;
      pauses += 1;
      const config = readFileSync(join(it.bench.site(ACME), "site_config.json"), "utf8");
      assert.match(config, `"${restored}"`);
      assert.is(asTenant("SELECT COUNT(*) FROM seen", restored)[0], "3", String(pauses));
      current = restored;
    }
    console.log(`\n${pauses} pauses`);
    assert.ok(pauses > 3);
  });

  const isRestoredThere = () => it.server.query("SHOW DATABASES").includes(RESTORED);
  /** Before which command of a restore its database is made. */
  async function makingOf(): Promise<number> {
    let [before, after] = [0, 500];
    for (let attempt = 1; after - before > 1; attempt++) {
      const beforeCommand = Math.floor((before + after) / 2);
      await it.bench.run({ ...restoreOfAcme(), attempt, kill: { container: 0, beforeCommand } });
      if (isRestoredThere()) after = beforeCommand;
      else before = beforeCommand;
      it.server.query(`DROP DATABASE IF EXISTS ${RESTORED}; DROP USER IF EXISTS ${RESTORED}@'%'`);
    }
    return before;
  }
  let making: number | null = null;
  // Shell and client are two processes, either of which may come to the next command first.
  for (const earlier of [0, 1, 2]) {
    test(`what a drop overtakes, ${earlier} commands before it makes the database, makes none`, async () => {
      await it.succeed(BACKUP_OF_ACME);
      making ??= await makingOf();
      const drop = { ...DROP, generation: 9 };
      const { status } = await it.bench.run({
        ...restoreOfAcme(),
        attempt: 50,
        pause: { container: 0, beforeCommand: making - earlier },
        meanwhile: () => it.succeed(drop),
      });
      assert.is.not(status, 0);
      assert.equal(it.server.state(), []);
    });
  }

  /** Drops ACME, and before one of its commands a database is made as a restore may. False where the server would refuse it by then. */
  async function makeDuringDrop(beforeCommand: number): Promise<boolean> {
    const user = `${FIRST}@'%'`;
    it.server.query(`CREATE DATABASE IF NOT EXISTS ${FIRST}; CREATE USER IF NOT EXISTS ${user}`);
    let isMade = false;
    const meanwhile = async () => {
      isMade = it.server.query("SELECT user FROM mysql.user").includes(FIRST);
      if (isMade) it.server.query(`CREATE DATABASE ${RESTORED}`);
      await Promise.resolve();
    };
    const pause = { container: 0, beforeCommand };
    await it.succeed({ ...DROP, attempt: beforeCommand, pause, meanwhile });
    return isMade;
  }

  test("what a restore makes while a drop takes the site's user away, the drop finds", async () => {
    let made = 0;
    while (await makeDuringDrop(1 + 5 * made)) {
      made += 1;
      assert.equal(it.server.state(), []);
    }
    assert.ok(made > 10, `${made} times`);
  });

  /** Waits until there is a session in that state, and gives its id. */
  const untilSession = (state: string) =>
    eventually(`a session is in the state ${state}`, async () => {
      const ids = `SELECT id FROM information_schema.processlist WHERE state = '${state}'`;
      return await Promise.resolve(it.server.query(ids)[0] ?? null);
    });

  test("what a restore was making when the site's user went, it takes away", async () => {
    await it.succeed(BACKUP_OF_ACME);
    const beforeCommand = (making ??= await makingOf()) - 12;
    const others: Promise<unknown>[] = [];
    /** Once the server waits in the middle of it, at what another attempt has left. */
    const dropUser = async () => {
      await untilSession("Waiting for table metadata lock");
      it.server.query(`DROP USER ${FIRST}@'%'`);
      it.server.query(`KILL ${await untilSession("User sleep")}`);
    };
    const { message } = await it.bench.run({
      ...restoreOfAcme(),
      attempt: 50,
      pause: { container: 0, beforeCommand },
      meanwhile: async () => {
        it.server.query(`CREATE DATABASE ${RESTORED}; CREATE TABLE ${RESTORED}.held (a INT)`);
        // Nobody can drop it until that session is killed.
        others.push(it.server.runMeanwhile("LOCK TABLES held READ; SELECT SLEEP(600)", RESTORED));
        await untilSession("User sleep");
        others.push(dropUser());
      },
    });
    await Promise.all(others);
    assert.match(message?.reason ?? "", /the site has no database user/);
    assert.not(isRestoredThere());
  });

  test("of a site without a database user nothing is made", async () => {
    await it.succeed(BACKUP_OF_ACME);
    it.server.query(`DROP USER ${FIRST}@'%'`);
    const { message } = await it.bench.run(restoreOfAcme());
    assert.is(message?.step, "load-database");
    assert.match(message?.reason ?? "", /the site has no database user/);
    assert.not(isRestoredThere());
  });
}
