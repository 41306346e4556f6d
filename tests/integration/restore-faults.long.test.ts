/** Restores out of a bucket that does not work, and onto a volume that is full: a clear reason, and all is as before. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { missingVolume, mountVolume } from "../crash/small-volume.ts";
import type { Scarce, SmallVolume } from "../crash/small-volume.ts";
import { startFaultyBucket } from "../testkit/faulty-bucket.ts";
import type { BucketFault } from "../testkit/faulty-bucket.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, manifestIn } from "../testkit/stored-backup.ts";
import { FIRST, RESTORED, restoreOfAcme } from "../testkit/stored-restore.ts";

const test = suite("restores where something does not work");
const missing = missingBucketServer();
const withoutVolume = missingVolume();
if (missing === null) {
  let bucket: BucketServer;
  let between: Awaited<ReturnType<typeof startFaultyBucket>>;
  test.before(async () => {
    bucket = await startBucketServer();
    between = await startFaultyBucket(bucket.endpoint);
  });
  test.after(async () => {
    between?.stop();
    await bucket?.stop();
  });

  addFaults(() => ({ bucket, between }));
  if (withoutVolume === null) addFullVolumes(() => bucket);
  else skip(test, "restores onto a full volume", "small-volume", withoutVolume);
} else {
  skip(test, "restores where something does not work", "bucket-server", missing);
}
test.run();

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}

/** A site with a backup that holds one file, and one file that came later. */
async function backUp(bench: SiteBench, bytes: number): Promise<void> {
  const file = (name: string) => join(bench.site(ACME), "public/files", name);
  await succeed(bench, CREATE);
  writeFileSync(file("backed-up"), Buffer.alloc(bytes, "x"));
  await succeed(bench, BACKUP_OF_ACME);
  writeFileSync(file("later"), "");
}

interface SeenSite {
  config: string;
  files: string[];
  visitors: string;
  database: string[];
  user: string[];
}

/** All that the tenant's site is, and its visitors find. */
function siteOf(bench: SiteBench): SeenSite {
  return {
    config: readFileSync(join(bench.site(ACME), "site_config.json"), "utf8").trim(),
    files: readdirSync(join(bench.site(ACME), "public/files")).toSorted(),
    visitors: realpathSync(join(bench.volume.hosts, "acme.kairos.app")),
    database: readdirSync(join(bench.databases, "databases", FIRST)),
    user: readdirSync(join(bench.databases, "users", `${FIRST}@%`)),
  };
}

function isRestored(bench: SiteBench): void {
  assert.match(readFileSync(join(bench.site(ACME), "site_config.json"), "utf8"), `"${RESTORED}"`);
  assert.equal(readdirSync(join(bench.site(ACME), "public/files")), ["backed-up"]);
}

interface Buckets {
  bucket: BucketServer;
  between: Awaited<ReturnType<typeof startFaultyBucket>>;
}

