/** Upgrades and reverts that stop anywhere, are overtaken meanwhile, and go on. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import {
  benchesWithSite,
  between,
  leadTo,
  linkTo,
  MIGRATED,
  NEXT,
  patched,
  PATCHES,
  revert,
  SITE,
  upgrade,
} from "../testkit/upgraded-site.ts";
import { ACME, DROP } from "./crash-injection.ts";
import { every } from "./kill-points.ts";
import { FAKE } from "./killed-upgrades.ts";
import { stop, succeed } from "./overtaking.ts";

const test = suite("overtaken upgrades");

const everyNth = every(131);

/** All but what an operation made ready for itself, to which nothing leads. */
const result = (it: SiteBench) =>
  it.snapshot().filter((entry) => !/^tenants\/\S*\/(changes|moves|updating)[/ ]/.test(entry));

/** A server does a statement or does not, wherever its client stops. */
const env = { DATABASE_IS_ATOMIC: "yes" };

const visitorWrites = (it: SiteBench) =>
  writeFileSync(join(it.databases, "databases", SITE, "tabVisitor"), "since\n");

/** Runs what overtakes; false where the one that has stopped holds the lock of the site's configuration. */
async function overtakes(it: SiteBench, work: Work): Promise<boolean> {
  const { status, message, output } = await it.run(work);
  if (status !== 0 && /has been held by another process/.test(message?.reason ?? "")) return false;
  assert.is(status, 0, output);
  return true;
}

/** That whatever such a Job had still to do when another one overtook it, it did not do. */
async function leavesAlone(
  template: SiteBench,
  work: Work & { everyNth: number; container?: number },
  other: Work,
  proof: (it: SiteBench) => void,
): Promise<void> {
  let wanted: string[] | null = null;
  const overtake = async (it: SiteBench) => {
    wanted = null;
    if (!(await overtakes(it, other))) return;
    visitorWrites(it);
    wanted = result(it);
  };
  await stop(template, { ...work, env }, overtake, async (it, status) => {
    if (wanted !== null) assert.equal(result(it), wanted, `it ended with ${status}`);
    else await succeed(it, { ...other, attempt: 9 });
    proof(it);
  });
}

const isUpgraded = (it: SiteBench) => {
  assert.is(leadTo(it), linkTo(NEXT));
  assert.ok(existsSync(join(it.siteIn(NEXT, ACME), ".provisioned")));
  assert.equal(patched(it), MIGRATED);
  assert.ok(FAKE.letsIn(it));
};

const isAsBefore = (it: SiteBench) => {
  assert.is(leadTo(it), linkTo("main"));
  assert.ok(existsSync(join(it.siteIn("main", ACME), ".provisioned")));
  assert.equal(patched(it), []);
  assert.ok(FAKE.letsIn(it));
};

for (const [sentence, container] of [
  ["while it makes the site ready", 0],
  ["while it opens the site", 2],
] as const) {
  test(`an upgrade that a newer attempt overtakes ${sentence} leaves the upgraded site alone`, async () => {
    const how = { everyNth: container === 0 ? everyNth : Math.ceil(everyNth / 3), container };
    await leavesAlone(
      await benchesWithSite(),
      { ...upgrade(), ...how },
      upgrade({}, 2),
      isUpgraded,
    );
  });
}

test("an upgrade that a revert overtakes leaves the site alone that was taken back", async () => {
  await leavesAlone(await benchesWithSite(), { ...upgrade(), everyNth }, revert(), isAsBefore);
});

test("a revert that another one overtakes leaves alone what visitors have written since", async () => {
  const bench = await benchesWithSite();
  const fails = { LOCAL_BENCH_FAULTS: `acme:${PATCHES[1]}` };
  assert.is((await bench.run({ ...upgrade(), env: fails })).status, 68);
  await leavesAlone(bench, { ...revert(), everyNth }, revert({}, 5), isAsBefore);
});

test("an upgrade that a drop overtakes leaves nothing behind", async () => {
  const drop: Work = { ...DROP, tenant: between(), generation: 3 };
  await stop(
    await benchesWithSite(),
    { ...upgrade(), everyNth, env },
    async (it) => void (await overtakes(it, drop)),
    async (it) => {
      await succeed(it, { ...drop, attempt: 2 });
      for (const name of ["main", NEXT]) assert.not(existsSync(it.siteIn(name, ACME)));
    },
  );
});

test.run();
