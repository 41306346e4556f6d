/** Claims and renames that stop anywhere, are overtaken meanwhile, and go on. */
import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { ACME, CLAIM, CREATE, CREATE_STANDBY, NEXT, RENAME, renamed } from "./crash-injection.ts";
import { every } from "./kill-points.ts";
import { benchWith, stop, succeed } from "./overtaking.ts";

const test = suite("overtaken claims and renames");

/** All but what an operation noted or made ready for itself, to which nothing leads. */
const result = (it: SiteBench) =>
  it
    .snapshot()
    .filter((entry) => !/^tenants\/\S*\/(changes|names|moved-to)[/ ]/.test(entry))
    // Of two Pods of one operation, whichever came last has done the same.
    .map((entry) => entry.replace(/(\/claims\/\d+\.\d+)\.[0-9a-f-]+/, "$1"));

/** That whatever such a Job had still to do when others overtook it, it did not do. */
async function leavesAlone(
  template: SiteBench,
  work: Work & { everyNth: number },
  others: Work[],
  freed: Work[],
): Promise<void> {
  let wanted: string[] | null = null;
  const overtake = async (it: SiteBench) => {
    wanted = null;
    for (const other of others) {
      const { status, message, output } = await it.run(other);
      // It stopped while it has the lock of the site's configuration: who overtakes it waits, and comes again.
      if (status !== 0 && /has been held by another process/.test(message?.reason ?? "")) return;
      assert.is(status, 0, output);
    }
    wanted = result(it);
  };
  await stop(template, work, overtake, async (it, status) => {
    if (wanted === null) for (const other of others) await succeed(it, { ...other, attempt: 3 });
    else assert.equal(result(it), wanted, `it ended with ${status}`);
    // Whatever it had noted of its names, a drop frees them all.
    for (const drop of freed) await succeed(it, drop);
    assert.equal(readdirSync(it.volume.hosts), []);
  });
}

const LATE_DROP: Work = { kind: "drop", tenant: ACME, generation: 4 };
const NEXT_AT_NEW = tenantNamed("new", NEXT.id);

test("a rename that a drop and the next tenant's create with that name overtake leaves them alone", async () => {
  const others: Work[] = [LATE_DROP, { kind: "create", tenant: NEXT_AT_NEW }];
  const freed: Work[] = [{ kind: "drop", tenant: NEXT_AT_NEW, generation: 2 }];
  await leavesAlone(await benchWith(CREATE), { ...RENAME, everyNth: every(61) }, others, freed);
});

for (const [sentence, tenant] of [
  ["to a third name", renamed("newest", "new")],
  ["back", renamed("acme", "new")],
  ["back, after which nobody holds the new one,", ACME],
] as const) {
  test(`a rename that one ${sentence} overtakes leaves its names alone`, async () => {
    const others: Work[] = [{ kind: "rename", tenant, generation: 3 }];
    await leavesAlone(await benchWith(CREATE), { ...RENAME, everyNth: every(61) }, others, [
      LATE_DROP,
    ]);
  });
}

for (const [sentence, others] of [
  ["a drop and the next tenant's create", [LATE_DROP, { kind: "create", tenant: NEXT }]],
  ["a newer attempt", [{ ...CLAIM, attempt: 2 }]],
  ["another Pod", [{ ...CLAIM, podUid: "bbbbbbbb-2222-4333-8444-555555555555" }]],
] as [string, Work[]][]) {
  test(`a claim that ${sentence} overtakes leaves that alone`, async () => {
    const rival: Work = { kind: "drop", tenant: NEXT, generation: 2 };
    const freed = others.length > 1 ? [rival] : [LATE_DROP];
    await leavesAlone(
      await benchWith(CREATE_STANDBY),
      { ...CLAIM, everyNth: every(61) },
      others,
      freed,
    );
  });
}

test.run();
