/**
 * How long an upgrade keeps visitors out, beside what the dump of the database and the migration take by themselves. The database
 * is a real MariaDB; the migration is the fake bench's, which takes as long as one to a new version of ERPNext may.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseTerminationMessage } from "../../../shared/kubernetes/termination-message.ts";
import { databaseName } from "../../../shared/tenant/names.ts";
import { ACME, CREATE } from "../../../tests/crash/crash-injection.ts";
import { startMariadb } from "../../../tests/testkit/mariadb-server.ts";
import type { MariadbServer } from "../../../tests/testkit/mariadb-server.ts";
import { createSiteBench } from "../../../tests/testkit/site-bench.ts";
import type { SiteBench } from "../../../tests/testkit/site-bench.ts";
import { NEXT, upgrade } from "../../../tests/testkit/upgraded-site.ts";
import type { Measurement, Part } from "../measurement.ts";
import { ratio } from "../statistics.ts";

const TURNS = 5;
const ROWS = 200_000;

/** One of Frappe and one of ERPNext. */
const PATCHES = 2;
const PATCH_SECONDS = 10;
const MIGRATION_SECONDS = PATCHES * PATCH_SECONDS;

/** How much longer than those two it may be. */
const GOAL = 1.3;

export const upgradeDowntime: Part = {
  name: "upgrade",
  description: "How long an upgrade of a site of 200 MB keeps visitors out.",
  async measure(say) {
    const server = await startMariadb();
    const bench = createSiteBench(server.address);
    try {
      const { status, output } = await bench.run(CREATE);
      if (status !== 0) throw new Error(output);
      fill(server);
      bench.addBench(NEXT);
      const away: number[] = [];
      const alone: number[] = [];
      for (let turn = 1; turn <= TURNS; turn++) {
        const [from, to] = turn % 2 === 1 ? ["main", NEXT] : [NEXT, "main"];
        putImages(bench, turn);
        alone.push((await dumpSeconds(bench, server)) + MIGRATION_SECONDS);
        away.push(await awaySeconds(bench, { from, to, generation: turn + 1 }));
        say(
          `away for ${away.at(-1)?.toFixed(1)} s, of which ${alone.at(-1)?.toFixed(1)} s must be`,
        );
      }
      return toMeasurement(away, alone);
    } finally {
      await server.stop();
      bench.remove();
    }
  },
};

/** About a kilobyte a row. */
function fill({ query }: MariadbServer): void {
  const random = [0, 1, 2, 3, 4, 5].map((n) => `SHA2(seq + ${n * 10_000_019}, 256)`).join(", ");
  query(
    `CREATE TABLE tabLarge (name INT PRIMARY KEY, content TEXT);
INSERT INTO tabLarge SELECT seq, CONCAT(${random}, REPEAT('What a customer has written. ', 20)) FROM seq_1_to_${ROWS};`,
    { database: databaseName(ACME.id) },
  );
}

/** In each turn the image of the bench to which the site goes is newer than what the site has. */
function putImages(bench: SiteBench, turn: number): void {
  const apps = (version: number) => ({
    frappe: { version: `16.${version}.0`, patches: [`frappe.patches.v${version}`] },
    erpnext: { version: `16.${version}.0`, patches: [`erpnext.patches.v${version}`] },
  });
  if (turn === 1) bench.setImage("main", apps(0));
  bench.setImage(turn % 2 === 1 ? NEXT : "main", apps(turn));
}

interface Turn {
  from: string | undefined;
  to: string | undefined;
  generation: number;
}

/** From when the first names lead to the page that says so until they lead to the site again. */
async function awaySeconds(bench: SiteBench, { from, to, generation }: Turn): Promise<number> {
  const way = { ...(from && { from }), ...(to && { to }) };
  const env = { LOCAL_PATCH_SECONDS: String(PATCH_SECONDS) };
  const { status, output, left } = await bench.run({ ...upgrade(way), generation, env });
  if (status !== 0) throw new Error(output);
  const said = left.map((message) => parseTerminationMessage(message ?? ""));
  const held = said.flatMap(({ steps }) => steps).find(({ name }) => name === "hold")?.since;
  const ended = said.at(-1)?.endedAt;
  if (!held || !ended) throw new Error("The upgrade does not say when it kept visitors out.");
  return (ended.getTime() - held.getTime()) / 1000;
}

/** What an administrator would type. */
async function dumpSeconds(bench: SiteBench, { address }: MariadbServer): Promise<number> {
  const { host, port, rootPassword } = address;
  const startedAt = performance.now();
  const file = join(bench.directory, "alone.sql.gz");
  const at = `--no-defaults --protocol=tcp --host=${host} --port=${port} --user=root`;
  const script = `mariadb-dump ${at} --single-transaction --quick --routines --triggers --events ${databaseName(ACME.id)} | gzip -1 >'${file}'`;
  const env = { ...process.env, MYSQL_PWD: rootPassword };
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], { env, stdio: "inherit" });
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error("mariadb-dump or gzip has failed");
  return (performance.now() - startedAt) / 1000;
}

function toMeasurement(away: number[], alone: number[]): Measurement {
  return {
    rows: [
      {
        what: "an upgrade of a site of 200 MB",
        measuredAs: `time in which visitors are kept out (dump and ${MIGRATION_SECONDS} s of patches = 1)`,
        ...ratio(away, alone),
        goal: GOAL,
      },
    ],
    plots: [],
  };
}
