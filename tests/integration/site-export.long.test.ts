/** Exports on the fake bench, out of a real server of Cloud Storage's API and into it. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { IMPATIENT, LASTING, PASSING, startFaultyBucket } from "../testkit/faulty-bucket.ts";
import type { BucketFault } from "../testkit/faulty-bucket.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { BACKUP_KEY, createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, siteIn } from "../testkit/stored-backup.ts";
import { bundleIn, EXPORT_OF_ACME, EXPORTS, unpacked } from "../testkit/stored-export.ts";

const test = suite("exports");
const missing = missingBucketServer();
if (missing === null) addTests();
else skip(test, "exports", "bucket-server", missing);
test.run();

function addTests(): void {
  let bucket: BucketServer;
  let between: Awaited<ReturnType<typeof startFaultyBucket>>;
  let bench: SiteBench;
  test.before(async () => {
    bucket = await startBucketServer();
    between = await startFaultyBucket(bucket.endpoint);
  });
  test.after(async () => {
    between?.stop();
    await bucket?.stop();
  });
  test.before.each(async () => {
    await bucket.empty();
    between.plan(null);
    bench = createSiteBench(STAND_IN, undefined, { name: bucket.name, endpoint: between.endpoint });
    await succeed(CREATE);
    mkdirSync(join(bench.site(ACME), "private/files/älter"), { recursive: true });
    write("private/files/älter/x", "private");
    write(`public/files/${"long".repeat(60)}`, "of a long name");
    write("public/files/y", "public");
    linkSync(join(bench.site(ACME), "public/files/y"), join(bench.site(ACME), "private/files/y"));
    symlinkSync("y", join(bench.site(ACME), "public/files/link"));
    await succeed(BACKUP_OF_ACME);
  });
  test.after.each(() => bench.remove());

  const write = (file: string, text: string) => writeFileSync(join(bench.site(ACME), file), text);
  async function succeed(work: Work) {
    const run = await bench.run(work);
    assert.is(run.status, 0, `${work.kind}: ${run.output}`);
    return run;
  }
  async function bundle(of: Pick<Work, "generation" | "attempt"> = {}) {
    const files = await bundleIn(bucket, of);
    assert.ok(files);
    return files;
  }
  const config = () =>
    JSON.parse(readFileSync(join(bench.site(ACME), "site_config.json"), "utf8")) as Record<
      string,
      unknown
    >;

  test("a bundle has the dump, both archives as bench names what is in them, and the configuration", async () => {
    const before = siteIn(bench);
    const { result, output } = await succeed(EXPORT_OF_ACME);
    const files = await bundle();
    assert.equal(Object.keys(files), [
      "database.sql.gz",
      "files.tar",
      "private-files.tar",
      "site_config_backup.json",
    ]);
    const sum = Object.values(files).reduce((bytes, { length }) => bytes + length, 0);
    assert.equal(result, { bytes: sum });
    assert.match(String(gunzipSync(files["database.sql.gz"] ?? "")), /-- Dump completed\n$/);
    assert.equal(unpacked(files["files.tar"] ?? Buffer.alloc(0)), {
      [`public/files/${"long".repeat(60)}`]: "of a long name",
      "public/files/y": "public",
    });
    assert.equal(unpacked(files["private-files.tar"] ?? Buffer.alloc(0)), {
      "private/files/y": "public",
      "private/files/älter/x": "private",
    });
    const listed = String(execFileSync("tar", ["t"], { input: files["files.tar"] ?? "" }));
    assert.match(listed, `./${siteName(ACME.id)}/public/files/link\n`);
    assert.equal(siteIn(bench), before);
    assert.not.ok(output.includes(BACKUP_KEY));
  });

  test("the configuration has the key of the site's passwords, and no way to a server of ours", async () => {
    await succeed(EXPORT_OF_ACME);
    const text = String((await bundle())["site_config_backup.json"]);
    const exported = JSON.parse(text) as Record<string, unknown>;
    assert.type(exported["encryption_key"], "string");
    assert.is(exported["encryption_key"], config()["encryption_key"]);
    assert.ok("db_password" in config());
    assert.equal(
      Object.keys(exported).filter((key) => /^(db|redis)_/.test(key)),
      [],
    );
    assert.not.ok(text.includes("database-secret"));
  });

  test("each attempt makes a bundle of its own, and another Pod of one leaves the first", async () => {
    await succeed(EXPORT_OF_ACME);
    const first = await bundle();
    await succeed({ ...EXPORT_OF_ACME, podUid: "bbbbbbbb-2222-4333-8444-555555555555" });
    assert.equal(await bundle(), first);
    await succeed({ ...EXPORT_OF_ACME, attempt: 2 });
    assert.equal(Object.keys(await bundle({ attempt: 2 })), Object.keys(first));
  });

  test("no object of an export bears a time of its own, so that the rule by age has all of them", async () => {
    await succeed(EXPORT_OF_ACME);
    const objects = await bucket.list("exports/");
    assert.ok(objects.length >= 9);
    assert.equal(
      objects.filter(({ customTime }) => /^[1-9]/.test(customTime)),
      [],
    );
  });

  test("a suspended site's backup is exported as any other", async () => {
    await succeed({ ...EXPORT_OF_ACME, kind: "suspend" });
    await succeed({ ...EXPORT_OF_ACME, generation: 4 });
    await bundle({ generation: 4 });
  });

  test("where a newer operation has been, nothing is made", async () => {
    await succeed({ ...EXPORT_OF_ACME, kind: "suspend", generation: 5 });
    const { status } = await bench.run(EXPORT_OF_ACME);
    assert.is(status, 67);
    assert.equal(await bucket.list("exports/"), []);
  });

  const PLACES = [
    "pieces/database.sql.gz.00000",
    "555555555555/database.sql.gz",
    "555555555555/private-files.tar",
    "bundle.json",
  ];
  const MADE: BucketFault[] = [...PASSING, "answer-lost"];
  for (const fault of MADE) {
    test(`${JSON.stringify(fault)} once at each kind of object: the bundle is made all the same`, async () => {
      for (const [index, of] of PLACES.entries()) {
        between.plan({ of, fault, times: 1 });
        const generation = 10 + index;
        const env = { BUCKET_TIMEOUT_SECONDS: "1" };
        await succeed({ ...EXPORT_OF_ACME, generation, env });
        between.plan(null);
        assert.is(unpackedText(await bundle({ generation })), "public");
      }
    });
  }

  for (const [index, { sentence, fault, made, isOutage }] of LASTING.entries()) {
    // What is refused ends it at once, so it is tried everywhere.
    const places = isOutage ? [PLACES[index % PLACES.length] ?? ""] : PLACES;
    test(`nothing but ${sentence}: the attempt says so, there is no bundle, and the next one makes it`, async () => {
      for (const [number, of] of places.entries()) {
        between.plan({ of, fault, times: 1000 });
        const work = { ...EXPORT_OF_ACME, generation: 10 + number };
        const { status, message } = await bench.run({ ...work, env: IMPATIENT });
        assert.is(status, 1);
        assert.match(message?.reason ?? "", made);
        assert.is(message?.code, isOutage ? "BucketUnavailable" : undefined);
        assert.is(await bundleIn(bucket, work), null);
        between.plan(null);
        const next = { ...work, attempt: 2 };
        await succeed(next);
        assert.is(unpackedText(await bundle(next)), "public");
      }
    });
  }

  test("what is larger than an object, and than so many as are put together at once, is whole", async () => {
    await succeed({ ...EXPORT_OF_ACME, env: { BUNDLE_PIECE_BYTES: "300" } });
    const pieces = await bucket.list(EXPORTS);
    assert.ok(pieces.some(({ name }) => name.endsWith("files.tar.1.00001")));
    assert.is(unpackedText(await bundle()), "public");
  });

  function unpackedText(files: Record<string, Buffer>): string | undefined {
    return unpacked(files["files.tar"] ?? Buffer.alloc(0))["public/files/y"];
  }
}
