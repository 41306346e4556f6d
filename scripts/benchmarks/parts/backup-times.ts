/**
 * A backup of a large site and its restore, beside what the plain programs take for the same: `mariadb-dump` and `tar` through
 * zstd into files, and back. The database is a real MariaDB, and the bucket a real server of the API on this machine.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { databaseName } from "../../../shared/tenant/names.ts";
import { restoredDatabase } from "../../../shared/tenant/site-database.ts";
import { ACME, CREATE } from "../../../tests/crash/crash-injection.ts";
import { startMariadb } from "../../../tests/testkit/mariadb-server.ts";
import type { MariadbServer } from "../../../tests/testkit/mariadb-server.ts";
import { missingBucketServer, startBucketServer } from "../../../tests/testkit/own-bucket.ts";
import type { BucketServer } from "../../../tests/testkit/own-bucket.ts";
import { createSiteBench } from "../../../tests/testkit/site-bench.ts";
import type { SiteBench, Work } from "../../../tests/testkit/site-bench.ts";
import { BACKUP_OF_ACME } from "../../../tests/testkit/stored-backup.ts";
import { acmeWith, restoreUnder } from "../../../tests/testkit/stored-restore.ts";
import type { Measurement, Part } from "../measurement.ts";
import { withPeakMemory } from "../process-memory.ts";
import { measureInTurns, ratio } from "../statistics.ts";
import type { Summary } from "../statistics.ts";

const MEBIBYTE = 2 ** 20;
const ROWS = 2_000_000;
const FILES = 1024;
const TURNS = 3;

/** How much longer than the plain programs it may take, and how much memory (MiB). */
const GOAL = 1.2;
const MEMORY_GOAL = 256;

export const backup: Part = {
  name: "backup",
  description: "A backup of a site of 2 GB in the database and 1 GB of files, and its restore.",
  async measure(say) {
    const missing = missingBucketServer();
    if (missing !== null) throw new Error(missing);
    const server = await startMariadb();
    const bucket = await startBucketServer();
    const bench = createSiteBench(server.address, undefined, bucket);
    try {
      await succeed(bench, CREATE);
      fill({ bench, server });
      say("the site is filled");
      return toMeasurement(await measureAll({ bench, server, bucket, say }));
    } finally {
      await bucket.stop();
      await server.stop();
      bench.remove();
    }
  },
};

interface Measured {
  backup: Summary;
  restore: Summary;
  memory: { backup: number; restore: number };
}

interface Parts {
  bench: SiteBench;
  server: MariadbServer;
  bucket: BucketServer;
  say: (line: string) => void;
}

/** About a kilobyte a row and a mebibyte a file, of which something like half gets smaller. */
function fill({ bench, server }: Pick<Parts, "bench" | "server">): void {
  const random = [0, 1, 2, 3, 4, 5].map((n) => `SHA2(seq + ${n * 10_000_019}, 256)`).join(", ");
  const database = databaseName(ACME.id);
  server.query(
    `CREATE TABLE tabLarge (name INT PRIMARY KEY, creation DATETIME, content TEXT, INDEX (creation));
INSERT INTO tabLarge SELECT seq, '2026-01-01' + INTERVAL seq SECOND, CONCAT(${random}, REPEAT('What a customer has written. ', 20)) FROM seq_1_to_${ROWS};`,
    { database },
  );
  const directory = join(bench.site(ACME), "private/files/large");
  mkdirSync(directory, { recursive: true });
  const text = Buffer.alloc(MEBIBYTE / 2, "What a customer has written. ");
  for (let file = 0; file < FILES; file++) {
    writeFileSync(join(directory, `${file}`), Buffer.concat([randomBytes(MEBIBYTE / 2), text]));
  }
}

