/** Standbys' sites that are loaded from a golden dump: as good as those that bench made, and what keeps them so. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { PodRun, SiteBench, Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";

const test = suite("golden dumps");

const standby = (id: string) => fillingStandby(new Date(0), { id });
const FIRST = standby("0c16443d-3d8e-4c0d-b43c-ac1174140611");
const SECOND = standby("11111111-2222-4333-8444-555555555555");
const THIRD = standby("99999999-2222-4333-8444-555555555555");

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

async function fill(tenant: Work["tenant"], more: Partial<Work> = {}): Promise<PodRun> {
  const run = await bench.run({ kind: "create", tenant, ...more });
  assert.is(run.status, 0, run.output);
  return run;
}

const golden = () => join(bench.volume.root, "golden");
const dumps = () => (existsSync(golden()) ? readdirSync(golden()).toSorted() : []);
const isMadeByBench = ({ output }: PodRun) => output.includes("Installing frappe...");

/** What there is of a tenant, under no name of its own. */
function traces({ id }: { id: string }): string[] {
  const plain = (text: string) => text.replaceAll(databaseName(id), "NAME").replaceAll(id, "ID");
  return bench
    .snapshot()
    .filter((entry) => entry.includes(siteName(id)) || entry.includes(id))
    .map(plain);
}

test("the first standby leaves a dump, and the next one's site is loaded from it and is the same", async () => {
  assert.ok(isMadeByBench(await fill(FIRST)));
  assert.is(dumps().length, 1);
  const second = await fill(SECOND);
  assert.not(isMadeByBench(second));
  assert.match(second.output, "step: load-golden-dump");
  assert.equal(traces(SECOND), traces(FIRST));
  const keys = [FIRST, SECOND].map((tenant) => {
    const text = readFileSync(join(bench.site(tenant), "site_config.json"), "utf8");
    return (JSON.parse(text) as Record<string, string>)["encryption_key"];
  });
  assert.is.not(keys[0], keys[1]);
  assert.is(dumps().length, 1);
});

test("a dump has no password and no key in it", async () => {
  await fill(FIRST);
  const [name = ""] = dumps();
  const config = readFileSync(join(golden(), name, "site_config.json"), "utf8");
  for (const secret of ["database-secret", "administrator-secret", "encryption_key", "tn0c16"])
    assert.not.match(config, secret);
  assert.equal(readdirSync(join(golden(), name)).toSorted(), [
    "database.sql.gz",
    "site",
    "site_config.json",
  ]);
});

test("a customer's own site is made by bench, and leaves no dump", async () => {
  const acme = tenantNamed("acme", "22222222-2222-4333-8444-555555555555");
  await fill(acme);
  assert.equal(dumps(), []);
  await fill(FIRST);
  const other = tenantNamed("other", "33333333-2222-4333-8444-555555555555");
  assert.ok(isMadeByBench(await fill(other)));
});

test("another image, other apps, or another version of an app have a dump of their own", async () => {
  await fill(FIRST);
  const image = { IMAGE: "frappe/erpnext:v17" };
  assert.ok(isMadeByBench(await fill(SECOND, { env: image })));
  assert.is(dumps().length, 2);
  mkdirSync(join(bench.directory, "apps/erpnext/erpnext"));
  writeFileSync(join(bench.directory, "apps/erpnext/erpnext/__init__.py"), '__version__ = "17"\n');
  assert.ok(isMadeByBench(await fill(THIRD)));
  assert.is(dumps().length, 3);
});

test("a dump that cannot be loaded fails one attempt, and the next makes the site and another dump", async () => {
  await fill(FIRST);
  const [name = ""] = dumps();
  const damaged = join(golden(), name, "database.sql.gz");
  truncateSync(damaged, 10);
  const failed = await bench.run({ kind: "create", tenant: SECOND });
  assert.is(failed.status, 1);
  assert.is(failed.message?.step, "load-golden-dump");
  assert.ok(isMadeByBench(await fill(SECOND, { attempt: 2 })));
  assert.not(isMadeByBench(await fill(THIRD)));
});

test("what is encrypted with one site's key is dumped for no other", async () => {
  const encrypted = join(bench.databases, "databases", databaseName(FIRST.id), "encrypted");
  const env = { BASH_ENV: join(bench.directory, "encrypting.sh") };
  writeFileSync(env.BASH_ENV, `[[ $0 != */bench || $1 != --site ]] || : >'${encrypted}'\n`);
  const { output } = await fill(FIRST, { env });
  assert.match(output, "no golden dump was kept: something in it is encrypted");
  assert.equal(dumps(), []);
});

test("a dump that nobody has used for 30 days goes when another one is kept", async () => {
  await fill(FIRST, { env: { IMAGE: "frappe/erpnext:v15" } });
  const [old = ""] = dumps();
  const longAgo = new Date(Date.now() - 32 * 24 * 3600 * 1000);
  utimesSync(join(golden(), old), longAgo, longAgo);
  await fill(SECOND);
  assert.is(dumps().length, 1);
  assert.not(dumps().includes(old));
});

test.run();
