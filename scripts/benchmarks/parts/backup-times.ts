/**
 * A backup of a large site and its restore, beside what the plain programs take for the same: `mariadb-dump` and `tar` through
 * zstd into files, and back. The database is a real MariaDB, and the bucket a real server of the API on this machine. That server
 * is not on a site's node, and needs a good part of the processors: so it is measured in two ways, with a processor for all that is
 * on the node and others for the bucket, and with everything on all of them.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
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
import type { Measurement, Part, Row } from "../measurement.ts";
import { withPeakMemory } from "../process-memory.ts";
import { measureInTurns, ratio } from "../statistics.ts";
import type { Summary } from "../statistics.ts";

const MEBIBYTE = 2 ** 20;
const ROWS = 2_000_000;
const FILES = 1024;
const TURNS = 3;

const PLAIN = {
  backup: "mariadb-dump and tar, through zstd",
  restore: "zstd, mariadb and tar",
};

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

/** Of a backup or a restore, in both ways to measure it. */
interface Measured {
  /** The bucket's server has processors of its own, as one that is not on the site's node. */
  apart: Summary;
  /** All of them share all processors. */
  together: Summary;
  /** MiB. */
  memory: number;
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

async function measureAll(parts: Parts): Promise<Record<"backup" | "restore", Measured>> {
  const { bench, server, bucket } = parts;
  const plain = plainPrograms(bench, server);
  let generation = BACKUP_OF_ACME.generation ?? 1;
  let database = databaseName(ACME.id);
  const made = await measureBothWays(parts, {
    plain: () => plain.dump(database),
    before: () => bucket.empty(),
    work: () => BACKUP_OF_ACME,
  });
  const restored = await measureBothWays(parts, {
    plain: () => plain.load(),
    work: () => restoreUnder((generation += 2), { database }),
    async after() {
      database = restoredDatabase(ACME.id, generation);
      const dropping = { kind: "drop-kept", generation: generation + 1 } as const;
      await succeed(bench, { ...dropping, tenant: acmeWith({ database }) });
    },
  });
  return { backup: made, restore: restored };
}

/** What is measured, and what is to be done around it. */
interface Measuring {
  plain: () => Promise<void>;
  work: () => Work;
  before?: () => Promise<void>;
  after?: () => Promise<void>;
}

async function measureBothWays(parts: Parts, measuring: Measuring): Promise<Measured> {
  const { server, bucket } = parts;
  const all = `0-${availableParallelism() - 1}`;
  const own = [process.pid, server.pid()];
  let memory = 0;
  const measure = async () => {
    const { ratios, peakMebibytes } = await measureWork(parts, measuring);
    memory = Math.max(memory, peakMebibytes);
    return ratios;
  };
  const together = await measure();
  try {
    for (const pid of own) runOn("0", pid);
    runOn(all.replace("0", "1"), bucket.pid());
    return { together, apart: await measure(), memory };
  } finally {
    for (const pid of [...own, bucket.pid()]) runOn(all, pid);
  }
}

async function measureWork(
  { bench, say }: Parts,
  { plain, work, before, after }: Measuring,
): Promise<{ ratios: Summary; peakMebibytes: number }> {
  let peak = 0;
  const { plain: bases, ours } = await measureInTurns(
    {
      plain: () => secondsOf(plain),
      async ours() {
        await before?.();
        const next = work();
        const took = await secondsOf(async () => {
          const { peakMebibytes } = await withPeakMemory(bench.directory, () =>
            succeed(bench, next),
          );
          peak = Math.max(peak, peakMebibytes);
        });
        say(`${next.kind}: ${took.toFixed(0)} s`);
        await after?.();
        return took;
      },
    },
    TURNS,
  );
  say(`plain: ${bases.map(Math.round).join(", ")} s`);
  return { ratios: ratio(ours, bases), peakMebibytes: peak };
}

/** Has a process, with all that it starts from now on, run on these processors alone. */
function runOn(processors: string, pid: number | undefined): void {
  const args = ["--all-tasks", "--cpu-list", "--pid", processors, String(pid)];
  execFileSync("taskset", args, { stdio: ["ignore", "ignore", "inherit"] });
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

function toMeasurement(measured: Record<"backup" | "restore", Measured>): Measurement {
  const rows = (["backup", "restore"] as const).flatMap((kind) => {
    const { apart, together, memory } = measured[kind];
    const what = `a ${kind} of 2 GB and 1 GB of files`;
    const base = `${PLAIN[kind]} = 1`;
    const times = [
      { what, measuredAs: `time on one processor, the bucket's on another (${base})`, ...apart },
      { what, measuredAs: `time on all, which the bucket's server shares (${base})`, ...together },
    ].map((row): Row => ({ ...row, goal: GOAL }));
    const measuredAs = "most memory of its processes at once, MiB";
    const counted = { value: memory, spread: null, samples: 2 * TURNS, goal: MEMORY_GOAL };
    return [...times, { what, measuredAs, ...counted }];
  });
  return { rows, plots: [] };
}
