/** Copies killed with -9 while they are made: the next attempts make them, quiet and whole, and nothing is left of them in the end. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadInto } from "../testkit/database-content.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME } from "../testkit/stored-backup.ts";
import {
  COPIED,
  COPY,
  CREATE_COPY,
  DROP_COPY,
  NAME_COPY,
  RESTORE_COPY,
} from "../testkit/stored-copy.ts";
import { FIRST } from "../testkit/stored-restore.ts";
import { ACME, CREATE, DROP } from "./crash-injection.ts";
import { FAKE_GROUND, groundOn } from "./grounds.ts";
import type { Ground } from "./grounds.ts";
import { every, stopThroughout } from "./kill-points.ts";

/** Where a site of Frappe's says which apps it has. */
const INSTALLED = `
CREATE TABLE tabDefaultValue (parent VARCHAR(140), defkey VARCHAR(140), defvalue TEXT);
INSERT INTO tabDefaultValue VALUES ('__global', 'installed_apps', '["frappe"]');
`;

/** With what makes the database of its site one of Frappe's, where it is not. */
type CopyGround = Ground & { installed?: () => void };

const test = suite("killed copies");
const SENTENCE = "no visitor sees it before it is whole and quiet, and nothing is left over";
const withoutBucket = missingBucketServer();
const withoutMariadb = missingMariadb();
let bucket: BucketServer;

/** What is in the databases of the copy and of its original. */
interface Contents {
  copied: string[];
  original: string[];
}

/** What is killed, in which of its containers. */
const PLACES: [name: string, at: number, container: number][] = [
  ["restore's database", 1, 0],
  ["restore's site", 1, 1],
  ["rename", 2, 0],
];
const WAY = [CREATE_COPY, RESTORE_COPY, NAME_COPY];

if (withoutBucket === null) {
  test.before(async () => {
    bucket = await startBucketServer();
  });
  test.after(async () => {
    await bucket?.stop();
  });
  for (const [name, at, container] of PLACES) {
    test(`of a copy that is killed in the ${name}, ${SENTENCE}`, async () => {
      const kills = await killAnywhere(FAKE_GROUND, at, container, every(89));
      console.log(`\n${kills} kill points`);
      assert.ok(kills >= 1);
    });
  }
  if (withoutMariadb === null) addOnMariadb();
  else skip(test, `${SENTENCE}, on a real MariaDB`, "mariadb", withoutMariadb);
} else {
  skip(test, SENTENCE, "bucket-server", withoutBucket);
}
test.run();

function addOnMariadb(): void {
  test(`of a copy that is killed on a real MariaDB, ${SENTENCE}`, async () => {
    const server = await startMariadb();
    try {
      const installed = () => loadInto(server, FIRST, Buffer.from(INSTALLED));
      const ground = { ...groundOn(server), installed };
      for (const [, at, container] of PLACES) {
        const kills = await killAnywhere(ground, at, container, every(267));
        console.log(`\n${kills} kill points`);
        assert.ok(kills >= 1);
      }
    } finally {
      await server.stop();
    }
  });
}

/** Gives how often it was killed. */
async function killAnywhere(
  ground: CopyGround,
  at: number,
  container: number,
  step: number,
): Promise<number> {
  let kills = 0;
  // On the fake the databases are of the bench's directory, so that what there is before can be copied.
  const isCopied = ground.database.clientDirectory !== null;
  const template = isCopied ? await benchBefore(ground, at) : undefined;
  await stopThroughout(step, async (beforeCommand) => {
    const { bench, ...contents } =
      template === undefined
        ? await benchBefore(ground, at)
        : { ...template, bench: createSiteBench(ground.database, template.bench, bucket) };
    const proof = () => prove(bench, ground, contents, `killed before ${beforeCommand}`);
    try {
      const kill = { container, beforeCommand };
      const { status } = await bench.run({ ...(WAY[at] as Work), kill });
      if (status !== null) return false;
      kills += 1;
      proof();
      await succeed(bench, ...WAY.slice(at).map((work) => ({ ...work, generation: 2 })));
      assert.ok(isReached(bench));
      proof();
      return true;
    } finally {
      await succeed(bench, { ...DROP, generation: 99 }, DROP_COPY);
      assert.equal(await ground.databaseState(), []);
      assert.equal(readdirSync(bench.volume.hosts), []);
      assert.equal([bench.site(COPY), bench.site(ACME)].filter(existsSync), []);
      bench.remove();
    }
  });
  template?.bench.remove();
  return kills;
}

/** A site with a backup, and as much of the copy as there is before that operation. */
async function benchBefore(
  ground: CopyGround,
  at: number,
): Promise<{ bench: SiteBench } & Contents> {
  await bucket.empty();
  const bench = createSiteBench(ground.database, undefined, bucket);
  await succeed(bench, CREATE);
  ground.installed?.();
  writeFileSync(join(bench.site(ACME), "public/files/x"), "x");
  ground.write(bench, FIRST, "backed-up");
  const copied = ground.content(bench, FIRST);
  await succeed(bench, BACKUP_OF_ACME);
  ground.write(bench, FIRST, "later");
  await succeed(bench, ...WAY.slice(0, at));
  return { bench, copied, original: ground.content(bench, FIRST) };
}

function isReached(bench: SiteBench): boolean {
  return readdirSync(bench.volume.hosts).includes("copy.kairos.app");
}

/** That its original is as it was, and that it is whole as soon as anybody may get to its database. */
function prove(bench: SiteBench, ground: Ground, contents: Contents, at: string): void {
  assert.equal(ground.content(bench, FIRST), contents.original, at);
  if (isReached(bench)) isWhole(bench);
  if (isReached(bench) || ground.letsIn(bench, COPIED))
    assert.equal(ground.content(bench, COPIED), contents.copied, at);
}

function isWhole(bench: SiteBench): void {
  const text = readFileSync(join(bench.site(COPY), "site_config.json"), "utf8");
  const { db_name, mute_emails, pause_scheduler } = JSON.parse(text) as Record<string, unknown>;
  assert.equal([db_name, mute_emails, pause_scheduler], [COPIED, 1, 1]);
  assert.equal(readdirSync(join(bench.site(COPY), "public/files")), ["x"]);
}

async function succeed(bench: SiteBench, ...works: Work[]): Promise<void> {
  for (const work of works) {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind}: ${output}`);
  }
}
