/**
 * Backups that are killed before every n-th command: what they leave is a whole backup or none, the next attempt makes a
 * whole one, which holds what one holds that nobody kills, and the site is never changed.
 *
 * @module
 */
import * as assert from "uvu/assert";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, manifestOrNull, siteIn, wholeBackup } from "../testkit/stored-backup.ts";
import { FIRST } from "../testkit/stored-restore.ts";
import { CREATE, DROP } from "./crash-injection.ts";
import type { Ground } from "./grounds.ts";
import { stopThroughout } from "./kill-points.ts";

/** Gives how often it was killed. */
export async function killBackups(
  bucket: BucketServer,
  { everyNth, ground }: { everyNth: number; ground: Ground },
): Promise<{ kills: number; afterManifest: number }> {
  const bench = createSiteBench(ground.database, undefined, bucket);
  let kills = 0;
  let afterManifest = 0;
  try {
    await succeed(bench, CREATE);
    ground.write(bench, FIRST, "precious");
    await bucket.empty();
    await succeed(bench, BACKUP_OF_ACME);
    const whole = await wholeBackup(bucket);
    const state = async () => [...siteIn(bench), ...(await ground.databaseState())];
    const before = await state();
    await stopThroughout(everyNth, async (beforeCommand) => {
      await bucket.empty();
      const kill = { container: 0, beforeCommand };
      // Each is an operation of its own, as the claim of the one before is there.
      const backup = { ...BACKUP_OF_ACME, generation: 3 + kills };
      const { status } = await bench.run({ ...backup, kill });
      if (status !== null) return false;
      const at = `killed before ${beforeCommand}`;
      assert.equal(await state(), before, at);
      kills += 1;
      if ((await manifestOrNull(bucket)) !== null) {
        assert.equal(await wholeBackup(bucket), whole, at);
        afterManifest += 1;
      }
      await succeed(bench, { ...backup, attempt: 2 });
      assert.equal(await wholeBackup(bucket), whole, at);
      assert.equal(await state(), before, at);
      return true;
    });
    await succeed(bench, { ...DROP, generation: 1000 });
    assert.equal(await ground.databaseState(), []);
    return { kills, afterManifest };
  } finally {
    bench.remove();
  }
}

async function succeed(bench: SiteBench, work: Parameters<SiteBench["run"]>[0]): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, output);
}
