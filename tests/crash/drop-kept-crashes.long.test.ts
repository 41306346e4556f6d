/**
 * What drops what restores have left, killed with -9: on the fake database before every 23rd command, on a real MariaDB before every
 * 67th. It never takes what the site has, and the next attempt ends it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { siteIn } from "../testkit/stored-backup.ts";
import { acmeWith, FIRST } from "../testkit/stored-restore.ts";
import { ACME, CREATE, DROP } from "./crash-injection.ts";
import { FAKE_GROUND, groundOn } from "./grounds.ts";
import type { Ground } from "./grounds.ts";
import { every, stopThroughout } from "./kill-points.ts";
import { succeed } from "./overtaking.ts";

const test = suite("killed drops of what was kept");
const SENTENCE =
  "the site and what may be had back are whole all the time, and the next attempt leaves nothing else";

/** What was kept until now, what may still be had back, and what a restore and a test have left that were killed. */
const OVER = `${FIRST}r2`;
const KEPT = `${FIRST}r3`;
const LEFT = [`${FIRST}r4`, `${FIRST}t5`];
const DROP_KEPT = {
  kind: "drop-kept",
  tenant: acmeWith({}, { status: { kept: [{ database: KEPT, until: new Date(0) }] } }),
} as const;

const own = (it: SiteBench, path: string) =>
  join(it.volume.tenants, siteName(ACME.id), ACME.id, path);

/** As a restore keeps a database, with its files. */
function keep(it: SiteBench, ground: Ground, database: string): void {
  make(it, ground, database);
  mkdirSync(own(it, `before-restore/${database}/public/files`), { recursive: true });
  writeFileSync(own(it, `before-restore/${database}/public/files/x`), database);
}

function make(it: SiteBench, ground: Ground, database: string): void {
  ground.make(it, database);
  ground.write(it, database, "of before");
}

function leave(it: SiteBench, ground: Ground): void {
  keep(it, ground, OVER);
  for (const database of LEFT) make(it, ground, database);
  mkdirSync(own(it, "restored/private/files"), { recursive: true });
}

/** What is to go, whole or not. */
const isLeft = new RegExp(`${[OVER, ...LEFT].join("|")}|/restored`);

test(SENTENCE, () => killDrops(FAKE_GROUND, every(23), 6));

const missing = missingMariadb();
if (missing === null) {
  test(`on a real MariaDB, ${SENTENCE}`, async () => {
    const server = await startMariadb();
    try {
      await killDrops(groundOn(server), every(67), 3);
    } finally {
      await server.stop();
    }
  });
} else {
  skip(test, `on a real MariaDB, ${SENTENCE}`, "mariadb", missing);
}
test.run();

async function killDrops(ground: Ground, everyNth: number, minKills: number): Promise<void> {
  const it = createSiteBench(ground.database);
  let generation = 6;
  let kills = 0;
  try {
    await succeed(it, CREATE);
    ground.write(it, FIRST, "precious");
    keep(it, ground, KEPT);
    const state = async () => [...siteIn(it), ...(await ground.databaseState())];
    const staying = await state();
    await stopThroughout(everyNth, async (beforeCommand) => {
      const at = `killed before ${beforeCommand}`;
      // Each is an operation of its own, as the claim of the one before is there.
      const work = { ...DROP_KEPT, generation: generation++ };
      leave(it, ground);
      const { status, output } = await it.run({ ...work, kill: { container: 0, beforeCommand } });
      const found = await state();
      assert.equal(
        found.filter((entry) => !isLeft.test(entry)),
        staying,
        at,
      );
      if (status === null) {
        kills += 1;
        await succeed(it, { ...work, attempt: 2 });
      } else {
        assert.is(status, 0, output);
      }
      assert.equal(await state(), staying, `after ${at}`);
      return status === null;
    });
    console.log(`\n${kills} kill points`);
    assert.ok(kills >= minKills);
    await succeed(it, { ...DROP, generation });
    assert.equal(await ground.databaseState(), []);
  } finally {
    it.remove();
  }
}
