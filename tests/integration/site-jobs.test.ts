/** Site Jobs with the real scripts, the fake bench and the fake database. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OPERATION_KINDS } from "../../shared/operations/registry.ts";
import { readSiteScripts } from "../../shared/operations/read-scripts.ts";
import { databaseName } from "../../shared/tenant/names.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { withParts } from "../testkit/tenant-parts.ts";

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
    reason: "the app erpnext is not installed on acme.kairos.app",
  });
});

for (const step of [
  "check-services",
  "database",
  "new-site",
  "install-app",
  "add-user",
  "enable-scheduler",
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

for (const kind of ["create", "suspend", "resume", "drop"] as const) {
  test(`${kind} tells an outage of the database from a failure of its own`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    const away = `${bench.databases}-away`;
    renameSync(bench.databases, away);
    const met = await bench.run({ kind, tenant: ACME, generation: 2 });
    assert.is(met.status, 1);
    assert.is(met.message?.code, "DatabaseUnavailable");
    assert.match(met.message?.reason ?? "", /Can't connect to server/);
    renameSync(away, bench.databases);
    const env = { LOCAL_BENCH_FAULTS: "acme:database,acme:drop-site,acme:lock-database" };
    if (kind === "resume") env.LOCAL_BENCH_FAULTS = "acme:unlock-database";
    const failed = await bench.run({ kind, tenant: ACME, generation: 3, env });
    assert.equal([failed.status, failed.message?.code], [kind === "create" ? 0 : 1, undefined]);
    assert.is((await bench.run({ kind, tenant: ACME, generation: 4 })).status, 0);
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

for (const [first_name, last_name, expected] of [
  ["Ada", "Lovelace", " Ada Lovelace"],
  ["Ada", null, " Ada"],
  [null, "Lovelace", " Lovelace"],
  ['--add-role "$(id)"', "O'Neil; $SITE `id` \\", ' --add-role "$(id)" O\'Neil; $SITE `id` \\'],
] as const) {
  test(`the customer's user is called what the customer is:${expected}`, async () => {
    const tenant = withParts(ACME, { profile: { first_name, last_name } });
    assert.is((await bench.run({ kind: "create", tenant })).status, 0);
    const user = "office@acme.example (System User, System Manager)";
    assert.is(inSite("users.txt"), `${user}${expected}\n`);
  });
}

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
  const tombstone = `.tenants/${ACME.id}.gone ${ACME.id}\nacme.kairos.app\n`;
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
  const old = join(bench.sites, ".tenants", `${RIVAL.id}.gone`);
  writeFileSync(old, "");
  const longAgo = new Date(Date.now() - 32 * 24 * 3600 * 1000);
  utimesSync(old, longAgo, longAgo);
  await bench.run({ kind: "drop", tenant: OTHER });
  assert.equal(readdirSync(join(bench.sites, ".tenants")), [`${ACME.id}.gone`, `${OTHER.id}.gone`]);
});

/** A site that somebody else made: by hand, or as another tenant. */
const foreign: [sentence: string, make: () => Promise<unknown>][] = [
  [
    "a directory that nobody here made",
    async () => {
      mkdirSync(bench.site(ACME));
      writeFileSync(join(bench.site(ACME), "precious"), "data");
    },
  ],
  ["a link", async () => symlinkSync("/", bench.site(ACME))],
  ["another tenant's site", () => bench.run({ kind: "create", tenant: RIVAL })],
];
for (const [sentence, make] of foreign) {
  test(`${sentence} survives a create, which ends for good`, async () => {
    await make();
    const before = bench.snapshot();
    const { status, message } = await bench.run({ kind: "create", tenant: ACME });
    assert.is(status, 65);
    assert.match(message?.reason ?? "", /nobody here has made|belongs to another tenant/);
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
    for (const entry of [...before, `.tenants/${ACME.id}.gone `])
      assert.ok(left.delete(entry), entry);
    left.delete(".tenants /");
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

const late: [sentence: string, kind: "create" | "drop" | "suspend" | "resume"][] = [
  ["create", "create"],
  ["suspend", "suspend"],
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

for (const kind of OPERATION_KINDS) {
  test(`a ${kind} of an older generation or attempt touches nothing and ends for good`, async () => {
    await bench.run({ kind: "create", tenant: ACME, generation: 3, attempt: 2 });
    const before = bench.snapshot();
    for (const [generation, attempt] of [
      [2, 9],
      [3, 1],
    ] as const) {
      const { status, message } = await bench.run({ kind, tenant: ACME, generation, attempt });
      assert.is(status, 67, `${generation}.${attempt}`);
      assert.equal(bench.snapshot(), before);
      assert.match(message?.reason ?? "", /a newer operation, 3\.2/);
    }
    assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
    assert.equal(databases(), [databaseName(ACME.id)]);
    // Numbers, not texts: 10 is newer than 9.
    const ten = { kind: "suspend", tenant: ACME, generation: 10 } as const;
    assert.is((await bench.run(ten)).status, 0);
    assert.is((await bench.run({ ...ten, generation: 9 })).status, 67);
  });
}

test("suspend and resume switch the maintenance mode and the database's lock, and nothing else", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const plain = readConfig();
  const locked = join(bench.databases, "users", `${databaseName(ACME.id)}@%`, "locked");
  assert.is((await bench.run({ kind: "suspend", tenant: ACME, generation: 2 })).status, 0);
  assert.equal(readConfig(), { ...plain, maintenance_mode: 1 });
  assert.ok(existsSync(locked));
  assert.is((await bench.run({ kind: "resume", tenant: ACME, generation: 3 })).status, 0);
  assert.equal(readConfig(), { ...plain, maintenance_mode: 0 });
  assert.not(existsSync(locked));
  assert.is(inSite("apps.txt"), "frappe\nerpnext\n");
});

test("suspend of a site that is not there, or not ours, changes nothing", async () => {
  await bench.run({ kind: "create", tenant: RIVAL });
  const before = bench.snapshot();
  assert.is((await bench.run({ kind: "suspend", tenant: ACME })).status, 65);
  assert.is((await bench.run({ kind: "suspend", tenant: OTHER })).status, 65);
  assert.equal(bench.snapshot(), before);
});

test("two Pods of one operation: the one that claimed last goes on, the other ends", async () => {
  const lost = "bbbbbbbb-2222-4333-8444-555555555555";
  const older = bench.run({
    kind: "create",
    tenant: ACME,
    podUid: lost,
    pause: { container: 1, beforeCommand: 30 },
    meanwhile: async () => {
      const { status, output } = await bench.run({ kind: "create", tenant: ACME });
      assert.is(status, 0, output);
    },
  });
  const { status, message } = await older;
  assert.is(status, 67);
  assert.match(message?.reason ?? "", /another Pod of this operation/);
  assert.ok(existsSync(join(bench.site(ACME), ".provisioned")));
});

test("an owner record that a tenant left that is gone does not block the name", async () => {
  await bench.run({ kind: "drop", tenant: RIVAL });
  const record = join(bench.sites, ".tenants", "acme.kairos.app");
  mkdirSync(join(record, "claims"), { recursive: true });
  writeFileSync(join(record, "owner"), `${RIVAL.id}\n`);
  assert.is((await bench.run({ kind: "create", tenant: ACME })).status, 0);
});

test("an owner record that is damaged makes nothing final and loses nothing", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  writeFileSync(join(bench.sites, ".tenants", "acme.kairos.app", "owner"), "");
  const before = bench.snapshot();
  for (const kind of ["create", "drop", "suspend"] as const) {
    const { status, message } = await bench.run({ kind, tenant: ACME, generation: 2 });
    assert.is(status, 1, kind);
    assert.match(message?.reason ?? "", /owner record of .* is damaged/);
  }
  assert.equal(bench.snapshot(), before);
});

test("an exit code of bench is not taken for one of ours", async () => {
  for (const code of [65, 66, 67]) {
    const { status, message } = await bench.run({
      kind: "create",
      tenant: ACME,
      env: replacedBench(`echo "hook failed" >&2; exit ${code}`),
    });
    assert.is(status, 1);
    assert.is(message?.reason, "hook failed");
  }
});

test("a volume that cannot be read says so, and nothing is final", async () => {
  writeFileSync(join(bench.sites, ".tenants"), "in the way");
  const { status, message } = await bench.run({ kind: "create", tenant: ACME });
  assert.is(status, 1);
  assert.is(message?.reason, "sites/.tenants cannot be read");
});

test("what fails in the script itself says why, and not what went well before it", async () => {
  const real = new URL("../../scripts/local/fake-bench/bench", import.meta.url).pathname;
  const blocking = 'if [[ $* == *enable-scheduler* ]]; then mkdir "sites/$SITE/.provisioned"; fi';
  const env = replacedBench(`${blocking}; exec ${real} "$@"`);
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 1);
  assert.is(message?.step, "verify");
  assert.match(message?.reason ?? "", /Is a directory/);
});

test("malformed values arrive as they are, and none of them is executed", async () => {
  const executed = join(bench.directory, "executed");
  const malformed = [
    `Robert'); DROP TABLE "Students"; --`,
    `$(touch ${executed}) \`touch ${executed}\` \${PATH} $TENANT_ID $(SITE) $$`,
    `--help; -x \\ \\\\ \\n "quoted" 'single' && touch ${executed} | tee ${executed}`,
    `two\nlines\tand a tab`,
    "🦄🏳️‍🌈".repeat(10),
    "ñ".repeat(100),
  ];
  // As malformed as one can be that Frappe takes.
  const email = `$\`touch$IFS${executed}\`'{*}@acme.example`;
  const shortest = tenantNamed("abc", "22222222-2222-4333-8444-555555555555");
  const longest = tenantNamed("a".repeat(30), "33333333-2222-4333-8444-555555555555");
  for (const [index, value] of malformed.entries()) {
    const named = index % 2 === 0 ? shortest : longest;
    const profile = { organization: value, email, first_name: value };
    const tenant = withParts(named, { profile });
    const { status, output } = await bench.run({ kind: "create", tenant, generation: index + 1 });
    assert.is(status, 0, output);
    const config = readFileSync(join(bench.site(tenant), "site_config.json"), "utf8");
    assert.is((JSON.parse(config) as { organization: string }).organization, value);
    assert.is(
      readFileSync(join(bench.site(tenant), "users.txt"), "utf8"),
      `${email.toLowerCase()} (System User, System Manager) ${value}\n`,
    );
    assert.not(existsSync(executed), value);
    // For the next value the site must be made anew.
    spawnSync("rm", ["-f", join(bench.site(tenant), ".provisioned")]);
  }
});

test("a setting that would reach SQL or a path in another form is refused", async () => {
  for (const env of [
    { SITE: "../../etc" },
    { SITE: "" },
    { DB_NAME: "a; DROP DATABASE mysql" },
    { TENANT_ID: "*" },
    { GENERATION: "1 || true" },
  ]) {
    const before = bench.snapshot();
    const { status, message } = await bench.run({ kind: "drop", tenant: ACME, env });
    assert.is(status, 1, JSON.stringify(env));
    assert.match(message?.reason ?? "", /missing or has an unexpected form/);
    assert.equal(bench.snapshot(), before);
  }
});

test("a message survives quotes, backslashes and control characters", async () => {
  const words = String.raw`it said "no" \ 'never' $(touch executed)`;
  const env = replacedBench(`printf '%s\\t\\001\\n' ${quoted(words)} >&2; exit 3`);
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 3);
  assert.equal(message, { step: "new-site", reason: words });
});

