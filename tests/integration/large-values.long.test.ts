/**
 * Backups of what is large: blobs that a dump holds in many statements, and one value that is as large as a statement.
 *
 * With FULL_SIZE=1 it is 1 GiB in blobs, and the largest value that the cluster's MariaDB can be given; that takes some minutes,
 * and 2 GiB of memory.
 */
import { createHash, randomBytes } from "node:crypto";
import { suite } from "uvu";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { withPeakMemory } from "../../scripts/benchmarks/process-memory.ts";
import { CREATE } from "../crash/crash-injection.ts";
import { useMariadbBench } from "../testkit/bench-with-bucket.ts";
import type { MariadbBench } from "../testkit/bench-with-bucket.ts";
import { loadInto } from "../testkit/database-content.ts";
import { mariadbReleases } from "../testkit/mariadb-releases.ts";
import type { Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME } from "../testkit/stored-backup.ts";
import { FIRST, RESTORED, restoreOfAcme } from "../testkit/stored-restore.ts";

const MEBIBYTE = 2 ** 20;
const IS_FULL_SIZE = process.env["FULL_SIZE"] === "1";
const ROWS = IS_FULL_SIZE ? 64 : 6;
const ROW_BYTES = 16 * MEBIBYTE;

/** What a server takes at once while its limit is tried; the cluster's own where that is null. */
const PACKET = IS_FULL_SIZE ? null : 16 * MEBIBYTE;

for (const release of mariadbReleases()) {
  const name = `large values in ${release.name}`;
  const test = suite(name);
  const ground = useMariadbBench(test, name, [], release);
  if (ground !== null) addTests(test, ground);
  test.run();
}

function addTests(test: Test, it: MariadbBench): void {
  const ask = (statement: string, database = FIRST) => it.server.query(statement, { database });
  let usual = 0;
  test.before.each(async () => {
    usual = Number(it.server.query("SELECT @@max_allowed_packet")[0]);
    await it.succeed(CREATE);
    ask("CREATE TABLE `the ``blobs` (id INT PRIMARY KEY, content LONGBLOB)");
  });
  test.after.each(() => take(usual));

  /** Has the server take so many bytes at once. */
  function take(bytes: number): void {
    it.server.query(`SET GLOBAL max_allowed_packet = ${bytes}`);
  }
  /** Adds a row of so many bytes, none of which gets smaller, and gives how the row is told from others. */
  function add(id: number, bytes: number): string {
    const content = randomBytes(bytes);
    const script = `INSERT INTO \`the \`\`blobs\` VALUES (${id}, 0x${content.toString("hex")});`;
    loadInto(it.server, FIRST, Buffer.from(script));
    return `${id}\t${bytes}\t${createHash("md5").update(content).digest("hex")}`;
  }
  const rowsOf = (database: string) =>
    ask("SELECT id, LENGTH(content), MD5(content) FROM `the ``blobs` ORDER BY id", database);

  async function succeed(work: Work): Promise<number> {
    const began = Date.now();
    const { peakMebibytes } = await withPeakMemory(it.bench.directory, () => it.succeed(work));
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`\n${work.kind}: ${seconds} s, ${peakMebibytes.toFixed(0)} MiB`);
    return peakMebibytes;
  }

  test(`${(ROWS * ROW_BYTES) / MEBIBYTE} MiB in blobs come back as they were, in little memory`, async () => {
    const rows = Array.from({ length: ROWS }, (_, id) => add(id, ROW_BYTES));
    const peaks = [await succeed(BACKUP_OF_ACME), await succeed(restoreOfAcme())];
    assert.equal(rowsOf(RESTORED), rows);
    for (const peak of peaks) assert.ok(peak < 256, `${peak} MiB`);
  });

  /** The largest value of which a dump is not more than the server takes at once, with some room for what is beside it. */
  const largest = () => (Number(ask("SELECT @@max_allowed_packet")[0]) - 2 ** 16) / 2 - 4;

  test("the largest value that a server can be given in a dump comes back as it was", async () => {
    take(PACKET ?? usual);
    const row = add(1, largest());
    await succeed(BACKUP_OF_ACME);
    await succeed(restoreOfAcme());
    assert.equal(rowsOf(RESTORED), [row]);
  });

  test("a larger one makes no backup, which says why, until the server takes more at once", async () => {
    take(PACKET ?? usual);
    const rows = [add(1, 100), add(2, largest() + 1)];
    const { status, message } = await it.bench.run(BACKUP_OF_ACME);
    assert.equal([status, message?.step], [1, "dump-database"]);
    assert.match(message?.reason ?? "", /^a row of the table the ``blobs could not be restored: /);
    assert.not.ok((await it.bucket.list()).some(({ name }) => name.endsWith("manifest.json")));
    take(2 * (PACKET ?? usual));
    await succeed({ ...BACKUP_OF_ACME, attempt: 2 });
    await succeed(restoreOfAcme());
    assert.equal(rowsOf(RESTORED), rows);
  });
}
