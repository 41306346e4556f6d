/** What drops what restores have left, killed with -9 before every 23rd command: it never takes what the site has, and the next attempt ends it. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { acmeWith, FIRST } from "../testkit/stored-restore.ts";
import { ACME, CREATE, DROP } from "./crash-injection.ts";
import { stopThroughout } from "./kill-points.ts";
import { benchWith, succeed } from "./overtaking.ts";

const test = suite("killed drops of what was kept");

/** What was kept until now, what may still be had back, and what a restore and a test have left that were killed. */
const OVER = `${FIRST}r2`;
const KEPT = `${FIRST}r3`;
const LEFT = [`${FIRST}r4`, `${FIRST}t5`];
const DROP_KEPT = {
  kind: "drop-kept",
  tenant: acmeWith({}, { status: { kept: [{ database: KEPT, until: new Date(0) }] } }),
  generation: 6,
} as const;

const own = (it: SiteBench, path: string) =>
  join(it.volume.tenants, siteName(ACME.id), ACME.id, path);

async function benchWithLeftovers(): Promise<SiteBench> {
  const it = await benchWith(CREATE);
  for (const database of [OVER, KEPT, ...LEFT]) {
    mkdirSync(join(it.databases, "databases", database));
    mkdirSync(join(it.databases, "users", `${database}@%`, "grants"), { recursive: true });
    writeFileSync(join(it.databases, "users", `${database}@%`, "password"), "p");
  }
  for (const database of [OVER, KEPT]) {
    mkdirSync(own(it, `before-restore/${database}/public/files`), { recursive: true });
    writeFileSync(own(it, `before-restore/${database}/public/files/x`), database);
  }
  mkdirSync(own(it, "restored/private/files"), { recursive: true });
  return it;
}

/** What is to be there all the time: the site's and what can be had back. */
function staying(it: SiteBench): string[] {
  const isOthers = new RegExp(`${[OVER, ...LEFT].join("|")}|/restored|/claims|/changes`);
  return it.snapshot().filter((entry) => !isOthers.test(entry));
}

test("the site and what may be had back are whole all the time, and the next attempt leaves nothing else", async () => {
  const template = await benchWithLeftovers();
  const before = staying(template);
  let kills = 0;
  await stopThroughout(Number(process.env["CRASH_EVERY"] ?? 23), async (beforeCommand) => {
    const it = createSiteBench(undefined, template);
    try {
      const { status } = await it.run({ ...DROP_KEPT, kill: { container: 0, beforeCommand } });
      if (status !== null) return false;
      kills += 1;
      assert.equal(staying(it), before, `killed before ${beforeCommand}`);
      await succeed(it, { ...DROP_KEPT, attempt: 2 });
      assert.equal(staying(it), before, `after ${beforeCommand}`);
      assert.equal(readdirSync(join(it.databases, "databases")).toSorted(), [FIRST, KEPT]);
      const users = readdirSync(join(it.databases, "users")).toSorted();
      assert.equal(users, ["root@%", `${FIRST}@%`, `${KEPT}@%`]);
      assert.equal(readdirSync(own(it, "before-restore")), [KEPT]);
      assert.not(existsSync(own(it, "restored")));
      return true;
    } finally {
      it.remove();
    }
  });
  console.log(`\n${kills} kill points`);
  assert.ok(kills >= 6);
  await succeed(template, { ...DROP, generation: 9 });
  assert.equal(readdirSync(join(template.databases, "databases")), []);
  template.remove();
});

test.run();
