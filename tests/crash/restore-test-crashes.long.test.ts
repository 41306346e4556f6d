/** Tests of restores killed with -9: on the fake database before every 41st command, on a real MariaDB before every 83rd. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, siteIn } from "../testkit/stored-backup.ts";
import { FIRST } from "../testkit/stored-restore.ts";
import { testDatabase, testOfAcme } from "../testkit/tested-backup.ts";
import { CREATE, DROP } from "./crash-injection.ts";
import { FAKE_GROUND, groundOn } from "./grounds.ts";
import type { Ground } from "./grounds.ts";
import { every, stopThroughout } from "./kill-points.ts";

const test = suite("killed tests of restores");
const SENTENCE = "the site is as it was, and the next test leaves nothing";
const withoutBucket = missingBucketServer();
const withoutMariadb = missingMariadb();

if (withoutBucket === null) {
  test(`killed anywhere, ${SENTENCE}`, () =>
    killTests(FAKE_GROUND, every(41), { kills: 5, left: 1 }));
  if (withoutMariadb === null) {
    test(`killed on a real MariaDB, ${SENTENCE}`, async () => {
      const server = await startMariadb();
      try {
        await killTests(groundOn(server), every(83), { kills: 3, left: 0 });
      } finally {
        await server.stop();
      }
    });
  } else {
    skip(test, `killed on a real MariaDB, ${SENTENCE}`, "mariadb", withoutMariadb);
  }
} else {
  skip(test, SENTENCE, "bucket-server", withoutBucket);
}
test.run();

/** With a floor for the kills, and for the databases that they leave. */
async function killTests(
  ground: Ground,
  everyNth: number,
  floor: { kills: number; left: number },
): Promise<void> {
  const bucket = await startBucketServer();
  const bench = createSiteBench(ground.database, undefined, bucket);
  let generation = 3;
  let kills = 0;
  let left = 0;
  try {
    await succeed(bench, CREATE);
    ground.write(bench, FIRST, "precious");
    await succeed(bench, BACKUP_OF_ACME);
    const state = async () => [...siteIn(bench), ...(await ground.databaseState())];
    const before = await state();
    await stopThroughout(everyNth, async (beforeCommand) => {
      const at = `killed before ${beforeCommand}`;
      const database = testDatabase(generation);
      const kill = { container: 0, beforeCommand };
      const { status, output } = await bench.run({ ...testOfAcme(generation), kill });
      generation += 2;
      if (status !== null) {
        assert.is(status, 0, output);
        return false;
      }
      kills += 1;
      const found = await state();
      if (found.some((entry) => entry.includes(database))) left += 1;
      assert.equal(
        found.filter((entry) => !entry.includes(database)),
        before,
        at,
      );
      await succeed(bench, testOfAcme(generation - 1));
      assert.equal(await state(), before, at);
      return true;
    });
    console.log(`\n${kills} kill points, ${left} databases left by them`);
    assert.ok(kills >= floor.kills && left >= floor.left);
    await succeed(bench, { ...DROP, generation });
    assert.equal(await ground.databaseState(), []);
  } finally {
    bench.remove();
    await bucket.stop();
  }
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}
