/**
 * A site that a standby's became is as one that was made for its customer, on Frappe's own bench, whether bench made it or
 * it was loaded from a golden dump: all of their databases, their configuration and their files. It takes some five
 * minutes; tests/testkit/frappe-bench.ts says what it needs.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { openFrappeBench } from "../testkit/frappe-bench.ts";
import type { FrappeBench } from "../testkit/frappe-bench.ts";
import { skip } from "../testkit/parts.ts";
import { tenantNamed } from "../testkit/site-bench.ts";
import type { Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import { differences, filesOf, withoutChance } from "./claimed-site.ts";
import type { Difference } from "./claimed-site.ts";

const test = suite("a claimed site beside a fresh one, on Frappe's own bench");

const ID = "c1a1ed00-2222-4333-8444-555555555555";
const CUSTOMER = { organization: "Acme & Co.", first_name: "Ada", last_name: "Lovelace" };
const ACME = withParts(tenantNamed("claimed-site", ID), { profile: CUSTOMER });
const DATABASE = databaseName(ID);
/** Whose site leaves the golden dump. */
const FIRST = fillingStandby(new Date(0), { id: "901de000-2222-4333-8444-555555555555" });
const FRESH: Work[] = [{ kind: "create", tenant: ACME }];
const CLAIMED: Work[] = [
  { kind: "create", tenant: fillingStandby(new Date(0), { id: ID }) },
  { kind: "claim", tenant: ACME, generation: 2 },
];

/** What differs between any two sites, however they were made. */
const KNOWN: Difference[] = [
  { what: /^\w+: (logs|locks)\//, why: "what Frappe's own processes note for themselves" },
  {
    what: /^\w+: tabHas Role: .*`idx`=\d+ `role`=[^`]+ `parent`=Administrator /,
    why: "the order of Administrator's roles, which Frappe takes from a set",
  },
];

const named = process.env["FRAPPE_BENCH"];
if (named === undefined) {
  skip(test, "a claimed site is as a fresh one", "frappe-bench", "FRAPPE_BENCH names none");
} else {
  let bench: FrappeBench;
  test.before(() => {
    bench = openFrappeBench(named);
  });
  test.after(async () => {
    await drop(ACME);
    await drop(FIRST);
    bench.remove();
  });

  let generation = 10;
  async function drop(tenant: Tenant): Promise<void> {
    await bench.run({ kind: "drop", tenant, generation: (generation += 1) });
    bench.forget(tenant.id);
  }
  async function run(work: Work): Promise<string> {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, output);
    return output;
  }

  /** All that there is of the site after these Jobs. Whatever was there before is dropped first. */
  async function made(works: Work[]): Promise<string[]> {
    await drop(ACME);
    for (const work of works) await run(work);
    const site = siteName(ID);
    const directory = join(bench.volume.sites, site);
    const config = readFileSync(join(directory, "site_config.json"), "utf8");
    assert.match(config, /"encryption_key": "[\w-]{43}="/);
    return [...filesOf(directory, site), ...rowsOf(bench, site)];
  }

  let fresh: string[] = [];
  test("a claimed site that bench made differs by nothing but what differs between any two", async () => {
    fresh = await made(FRESH);
    assert.ok(fresh.length > 1000, `${fresh.length} things to compare`);
    console.log(`\n${fresh.length} files and rows compared`);
    const claimed = await made(CLAIMED);
    assert.is(differences(fresh, claimed, KNOWN).join("\n"), "");
  });

  test("nor does one that was loaded from another site's golden dump", async () => {
    rmSync(join(bench.volume.root, "golden"), { recursive: true });
    await drop(FIRST);
    assert.not.match(await run({ kind: "create", tenant: FIRST }), "no golden dump was kept");
    const claimed = await made(CLAIMED);
    assert.is(differences(fresh, claimed, KNOWN).join("\n"), "");
  });
}
test.run();

/** Every row of every table, without times. */
function rowsOf({ sql }: FrappeBench, site: string): string[] {
  const columns = new Map<string, string[]>();
  for (const [table = "", column = ""] of sql(`SELECT table_name, column_name
FROM information_schema.columns WHERE table_schema = '${DATABASE}'
AND data_type NOT IN ('datetime', 'timestamp', 'time', 'date')
ORDER BY table_name, ordinal_position;`)) {
    columns.set(table, [...(columns.get(table) ?? []), `\`${column}\``]);
  }
  return [...columns].flatMap(([table, names]) =>
    sql(`SELECT ${names.join(", ")} FROM ${DATABASE}.\`${table}\`;`).map((row) =>
      withoutChance(`${table}: ${row.map((value, k) => `${names[k]}=${value}`).join(" ")}`, site),
    ),
  );
}
