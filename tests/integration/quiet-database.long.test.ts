/** What makes a copy quiet, and what ends that, on a real MariaDB. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CREATE } from "../crash/crash-injection.ts";
import { loadInto } from "../testkit/database-content.ts";
import { useMariadbBench } from "../testkit/bench-with-bucket.ts";
import type { MariadbBench } from "../testkit/bench-with-bucket.ts";
import { BACKUP_OF_ACME } from "../testkit/stored-backup.ts";
import {
  COPIED,
  CREATE_COPY,
  DROP_COPY,
  NAME_COPY,
  RESTORE_COPY,
  RESUME_COPY,
} from "../testkit/stored-copy.ts";
import { FIRST } from "../testkit/stored-restore.ts";

const INSTALLED = `
CREATE TABLE tabDefaultValue (parent VARCHAR(140), defkey VARCHAR(140), defvalue TEXT);
INSERT INTO tabDefaultValue VALUES ('__global', 'installed_apps', '["frappe"]');
`;

/** As Frappe has it, in what is of interest; a webhook has a name that needs quoting, which the client prints as it does. */
const LOUD = `${INSTALLED}
CREATE TABLE tabWebhook (name VARCHAR(140) PRIMARY KEY, enabled INT(1)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
INSERT INTO tabWebhook VALUES ('on', 1), ('off', 0), ('it''s \`a\\\\b\` Ä', 1), ('unset', NULL);
CREATE TABLE \`tabEmail Account\` (name VARCHAR(140) PRIMARY KEY, enable_incoming INT(1), enable_outgoing INT(1));
INSERT INTO \`tabEmail Account\` VALUES ('in', 1, 0), ('out', 0, 1), ('both', 1, 1), ('none', 0, 0);
CREATE TABLE tabSessions (sid VARCHAR(255), user VARCHAR(255));
INSERT INTO tabSessions VALUES ('1', 'Administrator');
CREATE TABLE \`tabEmail Queue\` (name VARCHAR(140) PRIMARY KEY, status VARCHAR(140));
INSERT INTO \`tabEmail Queue\` VALUES ('a', 'Not Sent'), ('b', 'Sent'), ('c', 'Sending'), ('d', 'Partially Sent');
`;

const WEBHOOKS = ["it's `a\\\\b` Ä 1", "off 0", "on 1", "unset NULL"];
const ACCOUNTS = ["both 1 1", "in 1 0", "none 0 0", "out 0 1"];

const test = suite("the quiet of a real MariaDB");
const ground = useMariadbBench(test, "quiet databases", [DROP_COPY]);
if (ground !== null) addTests(ground);
test.run();

function addTests(it: MariadbBench): void {
  test.before.each(async () => {
    await it.succeed(CREATE);
  });

  const ask = (statement: string, database = COPIED) => it.server.query(statement, { database });
  const webhooks = (database = COPIED) =>
    ask(
      "SELECT CONCAT(name, ' ', COALESCE(enabled, 'NULL')) FROM tabWebhook ORDER BY name",
      database,
    );
  const accounts = (database = COPIED) =>
    ask(
      "SELECT CONCAT_WS(' ', name, enable_incoming, enable_outgoing) FROM `tabEmail Account` ORDER BY name",
      database,
    );
  const mails = () => ask("SELECT CONCAT(name, ' ', status) FROM `tabEmail Queue` ORDER BY name");
  const sessions = () => ask("SELECT COUNT(*) FROM tabSessions");
  const hasTable = (database = COPIED) => ask("SHOW TABLES LIKE '\\_\\_kairos\\_quiet'", database);
  /** ACME's database is loud, and backed up; the copy is made. */
  async function copied(more = ""): Promise<void> {
    loadInto(it.server, FIRST, Buffer.from(LOUD + more));
    await it.succeed(BACKUP_OF_ACME, CREATE_COPY, RESTORE_COPY, NAME_COPY);
  }
  const SILENT = ["it's `a\\\\b` Ä 0", "off 0", "on 0", "unset NULL"];

  test("a copy's webhooks and mail accounts are off, nobody is logged in, and nothing waits to be sent", async () => {
    await copied();
    assert.equal(webhooks().toSorted(), SILENT);
    assert.equal(accounts(), ["both 0 0", "in 0 0", "none 0 0", "out 0 0"]);
    assert.equal(sessions(), ["0"]);
    assert.equal(mails(), ["a Error", "b Sent", "c Error", "d Error"]);
  });

  test("the original is as it was", async () => {
    await copied();
    assert.equal(webhooks(FIRST).toSorted(), WEBHOOKS);
    assert.equal(accounts(FIRST), ACCOUNTS);
    assert.equal(hasTable(FIRST), []);
  });

  test("a resume puts back exactly what was on, sends nothing of the time before, and leaves nothing over", async () => {
    await copied();
    ask("INSERT INTO tabWebhook VALUES ('made since', 1), ('made off', 0)");
    ask("DELETE FROM `tabEmail Account` WHERE name = 'both'");
    ask("INSERT INTO `tabEmail Queue` VALUES ('e', 'Not Sent')");
    await it.succeed(RESUME_COPY);
    assert.equal(webhooks().toSorted(), [...WEBHOOKS, "made off 0", "made since 1"].toSorted());
    assert.equal(accounts(), ["in 1 0", "none 0 0", "out 0 1"]);
    assert.equal(mails(), ["a Error", "b Sent", "c Error", "d Error", "e Error"]);
    assert.equal(hasTable(), []);
  });

  test("a resume that is killed and done again puts back the same", async () => {
    await copied();
    for (let beforeCommand = 60, attempt = 1; ; beforeCommand += 60, attempt++) {
      const kill = { container: 0, beforeCommand };
      if ((await it.bench.run({ ...RESUME_COPY, attempt, kill })).status !== null) break;
      assert.ok([SILENT, WEBHOOKS].some((one) => one.join() === webhooks().toSorted().join()));
    }
    assert.equal([webhooks().toSorted(), accounts(), hasTable()], [WEBHOOKS, ACCOUNTS, []]);
  });

  test("a copy of a copy that was quiet knows what was on in the first", async () => {
    const table =
      "CREATE TABLE __kairos_quiet (table_name VARCHAR(64) NOT NULL, column_name VARCHAR(64) NOT NULL, name VARCHAR(140) NOT NULL, value INT NOT NULL, PRIMARY KEY (table_name, column_name, name)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; INSERT INTO __kairos_quiet VALUES ('tabWebhook', 'enabled', 'off', 1);";
    await copied(table);
    assert.equal(webhooks().toSorted(), SILENT);
    await it.succeed(RESUME_COPY);
    assert.ok(webhooks().includes("off 1"));
    assert.ok(webhooks().includes("on 1"));
  });

  test("a table of that name which is none of ours, or a view, does no more than fail", async () => {
    await copied();
    ask("DROP TABLE __kairos_quiet");
    ask(
      "CREATE VIEW __kairos_quiet AS SELECT 'tabWebhook' table_name, 'enabled' column_name, 'off' name, 1 value",
    );
    await it.succeed(RESUME_COPY);
    assert.equal(webhooks().toSorted(), SILENT);
  });

  test("a site without any of those tables is copied, too", async () => {
    loadInto(it.server, FIRST, Buffer.from(INSTALLED));
    await it.succeed(BACKUP_OF_ACME, CREATE_COPY, RESTORE_COPY, NAME_COPY, RESUME_COPY);
    assert.equal(hasTable(), []);
  });
}
