/** Exports on the fake bench, out of a real server of Cloud Storage's API and into it. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { startFaultyBucket } from "../testkit/faulty-bucket.ts";
import type { BucketFault } from "../testkit/faulty-bucket.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { BACKUP_KEY, createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, manifestIn, siteIn } from "../testkit/stored-backup.ts";
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

  const DAMAGES: [sentence: string, part: string, damage: (object: Buffer) => Buffer | null][] = [
    ["truncated", "database.sql", (object) => object.subarray(0, -1)],
    ["of which a bit is flipped", "files.tar", flipped],
    ["that is missing", "site_config.json", () => null],
  ];
  for (const [sentence, part, damage] of DAMAGES) {
    test(`a part ${sentence} makes no bundle, and says why`, async () => {
      const { parts } = await manifestIn(bucket);
      const object = parts.find(({ name }) => name === part)?.objects[0]?.object ?? "";
      const changed = damage(await bucket.read(object));
      const at = `${bucket.endpoint}/storage/v1/b/${bucket.name}/o/${encodeURIComponent(object)}`;
      await fetch(at, { method: "DELETE" });
      if (changed !== null) await bucket.write(object, new Uint8Array(changed));
      const { status, message } = await bench.run(EXPORT_OF_ACME);
      assert.is(status, 1);
      assert.match(
        message?.reason ?? "",
        /^the object tenants\/.* is (damaged|missing, or may not be read)$/,
      );
      assert.is(await bundleIn(bucket), null);
    });
  }

  test("a backup that is not there is none", async () => {
    await bucket.empty();
    const { status, message } = await bench.run(EXPORT_OF_ACME);
    assert.is(status, 1);
    assert.match(
      message?.reason ?? "",
      /^there is no backup .*: it has no manifest that can be read$/,
    );
  });

  const PLACES = [
    "pieces/database.sql.gz.00000",
    "555555555555/database.sql.gz",
    "555555555555/private-files.tar",
    "bundle.json",
  ];
  const PASSING: [sentence: string, fault: BucketFault][] = [
    ["503", { status: 503 }],
    ["a cut in the middle of a request", "cut"],
    ["an answer that gets lost", "answer-lost"],
    ["a request that nobody answers", "stalled"],
  ];
  for (const [sentence, fault] of PASSING) {
    test(`${sentence}, once at each kind of object: the bundle is made all the same`, async () => {
      for (const [index, of] of PLACES.entries()) {
        between.plan({ of, fault, times: 1 });
        const generation = 10 + index;
        const env = { BUCKET_TIMEOUT_SECONDS: "2" };
        await succeed({ ...EXPORT_OF_ACME, generation, env });
        between.plan(null);
        assert.is(unpackedText(await bundle({ generation })), "public");
      }
    });
  }

  test("a bucket that refuses: the attempt says so, there is no bundle, and the next one makes it", async () => {
    for (const [index, of] of PLACES.entries()) {
      between.plan({ of, fault: { status: 403 }, times: 1000 });
      const work = { ...EXPORT_OF_ACME, generation: 10 + index };
      const { status, message } = await bench.run(work);
      assert.is(status, 1);
      assert.is(message?.reason, "the bucket backups refuses: 403 a test refuses it");
      assert.is(await bundleIn(bucket, work), null);
      between.plan(null);
      const next = { ...work, attempt: 2 };
      await succeed(next);
      assert.is(unpackedText(await bundle(next)), "public");
    }
  });

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

function flipped(object: Buffer): Buffer {
  const changed = Buffer.from(object);
  changed[20] = (changed[20] ?? 0) ^ 1;
  return changed;
}
