/** Upgrades and what takes them back, on two fake benches on one volume. */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FAKE_BENCH_DIRECTORY, SYSTEM_PATH } from "../../scripts/local/fake-database.ts";
import { ACME, DROP } from "../crash/crash-injection.ts";
import { FAKE } from "../crash/killed-upgrades.ts";
import { createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { PodRun, SiteBench, Work } from "../testkit/site-bench.ts";
import {
  benchesWithSite,
  between,
  leaveForMigration,
  configIn,
  leadTo,
  linkTo,
  MIGRATED,
  NEXT,
  ownThing,
  patched,
  PATCHES,
  revert,
  SITE,
  upgrade,
} from "../testkit/upgraded-site.ts";

const test = suite("upgrades");

let template: SiteBench;
let bench: SiteBench;
test.before(async () => {
  template = await benchesWithSite();
});
test.before.each(() => {
  bench = createSiteBench(undefined, template);
});
test.after.each(() => bench.remove());
test.after(() => template.remove());

async function succeed(work: Work): Promise<PodRun> {
  const ended = await bench.run(work);
  assert.is(ended.status, 0, `${work.kind}: ${ended.output}`);
  return ended;
}

const user = (file: string) => join(bench.databases, "users", `${SITE}@%`, file);
const table = (name: string) => join(bench.databases, "databases", SITE, name);
const fails = (patch: string | undefined) => ({ LOCAL_BENCH_FAULTS: `acme:${patch}` });

/** All of the tenant's and its database's, but for the marks of the operations, and what locks and migrations leave. */
const state = () =>
  bench
    .snapshot()
    .filter(
      (entry) =>
        !/\/(claims|changes|moves|updating)(\/| )|^comments|\/locks\/|touched_tables/.test(entry),
    );

/** That the site is where it was, open, and as it was. */
function isAsBefore(before: string[]): void {
  assert.equal(
    state().map((entry) => entry.replace(/ "maintenance_mode": 0,\n/, "")),
    before,
  );
  assert.is(leadTo(bench), linkTo("main"));
  assert.ok(FAKE.letsIn(bench));
}

test("a site is moved and migrated, and stays itself", async () => {
  const config = configIn(bench, "main");
  await succeed(upgrade());
  assert.is(leadTo(bench), linkTo(NEXT));
  assert.not(existsSync(bench.siteIn("main", ACME)));
  assert.equal(configIn(bench, NEXT), { ...config, maintenance_mode: 0 });
  assert.equal(patched(bench), MIGRATED);
  for (const folder of ["public", "private"])
    assert.is(readFileSync(join(bench.siteIn(NEXT, ACME), folder, "files/kept"), "utf8"), folder);
  assert.ok(FAKE.letsIn(bench));
  assert.not(existsSync(ownThing(bench, "before-upgrade")));
});

test("an upgrade that succeeded is the same when it is run again, and so is a revert that comes too late", async () => {
  await succeed(upgrade());
  const once = state();
  await succeed(upgrade({}, 2));
  assert.equal(state(), once);
  const { left } = await succeed(revert());
  assert.match(left.join(""), '"reason":"AlreadyUpgraded"');
  assert.equal(state(), once);
});

test("a suspended site is migrated behind its page, and stays closed", async () => {
  await succeed({ kind: "suspend", tenant: ACME, generation: 1, attempt: 2 });
  let led = "";
  await succeed({
    ...upgrade({ suspended: true }),
    pause: { container: 1, beforeCommand: 20 },
    meanwhile: () => Promise.resolve(void (led = leadTo(bench))),
  });
  assert.equal([led, leadTo(bench)], ["suspended", "suspended"]);
  assert.equal(patched(bench), MIGRATED);
  assert.is(configIn(bench, NEXT)["maintenance_mode"], 1);
  assert.ok(existsSync(user("locked")));
  await succeed({ kind: "resume", tenant: { ...between({ from: NEXT }) }, generation: 3 });
  assert.is(leadTo(bench), linkTo(NEXT));
  assert.ok(FAKE.letsIn(bench));
});

test("a site whose suspension is commanded meanwhile is closed in the end", async () => {
  await bench.run({ ...upgrade(), kill: { container: 2, beforeCommand: 0 } });
  await succeed(upgrade({ suspended: null }, 2));
  assert.equal([leadTo(bench), existsSync(user("locked"))], ["suspended", true]);
  assert.equal(patched(bench), MIGRATED);
});

test("a site is migrated in its place", async () => {
  await leaveForMigration(bench);
  await succeed(upgrade({ to: "main" }));
  assert.is(leadTo(bench), linkTo("main"));
  assert.equal(patched(bench), MIGRATED);
  assert.ok(FAKE.letsIn(bench));
  const failed = createSiteBench(undefined, template);
  bench.remove();
  bench = failed;
  const config = configIn(bench, "main");
  await leaveForMigration(bench);
  const { status } = await bench.run({ ...upgrade({ to: "main" }), env: fails(PATCHES[1]) });
  assert.is(status, 68);
  // Then it has its database as it was, and stays closed until a restore is taken back that has brought it.
  await succeed(revert({ to: "main" }));
  assert.equal(patched(bench), []);
  assert.equal(configIn(bench, "main"), { ...config, maintenance_mode: 1 });
  assert.is(leadTo(bench), "suspended");
  assert.not(FAKE.letsIn(bench));
  assert.not(existsSync(ownThing(bench, "before-upgrade")));
});

test("a site that was migrated in its place and opened stays so, whatever comes late", async () => {
  await leaveForMigration(bench);
  await succeed(upgrade({ to: "main" }));
  // Nobody has seen its end, and then there is no room for another dump.
  const env = programs({ "mariadb-dump": "exit 3" });
  await succeed({ ...upgrade({ to: "main" }, 2), env });
  const { left } = await succeed(revert({ to: "main" }));
  assert.match(left.at(-1) ?? "", "AlreadyUpgraded");
  assert.is(leadTo(bench), linkTo("main"));
  assert.equal(patched(bench), MIGRATED);
  assert.ok(FAKE.letsIn(bench));
});

test("a row that the server would not take makes no upgrade, for there would be no way back", async () => {
  const script = `head -c 268435456 /dev/zero | tr '\\0' x; printf '\\n%s\\n' '-- Dump completed'`;
  const before = state();
  const env = programs({ "mariadb-dump": script });
  const { status, message } = await bench.run({ ...upgrade(), env });
  assert.equal([status, message?.step], [1, "dump-database"]);
  assert.match(
    message?.reason ?? "",
    /^a row could not be restored: in a dump it has more than the 268435456 bytes that can be loaded at once/,
  );
  isAsBefore(before);
});

test("a scheduler that was paused stays so, and one that was not goes on", async () => {
  const path = join(bench.site(ACME), "site_config.json");
  writeFileSync(path, JSON.stringify({ ...configIn(bench, "main"), pause_scheduler: 1 }));
  await succeed(upgrade());
  assert.is(configIn(bench, NEXT)["pause_scheduler"], 1);
});

test("a migration that fails ends it for good and names the patch, and a revert gives back all that was", async () => {
  const before = state();
  const { status, left } = await bench.run({ ...upgrade(), env: fails(PATCHES[1]) });
  assert.is(status, 68);
  const message = JSON.parse(left.at(-1) ?? "") as Record<string, unknown>;
  const { step, code, patch, reason } = message;
  assert.equal([step, code, patch], ["migrate", "MigrationFailed", PATCHES[1]]);
  assert.match(String(reason), `patch ${PATCHES[1]} failed`);
  assert.is(leadTo(bench), "updating");
  assert.is(patched(bench).length, 3);
  await succeed(revert());
  isAsBefore(before);
});

test("what fails when no patch is at work names none", async () => {
  const { status, left } = await bench.run({ ...upgrade(), env: fails("migrate") });
  assert.is(status, 68);
  assert.not.match(left.at(-1) ?? "", '"patch"');
});

test("after a revert, the next upgrade succeeds", async () => {
  await bench.run({ ...upgrade(), env: fails(PATCHES[2]) });
  await succeed(revert());
  await succeed({ ...upgrade(), generation: 3 });
  assert.equal(patched(bench), MIGRATED);
});

const REFUSALS: [sentence: string, status: number, reason: RegExp, make: () => void][] = [
  [
    "the image has not all of the site's apps",
    66,
    /the app erpnext of the site is not in the image of the bench next/,
    () => bench.setImage(NEXT, { frappe: { version: "17.0.0" } }),
  ],
  [
    "an app of the image is older than the site",
    66,
    /has version 16\.10\.0 of the app erpnext, and the site is at 16\.11\.0-dev already/,
    () =>
      writeFileSync(table("tabInstalled Application"), "frappe\t16.2.0\nerpnext\t16.11.0-dev\n"),
  ],
  [
    "there is no room for a dump",
    1,
    /the volume has room for \d+ bytes, and the dump of the database may take \d+/,
    () => {
      writeFileSync(table("tabHuge"), "");
      truncateSync(table("tabHuge"), 2 ** 42);
    },
  ],
  [
    "there is something at its new place",
    1,
    /something is at the place of tn[0-9a-f]+ in the bench next/,
    () => {
      mkdirSync(bench.siteIn(NEXT, ACME));
      writeFileSync(join(bench.siteIn(NEXT, ACME), "site_config.json"), "{}");
    },
  ],
];
for (const [sentence, wanted, reason, make] of REFUSALS) {
  test(`nothing is touched where ${sentence}`, async () => {
    if (sentence.includes("has not all"))
      writeFileSync(table("tabInstalled Application"), "frappe\t16.1.0\nerpnext\t16\n");
    make();
    const sizes = () => [...readdirSync(join(bench.databases, "databases", SITE))];
    const before = [leadTo(bench), configIn(bench, "main"), sizes()];
    const { status, message } = await bench.run(upgrade());
    assert.is(status, wanted);
    assert.is(message?.step, "preflight");
    assert.match(message?.reason ?? "", reason);
    assert.equal([leadTo(bench), configIn(bench, "main"), sizes()], before);
    await succeed(revert());
    assert.equal(
      [leadTo(bench), { maintenance_mode: 0, ...configIn(bench, "main") }],
      [linkTo("main"), { ...(before[1] as object), maintenance_mode: 0 }],
    );
  });
}

test("versions are compared as numbers, and what is no version is not compared", async () => {
  writeFileSync(table("tabInstalled Application"), "frappe\tUNVERSIONED\nerpnext\t16.9.0\n");
  await succeed(upgrade());
});

test("what processes have written of a site that was not there is in nobody's way", async () => {
  const write = (name: string) => {
    mkdirSync(join(bench.siteIn(name, ACME), "logs"), { recursive: true });
    writeFileSync(join(bench.siteIn(name, ACME), "logs/worker.log"), "late");
  };
  write(NEXT);
  await bench.run({ ...upgrade(), env: fails(PATCHES[0]) });
  write("main");
  await succeed(revert());
  assert.ok(existsSync(join(bench.siteIn("main", ACME), ".provisioned")));
});

test("with the move, whoever knew the way to the database knows it no longer", async () => {
  let known: string[] = [];
  await succeed({
    ...upgrade(),
    pause: { container: 1, beforeCommand: 20 },
    meanwhile: () => {
      known = [
        readFileSync(user("password"), "utf8"),
        String(configIn(bench, NEXT)["db_password"]),
      ];
      return Promise.resolve();
    },
  });
  assert.is(known[0], known[1]);
  assert.match(known[0] ?? "", /^[0-9a-f]{48}$/);
  assert.ok(FAKE.letsIn(bench));
});

/** Programs that come before all others on the PATH. */
function programs(texts: Record<string, string>): Record<string, string> {
  const directory = join(bench.directory, "programs");
  mkdirSync(directory);
  for (const [name, text] of Object.entries(texts))
    writeFileSync(join(directory, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  return {
    PATH: [directory, FAKE_BENCH_DIRECTORY, STAND_IN.clientDirectory, SYSTEM_PATH].join(":"),
  };
}

/** What a real bench said: its last words are those of the last exception, and the name of that stands before them alone. */
const exceptions = (...raised: [name: string, text: string][]) =>
  `cat <<'END'
${raised.map(([name, text]) => `Traceback (most recent call last):\n  File "x.py"\n${name}: ${text}\n`).join("\n")}
${raised.at(-1)?.[1]}
END
exit 1`;

for (const [sentence, text] of [
  [
    "loses the database for a moment",
    exceptions(
      ["pymysql.err.OperationalError", "(2013, 'Lost connection to MySQL server during query')"],
      ["pymysql.err.InterfaceError", "(0, '')"],
    ),
  ],
  ["is killed", "kill -KILL $$"],
  [
    "finds a lock that is held",
    exceptions(
      ["filelock._error.Timeout", "The file lock 'bench_migrate.lock' could not be acquired."],
      ["frappe.utils.file_lock.LockTimeoutError", "Failed to aquire lock: bench_migrate."],
    ),
  ],
  [
    "finds no server for a moment",
    "echo 'Otherwise, check the server logs and ensure that all the required services are running.'; exit 1",
  ],
  [
    "loses Redis for a moment",
    exceptions(["redis.exceptions.ConnectionError", "Error 111 connecting to redis:6379."]),
  ],
] as const) {
  test(`a migration that ${sentence} is tried again`, async () => {
    const { status, left } = await bench.run({ ...upgrade(), env: programs({ bench: text }) });
    assert.ok(status === 1 || status === 137, String(status));
    assert.not.match(left.at(-1) ?? "", "MigrationFailed");
    await succeed(upgrade({}, 2));
    assert.equal(patched(bench), MIGRATED);
  });
}

test("of a migration that fails for good it is told what was raised, and not only what that said", async () => {
  const bad = exceptions(["ValueError", "42"]);
  const { status, message } = await bench.run({ ...upgrade(), env: programs({ bench: bad }) });
  assert.equal([status, message?.reason], [68, "ValueError: 42"]);
});

test("a database that goes away during a migration is an outage, and the next attempt goes on", async () => {
  const away = `${bench.databases}-away`;
  const { status, message } = await bench.run({
    ...upgrade(),
    pause: { container: 1, beforeCommand: 30 },
    meanwhile: () => Promise.resolve(renameSync(bench.databases, away)),
  });
  assert.equal([status, message?.code], [1, "DatabaseUnavailable"]);
  renameSync(away, bench.databases);
  await succeed(upgrade({}, 2));
  assert.equal(patched(bench), MIGRATED);
});

test("a dump that fails or is not whole opens the site again", async () => {
  for (const [attempt, [text, reason]] of [
    [
      "echo 'mariadb-dump: Error 2013' >&2; echo 'CREATE'; exit 3",
      /Error 2013; it is as it was before/,
    ],
    ["echo 'CREATE TABLE'", /the dump of the database is not whole; it is as it was before/],
  ].entries() as IterableIterator<[number, [string, RegExp]]>) {
    const before = state().map((entry) => entry.replace(/ "maintenance_mode": 0,\n/, ""));
    const env = programs({ "mariadb-dump": text });
    const { status, message } = await bench.run({ ...upgrade({}, attempt + 1), env });
    assert.is(status, 1);
    assert.is(message?.step, "dump-database");
    assert.match(message?.reason ?? "", reason);
    isAsBefore(before);
    rmSync(join(bench.directory, "programs"), { recursive: true });
  }
  await succeed(upgrade({}, 3));
});

/** As an upgrade leaves it that is killed after it has opened the site. */
async function openWithoutForgetting(): Promise<void> {
  const kept = join(bench.directory, "kept");
  await succeed({
    ...upgrade(),
    pause: { container: 1, beforeCommand: 20 },
    meanwhile: () =>
      Promise.resolve(
        cpSync(ownThing(bench, "before-upgrade"), kept, {
          recursive: true,
          verbatimSymlinks: true,
        }),
      ),
  });
  renameSync(kept, ownThing(bench, "before-upgrade"));
  writeFileSync(table("tabVisitor"), "what a visitor wrote since\n");
}

test("what visitors have written since an upgrade opened the site is never lost", async () => {
  await openWithoutForgetting();
  const { left } = await succeed(revert());
  assert.match(left.join(""), '"reason":"AlreadyUpgraded"');
  assert.is(leadTo(bench), linkTo(NEXT));
  assert.ok(existsSync(table("tabVisitor")));
  assert.not(existsSync(ownThing(bench, "before-upgrade")));
});

test("nor by the next attempt, which finds it opened, nor where it is to be closed meanwhile", async () => {
  await openWithoutForgetting();
  await succeed(upgrade({ suspended: null }, 2));
  assert.equal([leadTo(bench), existsSync(user("locked"))], ["suspended", true]);
  assert.ok(existsSync(table("tabVisitor")));
  const { left } = await succeed(revert({ suspended: null }));
  assert.match(left.join(""), '"reason":"AlreadyUpgraded"');
});

test("a site that was opened, but that nobody reaches, is taken back", async () => {
  await openWithoutForgetting();
  const env = { ROUTER_URL: "http://127.0.0.1:9", VISITORS_SECONDS: "0" };
  const { status, output } = await bench.run({ ...revert(), env });
  // Nor is it reached where it was, so this is not over yet.
  assert.is(status, 1, output);
  await succeed(revert({}, 5));
  assert.is(leadTo(bench), linkTo("main"));
  assert.not(existsSync(table("tabVisitor")));
});

test("a site that nobody reaches in its new bench is held, and taken back", async () => {
  const before = state();
  const env = { ROUTER_URL: "http://127.0.0.1:9", VISITORS_SECONDS: "0" };
  const { status, message } = await bench.run({ ...upgrade(), env });
  assert.is(status, 1);
  assert.match(message?.reason ?? "", /visitors of acme\.kairos\.app still get no answer/);
  assert.is(leadTo(bench), "updating");
  await succeed(revert());
  isAsBefore(before);
});

test("a dump that was damaged is not loaded, and the database stays", async () => {
  await bench.run({ ...upgrade(), env: fails(PATCHES[1]) });
  const path = join(ownThing(bench, "before-upgrade"), "database.sql.gz");
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 9));
  const { status, message } = await bench.run(revert());
  assert.equal([status, message?.step], [1, "check-dump"]);
  assert.is(patched(bench).length, 3);
  writeFileSync(path, whole);
  await succeed(revert({}, 5));
});

for (const [sentence, kill] of [
  ["that is migrated", { container: 1, beforeCommand: 30 }],
  ["that is held", { container: 0, beforeCommand: 300 }],
] as const) {
  test(`a drop leaves nothing of a site ${sentence}, in no bench`, async () => {
    const { status } = await bench.run({ ...upgrade(), kill });
    assert.is(status, null);
    await succeed({ ...DROP, tenant: between(), generation: 3 });
    for (const name of ["main", NEXT]) assert.not(existsSync(bench.siteIn(name, ACME)));
    assert.not(existsSync(join(bench.volume.tenants, SITE)));
    assert.equal(readdirSync(join(bench.databases, "databases")), []);
  });
}

test("the key that the site's passwords are encrypted with survives all of it", async () => {
  const key = () =>
    createHash("sha256")
      .update(String(configIn(bench, "main")["encryption_key"]))
      .digest("hex");
  const before = key();
  await bench.run({ ...upgrade(), env: fails(PATCHES[1]) });
  // As Frappe leaves it when it is killed while it writes it.
  writeFileSync(join(bench.siteIn(NEXT, ACME), "site_config.json"), "");
  await succeed(revert());
  assert.is(key(), before);
});

test.run();
