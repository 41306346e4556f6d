/**
 * A site that a standby's became is as one that was made for its customer, on Frappe's own bench: all of both databases,
 * their configuration and their files. It takes some four minutes; tests/testkit/frappe-bench.ts says what it needs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
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
const FRESH: Work[] = [{ kind: "create", tenant: ACME }];
const CLAIMED: Work[] = [
  { kind: "create", tenant: fillingStandby(new Date(0), { id: ID }) },
  { kind: "claim", tenant: ACME, generation: 2 },
];

/** What differs between any two sites, however they were made. */
const KNOWN: Difference[] = [
  { what: /^\w+: (logs|locks)\//, why: "what Frappe's own processes note for themselves" },
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
    await drop();
    bench.remove();
  });

  let generation = 10;
  const drop = () => bench.run({ kind: "drop", tenant: ACME, generation: (generation += 1) });

  /** All that there is of the site after these Jobs. Whatever was there before is dropped first. */
  async function made(works: Work[]): Promise<string[]> {
    await drop();
    bench.forget(ID);
    for (const work of works) {
      const { status, output } = await bench.run(work);
      assert.is(status, 0, output);
    }
    const site = siteName(ID);
    const directory = join(bench.volume.sites, site);
    const config = readFileSync(join(directory, "site_config.json"), "utf8");
    assert.match(config, /"encryption_key": "[\w-]{43}="/);
    return [...filesOf(directory, site), ...rowsOf(bench, site)];
  }

  test("differs from it by nothing but what differs between any two", async () => {
    const fresh = await made(FRESH);
    const claimed = await made(CLAIMED);
    assert.ok(fresh.length > 1000, `${fresh.length} things to compare`);
    const found = differences(fresh, claimed, KNOWN);
    console.log(`\n${fresh.length} files and rows compared`);
    assert.is(found.join("\n"), "");
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
