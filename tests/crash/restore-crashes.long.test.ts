/** Restores, and what takes them back, killed with -9, or stopped until somebody else has done it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { FIRST } from "../testkit/stored-restore.ts";
import { FAKE_GROUND } from "./crash-injection.ts";
import { CHANGING, killAnywhere, RESTORING, stopAnywhere, UNDOING } from "./killed-restores.ts";

const test = suite("killed restores");
const SENTENCE =
  "a visitor gets the old site, whole, or the new one, or none, and the next attempt makes it";
const withoutBucket = missingBucketServer();
const withoutMariadb = missingMariadb();
/** The swap is where the danger lies: there every change is one, and elsewhere every n-th command. */
const SPARSE = Number(process.env["CRASH_EVERY"] ?? 61);
const DENSE = 3;

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
  test(`of a restore that is killed before the swap, ${SENTENCE}`, async () => {
    const visited = await killAnywhere(bucket, RESTORING, {
      everyNth: SPARSE,
      ground: FAKE_GROUND,
      container: "database",
    });
    assert.ok(visited.length >= 5);
    assert.equal(new Set(visited), new Set([FIRST]));
  });

  for (const [name, killed] of Object.entries({ restore: RESTORING, undo: UNDOING })) {
    test(`of a swap of a ${name} that is killed before each change, ${SENTENCE}`, async () => {
      const visited = await killAnywhere(bucket, killed, {
        everyNth: DENSE,
        ground: FAKE_GROUND,
        container: "site",
        counted: CHANGING,
      });
      assert.ok(visited.length >= 20);
      assert.ok(visited.includes("closed"));
      assert.ok(visited.includes(killed.from) && visited.includes(killed.to));
    });

    test(`a swap of a ${name} that stalls before a rename moves nothing of what came meanwhile`, async () => {
      const stops = await stopAnywhere(bucket, killed, {
        everyNth: 1,
        ground: FAKE_GROUND,
        container: "site",
      });
      console.log(`\n${stops} stops`);
      assert.ok(stops >= 6);
    });
  }
}

function addOnMariadb(): void {
  test(`of a restore that is killed on a real MariaDB, ${SENTENCE}`, async () => {
    const server = await startMariadb();
    try {
      const databaseState = () => Promise.resolve(server.state());
      const ground = { database: server.address, databaseState };
      for (const container of ["database", "site"]) {
        const visited = await killAnywhere(bucket, RESTORING, { everyNth: 151, ground, container });
        assert.ok(visited.length >= 3);
      }
    } finally {
      await server.stop();
    }
  });
}
