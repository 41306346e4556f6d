/**
 * Upgrades of a real site and what takes them back, between two of Frappe's own benches. It takes some two minutes;
 * tests/testkit/frappe-bench.ts says what it needs. For as long as it runs, patches of its own stand in the patches.txt of the app
 * in the second bench.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName } from "../../shared/tenant/names.ts";
import { ACME, CREATE, DROP } from "../crash/crash-injection.ts";
import { openFrappeBench } from "../testkit/frappe-bench.ts";
import type { FrappeBench } from "../testkit/frappe-bench.ts";
import { skip } from "../testkit/parts.ts";
import type { Work } from "../testkit/site-bench.ts";
import { between, linkTo, NEXT, revert, SITE, upgrade } from "../testkit/upgraded-site.ts";

const test = suite("upgrades between Frappe's own benches");

const DATABASE = databaseName(ACME.id);

const named = process.env["FRAPPE_BENCH"];
const next = process.env["FRAPPE_BENCH_NEXT"];
if (named === undefined || next === undefined)
  skip(test, "upgrades of a real site", "frappe-bench", "FRAPPE_BENCH_NEXT names no second one");
else addTests(named, next);
test.run();

function addTests(main: string, other: string): void {
  let bench: FrappeBench;
  const app = process.env["FRAPPE_BENCH_APP"] ?? "";
  const patches = join(other, "apps", app, app, "patches.txt");
  const own = readFileSync(patches, "utf8");
  test.before(async () => {
    bench = openFrappeBench(main, undefined, { [NEXT]: other });
    await drop();
    await succeed(CREATE);
    finishJobs(main);
  });
  test.after(async () => {
    writeFileSync(patches, own);
    await drop();
    bench.remove();
  });

  async function drop(): Promise<void> {
    const isMoved = existsSync(bench.siteIn(NEXT, ACME.id));
    const tenant = isMoved ? between({ from: NEXT }) : ACME;
    await bench.run({ ...DROP, tenant, generation: 100 });
    bench.forget(ACME.id);
  }

  async function succeed(work: Work): Promise<string> {
    const { status, output, left } = await bench.run(work);
    assert.is(status, 0, `${work.kind}: ${output}`);
    return left;
  }

  /** What Frappe does in the background with a new user, or after patches: an upgrade waits for it, and here are no workers. */
  function finishJobs(directory: string): void {
    const { uid, gid } = statSync(join(directory, "sites"));
    const { status, stdout, stderr } = spawnSync("bench", ["worker", "--burst"], {
      cwd: directory,
      env: { PATH: process.env["PATH"], LANG: "C.UTF-8", HOME: bench.volume.root },
      encoding: "utf8",
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    });
    assert.is(status, 0, stdout + stderr);
  }

  /** What the next migration has to do, beside what the versions differ by. */
  const give = (...lines: string[]) =>
    writeFileSync(patches, `${own.trimEnd()}\n${lines.join("\n")}\n`);
  const timesDone = (patch: string) =>
    bench.sql(
      `SELECT COUNT(*) FROM ${DATABASE}.\`tabPatch Log\` WHERE patch = '${patch.replaceAll("'", "''")}';`,
    );
  const readConfig = (name: string) =>
    JSON.parse(
      readFileSync(join(bench.siteIn(name, ACME.id), "site_config.json"), "utf8"),
    ) as object;
  const leadsTo = () => readlinkSync(join(bench.volume.tenants, SITE, "current"));

  /** The database: its columns, and the sum of what is in each table. */
  function contents(): string[][] {
    const tables = bench.sql(`SELECT table_name FROM information_schema.tables
WHERE table_schema = '${DATABASE}' AND table_type = 'BASE TABLE' ORDER BY table_name;`);
    const names = tables.map(([name]) => `${DATABASE}.\`${name}\``);
    const columns = bench.sql(`SELECT table_name, column_name, column_type, column_default
FROM information_schema.columns WHERE table_schema = '${DATABASE}' ORDER BY 1, 2;`);
    return [...columns, ...bench.sql(`CHECKSUM TABLE ${names.join(", ")};`)];
  }

  const FIRST = setting("first");
  const SECOND = setting("second");

  test("a patch that raises ends it for good, and a revert gives back the data as they were", async () => {
    const before = contents();
    const config = readConfig("main");
    give(FIRST, "execute:raise ValueError(42)");
    const { status, left, output } = await bench.run(upgrade());
    assert.is(status, 68, output);
    const { step, code, patch, reason } = JSON.parse(left) as Record<string, unknown>;
    assert.equal(
      [step, code, patch, reason],
      ["migrate", "MigrationFailed", "execute:raise ValueError(42)", "ValueError: 42"],
    );
    assert.is(leadsTo(), "updating");
    assert.equal(timesDone(FIRST), [["1"]]);
    await succeed(revert());
    assert.equal(contents(), before);
    assert.equal(readConfig("main"), { ...config, maintenance_mode: 0 });
    assert.is(leadsTo(), linkTo("main"));
  });

  test("a migration that loses the database, and then is killed, goes on where it was", async () => {
    const config = readConfig("main");
    give(FIRST, 'execute:frappe.db.sql("KILL CONNECTION_ID()")');
    const lost = await bench.run({ ...upgrade(), generation: 3 });
    assert.is(lost.status, 1, lost.output);
    assert.not.match(lost.left, "MigrationFailed");
    const sleep = "execute:__import__('time').sleep(60)";
    give(FIRST, sleep);
    const signal = { after: `Executing ${sleep}`, signal: "SIGKILL" } as const;
    const killed = await bench.run({ ...upgrade({}, 2), generation: 3, signal });
    assert.is(killed.status, null, killed.output);
    assert.equal([timesDone(FIRST), timesDone(sleep)], [[["1"]], [["0"]]]);
    assert.not(existsSync(bench.siteIn("main", ACME.id)));
    give(FIRST, SECOND);
    const { apps } = JSON.parse(await succeed({ ...upgrade({}, 3), generation: 3 })) as Said;
    assert.equal([timesDone(FIRST), timesDone(SECOND)], [[["1"]], [["1"]]]);
    assert.equal(readConfig(NEXT), config);
    assert.is(leadsTo(), linkTo(NEXT));
    assert.equal(apps, versionsIn(other, ["frappe", app]));
    const late = await succeed({ ...revert(), generation: 3 });
    assert.match(late, "AlreadyUpgraded");
  });

  test("a site is migrated in its place", async () => {
    finishJobs(other);
    const third = setting("third");
    give(FIRST, SECOND, third);
    await succeed({ ...upgrade({ from: NEXT }), generation: 4 });
    assert.equal(timesDone(third), [["1"]]);
    assert.is(leadsTo(), linkTo(NEXT));
  });
}

interface Said {
  apps: Record<string, string>;
}

/** A patch that sets something. */
function setting(value: string): string {
  return `execute:frappe.db.set_single_value("System Settings", "app_name", "${value}")`;
}

function versionsIn(directory: string, apps: string[]): Record<string, string> {
  const version = (app: string) =>
    /^__version__ = "(.*)"/m.exec(
      readFileSync(join(directory, "apps", app, app, "__init__.py"), "utf8"),
    )?.[1] ?? "";
  return Object.fromEntries(apps.map((app) => [app, version(app)]));
}
