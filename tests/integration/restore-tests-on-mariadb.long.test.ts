/** Tests of restores on a real MariaDB: a good backup passes, and nothing is left of it. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CREATE, DROP } from "../crash/crash-injection.ts";
import { loadInto } from "../testkit/database-content.ts";
import { mariadbReleases } from "../testkit/mariadb-releases.ts";
import type { MariadbRelease } from "../testkit/mariadb-releases.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME } from "../testkit/stored-backup.ts";
import { FIRST } from "../testkit/stored-restore.ts";
import { DAMAGES } from "../testkit/damaged-backup.ts";
import { testOfAcme } from "../testkit/tested-backup.ts";

const SENTENCE = "a good backup passes, a damaged one says why, and neither leaves anything";

for (const release of mariadbReleases()) {
  const test = suite(`tests of restores on ${release.name}`);
  const withoutMariadb = missingMariadb(release);
  const withoutBucket = missingBucketServer();
  if (withoutMariadb !== null) skip(test, SENTENCE, release.part, withoutMariadb);
  else if (withoutBucket !== null) skip(test, SENTENCE, "bucket-server", withoutBucket);
  else test(SENTENCE, () => passAndFail(release));
  test.run();
}

async function passAndFail(release: MariadbRelease): Promise<void> {
  const server = await startMariadb({ release });
  const bucket = await startBucketServer();
  const bench = createSiteBench(server.address, undefined, bucket);
  const run = async (work: Parameters<typeof bench.run>[0]) => bench.run(work);
  try {
    assert.is((await run(CREATE)).status, 0);
    const fixture = new URL("../fixtures/every-kind-of-table.sql", import.meta.url);
    loadInto(server, FIRST, readFileSync(fixture));
    assert.is((await run(BACKUP_OF_ACME)).status, 0);
    const before = server.state();
    const passed = await run(testOfAcme());
    assert.is(passed.status, 0, passed.output);
    assert.match(passed.output, "tables are as in the backup");
    assert.equal(server.state(), before);
    for (const { make, reason } of DAMAGES.slice(0, 1)) {
      await make(bucket);
      const failed = await run(testOfAcme(4));
      assert.match(failed.message?.reason ?? "", reason);
      assert.equal(server.state(), before);
    }
    assert.is((await run({ ...DROP, generation: 99 })).status, 0);
    assert.equal(server.state(), []);
  } finally {
    bench.remove();
    await bucket.stop();
    await server.stop();
  }
}
