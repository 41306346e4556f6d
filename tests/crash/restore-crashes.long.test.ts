/**
 * Restores killed with -9, and what takes them back: on the fake database before every 83rd command while the site goes on, and before
 * every 43rd of the swap; on a real MariaDB before every 131st, and every 197th of what takes them back.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { FAKE_GROUND, groundOn } from "./grounds.ts";
import { every } from "./kill-points.ts";
import { killRestores, killUndoing } from "./killed-restores.ts";

const test = suite("killed restores");
const SENTENCE =
  "a visitor gets the old site, whole, or the new one, or none, and the next attempt makes it";
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
  addOnFake();
  if (withoutMariadb === null) addOnMariadb();
  else skip(test, `${SENTENCE}, on a real MariaDB`, "mariadb", withoutMariadb);
} else {
  skip(test, SENTENCE, "bucket-server", withoutBucket);
}
test.run();

function addOnFake(): void {
  test(`of a restore that is killed before the site is closed, ${SENTENCE}`, async () => {
    const how = { everyNth: every(83), ground: FAKE_GROUND, container: 0 };
    const visited = tell(await killRestores(bucket, how));
    assert.ok(visited.length >= 5);
    assert.equal(new Set(visited), new Set(["old"]));
  });

  test(`of a restore that is killed while both are swapped, ${SENTENCE}`, async () => {
    const how = { everyNth: every(43), ground: FAKE_GROUND, container: 1 };
    const visited = tell(await killRestores(bucket, how));
    assert.ok(visited.length >= 11);
    assert.equal(new Set(visited), new Set(["old", "closed", "new"]));
  });

  test(`of one that is taken back, killed, ${SENTENCE}`, async () => {
    const how = { everyNth: every(43), ground: FAKE_GROUND, container: 0 };
    const visited = tell(await killUndoing(bucket, how));
    assert.ok(visited.length >= 11);
    assert.equal(new Set(visited), new Set(["old", "closed", "new"]));
  });
}

function tell<T>(visited: T[]): T[] {
  console.log(`\n${visited.length} kill points: ${visited.join(" ")}`);
  return visited;
}

function addOnMariadb(): void {
  let server: MariadbServer;
  test.before(async () => {
    server = await startMariadb();
  });
  test.after(async () => {
    await server?.stop();
  });

  test(`of a restore that is killed on a real MariaDB, ${SENTENCE}`, async () => {
    const how = { everyNth: every(131), ground: groundOn(server) };
    for (const container of [0, 1]) {
      const visited = await killRestores(bucket, { ...how, container });
      assert.ok(tell(visited).length >= 3);
    }
  });

  test(`of one that is taken back, killed on a real MariaDB, ${SENTENCE}`, async () => {
    const how = { everyNth: every(197), ground: groundOn(server), container: 0 };
    assert.ok(tell(await killUndoing(bucket, how)).length >= 3);
  });
}
