/** Site Jobs with the real scripts, the fake bench and the fake database. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { withChanges } from "../../shared/tenant/tenant.ts";
import { siteAt } from "../testkit/some-site.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";

const test = suite("site Jobs");

const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const OTHER = tenantNamed("other", "99999999-2222-4333-8444-555555555555");

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

const inSite = (file: string) => readFileSync(join(bench.site(ACME), file), "utf8");
/** What the router follows. */
const hostOf = (subdomain: string) => join(bench.volume.hosts, `${subdomain}.kairos.app`);
const readConfig = () => JSON.parse(inSite("site_config.json")) as Record<string, string>;
const users = () => readdirSync(join(bench.databases, "users"));
const databases = () => readdirSync(join(bench.databases, "databases"));

test("create makes a whole site, its database and its user, and marks it last", async () => {
  const { status, message } = await bench.run({ kind: "create", tenant: ACME });
  assert.is(status, 0);
  assert.is(message, null);
  assert.is(inSite("apps.txt"), "frappe\nerpnext\n");
  assert.is(inSite("users.txt"), "office@acme.example (System User, System Manager)\n");
  assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
  assert.is(realpathSync(hostOf("acme")), bench.site(ACME));
  const { encryption_key, ...config } = readConfig();
  // 32 bytes, as Fernet has them.
  assert.match(encryption_key ?? "", /^[\w-]{43}=$/);
  assert.equal(config, {
    host_name: "https://acme.kairos.app",
    organization: "Acme",
    db_type: "mariadb",
    db_host: "mariadb",
    db_port: 3306,
    db_name: databaseName(ACME.id),
    db_user: databaseName(ACME.id),
    db_password: "database-secret",
  });
  assert.equal(databases(), [databaseName(ACME.id)]);
  assert.equal(users(), ["root@%", `${databaseName(ACME.id)}@%`]);
});

test("a second create on a whole site proves it again and changes nothing", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const before = bench.snapshot();
  assert.is((await bench.run({ kind: "create", tenant: ACME })).status, 0);
  assert.equal(bench.snapshot(), before);
});

test("a whole site that has lost an app is no success", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  writeFileSync(join(bench.site(ACME), "apps.txt"), "frappe\n");
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, attempt: 2 });
  assert.is(status, 1);
  assert.equal(message, {
    step: "verify",
    reason: `the app erpnext is not installed on ${siteName(ACME.id)}`,
  });
});

for (const step of [
  "check-services",
  "database",
  "new-site",
  "install-app",
  "add-user",
  "verify",
]) {
  test(`create fails where ${step} fails and says so, and the next attempt succeeds`, async () => {
    const env = { LOCAL_BENCH_FAULTS: `acme:${step}` };
    const failed = await bench.run({ kind: "create", tenant: ACME, env });
    assert.is(failed.status, 1);
    assert.is(failed.message?.step, step);
    assert.match(failed.message?.reason ?? "", /failed for acme.kairos.app: this fault was asked/);
    assert.not(existsSync(join(bench.site(ACME), ".provisioned")));
    assert.is((await bench.run({ kind: "create", tenant: ACME, attempt: 2 })).status, 0);
    assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
    assert.is(inSite("users.txt"), "office@acme.example (System User, System Manager)\n");
  });
}

test("a create that loses the database in the middle of bench's work has met an outage", async () => {
  const away = `${bench.databases}-away`;
  const env = { BASH_ENV: join(bench.directory, "losing.sh") };
  writeFileSync(
    env.BASH_ENV,
    `[[ $0 != */bench || $1 != new-site ]] || mv -- '${bench.databases}' '${away}'\n`,
  );
  const { message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.equal([message?.step, message?.code], ["new-site", "DatabaseUnavailable"]);
  renameSync(away, bench.databases);
  assert.is((await bench.run({ kind: "create", tenant: ACME, attempt: 2 })).status, 0);
});

test("an app that is not in the image ends the create for good", async () => {
  const env = { APPS: "erpnext hrms" };
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 66);
  assert.equal(message, { step: "find-apps", reason: "the app hrms is not in the image" });
});

test("a create on a bench without outgoing mail says so and goes on", async () => {
  writeFileSync(join(bench.sites, "common_site_config.json"), "{}\n");
  const { status, output } = await bench.run({ kind: "create", tenant: ACME });
  assert.is(status, 0);
  assert.match(output, /no outgoing mail/);
});

test("no container that runs the apps' code has the administrator's credentials", async () => {
  // The fake bench fakes the apps' code here.
  const { output } = await bench.run({
    kind: "create",
    tenant: ACME,
    env: { BASH_ENV: printing(bench) },
  });
  assert.match(output, /bench new-site has /);
  assert.not.match(output, /bench [a-z-]+ has .*DB_ROOT/);
});

test("drop leaves nothing of a whole site but the tombstone", async () => {
  await bench.run({ kind: "create", tenant: OTHER });
  const before = bench.snapshot();
  await bench.run({ kind: "create", tenant: ACME });
  const { status, message } = await bench.run({ kind: "drop", tenant: ACME, generation: 2 });
  assert.is(status, 0);
  assert.is(message, null);
  const tombstone = `tenants/${ACME.id}.gone ${ACME.id}\n${siteName(ACME.id)}\n`;
  assert.equal(
    bench.snapshot().filter((entry) => entry !== tombstone),
    before,
  );
  assert.ok(bench.snapshot().includes(tombstone));
});