function addFaults(buckets: () => Buckets): void {
  let template: SiteBench;
  let bench: SiteBench;
  test.before(async () => {
    const { bucket, between } = buckets();
    const address = { name: bucket.name, endpoint: between.endpoint };
    template = createSiteBench(STAND_IN, undefined, address);
    await backUp(template, 10);
  });
  test.after(() => template?.remove());

  async function onCopy(act: () => Promise<void>): Promise<void> {
    const { bucket, between } = buckets();
    bench = createSiteBench(STAND_IN, template, { name: bucket.name, endpoint: between.endpoint });
    try {
      await act();
    } finally {
      between.plan(null);
      bench.remove();
    }
  }

  const PLACES = ["manifest.json", "database.sql", "files.tar", "site_config.json"];
  const PASSING: BucketFault[] = [{ status: 429 }, { status: 503 }, "cut", "stalled"];
  for (const [index, fault] of PASSING.entries()) {
    const of = PLACES[index] ?? "";
    test(`${JSON.stringify(fault)} once at ${of}: it is restored all the same`, () =>
      onCopy(async () => {
        buckets().between.plan({ of, method: "GET", fault, times: 1 });
        await succeed(bench, { ...restoreOfAcme(), env: { BUCKET_TIMEOUT_SECONDS: "2" } });
        isRestored(bench);
      }));
  }

  const LASTING: [sentence: string, fault: BucketFault, reason: RegExp][] = [
    ["403", { status: 403 }, /no manifest that can be read$|is missing, or may not be read$/],
    ["429", { status: 429 }, /the bucket backups does not work: 429 a test refuses it$/],
    ["503", { status: 503 }, /the bucket backups does not work: 503 a test refuses it$/],
    ["cuts", "cut", /the bucket backups does not work: no answer \(/],
    ["silence", "stalled", /the bucket backups does not work: no answer \(timed out\)$/],
  ];
  for (const [sentence, fault, reason] of LASTING) {
    test(`nothing but ${sentence}: it says so, and all is as before`, () =>
      onCopy(async () => {
        const env = { BUCKET_PATIENCE_SECONDS: "1", BUCKET_TIMEOUT_SECONDS: "0.5" };
        const before = siteOf(bench);
        for (const of of PLACES) {
          buckets().between.plan({ of, method: "GET", fault, times: 1000 });
          const { status, message } = await bench.run({ ...restoreOfAcme(), env });
          assert.is(status, 1, of);
          assert.match(message?.reason ?? "", reason);
          assert.equal(siteOf(bench), before);
        }
      }));
  }

  // Last, for it is never there again.
  for (const name of ["database.sql", "files.tar", "site_config.json"]) {
    test(`nothing changes where the object of ${name} is gone`, () =>
      onCopy(async () => {
        const { bucket } = buckets();
        const part = (await manifestIn(bucket)).parts.find((each) => each.name === name);
        const object = part?.objects[0]?.object ?? "";
        const content = new Uint8Array(await bucket.read(object));
        await bucket.remove(object);
        const before = siteOf(bench);
        const { status, message } = await bench.run(restoreOfAcme());
        assert.is(status, 1);
        assert.is(message?.reason, `the object ${object} is missing, or may not be read`);
        assert.equal(siteOf(bench), before);
        await bucket.write(object, content);
      }));
  }
}

function addFullVolumes(bucket: () => BucketServer): void {
  let bench: SiteBench;
  let volume: SmallVolume;

  async function onSmallVolume(act: () => Promise<void>): Promise<void> {
    bench = createSiteBench(STAND_IN, undefined, bucket());
    volume = mountVolume(bench.volume.root);
    for (const directory of [bench.volume.hosts, bench.volume.tenants, bench.sites])
      mkdirSync(directory, { recursive: true });
    writeFileSync(join(bench.sites, "common_site_config.json"), "{}\n");
    try {
      await bucket().empty();
      await backUp(bench, 2 * 1024 * 1024);
      await act();
    } finally {
      volume.unmount();
      bench.remove();
    }
  }

  async function findsVolumeFull(work: Work): Promise<void> {
    const before = siteOf(bench);
    const { status, message } = await bench.run(work);
    assert.is(status, 1);
    assert.equal(
      [message?.code, message?.reason.includes("No space left on device")],
      ["VolumeFull", true],
      JSON.stringify(message),
    );
    assert.equal(siteOf(bench), before);
    volume.free();
    await succeed(bench, { ...work, attempt: 2 });
    isRestored(bench);
  }

  const VOLUMES: Scarce[][] = [["bytes"], ["inodes"]];
  for (const scarce of VOLUMES) {
    const none = `no ${scarce.join(" and no ")} free`;
    test(`with ${none} a restore says so, and all is as before`, () =>
      onSmallVolume(async () => {
        volume.fill(scarce, bench.volume.tenants);
        await findsVolumeFull(restoreOfAcme());
      }));
    for (const beforeCommand of [0, 300, 360, 420]) {
      // To lead visitors back to the site takes an inode, so without one they get the page that says that it is closed.
      test(`with ${none} from command ${beforeCommand} of the swap on, it ends in the new site, or as before, and may be closed`, () =>
        onSmallVolume(async () => {
          const before = siteOf(bench);
          const { status, message, output } = await bench.run({
            ...restoreOfAcme(),
            pause: { container: 1, beforeCommand },
            meanwhile: async () => volume.fill(scarce, bench.volume.tenants),
          });
          if (status === 0) isRestored(bench);
          else {
            assert.is(message?.code, "VolumeFull", output);
            const { visitors, ...site } = siteOf(bench);
            const mayBeClosed = scarce.includes("inodes") && visitors.endsWith("/suspended");
            assert.ok(mayBeClosed || visitors === before.visitors, output);
            assert.equal({ ...site, visitors: before.visitors }, before, output);
          }
          volume.free();
          await succeed(bench, { ...restoreOfAcme(), attempt: 2 });
          isRestored(bench);
        }));
    }
  }

  test("where the files of a backup have no room, it says so, and all is as before", () =>
    onSmallVolume(async () => {
      writeFileSync(join(bench.volume.root, "taken"), Buffer.alloc(5_000_000));
      const before = siteOf(bench);
      const { message } = await bench.run(restoreOfAcme());
      assert.equal([message?.step, message?.code], ["unpack-files", "VolumeFull"]);
      // In tar's words, of the last piece that found room for a part of it.
      assert.match(message?.reason ?? "", /No space left on device|Wrote only \d+ of \d+ bytes/);
      assert.equal(siteOf(bench), before);
    }));
}
