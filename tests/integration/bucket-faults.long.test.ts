/** Backups into a bucket that refuses, passes, loses or never answers: a clear reason, and never a half one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import {
  IMPATIENT,
  LASTING,
  PASSING,
  refusal,
  startFaultyBucket,
} from "../testkit/faulty-bucket.ts";
import type { BucketFault } from "../testkit/faulty-bucket.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { BACKUP_KEY, createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_ID, BACKUP_OF_ACME, siteIn, wholeBackup } from "../testkit/stored-backup.ts";

const test = suite("backups into a bucket that does not work");
const missing = missingBucketServer();
if (missing === null) addTests();
else skip(test, "backups into a bucket that does not work", "bucket-server", missing);
test.run();

function addTests(): void {
  let bucket: BucketServer;
  let between: Awaited<ReturnType<typeof startFaultyBucket>>;
  let bench: SiteBench;
  test.before(async () => {
    bucket = await startBucketServer();
    between = await startFaultyBucket(bucket.endpoint);
    bench = createSiteBench(STAND_IN, undefined, { name: bucket.name, endpoint: between.endpoint });
    const { status, output } = await bench.run(CREATE);
    assert.is(status, 0, output);
  });
  test.after(async () => {
    between?.stop();
    await bucket?.stop();
    bench?.remove();
  });
  test.before.each(() => bucket.empty());

  /** A backup that is another operation than those before. */
  let generation = 1;
  const nextBackup = (env: Record<string, string> = {}): Work => {
    generation += 1;
    return { ...BACKUP_OF_ACME, generation, env };
  };

  const hasManifest = async () =>
    (await bucket.list()).some(
      ({ name }) => name === `tenants/${ACME.id}/${BACKUP_ID}/manifest.json`,
    );

  /** Where a fault may come. */
  const PLACES = ["database.sql", "files.tar", "site_config.json", "manifest.json"];

  /** The look whether there is one already. */
  const LOOK = { of: "manifest.json", method: "GET" } as const;

  const MADE: BucketFault[] = [...PASSING, "answer-lost"];
  for (const fault of MADE) {
    test(`${JSON.stringify(fault)} once at each kind of object, and at the look for one: the backup is made all the same, once`, async () => {
      for (const [index, place] of PLACES.entries()) {
        await bucket.empty();
        const looks = index === 0 ? [{ ...LOOK, fault, times: 1 }] : [];
        between.plan([{ of: place, fault, times: 1 }, ...looks]);
        const env = { BUCKET_TIMEOUT_SECONDS: "1" };
        const { status, output } = await bench.run(nextBackup(env));
        assert.is(status, 0, `${place}: ${output}`);
        between.plan(null);
        await wholeBackup(bucket);
        assert.is((await bucket.list()).length, 4);
      }
    });
  }

  for (const { sentence, fault, made, isOutage } of [...LASTING, refusal(404)]) {
    test(`nothing but ${sentence}: the attempt says so, nothing is changed, and the next one makes it whole`, async () => {
      const before = siteIn(bench);
      for (const place of ["database.sql", "manifest.json"]) {
        await bucket.empty();
        between.plan({ of: place, fault, times: 1000 });
        const backup = nextBackup(IMPATIENT);
        const failed = await bench.run(backup);
        assert.is(failed.status, 1, failed.output);
        assert.match(failed.message?.reason ?? "", made);
        assert.is(failed.message?.code, isOutage ? "BucketUnavailable" : undefined);
        assert.is(failed.result, null);
        assert.not.ok(await hasManifest());
        assert.equal(siteIn(bench), before);
        for (const secret of [BACKUP_KEY, STAND_IN.rootPassword, "database-secret"])
          assert.not.ok(failed.output.includes(secret));
        between.plan(null);
        const next = await bench.run({ ...backup, attempt: 2 });
        assert.is(next.status, 0, next.output);
        await wholeBackup(bucket);
        assert.equal(siteIn(bench), before);
      }
    });
  }

  for (const { sentence, fault, read, isOutage } of LASTING) {
    const ends = isOutage
      ? "it says so, and stores nothing"
      : "the backup is made, as if there was none";
    test(`nothing but ${sentence} at the look for a backup: ${ends}`, async () => {
      between.plan({ ...LOOK, fault, times: 1000 });
      const { status, message } = await bench.run(nextBackup(IMPATIENT));
      between.plan(null);
      if (isOutage) {
        assert.equal([status, message?.step], [1, "look-for-manifest"]);
        assert.equal(
          [read.test(message?.reason ?? ""), message?.code],
          [true, "BucketUnavailable"],
        );
        assert.equal(await bucket.list(), []);
      } else {
        assert.is(status, 0);
        await wholeBackup(bucket);
      }
    });
  }

  test("a refusal is not asked again and again", async () => {
    between.plan({ of: "database.sql", fault: { status: 403 }, times: 1000 });
    await bench.run(nextBackup());
    // The look for a manifest, one object, and a look whether that is there already.
    assert.is(between.requests(), 3);
  });

  test("a bucket that says 403 for what is not there, and for what is there already, is as good", async () => {
    between.reserve(true);
    try {
      between.plan({ of: "database.sql", fault: "answer-lost", times: 1 });
      const backup = nextBackup({ BUCKET_PATIENCE_SECONDS: "30" });
      const { status, output } = await bench.run(backup);
      assert.is(status, 0, output);
      await wholeBackup(bucket);
      const again = await bench.run({ ...backup, attempt: 2 });
      assert.match(again.output, "made already");
    } finally {
      between.reserve(false);
      between.plan(null);
    }
  });

  test("where the manifest's answer gets lost for good, the next attempt finds the backup made", async () => {
    between.plan({ of: "manifest.json", fault: "answer-lost", times: 1000 });
    const env = { BUCKET_PATIENCE_SECONDS: "1" };
    const backup = nextBackup(env);
    assert.is((await bench.run(backup)).status, 1);
    between.plan(null);
    await wholeBackup(bucket);
    const again = await bench.run({ ...backup, attempt: 2 });
    assert.is(again.status, 0, again.output);
    assert.match(again.output, "made already");
  });

  test("a server that is away is told as it is", async () => {
    const env = { BACKUP_ENDPOINT: "http://127.0.0.1:1", BUCKET_PATIENCE_SECONDS: "1" };
    const { status, message } = await bench.run(nextBackup(env));
    assert.is(status, 1);
    assert.is(message?.step, "look-for-manifest");
    assert.match(message?.reason ?? "", /does not work: no answer \(.*Connection refused\)/);
  });

  const WRONG: [name: string, value: string][] = [
    ["BACKUP_BUCKET", ""],
    ["BACKUP_ENDPOINT", "ftp://x"],
    ["BACKUP_ID", "../../x"],
    ["BACKUP_KIND", "yearly"],
    ["BACKUP_EXPIRES_AT", "tomorrow"],
    ["BACKUP_KEY", "too-short"],
  ];
  for (const [name, value] of WRONG) {
    test(`without a proper ${name} nothing is begun`, async () => {
      between.plan(null);
      const { status, message, output } = await bench.run(nextBackup({ [name]: value }));
      assert.is(status, 1);
      assert.is(message?.reason, `the setting ${name} is missing or has an unexpected form`);
      assert.is(between.requests(), 0);
      assert.not.ok(output.includes("too-short"));
    });
  }
}
