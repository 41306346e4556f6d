/**
 * Whatever reads a backup, where that is damaged or its bucket does not work: a clear reason, and nothing is changed. The parts of
 * this backup have several objects each.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { DAMAGES, remember, SMALL_OBJECTS } from "../testkit/damaged-backup.ts";
import { IMPATIENT, LASTING, PASSING, startFaultyBucket } from "../testkit/faulty-bucket.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, manifestIn, siteIn } from "../testkit/stored-backup.ts";
import { COPIED, COPY, CREATE_COPY, RESTORE_COPY } from "../testkit/stored-copy.ts";
import { bundleIn, EXPORT_OF_ACME, unpacked } from "../testkit/stored-export.ts";
import { FIRST, RESTORED, restoreOfAcme } from "../testkit/stored-restore.ts";
import { testOfAcme } from "../testkit/tested-backup.ts";

const test = suite("damaged backups");
/** More than fits into an object, and does not get smaller. */
const ROWS = Array.from({ length: 12 }, () => randomBytes(32).toString("hex"));
const CONTENT = randomBytes(1000).toString("hex");

/** What reads a backup. */
interface Reader {
  name: string;
  work: Work;
  /** That what it was to make of the whole backup is there. */
  isDone: (bench: SiteBench, bucket: BucketServer) => Promise<void> | void;
}

function hasContent(bench: SiteBench, tenant: typeof ACME, database: string): void {
  const file = (path: string) => readFileSync(join(bench.site(tenant), path), "utf8");
  assert.match(file("site_config.json"), `"db_name": "${database}"`);
  assert.is(file("public/files/backed-up"), CONTENT);
  const table = join(bench.databases, "databases", database, "tabFiles");
  assert.equal(readFileSync(table, "utf8").trim().split("\n"), ROWS);
}

const READERS: Reader[] = [
  {
    name: "a restore",
    work: restoreOfAcme(),
    isDone: (bench) => hasContent(bench, ACME, RESTORED),
  },
  {
    name: "a copy",
    work: RESTORE_COPY,
    isDone: (bench) => hasContent(bench, COPY, COPIED),
  },
  {
    name: "a restore test",
    work: testOfAcme(),
    isDone: (bench) => hasContent(bench, ACME, FIRST),
  },
  {
    name: "an export",
    work: EXPORT_OF_ACME,
    async isDone(_bench, bucket) {
      const bundle = (await bundleIn(bucket)) ?? {};
      const [dump = "", files = Buffer.alloc(0)] = [bundle["database.sql.gz"], bundle["files.tar"]];
      assert.is(unpacked(files)["public/files/backed-up"], CONTENT);
      const text = String(gunzipSync(dump));
      for (const row of ROWS) assert.ok(text.includes(row));
    },
  },
];

const missing = missingBucketServer();
if (missing === null) addTests();
else skip(test, "damaged backups", "bucket-server", missing);
test.run();

/** All there is, but for the database that a restore makes apart: it is nobody's until the end, and goes with the next attempt. */
function seen(bench: SiteBench): string[] {
  const isApart = (entry: string) =>
    [RESTORED, COPIED].some((database) => entry.startsWith(`databases/${database}`));
  return siteIn(bench).filter((entry) => !isApart(entry));
}

function addTests(): void {
  let bucket: BucketServer;
  let between: Awaited<ReturnType<typeof startFaultyBucket>>;
  let template: SiteBench;
  let bench: SiteBench;
  let mend: () => Promise<void>;
  test.before(async () => {
    bucket = await startBucketServer();
    between = await startFaultyBucket(bucket.endpoint);
    template = newBench();
    await succeed(template, CREATE);
    writeFileSync(join(template.databases, "databases", FIRST, "tabFiles"), `${ROWS.join("\n")}\n`);
    writeFileSync(join(template.site(ACME), "public/files/backed-up"), CONTENT);
    await succeed(template, { ...BACKUP_OF_ACME, env: SMALL_OBJECTS });
    await succeed(template, CREATE_COPY);
    for (const { name, objects } of (await manifestIn(bucket)).parts)
      assert.ok(objects.length >= 3, `${name} has ${objects.length} objects`);
    mend = await remember(bucket);
  });
  test.after(async () => {
    template?.remove();
    between?.stop();
    await bucket?.stop();
  });
  test.before.each(() => {
    bench = newBench(template);
  });
  test.after.each(async () => {
    between.plan(null);
    bench.remove();
    await mend();
  });

  function newBench(of?: SiteBench): SiteBench {
    return createSiteBench(STAND_IN, of, { name: bucket.name, endpoint: between.endpoint });
  }

  async function fails(work: Work, reason: RegExp, code?: string): Promise<void> {
    const before = seen(bench);
    const { status, message, output } = await bench.run(work);
    assert.is(status, 1, output);
    assert.match(message?.reason ?? "", reason);
    assert.is(message?.code, code);
    assert.equal(seen(bench), before);
    const made = (await bucket.list("exports/")).map(({ name }) => name);
    assert.not.ok(made.some((name) => name.endsWith("bundle.json")));
  }

  const PLACES = ["manifest.json", "database.sql", "files.tar.zst.enc.00002", "site_config.json"];
  /** Another one for each reader, and for each fault: so each fault comes to each place. */
  const placeOf = (reader: number, fault: number) => PLACES[(reader + fault) % PLACES.length] ?? "";

  for (const [index, { name, work, isDone }] of READERS.entries()) {
    for (const { sentence, make, reason } of DAMAGES) {
      test(`${name} where ${sentence} says so, and changes nothing`, async () => {
        await make(bucket);
        await fails(work, reason);
      });
    }

    for (const [number, { sentence, fault, read, isOutage }] of LASTING.entries()) {
      const of = placeOf(index, number);
      test(`${name} that gets nothing but ${sentence} of ${of} says so, and changes nothing`, async () => {
        between.plan({ of, method: "GET", fault, times: 1000 });
        const code = isOutage ? "BucketUnavailable" : undefined;
        await fails({ ...work, env: IMPATIENT }, read, code);
      });
    }

    test(`${name} after one fault of each kind has all of the backup`, async () => {
      between.plan(
        PASSING.map((fault, number) => {
          return { of: placeOf(index, number), method: "GET", fault, times: 1 };
        }),
      );
      await succeed(bench, { ...work, env: { BUCKET_TIMEOUT_SECONDS: "1" } });
      await isDone(bench, bucket);
      assert.is(existsSync(join(bench.databases, "databases", `${FIRST}t3`)), false);
    });
  }
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}
