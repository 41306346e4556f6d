/** Backups killed with -9: on the fake database before every 17th command, on a real MariaDB before every 61st. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { FAKE_GROUND } from "./crash-injection.ts";
import { killBackups } from "./killed-backups.ts";

const test = suite("killed backups");
const SENTENCE = "a backup that is killed is whole or none, and the next attempt makes a whole one";
const withoutBucket = missingBucketServer();
const withoutMariadb = missingMariadb();

let bucket: BucketServer;
if (withoutBucket === null) {
  test.before(async () => {
    bucket = await startBucketServer();
  });
  test.after(async () => {
    await bucket?.stop();
  });
  test(SENTENCE, async () => {
    const everyNth = Number(process.env["CRASH_EVERY"] ?? 17);
    const { kills, afterManifest } = await killBackups(bucket, { everyNth, ground: FAKE_GROUND });
    console.log(`\n${kills} kill points, ${afterManifest} of them after the manifest`);
    assert.ok(kills >= 7);
  });
  if (withoutMariadb === null) addOnMariadb();
  else skip(test, `${SENTENCE}, on a real MariaDB`, "mariadb", withoutMariadb);
} else {
  skip(test, SENTENCE, "bucket-server", withoutBucket);
}
test.run();

function addOnMariadb(): void {
  test(`${SENTENCE}, on a real MariaDB`, async () => {
    const server = await startMariadb();
    try {
      const databaseState = () => Promise.resolve(server.state());
      const ground = { database: server.address, databaseState };
      const { kills } = await killBackups(bucket, { everyNth: 61, ground });
      assert.ok(kills >= 3);
      assert.equal(server.state(), []);
    } finally {
      await server.stop();
    }
  });
}