test("a password that bench blurts out reaches neither the message nor the log", async () => {
  const env = replacedBench('echo "Access denied using $DB_PASSWORD" >&2; exit 1');
  const { message, output } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(message?.reason, "Access denied using ***");
  assert.match(output, "Access denied using ***");
  assert.not.match(output, "database-secret");
});

test("a program that is killed is said to be killed, with its own last words", async () => {
  const env = replacedBench('echo "Installing erpnext..."; kill -KILL $$');
  const { status, message } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(status, 137);
  assert.equal(message, {
    step: "new-site",
    reason: "SIGKILL ended it; the last that it said: Installing erpnext...",
  });
});

test("a progress bar, a colour and an empty line are no last words", async () => {
  const bar = String.raw`Updating DocTypes for frappe : [=====     ] 50%\rUpdating DocTypes for frappe : [======    ] 60%`;
  const env = replacedBench(
    String.raw`printf '%b' '\033[31mDisk quota exceeded\033[0m\n${bar}\n\n' >&2; exit 1`,
  );
  const { message, output } = await bench.run({ kind: "create", tenant: ACME, env });
  assert.is(message?.reason, "Disk quota exceeded");
  // Of what a terminal writes over itself, a log needs the end.
  assert.match(output, "60%");
  assert.not.match(output, "50%");
});

