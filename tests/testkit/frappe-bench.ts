/**
 * Frappe's own bench, on which the containers of real site Jobs run, as they stand in the manifests.
 *
 *   FRAPPE_BENCH                   its directory, as tests/integration/bench-contract.long.test.ts says
 *   FRAPPE_BENCH_DB_ROOT_PASSWORD  the password of the database's root at any host
 *   FRAPPE_BENCH_APP               an app of that bench beside frappe; by default the first in sites/apps.txt
 *   FRAPPE_BENCH_URL               where its web server answers; by default nobody looks
 *   FRAPPE_BENCH_NEXT              another bench, to which sites are moved, with the same apps, database and Redis servers and on the
 *                                  same file system
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { environmentOf, expand } from "../../scripts/local/fake-cluster/container.ts";
import { sitesOfBench, volumeAt } from "../../scripts/local/volume.ts";
import type { Volume } from "../../scripts/local/volume.ts";
import { benchOfJob, siteJob } from "../../shared/operations/job-manifest.ts";
import type { ManifestSettings } from "../../shared/operations/job-manifest.ts";
import { siteName } from "../../shared/tenant/names.ts";
import { readSiteScripts } from "../../shared/operations/read-scripts.ts";
import { BACKUP_KEY } from "./site-bench.ts";
import type { BucketAddress, Work } from "./site-bench.ts";
import { MAIN_BENCH, UPGRADE_SETTINGS } from "./some-bench.ts";

export interface FrappeBench {
  volume: Volume;
  /** `left` is the termination message of the last container. */
  run: (work: Work) => Promise<{ status: number | null; output: string; left: string }>;
  /** Where a site is, or would be, in a bench of that name. */
  siteIn: (bench: string, tenantId: string) => string;
  /** What SQL gives that the database's administrator runs: rows of columns. */
  sql: (statements: string) => string[][];
  /** Forgets that a tenant was dropped, so that its site may be made again. */
  forget: (tenantId: string) => void;
  remove: () => void;
}

/**
 * The bench in a directory, with a volume of its own of which the bench's sites are a part, and a bucket where backups are made.
 * `others` are the directories of further benches, by name.
 */
export function openFrappeBench(
  directory: string,
  bucket?: BucketAddress,
  others: Record<string, string> = {},
): FrappeBench {
  const sites = join(directory, "sites");
  const { uid, gid } = statSync(sites);
  const root = mkdtempSync(join(tmpdir(), "kairos-frappe-"));
  const volume = volumeAt(join(root, "volume"));
  const scratch = join(root, "scratch");
  const directories: Record<string, string> = { [MAIN_BENCH.name]: directory, ...others };
  for (const made of [volume.hosts, volume.tenants, scratch]) mkdirSync(made, { recursive: true });
  for (const [name, where] of Object.entries(directories)) {
    const link = sitesOfBench(volume.root, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(where, "sites"), link);
  }
  const owner = process.getuid?.() === 0 ? { uid, gid } : {};
  if (process.getuid?.() === 0) {
    for (const made of [root, volume.root, volume.hosts, volume.tenants, scratch])
      chownSync(made, uid, gid);
  }
  const settings = settingsOf(sites, Object.keys(directories), bucket);
  const password = process.env["FRAPPE_BENCH_DB_ROOT_PASSWORD"] ?? "";
  const secrets: Record<string, string> = {
    username: "root",
    password,
    database_password: "database-secret",
    administrator_password: "administrator-secret",
    key: BACKUP_KEY,
  };
  const base = {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    HOME: root,
    TMPDIR: scratch,
    VOLUME: volume.root,
    TERMINATION_LOG: join(scratch, "termination-log"),
  };

  async function run({ kind, tenant, generation = 1, attempt = 1, env = {}, signal }: Work) {
    const operation = { kind, generation, attempt };
    const { initContainers = [], containers = [] } =
      siteJob(tenant, operation, settings).spec?.template.spec ?? {};
    let output = "";
    let status: number | null = 0;
    for (const container of [...initContainers, ...containers]) {
      rmSync(base.TERMINATION_LOG, { force: true });
      const given =
        environmentOf(container, {
          secret: (_name, key) => secrets[key],
          podUid: "aaaaaaaa-2222-4333-8444-555555555555",
        }) ?? {};
      const [program = "", ...args] = (container.command ?? []).map((text) => expand(text, given));
      const child = spawn(program, args, {
        cwd: directories[benchOfJob(tenant, operation)],
        env: { ...base, ...given, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
        ...owner,
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
          // All of the container's processes: the first one alone is what `signal` means elsewhere, where it is no kill.
          if (signal !== undefined && output.includes(signal.after) && child.pid !== undefined)
            process.kill(signal.signal === "SIGKILL" ? -child.pid : child.pid, signal.signal);
        });
      }
      status = await new Promise<number | null>((resolve) => child.once("close", resolve));
      if (status !== 0) break;
    }
    const left = existsSync(base.TERMINATION_LOG) ? readFileSync(base.TERMINATION_LOG, "utf8") : "";
    return { status, output, left };
  }

  function sql(statements: string): string[][] {
    const server = [`--host=${settings.databaseHost}`, `--port=${settings.databasePort}`];
    const { status, stdout, stderr } = spawnSync(
      "mariadb",
      ["--no-defaults", "--protocol=tcp", ...server, "--user=root", "--batch", "-N"],
      {
        input: statements,
        env: { ...process.env, MYSQL_PWD: password },
        encoding: "utf8",
        maxBuffer: 2 ** 30,
      },
    );
    if (status !== 0) throw new Error(stderr);
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t"));
  }

  return {
    volume,
    run,
    siteIn: (name, id) => join(sitesOfBench(volume.root, name), siteName(id)),
    sql,
    forget: (tenantId) => rmSync(join(volume.tenants, `${tenantId}.gone`), { force: true }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function settingsOf(sites: string, names: string[], bucket?: BucketAddress): ManifestSettings {
  const common = JSON.parse(readFileSync(join(sites, "common_site_config.json"), "utf8")) as {
    db_host?: string;
    db_port?: number;
  };
  const file = join(sites, "apps.txt");
  const apps = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const app =
    process.env["FRAPPE_BENCH_APP"] ?? apps.find((name) => name !== "frappe" && name !== "") ?? "";
  const url = process.env["FRAPPE_BENCH_URL"] ?? null;
  return {
    namespace: "frappe",
    baseDomain: "kairos.app",
    benches: names.map((name) => ({ ...MAIN_BENCH, name, apps: [app], url })),
    ...UPGRADE_SETTINGS,
    databaseHost: common.db_host ?? "127.0.0.1",
    databasePort: common.db_port ?? 3306,
    databaseTls: "default",
    databaseCa: null,
    routerUrl: null,
    backupBucket: bucket?.name ?? null,
    backupEndpoint: bucket?.endpoint ?? "https://storage.googleapis.com",
    scripts: readSiteScripts(),
  };
}
