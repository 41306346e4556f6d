/** Backups: what is in the bucket afterwards, and that nothing else is changed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKUP } from "../../shared/operations/script-parts.ts";
import { databaseName } from "../../shared/tenant/names.ts";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import {
  BACKUP_ID,
  BACKUP_OF_ACME,
  codeOf,
  manifestIn,
  manifestOrNull,
  plainPart,
  siteIn,
  wholeBackup,
  withoutZstd,
} from "../testkit/stored-backup.ts";
import type { Manifest } from "../testkit/stored-backup.ts";
import { withProgram } from "../testkit/replaced-program.ts";
import { startTestStack } from "../testkit/stack-fixture.ts";
import { BACKUP_KEY, POD_UID, STAND_IN } from "../testkit/site-bench.ts";
import type { PodRun } from "../testkit/site-bench.ts";
import { useBench } from "../testkit/bench-with-bucket.ts";
import type { BenchWithBucket } from "../testkit/bench-with-bucket.ts";

const test = suite("backups");
/** Runs a command, and prints how many KiB its largest process has needed. */
const MEASURE = `
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
`;

const ground = useBench(test, "backups");
if (ground !== null) addTests(ground);
test.run();

function addTests(it: BenchWithBucket): void {
  test.before.each(async () => {
    await it.succeed(CREATE);
  });

  test("a backup is its parts and a manifest, and the site is as it was", async () => {
    mkdirSync(join(it.bench.site(ACME), "private/files/älter"), { recursive: true });
    writeFileSync(join(it.bench.site(ACME), "private/files/älter/x"), "private");
    writeFileSync(join(it.bench.site(ACME), "public/files/y"), "public");
    const before = siteIn(it.bench);
    const { status, output, result } = await it.bench.run(BACKUP_OF_ACME);
    assert.is(status, 0, output);
    assert.equal(siteIn(it.bench), before);
    const manifest = await manifestIn(it.bucket);
    assert.equal(
      manifest.parts.map(({ name }) => name),
      ["database.sql", "files.tar", "site_config.json"],
    );
    assert.equal(result, { bytes: manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0) });
    assert.is(manifest.format, 2);
    assert.is(manifest.tenant, ACME.id);
    assert.is(manifest.database, databaseName(ACME.id));
    assert.equal(manifest.tables, {
      tabDocType: { rows_estimated: 0, rows: 0 },
      taberpnext: { rows_estimated: 0, rows: 0 },
    });
    const dump = (await plainPart(it.bucket, manifest, "database.sql")).toString();
    assert.match(dump, /CREATE OR REPLACE TABLE taberpnext[^]*-- Dump completed\n$/);
    const archive = await plainPart(it.bucket, manifest, "files.tar");
    const names = execFileSync("tar", ["--list"], {
      input: archive,
      encoding: "utf8",
      env: { LC_ALL: "C.UTF-8", PATH: process.env["PATH"] },
    });
    assert.equal(
      names.split("\n").filter((name) => !name.endsWith("/")),
      ["public/files/y", String.raw`private/files/älter/x`, ""],
    );
    assert.equal(
      await plainPart(it.bucket, manifest, "site_config.json"),
      readFileSync(join(it.bench.site(ACME), "site_config.json")),
    );
  });

  test("every object goes when the backup's time is over", async () => {
    await it.bench.run(BACKUP_OF_ACME);
    const objects = await it.bucket.list();
    assert.is(objects.length, 4);
    for (const { name, customTime } of objects) {
      assert.ok(name.startsWith(`tenants/${ACME.id}/${BACKUP_ID}/`));
      assert.is(
        new Date(customTime).toISOString(),
        BACKUP_OF_ACME.tenant.spec.backup?.expires_at.toISOString(),
      );
    }
  });

  test("the manifest bears a code that only the tenant's key makes", async () => {
    await it.bench.run(BACKUP_OF_ACME);
    const { hmac_sha256, ...manifest } = await manifestIn(it.bucket);
    assert.is(codeOf(manifest), hmac_sha256);
  });

  test("a second attempt of a backup that is there changes nothing and says the same", async () => {
    const first = await it.bench.run(BACKUP_OF_ACME);
    const before = await it.bucket.list();
    const second = await it.bench.run({ ...BACKUP_OF_ACME, attempt: 2 });
    assert.is(second.status, 0, second.output);
    assert.match(second.output, "made already");
    assert.equal(second.result, first.result);
    assert.equal(await it.bucket.list(), before);
  });

  test("what is the same twice has the same plain sums, and other bytes in the bucket", async () => {
    await it.bench.run(BACKUP_OF_ACME);
    const first = await manifestIn(it.bucket);
    await it.bucket.empty();
    await it.bench.run({ ...BACKUP_OF_ACME, generation: 3 });
    const second = await manifestIn(it.bucket);
    const sums = ({ parts }: typeof first) => parts.map(({ plain_sha256 }) => plain_sha256);
    assert.equal(sums(second), sums(first));
    for (const [index, part] of first.parts.entries())
      assert.is.not(second.parts[index]?.objects[0]?.sha256, part.objects[0]?.sha256);
  });

  test("nothing that is stored or said holds a secret", async () => {
    const { output, left } = await it.bench.run(BACKUP_OF_ACME);
    const manifest = await manifestIn(it.bucket);
    const config = (await plainPart(it.bucket, manifest, "site_config.json")).toString();
    const { encryption_key, db_password } = JSON.parse(config) as Record<string, string>;
    const secrets = [encryption_key ?? "?", db_password ?? "?", BACKUP_KEY, STAND_IN.rootPassword];
    const stored = await Promise.all(
      (await it.bucket.list()).map(({ name }) => it.bucket.read(name)),
    );
    for (const text of [output, ...left, ...stored])
      for (const secret of secrets) assert.not.ok(text?.includes(secret));
  });

  test("a manifest that somebody else has put there is no backup, and stays", async () => {
    const forged = Buffer.from('{"format": 1, "parts": [], "hmac_sha256": "00"}');
    await it.bucket.write(`tenants/${ACME.id}/${BACKUP_ID}/manifest.json`, forged);
    const { status, message } = await it.bench.run(BACKUP_OF_ACME);
    assert.is(status, 1);
    assert.match(message?.reason ?? "", "which the tenant's key has not made");
    assert.is((await it.bucket.list()).length, 1);
  });

  test("a torn site_config.json is taken from its copy", async () => {
    const path = join(it.bench.site(ACME), "site_config.json");
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 20));
    const { status, output } = await it.bench.run(BACKUP_OF_ACME);
    assert.is(status, 0, output);
    const kept = await plainPart(it.bucket, await manifestIn(it.bucket), "site_config.json");
    assert.is(
      createHash("sha256").update(kept).digest("hex"),
      createHash("sha256").update(whole).digest("hex"),
    );
  });

  test("a newer operation ends a backup that has not come to its manifest", async () => {
    const late = await it.bench.run({
      ...BACKUP_OF_ACME,
      pause: { container: 0, beforeCommand: 100 },
      meanwhile: async () => {
        const drop = await it.bench.run({ kind: "suspend", tenant: ACME, generation: 5 });
        assert.is(drop.status, 0, drop.output);
      },
    });
    assert.is(late.status, 67, late.output);
    assert.not.ok((await it.bucket.list()).some(({ name }) => name.endsWith("manifest.json")));
  });

  /** What a backup comes to on which this program takes the place of another. */
  function runWith(program: string, script: string): Promise<PodRun> {
    return it.bench.run({ ...BACKUP_OF_ACME, env: withProgram(it.bench, program, script) });
  }
  const hasManifest = async () => (await manifestOrNull(it.bucket)) !== null;

  test("a dump without its end is none, though it says that all is well", async () => {
    const { status, message } = await runWith("mariadb-dump", "echo 'CREATE TABLE half (a INT);'");
    assert.is(status, 1);
    assert.is(message?.reason, "mariadb-dump has ended before the end of database.sql");
    assert.not.ok(await hasManifest());
  });

  test("a dump that fails after its end is none, and says why", async () => {
    const { status, message } = await runWith(
      "mariadb-dump",
      "echo '-- Dump completed'; echo 'mariadb-dump: Error 2013: lost' >&2; exit 3",
    );
    assert.is(status, 1);
    assert.is(message?.reason, "mariadb-dump: Error 2013: lost");
    assert.not.ok(await hasManifest());
  });

  test("files that change while they are archived are as they are, and what cannot be read is a failure", async () => {
    const tar =
      'echo "tar: x: file changed as we read it" >&2; exec /usr/bin/tar "$@" --warning=none';
    const changed = await runWith("tar", `(${tar}); exit 1`);
    assert.is(changed.status, 0, changed.output);
    assert.match(changed.output, "file changed as we read it");
    await wholeBackup(it.bucket);
    await it.bucket.empty();
    const unread = await runWith(
      "tar",
      'echo "tar: x: Cannot open: Permission denied" >&2; exit 2',
    );
    assert.is(unread.status, 1);
    assert.is(unread.message?.reason, "tar: x: Cannot open: Permission denied");
    assert.not.ok(await hasManifest());
  });

  test("encryption that fails makes no backup, and no secret is told", async () => {
    const { status, message, output, left } = await runWith(
      "openssl",
      'echo "openssl: $BACKUP_KEY $DB_ROOT_PASSWORD" >&2; exit 1',
    );
    assert.is(status, 1);
    assert.match(message?.reason ?? "", "openssl has not encrypted database.sql");
    for (const text of [output, ...left])
      assert.not.ok(text?.includes(BACKUP_KEY) || text?.includes(STAND_IN.rootPassword));
    assert.match(output, "openssl: *** ***");
    assert.not.ok(await hasManifest());
  });

  test("an object that is there is never replaced", async () => {
    const place = `tenants/${ACME.id}/${BACKUP_ID}/2.1.${POD_UID}/database.sql.zst.enc.00000`;
    await it.bucket.write(place, Buffer.from("somebody else's"));
    const { status, message } = await it.bench.run(BACKUP_OF_ACME);
    assert.is(status, 1);
    assert.is(message?.reason, `there is another object ${place}`);
    assert.is((await it.bucket.read(place)).toString(), "somebody else's");
    assert.not.ok(await hasManifest());
  });

  /** What storing so many MiB of a part costs, without a site. */
  function store(mebibytes: number) {
    const operations = new URL("../../shared/operations/", import.meta.url);
    const program = BACKUP.filter((file) => file.endsWith(".py"))
      .map((file) => readFileSync(new URL(file, operations), "utf8"))
      .join("\n");
    const parts = join(it.bench.directory, "parts");
    const command = ["head", `--bytes=${mebibytes}M`, "/dev/urandom"];
    const stored = ["-I", "-S", "-c", program, "part", "large", parts, ...command];
    const { expires_at } = BACKUP_OF_ACME.tenant.spec.backup ?? {};
    const env = {
      PATH: process.env["PATH"],
      BACKUP_BUCKET: it.bucket.name,
      BACKUP_ENDPOINT: it.bucket.endpoint,
      BACKUP_ID,
      BACKUP_EXPIRES_AT: expires_at?.toISOString(),
      BACKUP_KEY,
      TENANT_ID: ACME.id,
      GENERATION: String(mebibytes),
      ATTEMPT: "1",
      POD_UID: "pod",
    };
    const kibibytes = execFileSync("python3", ["-c", MEASURE, "python3", ...stored], { env });
    const line = readFileSync(parts, "utf8").trim().split("\n").at(-1) ?? "";
    return { mebibytes: Number(kibibytes) / 1024, part: JSON.parse(line) as Manifest["parts"][0] };
  }

  test("a large part is many objects, and costs no more memory than a small one", async () => {
    const small = store(20);
    const { mebibytes, part } = store(200);
    assert.is(part.objects.length, 13);
    const manifest = { parts: [part] } as Manifest;
    assert.is((await plainPart(it.bucket, manifest, "large")).length, 200 * 1024 * 1024);
    assert.ok(mebibytes < 128, `${mebibytes} MiB`);
    assert.ok(mebibytes < small.mebibytes + 32, `${small.mebibytes} and ${mebibytes} MiB`);
  });

  test("an image without zstd makes a backup all the same, and says how", async () => {
    const env = withoutZstd(it.bench.directory);
    const { status, output } = await it.bench.run({ ...BACKUP_OF_ACME, env });
    assert.is(status, 0, output);
    const { parts } = await manifestIn(it.bucket);
    assert.equal(
      parts.map(({ name, compression }) => [name, compression]),
      [
        ["database.sql", "gzip"],
        ["files.tar", "gzip"],
        ["site_config.json", "gzip"],
      ],
    );
    await wholeBackup(it.bucket);
  });

  test("npm start has a bucket of its own", async () => {
    const own = await startTestStack({ POOL_SIZE: "0" });
    try {
      const { bucket: name, endpoint } = own.stack.backups ?? {};
      const answer = await fetch(`${endpoint}/storage/v1/b/${name}/o`);
      assert.is(answer.status, 200);
    } finally {
      await own.stop();
    }
  });
}
