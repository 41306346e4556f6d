/** New sites out of another tenant's backup, on the fake bench and a real server of Cloud Storage's API. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { afterRestore, MIGRATION_NEEDED, upgradeFails } from "../../shared/tenant/site-upgrade.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { ACME, CREATE } from "../crash/crash-injection.ts";
import { BACKUP_OF_ACME, rewriteManifest } from "../testkit/stored-backup.ts";
import {
  COPIED,
  COPY,
  CREATE_COPY,
  DROP_COPY,
  NAME_COPY,
  REOPEN_COPY,
  RESTORE_COPY,
  RESUME_COPY,
  SUSPEND_COPY,
} from "../testkit/stored-copy.ts";
import { useBench } from "../testkit/bench-with-bucket.ts";
import type { BenchWithBucket } from "../testkit/bench-with-bucket.ts";

const test = suite("copies of sites");
const ground = useBench(test, "copies of sites");
if (ground !== null) addTests(ground);
test.run();

function addTests(it: BenchWithBucket): void {
  test.before.each(async () => {
    await it.succeed(CREATE);
    mkdirSync(join(it.bench.site(ACME), "private/files"), { recursive: true });
    writeFileSync(join(it.bench.site(ACME), "private/files/x"), "as of the backup");
    change(ACME, { mute_emails: 0, limits: { users: 5 } });
    await it.succeed(BACKUP_OF_ACME);
  });

  const configOf = (tenant: typeof COPY) => join(it.bench.site(tenant), "site_config.json");
  const config = (tenant = COPY) =>
    JSON.parse(readFileSync(configOf(tenant), "utf8")) as Record<string, unknown>;
  const change = (tenant: typeof COPY, more: object) =>
    writeFileSync(configOf(tenant), JSON.stringify({ ...config(tenant), ...more }));
  const hosts = () => readdirSync(it.bench.volume.hosts);
  const ledTo = (host: string) => realpathSync(join(it.bench.volume.hosts, host));
  const databases = () => readdirSync(join(it.bench.databases, "databases")).toSorted();
  const quietKeys = ({ mute_emails, pause_scheduler }: Record<string, unknown>) => [
    mute_emails,
    pause_scheduler,
  ];

  test("a copy holds what the backup holds, under a name, a database and a password of its own", async () => {
    await it.succeed(CREATE_COPY, RESTORE_COPY);
    assert.equal(hosts(), ["acme.kairos.app"]);
    await it.succeed(NAME_COPY);
    assert.is(ledTo("copy.kairos.app"), it.bench.site(COPY));
    assert.is(ledTo("acme.kairos.app"), it.bench.site(ACME));
    assert.is(
      readFileSync(join(it.bench.site(COPY), "private/files/x"), "utf8"),
      "as of the backup",
    );
    const made = config();
    assert.equal([made["db_name"], made["db_user"]], [COPIED, COPIED]);
    assert.is(made["host_name"], "https://copy.kairos.app");
    assert.is(made["encryption_key"], config(ACME)["encryption_key"]);
    assert.equal(made["limits"], { users: 5 });
  });

  test("a copy sends no mail and its scheduler rests until it is resumed, and then both are as they were", async () => {
    await it.succeed(CREATE_COPY, RESTORE_COPY, NAME_COPY);
    assert.equal(quietKeys(config()), [1, 1]);
    await it.succeed(RESUME_COPY);
    assert.equal(quietKeys(config()), [0, undefined]);
    assert.not("kairos_before_quiet" in config());
    assert.equal(quietKeys(config(ACME)), [0, undefined]);
  });

  test("a copy that was suspended, or deleted, and is opened again as it was is quiet", async () => {
    await it.succeed(CREATE_COPY, RESTORE_COPY, NAME_COPY, SUSPEND_COPY);
    assert.equal(quietKeys(config()), [1, 1]);
    await it.succeed(REOPEN_COPY);
    assert.equal(quietKeys(config()), [1, 1]);
  });

  test("what was made first is kept, and all of it goes with the tenant", async () => {
    await it.succeed(CREATE_COPY, RESTORE_COPY, NAME_COPY);
    const acme = databaseName(ACME.id);
    assert.equal(databases(), [acme, databaseName(COPY.id), COPIED].toSorted());
    await it.succeed(DROP_COPY);
    assert.equal(databases(), [acme]);
    assert.not(existsSync(it.bench.site(COPY)));
    assert.equal(hosts(), ["acme.kairos.app"]);
  });

  test("a manifest of another tenant's in the place of this one's is refused", async () => {
    await it.succeed(CREATE_COPY);
    await rewriteManifest(it.bucket, () => ({ tenant: COPY.id }));
    const { status, message } = await it.bench.run(RESTORE_COPY);
    assert.equal([status, message?.step], [1, "read-manifest"]);
    assert.match(message?.reason ?? "", /is of another backup/);
    assert.not("mute_emails" in config());
  });

  const PATCH = "frappe.patches.v16.one";
  const ledNowhere = () => {
    const leads = realpathSync(join(it.bench.volume.tenants, siteName(COPY.id), "current"));
    return basename(leads) === "suspended" && hosts().join() === "acme.kairos.app";
  };

  /** The copy as it is restored out of a backup of older versions than the image has, whose migration makes these patches. */
  async function restoreOlder(patches: string[]): Promise<Tenant> {
    await rewriteManifest(it.bucket, () => ({ apps: { frappe: "16.0.0", erpnext: "16.0.0" } }));
    const erpnext = { version: "16.0.0" };
    it.bench.setImage("main", { frappe: { version: "16.1.0", patches }, erpnext });
    await it.succeed(CREATE_COPY);
    const { status, output, left } = await it.bench.run(RESTORE_COPY);
    assert.is(status, 0, output);
    assert.ok(left.some((message) => message?.includes(`"reason":"${MIGRATION_NEEDED}"`)));
    assert.ok(ledNowhere());
    return withChanges(NAME_COPY.tenant, {
      status: afterRestore(NAME_COPY.tenant, MIGRATION_NEEDED),
    });
  }

  test("a copy of a backup of older versions is migrated before anybody reaches it, and stays quiet", async () => {
    const tenant = await restoreOlder([PATCH]);
    await it.succeed({ kind: "upgrade", tenant, attempt: 3 });
    assert.equal(hosts(), ["acme.kairos.app"]);
    const patched = join(it.bench.databases, "databases", COPIED, "tabPatched");
    assert.is(readFileSync(patched, "utf8"), `${PATCH} began\n${PATCH} ended\n`);
    await it.succeed({ ...NAME_COPY, attempt: 4 });
    assert.is(ledTo("copy.kairos.app"), it.bench.site(COPY));
    assert.equal(quietKeys(config()), [1, 1]);
    await it.succeed(RESUME_COPY);
    assert.equal(quietKeys(config()), [0, undefined]);
  });

  test("a copy that cannot be migrated is reached by nobody, and can be migrated once more", async () => {
    const tenant = await restoreOlder(["execute:raise ValueError(7)"]);
    const { status } = await it.bench.run({ kind: "upgrade", tenant, attempt: 3 });
    assert.is(status, 68);
    const failure = { step: "migrate", reason: "MigrationFailed", message: null, retryable: false };
    const failing = withChanges(tenant, { status: upgradeFails(tenant, failure, new Date(0)) });
    await it.succeed({ kind: "revert", tenant: failing, attempt: 4 });
    assert.ok(ledNowhere());
    assert.is(config()["db_name"], COPIED);
    const erpnext = { version: "16.0.0" };
    it.bench.setImage("main", { frappe: { version: "16.1.1", patches: [PATCH] }, erpnext });
    await it.succeed({ kind: "upgrade", tenant, generation: 2 });
    await it.succeed({ ...NAME_COPY, generation: 2, attempt: 2 });
    assert.is(ledTo("copy.kairos.app"), it.bench.site(COPY));
    assert.equal(quietKeys(config()), [1, 1]);
  });

  test("a copy that does not answer is taken back, and the next attempt makes it", async () => {
    await it.succeed(CREATE_COPY);
    const env = { BENCH_URL: "http://127.0.0.1:9", VISITORS_SECONDS: "0" };
    const { status, message } = await it.bench.run({ ...RESTORE_COPY, env });
    assert.equal([status, message?.step], [1, "open-site"]);
    assert.is(config()["db_name"], databaseName(COPY.id));
    await it.succeed({ ...RESTORE_COPY, attempt: 3 }, { ...NAME_COPY, attempt: 4 });
    assert.equal(quietKeys(config()), [1, 1]);
  });
}
