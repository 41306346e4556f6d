/**
 * Restores, and what takes them back, killed before every n-th command. Whatever a visitor gets then is the old site, whole, or
 * the new one, or the page that says that it is closed; and the next attempt comes to what one comes to that nobody kills.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { siteName } from "../../shared/tenant/names.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
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
import { stopThroughout } from "./kill-points.ts";

interface Killing {
  everyNth: number;
  ground: Ground;
  /** Which of the Job's containers. */
  container: number;
}

/** What a visitor gets. */
type Visited = "old" | "new" | "closed";

/** Gives what visitors got after each kill. */
export function killRestores(bucket: BucketServer, killing: Killing): Promise<Visited[]> {
  return killAnywhere(bucket, [], restoreOfAcme(), RESTORED, killing);
}

/** Likewise, of what takes a restore back. */
export function killUndoing(bucket: BucketServer, killing: Killing): Promise<Visited[]> {
  return killAnywhere(bucket, [restoreOfAcme()], UNDO_OF_ACME, FIRST, killing);
}

async function killAnywhere(
  bucket: BucketServer,
  before: Work[],
  killed: Work,
  wanted: string,
  { everyNth, ground, container }: Killing,
): Promise<Visited[]> {
  const visited: Visited[] = [];
  // On the fake the database is of the bench's directory, so that what there is before can be copied.
  const isCopied = ground.database.clientDirectory !== null;
  const template = isCopied ? await benchBefore(bucket, before, ground) : undefined;
  try {
    await stopThroughout(everyNth, async (beforeCommand) => {
      const bench =
        template === undefined
          ? await benchBefore(bucket, before, ground)
          : createSiteBench(ground.database, template, bucket);
      try {
        const { status } = await bench.run({ ...killed, kill: { container, beforeCommand } });
        if (status !== null) return false;
        visited.push(visit(bench, wanted));
        await succeed(bench, { ...killed, attempt: 2 });
        assert.is(visit(bench, wanted), "new", `killed before ${beforeCommand} of ${container}`);
        assert.not(existsSync(ownThing(bench, "restored")));
        return true;
      } finally {
        await succeed(bench, { ...DROP, tenant: acmeWith({}), generation: 99 });
        assert.equal(await ground.databaseState(), []);
        bench.remove();
      }
    });
    return visited;
  } finally {
    template?.remove();
  }
}

/** A site with a backup, after what else is to have happened. */
async function benchBefore(
  bucket: BucketServer,
  before: Work[],
  { database }: Ground,
): Promise<SiteBench> {
  await bucket.empty();
  const bench = createSiteBench(database, undefined, bucket);
  const write = (file: string) => writeFileSync(join(bench.site(ACME), "public/files", file), file);
  await succeed(bench, CREATE);
  write("backed-up");
  await succeed(bench, BACKUP_OF_ACME);
  write("later");
  for (const work of before) await succeed(bench, work);
  return bench;
}

function ownThing(bench: SiteBench, path: string): string {
  return join(bench.volume.tenants, siteName(ACME.id), ACME.id, path);
}

/** Throws where it is neither site, whole, that a visitor gets. */
function visit(bench: SiteBench, wanted: string): Visited {
  const current = readlinkSync(join(bench.volume.tenants, siteName(ACME.id), "current"));
  if (current === "suspended") return "closed";
  const text = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
  const { db_name } = JSON.parse(text) as { db_name: string };
  const files = readdirSync(join(bench.site(ACME), "public/files")).toSorted();
  assert.ok(existsSync(join(bench.site(ACME), "private/files")));
  assert.equal(files, db_name === RESTORED ? ["backed-up"] : ["backed-up", "later"]);
  return db_name === wanted ? "new" : "old";
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind}: ${output}`);
}
