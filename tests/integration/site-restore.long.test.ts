/** Restores on the fake bench, out of a real server of Cloud Storage's API. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { afterRestore, MIGRATION_NEEDED, upgradeFails } from "../../shared/tenant/site-upgrade.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { ACME, CREATE, DROP } from "../crash/crash-injection.ts";
import { BACKUP_OF_ACME, rewriteManifest, withoutZstd } from "../testkit/stored-backup.ts";
import type { Manifest } from "../testkit/stored-backup.ts";
import { withProgram } from "../testkit/replaced-program.ts";
import {
  acmeWith,
  FIRST,
  RESTORED,
  restoreOfAcme,
  UNDO_OF_ACME,
} from "../testkit/stored-restore.ts";
import { useBench } from "../testkit/bench-with-bucket.ts";
import type { BenchWithBucket } from "../testkit/bench-with-bucket.ts";

const test = suite("restores");
const ground = useBench(test, "restores");
if (ground !== null) addTests(ground);
test.run();

function addTests(it: BenchWithBucket): void {
  test.before.each(async () => {
    await it.succeed(CREATE);
    mkdirSync(join(it.bench.site(ACME), "private/files/älter"), { recursive: true });
    write("private/files/älter/x", "as of the backup");
    write("public/files/y", "as of the backup");
    await it.succeed(BACKUP_OF_ACME);
    // What has changed since: a table and a file are gone, others are new.
    write("public/files/y", "later");
    write("public/files/z", "later");
    table(FIRST, "tabLater");
  });

  const write = (file: string, text: string) =>
    writeFileSync(join(it.bench.site(ACME), file), text);
  const read = (file: string) => readFileSync(join(it.bench.site(ACME), file), "utf8");
  const has = (file: string) => existsSync(join(it.bench.site(ACME), file));
  const table = (database: string, name: string) =>
    writeFileSync(join(it.bench.databases, "databases", database, name), "");
  const tables = (database: string) => readdirSync(join(it.bench.databases, "databases", database));
  const databases = () => readdirSync(join(it.bench.databases, "databases"));
  const isLocked = (user: string) =>
    existsSync(join(it.bench.databases, "users", `${user}@%`, "locked"));
  const config = () => JSON.parse(read("site_config.json")) as Record<string, unknown>;
  const ledTo = () => realpathSync(join(it.bench.volume.hosts, "acme.kairos.app"));
  const own = (path: string) => join(it.bench.volume.tenants, siteName(ACME.id), ACME.id, path);
  /** All that the tenant has, but for the marks of the operations. */
  const state = () =>
    it.bench.snapshot().filter((entry) => !/\/(claims|changes)(\/| )|locked /.test(entry));

  function isRestored(): void {
    assert.equal([config()["db_name"], config()["db_user"]], [RESTORED, RESTORED]);
    assert.is(read("public/files/y"), "as of the backup");
    assert.is(read("private/files/älter/x"), "as of the backup");
    assert.not(has("public/files/z"));
    assert.ok(tables(RESTORED).length > 0);
    assert.not(tables(RESTORED).includes("tabLater"));
    assert.is(ledTo(), it.bench.site(ACME));
    assert.equal([isLocked(FIRST), isLocked(RESTORED)], [true, false]);
  }

  function isAsBefore(): void {
    assert.equal([config()["db_name"], config()["db_user"]], [FIRST, FIRST]);
    assert.equal([read("public/files/y"), read("public/files/z")], ["later", "later"]);
    assert.ok(tables(FIRST).includes("tabLater"));
    assert.is(ledTo(), it.bench.site(ACME));
    assert.not(isLocked(FIRST));
  }

  test("a site has what the backup holds, and what it was is kept, locked", async () => {
    const before = config();
    await it.succeed(restoreOfAcme());
    isRestored();
    assert.equal(config(), { ...before, db_name: RESTORED, db_user: RESTORED });
    const kept = own(`before-restore/${FIRST}`);
    assert.is(readFileSync(join(kept, "public/files/z"), "utf8"), "later");
    assert.ok(tables(FIRST).includes("tabLater"));
    assert.not(existsSync(own("restored")));
    assert.ok(has(".provisioned"));
  });

  test("a restore that succeeded is the same when it is run again", async () => {
    await it.succeed(restoreOfAcme());
    const once = state();
    await it.succeed(restoreOfAcme());
    assert.equal(state(), once);
  });

  test("a restore is taken back, and what was restored is kept instead", async () => {
    const before = config();
    await it.succeed(restoreOfAcme());
    write("public/files/y", "after the restore");
    await it.succeed(UNDO_OF_ACME);
    isAsBefore();
    assert.equal(config(), before);
    assert.ok(isLocked(RESTORED));
    const kept = own(`before-restore/${RESTORED}`);
    assert.is(readFileSync(join(kept, "public/files/y"), "utf8"), "after the restore");
    assert.not(existsSync(own(`before-restore/${FIRST}`)));
    const once = state();
    await it.succeed(UNDO_OF_ACME);
    assert.equal(state(), once);
  });

  test("the names and the way to the database stay as they are now, the key is the backup's", async () => {
    const { encryption_key } = config();
    const changed = {
      ...config(),
      host_name: "https://new.kairos.app",
      db_host: "other",
      encryption_key: "x",
    };
    write("site_config.json", JSON.stringify(changed));
    await it.succeed(restoreOfAcme());
    const now = config();
    assert.equal(
      [now["host_name"], now["db_host"], now["encryption_key"]],
      ["https://new.kairos.app", "other", encryption_key],
    );
  });

  test("a suspended site is restored, and stays closed until it is resumed", async () => {
    await it.succeed({ kind: "suspend", tenant: acmeWith({}), generation: 2 });
    await it.succeed(restoreOfAcme({ suspended: true }));
    assert.not.equal(ledTo(), it.bench.site(ACME));
    assert.equal([isLocked(FIRST), isLocked(RESTORED)], [true, true]);
    await it.succeed({ kind: "resume", tenant: acmeWith({ database: RESTORED }), generation: 4 });
    isRestored();
  });

  test("a suspension in the middle of a swap shuts both databases, and a resume opens what the record says", async () => {
    await it.succeed(restoreOfAcme());
    // As if the restore's success had never been recorded.
    await it.succeed({ kind: "suspend", tenant: acmeWith({}), generation: 4 });
    assert.equal([isLocked(FIRST), isLocked(RESTORED)], [true, true]);
    await it.succeed({ kind: "resume", tenant: acmeWith({}), generation: 5 });
    isAsBefore();
    assert.ok(isLocked(RESTORED));
  });

  test("a drop leaves nothing of what was restored, kept or current", async () => {
    await it.succeed(restoreOfAcme());
    await it.succeed({ ...DROP, tenant: acmeWith({ database: RESTORED }), generation: 9 });
    assert.equal(databases(), []);
    assert.equal(readdirSync(join(it.bench.databases, "users")), ["root@%"]);
    assert.not(existsSync(join(it.bench.volume.tenants, siteName(ACME.id))));
  });

  test("what another restore has left, or what was kept for long enough, goes with the next one", async () => {
    for (const name of [`${FIRST}r2`, `${FIRST}r1`]) {
      mkdirSync(join(it.bench.databases, "databases", name));
      mkdirSync(own(`before-restore/${name}/public/files`), { recursive: true });
    }
    const work = restoreOfAcme();
    const kept = [{ database: `${FIRST}r1`, until: new Date(0) }];
    const tenant = { ...work.tenant, status: { ...work.tenant.status, kept } };
    await it.succeed({ ...work, tenant });
    assert.equal(databases().toSorted(), [FIRST, `${FIRST}r1`, RESTORED].toSorted());
    assert.equal(readdirSync(own("before-restore")).toSorted(), [FIRST, `${FIRST}r1`].toSorted());
  });

  test("what is kept for long enough is dropped, and the site stays as it is", async () => {
    await it.succeed(restoreOfAcme());
    const tenant = acmeWith({ database: RESTORED });
    await it.succeed({ kind: "drop-kept", tenant, generation: 4 });
    assert.equal(databases(), [RESTORED]);
    assert.equal(readdirSync(join(it.bench.databases, "users")), ["root@%", `${RESTORED}@%`]);
    assert.equal(readdirSync(own("before-restore")), []);
    assert.is(read("public/files/y"), "as of the backup");
    assert.is(ledTo(), it.bench.site(ACME));
  });

  const strangers: [sentence: string, reason: RegExp, env: Record<string, string>][] = [
    [
      "the key is another one",
      /not one that the tenant's key has made/,
      { BACKUP_KEY: "c5".repeat(32) },
    ],
    [
      "there is no such backup",
      /has no manifest/,
      { BACKUP_ID: "88888888-2222-4333-8444-555555555555" },
    ],
  ];
  for (const [sentence, reason, env] of strangers) {
    test(`nothing changes where ${sentence}`, async () => {
      const before = config();
      const { status, message } = await it.bench.run({ ...restoreOfAcme(), env });
      assert.is(status, 1);
      assert.match(message?.reason ?? "", reason);
      isAsBefore();
      assert.equal(config(), before);
    });
  }

  const configured: [sentence: string, more: object][] = [
    ["a key that is none", { encryption_key: "no key" }],
    ["no key", { encryption_key: undefined }],
    // As a swap that nobody has ended yet leaves it.
    ["another database's name", { db_name: "another" }],
  ];
  for (const [sentence, more] of configured) {
    test(`a backup is restored whose configuration has ${sentence}`, async () => {
      const before = config();
      await it.bucket.empty();
      write("site_config.json", JSON.stringify({ ...before, ...more }));
      await it.succeed({ ...BACKUP_OF_ACME, attempt: 2 });
      write("site_config.json", JSON.stringify(before));
      await it.succeed(restoreOfAcme());
      assert.is(config()["db_name"], RESTORED);
    });
  }

  test("a backup of the first format is restored, which was compressed by gzip and said nothing of it", async () => {
    await it.bucket.empty();
    await it.succeed({ ...BACKUP_OF_ACME, generation: 3, env: withoutZstd(it.bench.directory) });
    await rewriteManifest(it.bucket, ({ parts }) => {
      assert.ok(parts.every(({ compression }) => compression === "gzip"));
      return { format: 1, parts: parts.map((part) => ({ ...part, compression: undefined })) };
    });
    await it.succeed(restoreOfAcme());
    assert.is(read("public/files/y"), "later");
    assert.ok(tables(RESTORED).includes("tabLater"));
  });

  test("nothing changes where the image cannot read how a backup is compressed", async () => {
    const env = withoutZstd(it.bench.directory);
    const { status, message } = await it.bench.run({ ...restoreOfAcme(), env });
    assert.is(status, 1);
    assert.is(message?.reason, "database.sql is compressed by zstd, which the image cannot read");
    isAsBefore();
  });

  const others: [sentence: string, reason: RegExp, change: (manifest: Manifest) => object][] = [
    [
      "of which a table is missing",
      /1 are missing, such as tabMissing/,
      ({ tables: all }) => ({ tables: { ...all, tabMissing: { rows_estimated: 1 } } }),
    ],
    [
      "that has a table too many",
      /1 tables more than in the backup/,
      ({ tables: all }) => ({ tables: Object.fromEntries(Object.entries(all).slice(1)) }),
    ],
    [
      "with other rows",
      /the table tabDocType has 0 rows, and the backup 7/,
      ({ tables: all }) => ({ tables: { ...all, tabDocType: { rows_estimated: 7, rows: 7 } } }),
    ],
    [
      "without one of its parts",
      /has no part files.tar/,
      ({ parts }) => ({ parts: parts.slice(0, 1) }),
    ],
    [
      "that is compressed in another way than it says",
      /database.sql cannot be decrypted by the tenant's key \(.*incorrect header/,
      ({ parts }) => ({ parts: parts.map((part) => ({ ...part, compression: "gzip" })) }),
    ],
    [
      "that is compressed in a way of which nobody knows",
      /database.sql is compressed by brotli, which the image cannot read/,
      ({ parts }) => ({ parts: parts.map((part) => ({ ...part, compression: "brotli" })) }),
    ],
    [
      "whose part was another one before it was stored",
      /database.sql is not what was backed up/,
      ({ parts }) => ({ parts: parts.map((part) => ({ ...part, plain_bytes: 1 })) }),
    ],
  ];
  for (const [sentence, reason, change] of others) {
    test(`nothing changes with a backup ${sentence}`, async () => {
      await rewriteManifest(it.bucket, change);
      const { status, message } = await it.bench.run(restoreOfAcme());
      assert.is(status, 1);
      assert.match(message?.reason ?? "", reason);
      isAsBefore();
    });
  }

  /** The bench's web server, and what it answers for a site of each database. */
  async function serving(
    answers: Record<string, number>,
  ): Promise<{ url: string; server: Server }> {
    const server = createServer((_, response) => {
      response.writeHead(answers[String(config()["db_name"])] ?? 404).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test("a restored site that does not answer is taken back before anybody sees it", async () => {
    const { server, url } = await serving({ [FIRST]: 200, [RESTORED]: 500 });
    const before = config();
    const work = restoreOfAcme();
    const env = { BENCH_URL: url, VISITORS_SECONDS: "0" };
    try {
      const { status, message } = await it.bench.run({ ...work, env });
      assert.equal([status, message?.step], [1, "open-site"]);
      assert.match(message?.reason ?? "", /still get 500; it is as it was before$/);
      isAsBefore();
      assert.equal(config(), before);
      assert.ok(isLocked(RESTORED));
      assert.not(existsSync(own(`before-restore/${FIRST}`)));
    } finally {
      server.close();
    }
    // What was made is there still, and the next attempt only swaps.
    const { status, output } = await it.bench.run({ ...work, attempt: 2 });
    assert.is(status, 0, output);
    assert.match(output, /the backup is there already/);
    isRestored();
  });

  test("a restored site is visited at the bench and by its name", async () => {
    const { server, url } = await serving({ [RESTORED]: 200 });
    const env = { BENCH_URL: url, ROUTER_URL: url };
    try {
      const { status, output } = await it.bench.run({ ...restoreOfAcme(), env });
      assert.is(status, 0, output);
      assert.match(output, `visitors of ${siteName(ACME.id)} get 200`);
      assert.match(output, "visitors of acme.kairos.app get 200");
    } finally {
      server.close();
    }
  });

  test("a restore that fails before the swap changes nothing, and the next attempt begins anew", async () => {
    const env = { LOCAL_BENCH_FAULTS: "acme:count-rows" };
    const { status, message } = await it.bench.run({ ...restoreOfAcme(), env });
    assert.equal([status, message?.step], [1, "count-rows"]);
    isAsBefore();
    await it.succeed({ ...restoreOfAcme(), attempt: 2 });
    isRestored();
  });

  const PATCH = "frappe.patches.v16.one";
  const closed = () => basename(realpathSync(own("../current"))) === "suspended";

  /** Restores what is older than the image, whose migration makes these patches. Gives the tenant whose site is to be migrated. */
  async function restoreOlder(patches: string[]): Promise<Tenant> {
    await rewriteManifest(it.bucket, () => ({ apps: { frappe: "16.0.0", erpnext: "16.0.0" } }));
    const erpnext = { version: "16.0.0" };
    it.bench.setImage("main", { frappe: { version: "16.1.0", patches }, erpnext });
    // As if nobody had seen the end of the first one.
    for (const attempt of [1, 2]) {
      const { status, output, left } = await it.bench.run({ ...restoreOfAcme(), attempt });
      assert.is(status, 0, output);
      assert.ok(left.some((message) => message?.includes(`"reason":"${MIGRATION_NEEDED}"`)));
      assert.is(config()["db_name"], RESTORED);
      assert.ok(isLocked(RESTORED) && closed());
    }
    const restored = acmeWith({ database: RESTORED });
    return withChanges(restored, { status: afterRestore(restored, MIGRATION_NEEDED) });
  }

  test("what is of an older version of an app stays closed until it is migrated, and can be taken back then", async () => {
    const tenant = await restoreOlder([PATCH]);
    await it.succeed({ kind: "upgrade", tenant, generation: 3, attempt: 3 });
    isRestored();
    assert.not(isLocked(RESTORED) || closed());
    const patched = join(it.bench.databases, "databases", RESTORED, "tabPatched");
    assert.is(readFileSync(patched, "utf8"), `${PATCH} began\n${PATCH} ended\n`);
    await it.succeed(UNDO_OF_ACME);
    assert.is(config()["db_name"], FIRST);
    assert.not(isLocked(FIRST));
  });

  test("what is to be migrated stays closed where not even the dump can be made, and is migrated by the next attempt", async () => {
    const tenant = await restoreOlder([PATCH]);
    const env = withProgram(it.bench, "mariadb-dump", "exit 3");
    const upgrade = { kind: "upgrade", tenant, generation: 3 } as const;
    const { status, message } = await it.bench.run({ ...upgrade, attempt: 3, env });
    assert.equal([status, message?.step], [1, "dump-database"]);
    assert.ok(isLocked(RESTORED) && closed());
    await it.succeed({ ...upgrade, attempt: 4 });
    isRestored();
    assert.not(isLocked(RESTORED) || closed());
  });

  test("what cannot be migrated is closed until the restore is taken back", async () => {
    const before = config();
    const tenant = await restoreOlder(["execute:raise ValueError(7)"]);
    const failed = await it.bench.run({ kind: "upgrade", tenant, generation: 3, attempt: 3 });
    assert.is(failed.status, 68);
    const failure = { step: "migrate", reason: "MigrationFailed", message: null, retryable: false };
    const failing = withChanges(tenant, { status: upgradeFails(tenant, failure, new Date(0)) });
    await it.succeed({ kind: "revert", tenant: failing, generation: 3, attempt: 4 });
    assert.ok(isLocked(RESTORED) && closed());
    assert.not(existsSync(own("before-upgrade")));
    await it.succeed({ ...UNDO_OF_ACME, generation: 3, attempt: 5 });
    assert.equal(config(), { ...before, maintenance_mode: 0 });
    assert.not(isLocked(FIRST) || closed());
  });

  test("an app of the backup that the image has not is found before anything is made", async () => {
    await rewriteManifest(it.bucket, () => ({ apps: { frappe: "16.0.0", wiki: "2.0.0" } }));
    const { status, message } = await it.bench.run(restoreOfAcme());
    assert.equal([status, message?.reason], [66, "the app wiki of the backup is not in the image"]);
    assert.equal(databases(), [FIRST]);
  });
}