async function measureAll({ bench, server, bucket, say }: Parts): Promise<Measured> {
  const plain = plainPrograms(bench, server);
  const peaks = { backup: 0, restore: 0 };
  let generation = BACKUP_OF_ACME.generation ?? 1;
  let database = databaseName(ACME.id);
  const withPeak = async (kind: keyof typeof peaks, work: Work) => {
    const took = await secondsOf(async () => {
      const { peakMebibytes } = await withPeakMemory(bench.directory, () => succeed(bench, work));
      peaks[kind] = Math.max(peaks[kind], peakMebibytes);
    });
    say(`${kind}: ${took.toFixed(0)} s`);
    return took;
  };
  const backups = await measureInTurns(
    {
      plain: () => secondsOf(() => plain.dump(database)),
      ours: async () => {
        await bucket.empty();
        return withPeak("backup", BACKUP_OF_ACME);
      },
    },
    TURNS,
  );
  const restores = await measureInTurns(
    {
      plain: () => secondsOf(() => plain.load()),
      ours: async () => {
        generation += 2;
        const work = restoreUnder(generation, { database });
        const took = await withPeak("restore", work);
        database = restoredDatabase(ACME.id, generation);
        const dropping = { kind: "drop-kept", generation: generation + 1 } as const;
        await succeed(bench, { ...dropping, tenant: acmeWith({ database }) });
        return took;
      },
    },
    TURNS,
  );
  say(`plain: ${[...backups.plain, ...restores.plain].map(Math.round).join(", ")} s`);
  return {
    backup: ratio(backups.ours, backups.plain),
    restore: ratio(restores.ours, restores.plain),
    memory: peaks,
  };
}

/** What an administrator would type, with everything in files of one directory. */
function plainPrograms(bench: SiteBench, { address, query }: MariadbServer) {
  const directory = join(bench.directory, "plain");
  mkdirSync(directory);
  const { host, port, rootPassword } = address;
  const at = `--no-defaults --protocol=tcp --host=${host} --port=${port} --user=root`;
  const shell = (script: string) => run(script, directory, { MYSQL_PWD: rootPassword });
  return {
    dump: (database: string) =>
      shell(`mariadb-dump ${at} --single-transaction --quick --routines --triggers --events ${database} | zstd -q -f -o database.sql.zst
tar -C '${bench.site(ACME)}' -c public/files private/files | zstd -q -f -o files.tar.zst`),
    async load() {
      query("DROP DATABASE IF EXISTS plain; CREATE DATABASE plain;");
      await shell(`zstd -q -d -c database.sql.zst | mariadb ${at} plain
mkdir files
zstd -q -d -c files.tar.zst | tar -C files -x`);
      rmSync(join(directory, "files"), { recursive: true });
      query("DROP DATABASE plain;");
    },
  };
}

async function run(script: string, cwd: string, env: Record<string, string>): Promise<void> {
  const options = { cwd, env: { ...process.env, ...env }, stdio: "inherit" } as const;
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], options);
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error("mariadb-dump, mariadb, tar or zstd has failed");
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function succeed(bench: SiteBench, work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  if (status !== 0) throw new Error(`${work.kind}: ${output}`);
}

function toMeasurement({ backup: made, restore, memory }: Measured): Measurement {
  const peak = (what: string, value: number) => ({
    what,
    measuredAs: "most memory of its processes at once, MiB",
    value,
    spread: null,
    samples: TURNS,
    goal: MEMORY_GOAL,
  });
  const backupOf = "a backup of 2 GB and 1 GB of files";
  const restoreOf = "a restore of 2 GB and 1 GB of files";
  return {
    rows: [
      {
        what: backupOf,
        measuredAs: "time (mariadb-dump and tar, through zstd = 1)",
        ...made,
        goal: GOAL,
      },
      { what: restoreOf, measuredAs: "time (zstd, mariadb and tar = 1)", ...restore, goal: GOAL },
      peak(backupOf, memory.backup),
      peak(restoreOf, memory.restore),
    ],
    plots: [],
  };
}
