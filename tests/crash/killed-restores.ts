/**
 * Restores, and what takes them back, killed before every n-th command. Whatever a visitor gets then is the old site, whole, or
 * the new one, or the page that says that it is closed; neither is lost; and the next attempt comes to what one comes to that nobody
 * kills.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import { restoredDatabase } from "../../shared/tenant/site-database.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { Kill, SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, siteIn } from "../testkit/stored-backup.ts";
import { acmeWith, FIRST, restoreUnder, undoUnder } from "../testkit/stored-restore.ts";
import { ACME, CREATE, DROP } from "./crash-injection.ts";
import type { Ground } from "./grounds.ts";
import { stopThroughout } from "./kill-points.ts";

interface Killing {
  everyNth: number;
  ground: Ground;
  /** Which of the Job's containers. */
  container: number;
}

/** What a visitor gets. */
type Visited = "old" | "new" | "closed";

/** What there is of a site. */
interface Whole {
  database: string;
  content: string[];
  files: string[];
}

/** The two that change places, and whether it is the first one that the killed Job puts in its place. */
interface Sites {
  first: Whole;
  restored: Whole;
  isUndone: boolean;
}

/** Gives what visitors got after each kill. */
export function killRestores(bucket: BucketServer, killing: Killing): Promise<Visited[]> {
  return killAnywhere(bucket, "restore", killing);
}

/** Likewise, of what takes a restore back after which something was written. */
export function killUndoing(bucket: BucketServer, killing: Killing): Promise<Visited[]> {
  return killAnywhere(bucket, "undo-restore", killing);
}

/** For each kill the site goes there and back: it is restored, that is taken back, and what was restored is dropped. */
async function killAnywhere(
  bucket: BucketServer,
  kind: "restore" | "undo-restore",
  { everyNth, ground, container }: Killing,
): Promise<Visited[]> {
  const visited: Visited[] = [];
  const bench = createSiteBench(ground.database, undefined, bucket);
  let generation = 3;
  /** Gives whether it was killed. */
  const runKilled = async (work: Work, sites: Sites, kill?: Kill): Promise<boolean> => {
    const at = `killed before ${kill?.beforeCommand ?? "none"} of ${container}`;
    const { status, output } = await bench.run(kill === undefined ? work : { ...work, kill });
    if (status === null) {
      visited.push(visit(bench, ground, sites, at));
      await succeed(bench, { ...work, attempt: 2 });
    } else {
      assert.is(status, 0, output);
    }
    assert.is(visit(bench, ground, sites, at), "new", at);
    assert.not(existsSync(ownThing(bench, "restored")), at);
    return status === null;
  };
  try {
    const { backedUp, first } = await makeSite(bench, bucket, ground);
    const goThereAndBack = async (kill?: Kill): Promise<boolean> => {
      const database = restoredDatabase(ACME.id, generation);
      const restore = restoreUnder(generation);
      const undo = undoUnder(generation + 1, database);
      const dropKept: Work = {
        kind: "drop-kept",
        tenant: acmeWith({}),
        generation: generation + 2,
      };
      generation += 3;
      let wasKilled: boolean;
      if (kind === "restore") {
        const restored = { ...backedUp, database };
        wasKilled = await runKilled(restore, { first, restored, isUndone: false }, kill);
        await succeed(bench, undo);
      } else {
        await succeed(bench, restore);
        write(bench, ground, database, "since");
        const restored = wholeSite(bench, ground, database);
        wasKilled = await runKilled(undo, { first, restored, isUndone: true }, kill);
      }
      await succeed(bench, dropKept);
      return wasKilled;
    };
    const state = async () => [...siteIn(bench), ...(await ground.databaseState())];
    await goThereAndBack();
    const before = await state();
    await stopThroughout(everyNth, async (beforeCommand) => {
      const wasKilled = await goThereAndBack({ container, beforeCommand });
      assert.equal(await state(), before, `killed before ${beforeCommand} of ${container}`);
      return wasKilled;
    });
    await succeed(bench, { ...DROP, tenant: acmeWith({}), generation });
    assert.equal(await ground.databaseState(), []);
    return visited;
  } finally {
    bench.remove();
  }
}

/** A site with a backup, in which something was written before and afterwards. */
async function makeSite(
  bench: SiteBench,
  bucket: BucketServer,
  ground: Ground,
): Promise<{ backedUp: Whole; first: Whole }> {
  await bucket.empty();
  await succeed(bench, CREATE);
  write(bench, ground, FIRST, "backed-up");
  const backedUp = wholeSite(bench, ground, FIRST);
  await succeed(bench, BACKUP_OF_ACME);
  write(bench, ground, FIRST, "later");
  return { backedUp, first: wholeSite(bench, ground, FIRST) };
}

function write(bench: SiteBench, ground: Ground, database: string, what: string): void {
  writeFileSync(join(bench.site(ACME), FILES, what), what);
  ground.write(bench, database, what);
}

function wholeSite(bench: SiteBench, ground: Ground, database: string): Whole {
  return { database, content: ground.content(bench, database), files: filesOf(bench.site(ACME)) };
}

const FILES = "public/files";

function filesOf(place: string): string[] {
  return existsSync(join(place, FILES)) ? readdirSync(join(place, FILES)).toSorted() : [];
}

function ownThing(bench: SiteBench, path: string): string {
  return join(bench.volume.tenants, siteName(ACME.id), ACME.id, path);
}

/** Throws where it is neither site, whole, that a visitor gets, or where one of them is lost. */
function visit(bench: SiteBench, ground: Ground, sites: Sites, at: string): Visited {
  const { first, restored, isUndone } = sites;
  const link = readlinkSync(join(bench.volume.tenants, siteName(ACME.id), "current"));
  const isClosed = link === "suspended";
  isSomewhere(bench, ground, first, at);
  // Nothing is closed before all is made, and who finds the user of the new database takes that for whole.
  if (isUndone || isClosed || ground.letsIn(bench, restored.database))
    isSomewhere(bench, ground, restored, at);
  if (isClosed) return "closed";
  const text = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
  const { db_name } = JSON.parse(text) as { db_name: string };
  const site = db_name === restored.database ? restored : first;
  assert.is(db_name, site.database, at);
  assert.ok(ground.letsIn(bench, db_name), `${at}: the database does not let the site in`);
  assert.equal(filesOf(bench.site(ACME)), site.files, at);
  assert.ok(existsSync(join(bench.site(ACME), "private/files")), at);
  return (site === first) === isUndone ? "new" : "old";
}

/** That it is whole, wherever its files are. */
function isSomewhere(bench: SiteBench, ground: Ground, site: Whole, at: string): void {
  assert.equal(ground.content(bench, site.database), site.content, `${at}: ${site.database}`);
  const kept = ownThing(bench, "before-restore");
  const places = [
    bench.site(ACME),
    ownThing(bench, "restored"),
    ...(existsSync(kept) ? readdirSync(kept).map((name) => join(kept, name)) : []),
  ];
  const found = places.map((place) => filesOf(place).join());
  assert.ok(found.includes(site.files.join()), `${at}: ${site.database} is left without its files`);
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}
