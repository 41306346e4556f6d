/** Restores killed with -9: on the fake database before every 23rd command, on a real MariaDB before every 97th. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { FAKE_GROUND } from "./crash-injection.ts";
import { killRestores, killUndoing } from "./killed-restores.ts";

const test = suite("killed restores");
const SENTENCE =
  "a visitor gets the old site, whole, or the new one, or none, and the next attempt makes it";
const withoutBucket = missingBucketServer();
const withoutMariadb = missingMariadb();
const everyNth = Number(process.env["CRASH_EVERY"] ?? 23);

let bucket: BucketServer;
if (withoutBucket === null) {
  test.before(async () => {
    bucket = await startBucketServer();
  });
  test.after(async () => {
    await bucket?.stop();
  });
  addOnFake();
  if (withoutMariadb === null) addOnMariadb();
  else skip(test, `${SENTENCE}, on a real MariaDB`, "mariadb", withoutMariadb);
} else {
  skip(test, SENTENCE, "bucket-server", withoutBucket);
}
test.run();

function addOnFake(): void {
  for (const [container, name] of ["database", "apps", "site"].entries()) {
    test(`of a restore that is killed in the container ${name}, ${SENTENCE}`, async () => {
      const visited = await killRestores(bucket, { everyNth, ground: FAKE_GROUND, container });
      console.log(`\n${visited.length} kill points: ${visited.join(" ")}`);
      assert.ok(visited.length >= 2);
      if (name !== "site") assert.equal(new Set(visited), new Set(["old"]));
    });
  }

  test(`of one that is taken back, killed, ${SENTENCE}`, async () => {
    const visited = await killUndoing(bucket, { everyNth, ground: FAKE_GROUND, container: 0 });
    console.log(`\n${visited.length} kill points: ${visited.join(" ")}`);
    assert.ok(visited.length >= 3);
  });
}

function addOnMariadb(): void {
  test(`of a restore that is killed on a real MariaDB, ${SENTENCE}`, async () => {
    const server = await startMariadb();
    try {
      const databaseState = () => Promise.resolve(server.state());
      const ground = { database: server.address, databaseState };
      for (const container of [0, 2]) {
        const visited = await killRestores(bucket, { everyNth: 97, ground, container });
        assert.ok(visited.length >= 1);
      }
    } finally {
      await server.stop();
    }
  });
}
