/** Upgrades and what takes them back, on the fake bench. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { benchesWithSite, configIn, leadTo, linkTo, MIGRATED, NEXT, patched, upgrade, revert } from "../testkit/upgraded-site.ts";

const test = suite("upgrades");

test("plain", async () => {
  const bench = await benchesWithSite();
  const before = configIn(bench, "main");
  const { status, output, left } = await bench.run(upgrade());
  console.log(output, left);
  assert.is(status, 0);
  assert.is(leadTo(bench), linkTo(NEXT));
  assert.equal(configIn(bench, NEXT), { ...before, maintenance_mode: 0 });
  assert.equal(patched(bench), MIGRATED);
  console.log(bench.snapshot().filter((l) => !l.includes("main")).join("\n"));
  bench.remove();
});
test("fails", async () => {
  const bench = await benchesWithSite();
  const before = configIn(bench, "main");
  const a = await bench.run({ ...upgrade(), env: { LOCAL_BENCH_FAULTS: "acme:frappe.patches.v16.two" } });
  console.log(a.output, a.left);
  const b = await bench.run(revert());
  console.log(b.output, b.left);
  assert.equal(configIn(bench, "main"), { ...before, maintenance_mode: 0 });
  console.log(bench.snapshot().join("\n"));
  bench.remove();
});
test.run();
