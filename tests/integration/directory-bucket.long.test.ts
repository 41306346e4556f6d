/** Backups, restores and exports by the real site scripts on the fake bench, into a bucket that is a directory, as where there is no fake-gcs-server. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, wholeBackup } from "../testkit/stored-backup.ts";
import { bundleIn, EXPORT_OF_ACME, unpacked } from "../testkit/stored-export.ts";
import { restoreOfAcme } from "../testkit/stored-restore.ts";

const test = suite("a bucket that is a directory");

let bucket: BucketServer;
let bench: SiteBench;
test.before(async () => {
  bucket = await startBucketServer(null);
  bench = createSiteBench(STAND_IN, undefined, bucket);
});
test.after(async () => {
  bench?.remove();
  await bucket?.stop();
});

async function succeed(work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}

test("what was backed up into it is exported, and restored", async () => {
  await succeed(CREATE);
  const file = join(bench.site(ACME), "public/files/y");
  // More than one object holds, and nothing that could be packed.
  const large = join(bench.site(ACME), "private/files/large");
  const content = Buffer.alloc(20 * 2 ** 20);
  for (let at = 0, value = 1; at < content.length; at += 4) {
    value = Math.imul(value, 1_664_525) + 1_013_904_223;
    content.writeInt32LE(value | 0, at);
  }
  mkdirSync(join(bench.site(ACME), "private/files"), { recursive: true });
  writeFileSync(file, "as of the backup");
  writeFileSync(large, content);
  await succeed(BACKUP_OF_ACME);
  await wholeBackup(bucket);
  // As one that was killed at its very end: it finds its manifest.
  const objects = await bucket.list();
  await succeed(BACKUP_OF_ACME);
  assert.equal(await bucket.list(), objects);
  writeFileSync(file, "later");
  writeFileSync(large, "");

  await succeed(EXPORT_OF_ACME);
  const bundle = await bundleIn(bucket);
  assert.equal(unpacked(bundle?.["files.tar"] ?? Buffer.alloc(0)), {
    "public/files/y": "as of the backup",
  });

  await succeed(restoreOfAcme());
  assert.is(readFileSync(file, "utf8"), "as of the backup");
  assert.ok(content.equals(readFileSync(large)));
});

test.run();
