/** Site Jobs killed with -9 before every command of theirs and of what they call. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runKilled, SCENARIOS, STAND_IN_GROUND } from "./killed-anywhere.ts";
import type { Ground } from "./killed-anywhere.ts";
import { missingMariadb, startMariadb } from "./mariadb-server.ts";
import type { MariadbServer } from "./mariadb-server.ts";
import { skip } from "./parts.ts";

interface How {
  everyNth: number;
  workers: number;
  ground: () => Ground;
  /** A floor for the kill points of each scenario, lest they be lost unseen. */
  minKills: number;
}

const onStandIn = suite("killed anywhere, on the stand-in database");
addScenarios(onStandIn, {
  everyNth: 1,
  workers: 2,
  ground: () => STAND_IN_GROUND,
  minKills: 30,
});
onStandIn.run();

const onMariadb = suite("killed anywhere, on a real MariaDB");
const missing = missingMariadb();
if (missing === null) {
  let server: MariadbServer;
  onMariadb.before(async () => {
    server = await startMariadb();
  });
  onMariadb.after(async () => {
    await server.stop();
  });
  // A server is one world for all, so there is one worker, and the state is built anew each time.
  addScenarios(onMariadb, {
    everyNth: 13,
    workers: 1,
    ground: () => ({
      database: server.address,
      databaseState: () => Promise.resolve(server.state()),
    }),
    minKills: 4,
  });
} else {
  skip(onMariadb, "killed anywhere, on a real MariaDB", "mariadb", missing);
}
onMariadb.run();

function addScenarios(test: typeof onStandIn, { everyNth, workers, ground, minKills }: How): void {
  for (const [sentence, scenario] of SCENARIOS) {
    test(sentence, async () => {
      const killed = await runKilled(scenario, { everyNth, workers, ground: ground() });
      console.log(`\n${sentence}: ${killed.kills} kill points, ${killed.worlds} worlds`);
      assert.ok(killed.kills >= minKills);
    });
  }
}
