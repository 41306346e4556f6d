/**
 * Upgrades, and what takes them back, killed before every n-th command. Wherever that is, the site is whole and in one bench, and who
 * is led to it gets the data of before or those of the new version; the next attempt makes the upgrade, and a revert takes it back.
 *
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import {
  benchesWithSite,
  leaveForMigration,
  configIn,
  leadTo,
  linkTo,
  MIGRATED,
  NEXT,
  ownThing,
  patched,
  PATCHES,
  revert,
  SITE,
  upgrade,
} from "../testkit/upgraded-site.ts";
import type { Way } from "../testkit/upgraded-site.ts";
import { ACME, DROP } from "./crash-injection.ts";
import { FAKE_GROUND } from "./grounds.ts";
import type { Ground } from "./grounds.ts";
import { stopThroughout } from "./kill-points.ts";

/** Where a database is, and what of it is to be seen. */
export interface UpgradeGround extends Ground {
  /** What the migrations have done in ACME's database. */
  patched: (bench: SiteBench) => string[];
}

export const FAKE: UpgradeGround = { ...FAKE_GROUND, patched };

interface Killing {
  everyNth: number;
  ground: UpgradeGround;
  way?: Way;
}

/**
 * What a visitor gets: the site as it was, the migrated one, the page that says that it is updated, or the one of a closed site, as
 * one is that is to be migrated in its place.
 */
type Visited = "before" | "after" | "held" | "closed";

const CONTAINERS = 3;

/**
 * The upgrade's containers, one after the other, and the last one, which opens the site, four times as often. Gives what visitors got
 * after each kill.
 */
export async function killUpgrades({ everyNth, ground, way }: Killing): Promise<Visited[]> {
  const template = () => benchToUpgrade(ground, way);
  const afters: Work[] = [upgrade(way, 2), revert(way)];
  const visited: Visited[] = [];
  for (let container = 0; container < CONTAINERS; container++) {
    const isLast = container === CONTAINERS - 1;
    const how = { everyNth: isLast ? Math.ceil(everyNth / 4) : everyNth, ground };
    visited.push(...(await killEach(template, upgrade(way), container, afters, how)));
  }
  return visited;
}

/** A revert after a migration that failed half-way. */
export async function killReverts({ everyNth, ground, way }: Killing): Promise<Visited[]> {
  const template = async () => {
    const bench = await benchToUpgrade(ground, way);
    const env = { LOCAL_BENCH_FAULTS: `acme:${PATCHES[1]}` };
    const { status, output } = await bench.run({ ...upgrade(way), env });
    assert.is(status, 68, output);
    return bench;
  };
  return await killEach(template, revert(way), 0, [revert(way, 5)], { everyNth, ground });
}

async function benchToUpgrade(ground: Ground, way: Way = {}): Promise<SiteBench> {
  const bench = await benchesWithSite(ground);
  if (way.to === "main") await leaveForMigration(bench);
  return bench;
}

async function killEach(
  make: () => Promise<SiteBench>,
  killed: Work,
  container: number,
  afters: Work[],
  { everyNth, ground }: Killing,
): Promise<Visited[]> {
  const visited: Visited[] = [];
  // On the fake the database is of the bench's directory, so that what there is before can be copied.
  const template = ground.database.clientDirectory === null ? null : await make();
  const seen = new Set<string>();
  try {
    await stopThroughout(everyNth, async (beforeCommand) => {
      for (const after of afters) {
        const bench = template === null ? await make() : createSiteBench(ground.database, template);
        const where = `killed before ${beforeCommand} of ${container}, then ${after.kind}`;
        try {
          const { status } = await bench.run({ ...killed, kill: { container, beforeCommand } });
          if (status !== null) return false;
          const found = visit(bench, ground, where);
          if (after === afters[0]) visited.push(found);
          const state = `${after.kind}\n${bench.snapshot().join("\n")}`;
          if (template !== null && seen.has(state)) continue;
          seen.add(state);
          await prove(bench, ground, after, where);
        } finally {
          await bench.run({ ...DROP, tenant: killed.tenant, generation: 99 });
          assert.equal(await ground.databaseState(), [], where);
          bench.remove();
        }
      }
      return true;
    });
    return visited;
  } finally {
    template?.remove();
  }
}

/** That the next operation ends, and leaves one whole site, which visitors reach, and nothing of the upgrade. */
async function prove(
  bench: SiteBench,
  ground: UpgradeGround,
  after: Work,
  where: string,
): Promise<void> {
  const from = after.tenant.status.upgrade?.from ?? "";
  const to = after.tenant.status.upgrade?.to ?? "";
  const { status, output, left } = await bench.run(after);
  assert.is(status, 0, `${where}: ${output}`);
  const stays = after.kind === "upgrade" || left.join("").includes("AlreadyUpgraded");
  assert.not(existsSync(ownThing(bench, "before-upgrade")), where);
  if (!stays && from === to) {
    // It waits to be taken back to what it was before the restore that has brought it.
    assert.is(leadTo(bench), "suspended", where);
    assert.not(ground.letsIn(bench), where);
    return;
  }
  assert.is(leadTo(bench), linkTo(stays ? to : from), where);
  assert.is(visit(bench, ground, where), stays ? "after" : "before", where);
  const { maintenance_mode, pause_scheduler } = configIn(bench, stays ? to : from);
  assert.equal([maintenance_mode ?? 0, pause_scheduler], [0, undefined], where);
}

/** Throws where it is neither of them, whole, that a visitor gets. */
function visit(bench: SiteBench, ground: UpgradeGround, where: string): Visited {
  const moves = ownThing(bench, "moves");
  const moved = existsSync(moves)
    ? readdirSync(moves).map((move) => join(moves, move, "site"))
    : [];
  const places = ["main", NEXT].map((name) => bench.siteIn(name, ACME));
  const found = [...places, ...moved].filter((place) => existsSync(place));
  assert.is(found.length, 1, `${where}: the site is at ${found.join(", ") || "no place"}`);
  for (const file of [".provisioned", "public/files/kept", "private/files/kept"])
    assert.ok(existsSync(join(found[0] ?? "", file)), `${where}: ${file} is not there`);
  const current = leadTo(bench);
  if (current === "updating") return "held";
  if (current === "suspended") return "closed";
  const name = current.split("/")[3] ?? "";
  assert.is(bench.siteIn(name, ACME), found[0], where);
  assert.is(current, linkTo(name), where);
  const done = ground.patched(bench).toSorted();
  if (done.length > 0) assert.equal(done, MIGRATED.toSorted(), where);
  assert.is(configIn(bench, name)["db_name"], SITE, where);
  assert.ok(ground.letsIn(bench), `${where}: the database does not let the site in`);
  return done.length > 0 ? "after" : "before";
}
