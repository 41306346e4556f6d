/**
 * Restores, and what takes them back, killed or stopped anywhere. Whatever a visitor gets then is the old site, whole, or
 * the new one, or the page that says that it is closed; and what comes next comes to what it comes to where nobody kills.
 *
 * @module
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { definitionOf } from "../../shared/operations/registry.ts";
import { siteName } from "../../shared/tenant/names.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { createSiteBench, POD_UID } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME } from "../testkit/stored-backup.ts";
import {
  acmeWith,
  FIRST,
  RESTORED,
  restoreOfAcme,
  UNDO_OF_ACME,
} from "../testkit/stored-restore.ts";
import { ACME, CREATE, DROP } from "./crash-injection.ts";
import type { Ground } from "./crash-injection.ts";

/** What is killed, in the state that what came before has left. */
export interface Killed {
  before: Work[];
  work: Work;
  /** The database of the site before it, and after it. */
  from: string;
  to: string;
}

export const RESTORING: Killed = { before: [], work: restoreOfAcme(), from: FIRST, to: RESTORED };
export const UNDOING: Killed = {
  before: [restoreOfAcme()],
  work: UNDO_OF_ACME,
  from: RESTORED,
  to: FIRST,
};

interface Killing {
  ground: Ground;
  /** The name of the container. */
  container: string;
  /** Of the kill points, every n-th. */
  everyNth: number;
  /** The form of the commands that count; all, where there is none. */
  counted?: string;
}

/** What a visitor gets: the database of the site. */
type Visited = string;

/** Commands that change something, but for what Python does, which always counts. */
export const CHANGING = "@(mv|ln|rm|mkdir|cp|mariadb|sql|query) *";

/** What follows a kill: another attempt; the record's site opened again; the site closed and opened; the tenant dropped. */
const AFTERS = ["again", "resumed", "suspended", "dropped"] as const;

/** Gives what visitors got after each kill. */
export async function killAnywhere(
  bucket: BucketServer,
  killed: Killed,
  { ground, container, everyNth, counted = "" }: Killing,
): Promise<Visited[]> {
  const isOnDisk = ground.database.clientDirectory !== null;
  const index = indexOf(killed.work, container);
  const template = isOnDisk ? await prepared(bucket, killed, ground) : null;
  const visited: Visited[] = [];
  const known = new Set<string>();
  let next = 0;
  let isOver = false;
  let states = 0;

  const killAt = async (beforeCommand: number): Promise<void> => {
    const kill = { container: index, beforeCommand };
    const bench = await copyOf(template, bucket, killed, ground);
    try {
      const { status, output } = await bench.run({
        ...killed.work,
        kill,
        env: { COUNTED_ONLY: counted },
      });
      if (status !== null) {
        assert.is(status, 0, output);
        isOver = true;
        return;
      }
      visited.push(visit(bench, isOnDisk));
      const left = isOnDisk ? bench.snapshot().join("\n") : String(beforeCommand);
      // What follows depends on nothing but what the kill has left.
      if (known.has(left)) return;
      known.add(left);
      await follow(bench, killed, AFTERS[states++ % AFTERS.length] ?? "again", isOnDisk);
    } catch (error) {
      isOver = true;
      throw new Error(`killed before ${beforeCommand} of ${container}`, { cause: error });
    } finally {
      await dropped(bench, ground);
      bench.remove();
    }
  };
  const work = async () => {
    while (!isOver) {
      const beforeCommand = next;
      next += everyNth;
      await killAt(beforeCommand);
    }
  };
  try {
    await Promise.all(Array.from({ length: isOnDisk ? 2 : 1 }, work));
  } finally {
    template?.remove();
  }
  console.log(`\n${visited.length} kill points, ${states} states: ${visited.join(" ")}`);
  return visited;
}

/**
 * Stops a Pod before each of its renames until another has done the same work, on a site that has no files or a backup
 * that has none, and lets it go on. Gives how often.
 */
export async function stopAnywhere(
  bucket: BucketServer,
  killed: Killed,
  { ground, container, everyNth }: Killing,
): Promise<number> {
  const index = indexOf(killed.work, container);
  const template = await prepared(bucket, killed, ground, []);
  try {
    for (let stops = 0; ; stops += 1) {
      const bench = await copyOf(template, bucket, killed, ground);
      let wasStopped = false;
      const meanwhile = async () => {
        wasStopped = true;
        await succeed(bench, { ...killed.work, attempt: 2 });
      };
      try {
        await bench.run({
          ...killed.work,
          podUid: POD_UID.replaceAll("a", "b"),
          pause: { container: index, beforeCommand: stops * everyNth },
          meanwhile,
          env: { COUNTED_ONLY: "mv *" },
        });
        if (!wasStopped) return stops;
        const at = `stopped before rename ${stops * everyNth}`;
        const config = configOf(bench);
        assert.is(config.db_name, killed.to, at);
        assert.is(config.mark, killed.to === RESTORED ? undefined : "later", at);
        const files = readdirSync(join(bench.site(ACME), "public/files"));
        assert.equal(files, killed.to === RESTORED ? ["backed-up"] : [], at);
        const old = join(ownThing(bench, "before-restore"), killed.from, "public/files");
        assert.equal(readdirSync(old), killed.from === RESTORED ? ["backed-up"] : [], at);
      } finally {
        bench.remove();
      }
    }
  } finally {
    template.remove();
  }
}

