/** Site Jobs that change a database, killed with -9 before every 127th command, on a real MariaDB. */
import { suite } from "uvu";
import { addScenarios } from "./crash-scenarios.ts";
import { groundOn } from "./grounds.ts";
import { every } from "./kill-points.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";

const onMariadb = suite("killed anywhere, on a real MariaDB");
const missing = missingMariadb();
if (missing === null) {
  let server: MariadbServer;
  onMariadb.before(async () => {
    server = await startMariadb();
  });
  onMariadb.after(async () => {
    // One that did not come up must not hide why.
    await server?.stop();
  });
  // A server is one dependencies for all, so there is one worker, and the state is built anew each time.
  addScenarios(onMariadb, {
    everyNth: every(127),
    workers: 1,
    ground: () => groundOn(server),
    minKills: 3,
    isTried: ({ isWithoutDatabase }) => isWithoutDatabase !== true,
  });
} else {
  skip(onMariadb, "killed anywhere, on a real MariaDB", "mariadb", missing);
}
onMariadb.run();
