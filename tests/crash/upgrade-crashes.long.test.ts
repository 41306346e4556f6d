/**
 * Upgrades killed with -9, and what takes them back: on the fake database before every 307th command, on a real MariaDB before every
 * 397th.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { SITE } from "../testkit/upgraded-site.ts";
import { FAKE, killReverts, killUpgrades } from "./killed-upgrades.ts";
import type { UpgradeGround } from "./killed-upgrades.ts";
import { groundOn } from "./grounds.ts";
import { every } from "./kill-points.ts";

const test = suite("killed upgrades");
const SENTENCE = "the site is whole, in one bench, and as before or as after it";

test(`of an upgrade that is killed anywhere, ${SENTENCE}`, async () => {
  const visited = tell(await killUpgrades({ everyNth: every(307), ground: FAKE }));
  assert.ok(visited.length >= 12);
  // Whether one is hit in the moment after it is opened depends on how many commands there are.
  assert.ok(visited.includes("before") && visited.includes("held"));
  assert.not(visited.includes("closed"));
});

test(`of one in its place, ${SENTENCE}`, async () => {
  const way = { from: "main", to: "main" };
  const visited = tell(await killUpgrades({ everyNth: every(397), ground: FAKE, way }));
  assert.ok(visited.length >= 6);
  // Nobody ever gets the database of before with the image of after.
  assert.ok(visited.includes("closed"));
  assert.not(visited.includes("before"));
});

test(`of a revert that is killed anywhere, ${SENTENCE}`, async () => {
  const visited = tell(await killReverts({ everyNth: every(97), ground: FAKE }));
  assert.ok(visited.length >= 8);
  assert.not(visited.includes("after"));
});

function tell<T>(visited: T[]): T[] {
  console.log(`\n${visited.length} kill points: ${visited.join(" ")}`);
  return visited;
}

const missing = missingMariadb();
if (missing === null) {
  test(`on a real MariaDB, ${SENTENCE}`, async () => {
    const server = await startMariadb();
    try {
      const ground = groundOf(server);
      assert.ok(tell(await killUpgrades({ everyNth: every(397), ground })).length >= 3);
      assert.ok(tell(await killReverts({ everyNth: every(397), ground })).length >= 2);
    } finally {
      await server.stop();
    }
  });
} else {
  skip(test, `on a real MariaDB, ${SENTENCE}`, "mariadb", missing);
}
test.run();

function groundOf(server: MariadbServer): UpgradeGround {
  return {
    ...groundOn(server),
    patched: () => {
      const found = server.query(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${SITE}' AND table_name = 'tabPatched'`,
      );
      return found.length === 0 ? [] : server.query(`SELECT name FROM ${SITE}.tabPatched`);
    },
  };
}
