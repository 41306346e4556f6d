/**
 * Benches on a real MariaDB, with a real server of Cloud Storage's API for their backups.
 *
 * @module
 */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { DROP } from "../crash/crash-injection.ts";
import { missingMariadb, startMariadb } from "./mariadb-server.ts";
import type { MariadbServer } from "./mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "./own-bucket.ts";
import type { BucketServer } from "./own-bucket.ts";
import { skip } from "./parts.ts";
import { createSiteBench } from "./site-bench.ts";
import type { SiteBench, Work } from "./site-bench.ts";

/** What there is while a test runs. */
export interface MariadbBench {
  server: MariadbServer;
  /** Empty when a test begins. */
  bucket: BucketServer;
  bench: SiteBench;
  /** Runs one after the other, each of which has to succeed. */
  succeed: (...works: Work[]) => Promise<void>;
}

/**
 * Has each test of a suite find a bench of its own, after which nothing of ACME, or of what `drops` removes, may be left in the
 * database. Null where this machine
 * has no such servers; then the suite says so, and has no tests.
 */
export function useMariadbBench(test: Test, name: string, drops: Work[] = []): MariadbBench | null {
  const [withoutMariadb, withoutBucket] = [missingMariadb(), missingBucketServer()];
  if (withoutMariadb !== null) skip(test, name, "mariadb", withoutMariadb);
  else if (withoutBucket !== null) skip(test, name, "bucket-server", withoutBucket);
  if (withoutMariadb !== null || withoutBucket !== null) return null;
  const it = {} as MariadbBench;
  it.succeed = (...works) => succeedOn(it.bench, ...works);
  test.before(async () => {
    it.server = await startMariadb();
    it.bucket = await startBucketServer();
  });
  test.after(async () => {
    await it.bucket?.stop();
    await it.server?.stop();
  });
  test.before.each(async () => {
    await it.bucket.empty();
    it.bench = createSiteBench(it.server.address, undefined, it.bucket);
  });
  test.after.each(async () => {
    for (const drop of [{ ...DROP, generation: 99 }, ...drops]) await it.bench.run(drop);
    assert.equal(it.server.state(), []);
    it.bench.remove();
  });
  return it;
}

/** Runs site Jobs one after the other, each of which has to succeed. */
export async function succeedOn(bench: SiteBench, ...works: Work[]): Promise<void> {
  for (const work of works) {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind}: ${output}`);
  }
}
