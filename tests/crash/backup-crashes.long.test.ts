/** Backups killed with -9: on the fake database before every 17th command, on a real MariaDB before every 61st. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { FAKE_GROUND, groundOn } from "./grounds.ts";
import { every } from "./kill-points.ts";
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
    assert.ok((await kill({ everyNth: every(17), ground: FAKE_GROUND })) >= 7);
  });
  if (withoutMariadb === null) addOnMariadb();
  else skip(test, `${SENTENCE}, on a real MariaDB`, "mariadb", withoutMariadb);
} else {
  skip(test, SENTENCE, "bucket-server", withoutBucket);
}
test.run();

async function kill(how: Parameters<typeof killBackups>[1]): Promise<number> {
  const { kills, afterManifest } = await killBackups(bucket, how);
  console.log(`\n${kills} kill points, ${afterManifest} of them after the manifest`);
  return kills;
}

function addOnMariadb(): void {
  test(`${SENTENCE}, on a real MariaDB`, async () => {
    const server = await startMariadb();
    try {
      assert.ok((await kill({ everyNth: every(61), ground: groundOn(server) })) >= 3);
    } finally {
      await server.stop();
    }
  });
}