test("drop works on a half-made site, on a vanished one and on one that never was", async () => {
  const env = { LOCAL_BENCH_FAULTS: "acme:new-site" };
  await bench.run({ kind: "create", tenant: ACME, env });
  assert.ok(existsSync(bench.site(ACME)));
  for (const generation of [2, 3]) {
    assert.is((await bench.run({ kind: "drop", tenant: ACME, generation })).status, 0);
    assert.not(existsSync(bench.site(ACME)));
  }
  assert.is((await bench.run({ kind: "drop", tenant: OTHER })).status, 0);
  assert.equal(databases(), []);
  assert.equal(users(), ["root@%"]);
});

test("drop removes the user at every host", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const host = `${databaseName(ACME.id)}@10.0.0.7`;
  mkdirSync(join(bench.databases, "users", host));
  assert.is((await bench.run({ kind: "drop", tenant: ACME, generation: 2 })).status, 0);
  assert.equal(users(), ["root@%"]);
});

test("drop removes every database that a restore has made, whichever is current, and no other one", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const own = databaseName(ACME.id);
  const others = [`${own}r`, `${own}r2x`, `x${own}r2`, `${own}x`];
  for (const name of [...others, `${own}r2`, `${own}r10`]) {
    mkdirSync(join(bench.databases, "databases", name));
    mkdirSync(join(bench.databases, "users", `${name}@%`));
  }
  const tenant = withChanges(ACME, {
    status: { site: siteAt("acme", { database: `${own}r10` }) },
  });
  assert.is((await bench.run({ kind: "drop", tenant, generation: 11 })).status, 0);
  assert.equal(databases().toSorted(), others.toSorted());
  assert.equal(users().toSorted(), ["root@%", ...others.map((name) => `${name}@%`)].toSorted());
});

test("a drop that fails says so, and the next one succeeds", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const env = { LOCAL_BENCH_FAULTS: "acme:drop-site" };
  const failed = await bench.run({ kind: "drop", tenant: ACME, generation: 2, env });
  assert.is(failed.status, 1);
  assert.is(failed.message?.step, "drop-site");
  assert.is((await bench.run({ kind: "drop", tenant: ACME, generation: 2, attempt: 2 })).status, 0);
  assert.not(existsSync(bench.site(ACME)));
});

test("a drop that cannot reach the database in the end is no success", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const env = { LOCAL_BENCH_FAULTS: "acme:verify" };
  const failed = await bench.run({ kind: "drop", tenant: ACME, generation: 2, env });
  assert.is(failed.status, 1);
  assert.is(failed.message?.step, "verify");
});

test("drop clears tombstones that are older than 30 days, and no younger ones", async () => {
  await bench.run({ kind: "drop", tenant: ACME });
  const old = join(bench.volume.tenants, `${RIVAL.id}.gone`);
  writeFileSync(old, "");
  const longAgo = new Date(Date.now() - 32 * 24 * 3600 * 1000);
  utimesSync(old, longAgo, longAgo);
  await bench.run({ kind: "drop", tenant: OTHER });
  assert.equal(readdirSync(bench.volume.tenants), [`${ACME.id}.gone`, `${OTHER.id}.gone`]);
});

/** Something at the place of a site that somebody made by hand. */
const foreign: [sentence: string, make: () => Promise<unknown>][] = [
  [
    "a directory that nobody here made",
    async () => {
      mkdirSync(bench.site(ACME));
      writeFileSync(join(bench.site(ACME), "precious"), "data");
    },
  ],
  ["a link", async () => symlinkSync("/", bench.site(ACME))],
];
for (const [sentence, make] of foreign) {
  test(`${sentence} survives a create, which ends for good`, async () => {
    await make();
    const before = bench.snapshot();
    const { status, message } = await bench.run({ kind: "create", tenant: ACME });
    assert.is(status, 65);
    assert.match(message?.reason ?? "", /nobody here has made/);
    assert.equal(bench.snapshot(), before);
  });

  test(`${sentence} survives a drop, which removes only our own database and user`, async () => {
    await make();
    const before = bench.snapshot();
    const own = databaseName(ACME.id);
    mkdirSync(join(bench.databases, "databases", own));
    mkdirSync(join(bench.databases, "users", `${own}@%`));
    const { status, message } = await bench.run({ kind: "drop", tenant: ACME, generation: 2 });
    assert.is(status, 0);
    assert.is(message?.reason, "SiteNotOurs");
    const left = new Set(bench.snapshot());
    for (const entry of [...before, `tenants/${ACME.id}.gone `])
      assert.ok(left.delete(entry), entry);
    assert.equal([...left], []);
  });
}