function indexOf(work: Work, container: string): number {
  const index = definitionOf(work.kind).containers.findIndex(({ name }) => name === container);
  assert.ok(index >= 0, `${work.kind} has no container ${container}`);
  return index;
}

function copyOf(
  template: SiteBench | null,
  bucket: BucketServer,
  killed: Killed,
  ground: Ground,
): Promise<SiteBench> | SiteBench {
  return template === null
    ? prepared(bucket, killed, ground)
    : createSiteBench(ground.database, template, bucket);
}

/** What there is before it: files of the backup, others that came later, and a setting that came later. */
async function prepared(
  bucket: BucketServer,
  { before }: Killed,
  ground: Ground,
  later = ["backed-up", "later"],
): Promise<SiteBench> {
  await bucket.empty();
  const bench = createSiteBench(ground.database, undefined, bucket);
  await succeed(bench, CREATE);
  for (const folder of FOLDERS) writeFileSync(join(bench.site(ACME), folder, "backed-up"), "");
  await succeed(bench, BACKUP_OF_ACME);
  for (const folder of FOLDERS) leaveFiles(join(bench.site(ACME), folder), later);
  const config = { ...configOf(bench), mark: "later" };
  writeFileSync(join(bench.site(ACME), "site_config.json"), JSON.stringify(config, null, 1));
  for (const work of before) await succeed(bench, work);
  return bench;
}

const FOLDERS = ["public/files", "private/files"];

function leaveFiles(folder: string, names: string[]): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const name of names) writeFileSync(join(folder, name), "");
}

function ownThing(bench: SiteBench, path: string): string {
  return join(bench.volume.tenants, siteName(ACME.id), ACME.id, path);
}

function configOf(bench: SiteBench): { db_name: string; mark?: string } {
  const text = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
  return JSON.parse(text) as { db_name: string; mark?: string };
}

async function follow(
  bench: SiteBench,
  { work, from, to }: Killed,
  after: (typeof AFTERS)[number],
  isOnDisk: boolean,
): Promise<void> {
  const recorded = acmeWith({ database: from });
  if (after === "again") {
    await succeed(bench, { ...work, attempt: 2 });
    assert.is(visit(bench, isOnDisk), to, after);
    assert.not(existsSync(ownThing(bench, "restored")));
    assert.equal(readdirSync(ownThing(bench, "before-restore")), [from]);
    const kept = join(ownThing(bench, "before-restore"), from);
    for (const folder of FOLDERS) assert.equal(readdirSync(join(kept, folder)), filesOf(from));
  } else if (after !== "dropped") {
    if (after === "suspended") {
      await succeed(bench, { kind: "suspend", tenant: recorded, generation: 50 });
      assert.is(visit(bench, isOnDisk), "closed", after);
    }
    await succeed(bench, { kind: "resume", tenant: recorded, generation: 51 });
    assert.is(visit(bench, isOnDisk), from, after);
  }
}

/** Drops the tenant as it is, and sees that nothing of it is left. */
async function dropped(bench: SiteBench, ground: Ground): Promise<void> {
  await succeed(bench, { ...DROP, tenant: acmeWith({}), generation: 99 });
  assert.equal(await ground.databaseState(), []);
  if (ground.database.clientDirectory === null) return;
  assert.equal(readdirSync(join(bench.databases, "databases")), []);
  assert.equal(readdirSync(join(bench.databases, "users")), ["root@%"]);
}

function filesOf(database: string): string[] {
  return database === RESTORED ? ["backed-up"] : ["backed-up", "later"];
}

/** Throws where it is neither site, whole, that a visitor gets. */
function visit(bench: SiteBench, isOnDisk: boolean): Visited {
  const current = readlinkSync(join(bench.volume.tenants, siteName(ACME.id), "current"));
  if (current === "suspended") return "closed";
  const { db_name, mark } = configOf(bench);
  assert.is(mark, db_name === RESTORED ? undefined : "later");
  for (const folder of FOLDERS) {
    assert.equal(readdirSync(join(bench.site(ACME), folder)).toSorted(), filesOf(db_name), folder);
  }
  const lock = join(bench.databases, "users", `${db_name}@%`, "locked");
  if (isOnDisk) assert.not(existsSync(lock), "who is let in finds the database locked");
  return db_name;
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}
