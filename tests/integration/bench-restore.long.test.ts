/**
 * An export is what plain `bench restore` takes, on Frappe's own bench: a site that was backed up and exported by site Jobs becomes
 * another site, of another name and with another database. It takes a minute; tests/testkit/frappe-bench.ts says what it needs.
 */
import { spawnSync } from "node:child_process";
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { withBackup, withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { openFrappeBench } from "../testkit/frappe-bench.ts";
import type { FrappeBench } from "../testkit/frappe-bench.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { tenantNamed } from "../testkit/site-bench.ts";
import type { Work } from "../testkit/site-bench.ts";
import { siteAt } from "../testkit/some-site.ts";
import { parseBundle } from "../../shared/backups/export-bundle.ts";

const test = suite("an export, restored by Frappe's own bench");

const BACKUP = "e0902700-2222-4333-8444-555555555555";
const EXPORTED = tenantNamed("exported", "e0901e00-2222-4333-8444-555555555555");
const OTHER = tenantNamed("other", "e0900e00-2222-4333-8444-555555555555");
const SITE = siteAt("exported", { database: databaseName(EXPORTED.id) });

const BACK_UP: Work = {
  kind: "backup",
  tenant: withChanges(EXPORTED, {
    spec: withBackup(
      {},
      { id: BACKUP, kind: "manual", requested_at: new Date(0), expires_at: new Date(8e12) },
    ),
  }),
  generation: 2,
};
const EXPORT: Work = {
  kind: "export",
  tenant: withChanges(EXPORTED, {
    spec: { export: { backup: BACKUP } },
    status: { site: SITE },
  }),
  generation: 3,
};

const named = process.env["FRAPPE_BENCH"];
const withoutBucket = missingBucketServer();
if (named === undefined) {
  skip(test, "bench restores an export", "frappe-bench", "FRAPPE_BENCH names none");
} else if (withoutBucket !== null) {
  skip(test, "bench restores an export", "bucket-server", withoutBucket);
} else {
  addTests(named);
}
test.run();

function addTests(directory: string): void {
  let bench: FrappeBench;
  let bucket: BucketServer;
  let fetched: string;
  const { uid, gid } = statSync(join(directory, "sites"));
  const owner = process.getuid?.() === 0 ? { uid, gid } : {};
  let generation = 10;
  test.before(async () => {
    bucket = await startBucketServer();
    bench = openFrappeBench(directory, bucket);
    fetched = mkdtempSync(join(tmpdir(), "kairos-fetched-"));
    if (process.getuid?.() === 0) chownSync(fetched, uid, gid);
    await dropAll();
  });
  test.after(async () => {
    await dropAll();
    bench.remove();
    rmSync(fetched, { recursive: true });
    await bucket.stop();
  });

  async function dropAll(): Promise<void> {
    for (const tenant of [EXPORTED, OTHER]) {
      await bench.run({ kind: "drop", tenant, generation: (generation += 1) });
      bench.forget(tenant.id);
    }
  }
  async function succeed(work: Work): Promise<void> {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind}: ${output}`);
  }
  const siteOf = ({ id }: Tenant) => join(bench.volume.sites, siteName(id));
  function write(file: string, text: string): void {
    const path = join(siteOf(EXPORTED), file);
    writeFileSync(path, text);
    if (process.getuid?.() === 0) chownSync(path, uid, gid);
  }
  /** Fetches the bundle as somebody else does. */
  async function fetchBundle(): Promise<void> {
    const name = `exports/${EXPORTED.id}/${BACKUP}/3.1/bundle.json`;
    const files = parseBundle(JSON.parse(String(await bucket.read(name)))) ?? [];
    for (const { name: file, object } of files)
      writeFileSync(join(fetched, file), await bucket.read(object));
  }
  function callBench(...args: string[]): void {
    const { status, stdout, stderr } = spawnSync("bench", ["--site", siteName(OTHER.id), ...args], {
      cwd: directory,
      env: { PATH: process.env["PATH"], LANG: "C.UTF-8", HOME: fetched },
      encoding: "utf8",
      ...owner,
    });
    assert.is(status, 0, stdout + stderr);
  }

  test("the other site has its rows, files and passwords", async () => {
    await succeed({ kind: "create", tenant: EXPORTED });
    mkdirSync(join(siteOf(EXPORTED), "private/files"), { recursive: true });
    write("public/files/seen.txt", "public");
    write("private/files/kept.txt", "private");
    const [from, to] = [databaseName(EXPORTED.id), databaseName(OTHER.id)];
    bench.sql(
      `UPDATE ${from}.tabUser SET location = 'Söderhamn' WHERE name = 'Administrator';
CREATE SEQUENCE ${from}.numbers; CREATE TABLE ${from}.numbered (id BIGINT DEFAULT (NEXT VALUE FOR ${from}.numbers), a INT); INSERT INTO ${from}.numbered (a) VALUES (1);
CREATE DEFINER='${from}'@'%' VIEW ${from}.seen AS SELECT name FROM ${from}.tabUser;`,
    );
    await succeed(BACK_UP);
    await succeed(EXPORT);
    await fetchBundle();

    await succeed({ kind: "create", tenant: OTHER });
    const password = process.env["FRAPPE_BENCH_DB_ROOT_PASSWORD"] ?? "";
    const files = ["--with-public-files", join(fetched, "files.tar")];
    files.push("--with-private-files", join(fetched, "private-files.tar"));
    const root = ["--db-root-username", "root", "--db-root-password", password];
    callBench("restore", join(fetched, "database.sql.gz"), ...files, ...root);
    const config = JSON.parse(
      readFileSync(join(fetched, "site_config_backup.json"), "utf8"),
    ) as Record<string, string>;
    callBench("set-config", "encryption_key", config["encryption_key"] ?? "");

    const read = (file: string) => readFileSync(join(siteOf(OTHER), file), "utf8");
    assert.equal(
      [read("public/files/seen.txt"), read("private/files/kept.txt")],
      ["public", "private"],
    );
    const rows = (database: string) =>
      bench.sql(`SELECT name, location FROM ${database}.tabUser ORDER BY name;
SELECT doctype, name, fieldname, password FROM ${database}.__Auth ORDER BY 1, 2, 3;
SELECT * FROM ${database}.numbered; SELECT * FROM ${database}.seen ORDER BY name;`);
    assert.equal(rows(to), rows(from));
    assert.ok(rows(to).flat().includes("Söderhamn"));
    const keyOf = (tenant: Tenant) =>
      (
        JSON.parse(readFileSync(join(siteOf(tenant), "site_config.json"), "utf8")) as Record<
          string,
          string
        >
      )["encryption_key"];
    assert.is(keyOf(OTHER), keyOf(EXPORTED));
    callBench("list-apps");
  });
}