test("a link in place of our own site is not followed", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  await bench.run({ kind: "create", tenant: OTHER });
  spawnSync("rm", ["-rf", bench.site(ACME)]);
  symlinkSync(bench.site(OTHER), bench.site(ACME));
  const { status, message } = await bench.run({ kind: "drop", tenant: ACME, generation: 2 });
  assert.is(status, 1);
  assert.match(message?.reason ?? "", /leads elsewhere/);
  assert.ok(existsSync(join(bench.site(OTHER), ".provisioned")));
});

const late: [sentence: string, kind: "create" | "drop" | "suspend" | "retain" | "resume"][] = [
  ["create", "create"],
  ["suspend", "suspend"],
  ["retain", "retain"],
  ["resume", "resume"],
];
for (const [sentence, kind] of late) {
  test(`a late ${sentence} after a drop touches nothing and ends for good`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    await bench.run({ kind: "drop", tenant: ACME, generation: 2 });
    const before = bench.snapshot();
    const { status, message } = await bench.run({ kind, tenant: ACME });
    assert.is(status, 67);
    assert.match(message?.reason ?? "", /the tenant is gone/);
    assert.equal(bench.snapshot(), before);
  });
}

test("suspend and resume switch the maintenance mode and the database's lock, and nothing else", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const plain = readConfig();
  const locked = join(bench.databases, "users", `${databaseName(ACME.id)}@%`, "locked");
  assert.is((await bench.run({ kind: "suspend", tenant: ACME, generation: 2 })).status, 0);
  assert.equal(readConfig(), { ...plain, maintenance_mode: 1 });
  assert.ok(existsSync(locked));
  const record = join(bench.volume.tenants, siteName(ACME.id));
  assert.is(realpathSync(hostOf("acme")), join(record, "suspended"));
  assert.is((await bench.run({ kind: "resume", tenant: ACME, generation: 3 })).status, 0);
  assert.equal(readConfig(), { ...plain, maintenance_mode: 0 });
  assert.not(existsSync(locked));
  assert.is(realpathSync(hostOf("acme")), bench.site(ACME));
  assert.is(inSite("apps.txt"), "frappe\nerpnext\n");
});

for (const [back, generation] of [
  ["resume", 3],
  ["suspend", 3],
] as const) {
  test(`retain shuts a site as a suspension does, says that it is gone, keeps all of it, and ${back} brings it back`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    const plain = readConfig();
    const kept = [databases(), users(), readdirSync(bench.site(ACME))];
    const locked = join(bench.databases, "users", `${databaseName(ACME.id)}@%`, "locked");
    assert.is((await bench.run({ kind: "retain", tenant: ACME, generation: 2 })).status, 0);
    assert.equal(readConfig(), { ...plain, maintenance_mode: 1 });
    assert.ok(existsSync(locked));
    const record = join(bench.volume.tenants, siteName(ACME.id));
    assert.is(realpathSync(hostOf("acme")), join(record, "retained"));
    assert.equal([databases(), users(), readdirSync(bench.site(ACME))], kept);
    assert.is((await bench.run({ kind: back, tenant: ACME, generation })).status, 0);
    const isOpen = back === "resume";
    assert.equal(readConfig(), { ...plain, maintenance_mode: isOpen ? 0 : 1 });
    assert.is(existsSync(locked), !isOpen);
    const place = isOpen ? bench.site(ACME) : join(record, "suspended");
    assert.is(realpathSync(hostOf("acme")), place);
    assert.is(inSite("apps.txt"), "frappe\nerpnext\n");
  });
}

test("a site from before there was such a state is retained, too", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const place = join(bench.volume.tenants, siteName(ACME.id), "retained");
  spawnSync("rmdir", [place]);
  assert.is((await bench.run({ kind: "retain", tenant: ACME, generation: 2 })).status, 0);
  assert.is(realpathSync(hostOf("acme")), place);
});

test("a drop leaves nothing of a site that was retained", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  await bench.run({ kind: "retain", tenant: ACME, generation: 2 });
  assert.is((await bench.run({ kind: "drop", tenant: ACME, generation: 3 })).status, 0);
  assert.equal([databases(), users()], [[], ["root@%"]]);
  assert.not(existsSync(bench.site(ACME)));
  assert.not(existsSync(hostOf("acme")));
});

test("suspend of a site that is not there changes nothing", async () => {
  await bench.run({ kind: "create", tenant: RIVAL });
  const before = bench.snapshot();
  assert.is((await bench.run({ kind: "suspend", tenant: ACME })).status, 65);
  assert.equal(bench.snapshot(), before);
});

test("a host that a tenant left which is gone does not block the name", async () => {
  await bench.run({ kind: "drop", tenant: RIVAL });
  symlinkSync(`../tenants/${siteName(RIVAL.id)}/current`, hostOf("acme"));
  assert.is((await bench.run({ kind: "create", tenant: ACME })).status, 0);
  assert.is(realpathSync(hostOf("acme")), bench.site(ACME));
});

/** A file that makes every bench say which of the passwords it was given. */
function printing({ directory }: SiteBench): string {
  const file = join(directory, "scratch", "printing.sh");
  writeFileSync(
    file,
    '[[ $0 == */bench ]] && echo "bench $1 has $(compgen -e | grep DB_ | paste -sd , -)"\n',
  );
  return file;
}

test.run();
