/**
 * Benches with a real server of Cloud Storage's API for their backups, on the fake database or on a real MariaDB.
 *
 * @module
 */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { DROP } from "../crash/crash-injection.ts";
import { OWN_MARIADB } from "./mariadb-releases.ts";
import { missingMariadb, startMariadb } from "./mariadb-server.ts";
import type { MariadbServer } from "./mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "./own-bucket.ts";
import type { BucketServer } from "./own-bucket.ts";
import { skip } from "./parts.ts";
import { createSiteBench, STAND_IN } from "./site-bench.ts";
import type { SiteBench, Work } from "./site-bench.ts";

/** What there is while a test runs. */
export interface BenchWithBucket {
  /** Empty when a test begins. */
  bucket: BucketServer;
  bench: SiteBench;
  /** Runs one after the other, each of which has to succeed. */
  succeed: (...works: Work[]) => Promise<void>;
}

/** The same on a real MariaDB. */
export interface MariadbBench extends BenchWithBucket {
  server: MariadbServer;
}

/**
 * Has each test of a suite find a bench of its own. Null where this machine has no server for a bucket; then the suite
 * says so, and has no tests.
 */
export function useBench(test: Test, name: string): BenchWithBucket | null {
  if (isSkipped(test, name)) return null;
  const it = {} as BenchWithBucket;
  it.succeed = (...works) => succeedOn(it.bench, ...works);
  useBucket(test, it);
  test.before.each(() => {
    it.bench = createSiteBench(STAND_IN, undefined, it.bucket);
  });
  test.after.each(() => it.bench.remove());
  return it;
}

/** The same on a real MariaDB, in which nothing of ACME, or of what `drops` removes, may be left after a test. */
export function useMariadbBench(
  test: Test,
  name: string,
  drops: Work[] = [],
  release = OWN_MARIADB,
): MariadbBench | null {
  const missing = missingMariadb(release);
  if (missing !== null) skip(test, name, release.part, missing);
  if (missing !== null || isSkipped(test, name)) return null;
  const it = {} as MariadbBench;
  it.succeed = (...works) => succeedOn(it.bench, ...works);
  test.before(async () => {
    it.server = await startMariadb({ release });
  });
  test.after(async () => {
    await it.server?.stop();
  });
  useBucket(test, it);
  test.before.each(() => {
    it.bench = createSiteBench(it.server.address, undefined, it.bucket);
  });
  test.after.each(async () => {
    for (const drop of [{ ...DROP, generation: 99 }, ...drops]) await it.bench.run(drop);
    assert.equal(it.server.state(), []);
    it.bench.remove();
  });
  return it;
}

function isSkipped(test: Test, name: string): boolean {
  const missing = missingBucketServer();
  if (missing !== null) skip(test, name, "bucket-server", missing);
  return missing !== null;
}

function useBucket(test: Test, it: Pick<BenchWithBucket, "bucket">): void {
  test.before(async () => {
    it.bucket = await startBucketServer();
  });
  test.after(async () => {
    await it.bucket?.stop();
  });
  test.before.each(() => it.bucket.empty());
}

async function succeedOn(bench: SiteBench, ...works: Work[]): Promise<void> {
  for (const work of works) {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind}: ${output}`);
  }
}