for (const [sentence, more, expected] of [
  [
    "a Job that is asked to stop",
    { signal: { after: "step: new-site", signal: "SIGTERM" } },
    { status: 143, reason: "it was asked to stop" },
  ],
  [
    "a script whose time is over",
    { env: { TIME_LIMIT_SECONDS: "1" } },
    { status: 1, reason: "it did not end within 1 seconds" },
  ],
] as const) {
  test(`${sentence} says so while bench works, and at which step it was`, async () => {
    const { env, ...signal } = { env: {}, ...more };
    // It would go on for a day.
    const endless = { LOCAL_BENCH_SECONDS: "86400" };
    const work = { kind: "create", tenant: ACME, env: { ...endless, ...env }, ...signal } as const;
    const { status, message } = await bench.run(work);
    assert.is(status, expected.status);
    assert.equal(message, { step: "new-site", reason: expected.reason });
  });
}

for (const [name, script] of readSiteScripts()) {
  const shellcheck = spawnSync("shellcheck", ["--version"]);
  if (shellcheck.error) {
    skip(test, `${name} is clean`, "shellcheck", "there is no shellcheck on the PATH");
  } else {
    test(`${name} is clean for shellcheck, whole as it runs`, () => {
      const { stdout, status } = spawnSync("shellcheck", ["--shell=bash", "-"], {
        input: script,
        encoding: "utf8",
      });
      assert.is(stdout, "");
      assert.is(status, 0);
    });
  }
}

/** An environment in which another program takes the place of bench. */
function replacedBench(script: string): Record<string, string> {
  const directory = join(bench.directory, "scratch", "replaced");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "bench"), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
  const path = [directory, MARIADB_DIRECTORY, "/usr/local/bin:/usr/bin:/bin"].join(":");
  return { PATH: path };
}

const MARIADB_DIRECTORY = new URL("../../scripts/local/fake-mariadb", import.meta.url).pathname;

/** A file that makes every bench say which of the passwords it was given. */
function printing({ directory }: SiteBench): string {
  const file = join(directory, "scratch", "printing.sh");
  writeFileSync(
    file,
    '[[ $0 == */bench ]] && echo "bench $1 has $(compgen -e | grep DB_ | paste -sd , -)"\n',
  );
  return file;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

test.run();
