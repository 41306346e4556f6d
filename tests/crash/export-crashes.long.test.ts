/** Exports killed with -9 before every 19th command, on the fake bench. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, siteIn } from "../testkit/stored-backup.ts";
import { bundleIn, EXPORT_OF_ACME } from "../testkit/stored-export.ts";
import { CREATE, DROP } from "./crash-injection.ts";
import { every, stopThroughout } from "./kill-points.ts";

const test = suite("killed exports");
const SENTENCE =
  "an export that is killed is whole or none, and the next attempt makes a whole one";
const missing = missingBucketServer();
if (missing === null) test(SENTENCE, killExports);
else skip(test, SENTENCE, "bucket-server", missing);
test.run();

async function killExports(): Promise<void> {
  const bucket = await startBucketServer();
  const bench = createSiteBench(undefined, undefined, bucket);
  let kills = 0;
  let whole = 0;
  try {
    await succeed(bench, CREATE);
    await succeed(bench, BACKUP_OF_ACME);
    const before = siteIn(bench);
    const sizesOf = async (work: Work) =>
      Object.entries((await bundleIn(bucket, work)) ?? {}).map(([name, { length }]) => [
        name,
        length,
      ]);
    await succeed(bench, EXPORT_OF_ACME);
    const sizes = await sizesOf(EXPORT_OF_ACME);
    assert.is(sizes.length, 4);
    await stopThroughout(every(19), async (beforeCommand) => {
      // Each is an operation of its own, as the claim of the one before is there.
      const work = { ...EXPORT_OF_ACME, generation: 4 + kills };
      const { status } = await bench.run({ ...work, kill: { container: 0, beforeCommand } });
      if (status !== null) return false;
      kills += 1;
      const left = await sizesOf(work);
      if (left.length > 0) {
        assert.equal(left, sizes, `killed before ${beforeCommand}`);
        whole += 1;
      }
      const next = { ...work, attempt: 2 };
      await succeed(bench, next);
      assert.equal(await sizesOf(next), sizes, `killed before ${beforeCommand}`);
      assert.equal(siteIn(bench), before);
      return true;
    });
    await succeed(bench, { ...DROP, generation: 1000 });
    console.log(`\n${kills} kill points, ${whole} of them after the bundle`);
    assert.ok(kills >= 6);
  } finally {
    bench.remove();
    await bucket.stop();
  }
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, output);
}
