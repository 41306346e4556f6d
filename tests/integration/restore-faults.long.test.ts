/**
 * Backups and all that reads them where there is no room: on the volume, on the Pod's own disk, on the database server's. A clear
 * reason, and all is as before.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { FAKE_MARIADB_DIRECTORY } from "../../scripts/local/fake-database.ts";
import {
  findScratchFull,
  missingVolume,
  mountScratch,
  mountVolume,
} from "../crash/small-volume.ts";
import type { Scarce, SmallVolume } from "../crash/small-volume.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { withProgram } from "../testkit/replaced-program.ts";
import { BACKUP_OF_ACME, manifestOrNull, siteIn, wholeBackup } from "../testkit/stored-backup.ts";
import { bundleIn, EXPORT_OF_ACME } from "../testkit/stored-export.ts";
import {
  FIRST,
  RESTORED,
  restoreOfAcme,
  restoreUnder,
  UNDO_OF_ACME,
} from "../testkit/stored-restore.ts";
import { testOfAcme } from "../testkit/tested-backup.ts";

const test = suite("backups and restores without room");
/** What a server says whose own disk is full. */
const DISK_FULL = `ERROR 1021 (HY000) at line 3: Disk full (/tmp/#sql-1.MAI); waiting for someone to free some space... (errno: 28 "No space left on device")`;

const missing = missingBucketServer();
const withoutVolume = missingVolume();
if (missing === null) {
  let bucket: BucketServer;
  test.before(async () => {
    bucket = await startBucketServer();
  });
  test.after(async () => {
    await bucket?.stop();
  });

  addFullDatabases(() => bucket);
  if (withoutVolume === null) {
    addFullVolumes(() => bucket);
    addFullScratch(() => bucket);
  } else skip(test, "backups and restores on a full volume", "small-volume", withoutVolume);
} else {
  skip(test, "backups and restores without room", "bucket-server", missing);
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

function addFullDatabases(bucket: () => BucketServer): void {
  /** The client that loads a dump takes a part of it, and ends as it does where the server has no room. */
  const REFUSES = `[[ " $* " == *" --binary-mode "* ]] || exec ${FAKE_MARIADB_DIRECTORY}/mariadb "$@"
head --bytes=1000 >/dev/null
echo '${DISK_FULL}' >&2
exit 1`;

  const SIZES: [sentence: string, rows: number][] = [
    ["all of a dump that is on its way", 0],
    ["no more of a dump that is larger than all pipes", 8],
  ];
  for (const [sentence, rows] of SIZES) {
    test(`a database server without room, which takes ${sentence}, is told in its words, and all is as before`, async () => {
      const bench = createSiteBench(STAND_IN, undefined, bucket());
      try {
        await bucket().empty();
        await succeed(bench, CREATE);
        const table = join(bench.databases, "databases", FIRST, "tabFiles");
        // It may be three quarters of that when it is compressed, and no less.
        const large = Array.from({ length: rows }, () => randomBytes(700_000).toString("base64"));
        writeFileSync(table, large.map((row) => `${row}\n`).join(""));
        await succeed(bench, BACKUP_OF_ACME);
        const before = siteOf(bench);
        const env = withProgram(bench, "mariadb", REFUSES);
        const { status, message } = await bench.run({ ...restoreOfAcme(), env });
        assert.is(status, 1);
        assert.equal(message, { step: "load-database", reason: DISK_FULL });
        assert.equal(siteOf(bench), before);
        // A large one takes the fake client its time.
        if (rows === 0) await succeed(bench, { ...restoreOfAcme(), attempt: 2 });
      } finally {
        bench.remove();
      }
    });
  }

  test("a program that ends well before it has read all of a part is a failure", async () => {
    const bench = createSiteBench(STAND_IN, undefined, bucket());
    try {
      await bucket().empty();
      await succeed(bench, CREATE);
      const file = join(bench.site(ACME), "public/files/large");
      writeFileSync(file, randomBytes(6_000_000));
      await succeed(bench, BACKUP_OF_ACME);
      const before = siteOf(bench);
      const env = withProgram(bench, "tar", "exit 0");
      const { status, message } = await bench.run({ ...restoreOfAcme(), env });
      assert.is(status, 1);
      const reason = "tar has ended before the end of files.tar";
      assert.equal(message, { step: "unpack-files", reason });
      assert.equal(siteOf(bench), before);
    } finally {
      bench.remove();
    }
  });
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

  test("with no byte and no inode free a backup, a restore test and an export are made, for they need none there", () =>
    onSmallVolume(async () => {
      await bucket().empty();
      const before = siteIn(bench);
      volume.fill(VOLUMES.flat(), bench.volume.tenants);
      await succeed(bench, { ...BACKUP_OF_ACME, generation: 4 });
      await wholeBackup(bucket());
      await succeed(bench, testOfAcme(5));
      await succeed(bench, { ...EXPORT_OF_ACME, generation: 6 });
      assert.ok(await bundleIn(bucket(), { generation: 6 }));
      volume.free();
      assert.equal(siteIn(bench), before);
    }));

  for (const scarce of VOLUMES) {
    test(`with no ${scarce.join()} free a restore is not taken back, which says so, and the next attempt does it`, () =>
      onSmallVolume(async () => {
        await succeed(bench, restoreOfAcme());
        const before = siteOf(bench);
        volume.fill(scarce, bench.volume.tenants);
        const { status, message } = await bench.run(UNDO_OF_ACME);
        assert.equal([status, message?.code], [1, "VolumeFull"]);
        assert.match(message?.reason ?? "", /No space left on device/);
        assert.equal(siteOf(bench), before);
        volume.free();
        await succeed(bench, { ...UNDO_OF_ACME, attempt: 2 });
        const config = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
        assert.match(config, `"${FIRST}"`);
        assert.ok(siteOf(bench).files.includes("later"));
      }));
  }
}

function addFullScratch(bucket: () => BucketServer): void {
  const WORKS: Work[] = [
    testOfAcme(3),
    { ...EXPORT_OF_ACME, generation: 4 },
    { ...BACKUP_OF_ACME, generation: 5 },
    restoreUnder(6),
  ];

  test("a Pod whose own disk is full says so, all is as before, and the next attempt goes on", async () => {
    const bench = createSiteBench(STAND_IN, undefined, bucket());
    const scratch = mountScratch(bench);
    try {
      await bucket().empty();
      await backUp(bench, 10);
      for (const work of WORKS) {
        if (work.kind === "backup") await bucket().empty();
        const before = siteOf(bench);
        await findScratchFull(bench, scratch, work);
        assert.equal(siteOf(bench), before, work.kind);
        assert.is((await manifestOrNull(bucket())) === null, work.kind === "backup");
        await succeed(bench, { ...work, attempt: 2, env: scratch.env });
      }
    } finally {
      scratch.volume.unmount();
      bench.remove();
    }
  });
}
