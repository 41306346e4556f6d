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

/** Gives what visitors got after each kill. The restored site is taken back and dropped, and then the next one is restored. */
export async function killRestores(bucket: BucketServer, killing: Killing): Promise<Visited[]> {
  return await onSite(bucket, killing, async ({ bench, first, backedUp, state, stopIn }) => {
    let generation = 3;
    const restoreAndBack = async (kill?: Kill) => {
      const database = restoredDatabase(ACME.id, generation);
      const restore = restoreUnder(generation++);
      const restored = { ...backedUp, database };
      const wasKilled = await stopIn(restore, { old: first, wanted: restored }, kill);
      await succeed(bench, undoUnder(generation++, database, FIRST));
      await succeed(bench, { kind: "drop-kept", tenant: acmeWith({}), generation: generation++ });
      return wasKilled;
    };
    await restoreAndBack();
    const before = await state();
    return async (kill) => {
      const wasKilled = await restoreAndBack(kill);
      assert.equal(await state(), before, toText(kill));
      return wasKilled;
    };
  });
}

/**
 * Likewise, of what takes a restore back after which something was written. It is taken back itself by the next one: so the two sites
 * change places each time.
 */
export async function killUndoing(bucket: BucketServer, killing: Killing): Promise<Visited[]> {
  return await onSite(bucket, killing, async ({ bench, first, state, stopIn, write, look }) => {
    let generation = 3;
    const database = restoredDatabase(ACME.id, generation);
    await succeed(bench, restoreUnder(generation++));
    write(database, "since");
    let [old, wanted] = [look(database), first];
    const undo = async (kill?: Kill) => {
      const work = undoUnder(generation++, old.database, wanted.database);
      const wasKilled = await stopIn(work, { old, wanted, isMade: true }, kill);
      [old, wanted] = [wanted, old];
      return wasKilled;
    };
    const ends = new Map<Whole, string[]>();
    for (let turn = 0; turn < 3; turn++) {
      await undo();
      ends.set(old, await state());
    }
    return async (kill) => {
      const wasKilled = await undo(kill);
      assert.equal(await state(), ends.get(old), toText(kill));
      return wasKilled;
    };
  });
}

/** The site with a backup, and what is done with it. */
interface Life {
  bench: SiteBench;
  /** What it has at first, and what of it is in the backup. */
  first: Whole;
  backedUp: Whole;
  /** Writes a file of that name into the site, and a row into that database. */
  write: (database: string, what: string) => void;
  /** The site as it is, with that database. */
  look: (database: string) => Whole;
  /** All that there is. */
  state: () => Promise<string[]>;
  /** Runs a Job, and again where it was killed: then the wanted site has come in the place of the old one. Gives whether it was. */
  stopIn: (work: Work, sites: Sites, kill?: Kill) => Promise<boolean>;
}

/** What is in the site's place before the killed Job, and after it. */
interface Sites {
  old: Whole;
  wanted: Whole;
  /** Whether that is there already. */
  isMade?: boolean;
}

/** Has a site live for what is killed, of which `begin` gives how to do it once more. */
async function onSite(
  bucket: BucketServer,
  { everyNth, ground, container }: Killing,
  begin: (life: Life) => Promise<(kill: Kill) => Promise<boolean>>,
): Promise<Visited[]> {
  const visited: Visited[] = [];
  await bucket.empty();
  const bench = createSiteBench(ground.database, undefined, bucket);
  const write = (database: string, what: string) => {
    writeFileSync(join(bench.site(ACME), FILES, what), what);
    ground.write(bench, database, what);
  };
  const look = (database: string) => ({
    database,
    content: ground.content(bench, database),
    files: filesOf(bench.site(ACME)),
  });
  const stopIn = async (work: Work, sites: Sites, kill?: Kill): Promise<boolean> => {
    const { status, output } = await bench.run(kill === undefined ? work : { ...work, kill });
    if (status === null) {
      visited.push(visit(bench, ground, sites, toText(kill)));
      await succeed(bench, { ...work, attempt: 2 });
    } else {
      assert.is(status, 0, output);
    }
    assert.is(visit(bench, ground, sites, toText(kill)), "new", toText(kill));
    assert.not(existsSync(ownThing(bench, "restored")), toText(kill));
    return status === null;
  };
  const state = async () => [...siteIn(bench), ...(await ground.databaseState())];
  try {
    await succeed(bench, CREATE);
    write(FIRST, "backed-up");
    const backedUp = look(FIRST);
    await succeed(bench, BACKUP_OF_ACME);
    write(FIRST, "later");
    const life = { bench, first: look(FIRST), backedUp, write, look, state, stopIn };
    const killOnce = await begin(life);
    await stopThroughout(everyNth, (beforeCommand) => killOnce({ container, beforeCommand }));
    await succeed(bench, { ...DROP, tenant: acmeWith({}), generation: 999_999 });
    assert.equal(await ground.databaseState(), []);
    return visited;
  } finally {
    bench.remove();
  }
}

function toText(kill?: Kill): string {
  return kill === undefined
    ? "not killed"
    : `killed before ${kill.beforeCommand} of ${kill.container}`;
}

const FILES = "public/files";

function filesOf(place: string): string[] {
  return existsSync(join(place, FILES)) ? readdirSync(join(place, FILES)).toSorted() : [];
}

function ownThing(bench: SiteBench, path: string): string {
  return join(bench.volume.tenants, siteName(ACME.id), ACME.id, path);
}

/** Throws where it is neither site, whole, that a visitor gets, or where one of them is lost. */
function visit(
  bench: SiteBench,
  ground: Ground,
  { old, wanted, isMade = false }: Sites,
  at: string,
): Visited {
  const link = readlinkSync(join(bench.volume.tenants, siteName(ACME.id), "current"));
  const isClosed = link === "suspended";
  isSomewhere(bench, ground, old, at);
  // Nothing is closed before all is made, and who finds the user of the new database takes that for whole.
  if (isMade || isClosed || ground.letsIn(bench, wanted.database))
    isSomewhere(bench, ground, wanted, at);
  if (isClosed) return "closed";
  const text = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
  const { db_name } = JSON.parse(text) as { db_name: string };
  const site = db_name === wanted.database ? wanted : old;
  assert.is(db_name, site.database, at);
  assert.ok(ground.letsIn(bench, db_name), `${at}: the database does not let the site in`);
  assert.equal(filesOf(bench.site(ACME)), site.files, at);
  assert.ok(existsSync(join(bench.site(ACME), "private/files")), at);
  return site === wanted ? "new" : "old";
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
