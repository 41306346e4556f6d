/**
 * A bench on which the containers of real site Jobs run, as they stand in the manifests, and may be
 * killed anywhere.
 *
 * @module
 */
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Dirent } from "node:fs";
import { join, relative } from "node:path";
import type { Writable } from "node:stream";
import type { V1Container, V1Job } from "@kubernetes/client-node";
import {
  FAKE_BENCH_DIRECTORY,
  initialiseDatabase,
  FAKE_MARIADB_DIRECTORY,
  SYSTEM_PATH,
} from "../../scripts/local/fake-database.ts";
import { makeVolume, sitesOfBench, siteDirectory, volumeAt } from "../../scripts/local/volume.ts";
import type { Volume } from "../../scripts/local/volume.ts";
import { makeFakeImage, putApps } from "../../scripts/local/fake-image.ts";
import type { AppOfImage } from "../../scripts/local/fake-image.ts";
import { environmentOf, expand } from "../../scripts/local/fake-cluster/container.ts";
import { benchOfJob, siteJob } from "../../shared/operations/job-manifest.ts";
import type { ManifestSettings } from "../../shared/operations/job-manifest.ts";
import { parseTerminationMessage } from "../../shared/kubernetes/termination-message.ts";
import { readSiteScripts } from "../../shared/operations/read-scripts.ts";
import { siteName } from "../../shared/tenant/names.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import type { OperationKind } from "../../shared/operations/registry.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { eventually, temporaryDirectory } from "./stack-fixture.ts";
import { REQUESTER } from "./requester.ts";

/** Where the scripts find their database. */
export interface DatabaseAddress {
  host: string;
  port: number;
  rootPassword: string;
  /** On the PATH before everything else: the fake client, or nothing for the real one. */
  clientDirectory: string | null;
}

export const STAND_IN: DatabaseAddress = {
  host: "mariadb",
  port: 3306,
  rootPassword: "root-secret",
  clientDirectory: FAKE_MARIADB_DIRECTORY,
};

export interface PodRun {
  /** The exit code of the container that ended the Pod; null when it was killed. */
  status: number | null;
  output: string;
  /** What that container said of its end; null where it gave no reason. */
  message: { step: string; reason: string; code?: string } | null;
  /** What its success has come to. */
  result: Record<string, number> | null;
  /** The termination message of every container that ran, as it was left; null of one that left none. */
  left: (string | null)[];
}

/** Kills the process group of a container before its n-th command, counted over all of its shells. */
export interface Kill {
  container: number;
  beforeCommand: number;
}

/** Stops a container before its n-th command until something else has happened. */
export type Pause = Kill;

/** What a container may be told from outside once it has said something. */
export interface Signal {
  /** Sent when the container's output holds this. */
  after: string;
  signal: NodeJS.Signals;
}

export interface Work {
  kind: OperationKind;
  tenant: Tenant;
  generation?: number;
  attempt?: number;
  /** Which of the Pods of the Job it is. */
  podUid?: string;
  kill?: Kill;
  pause?: Pause;
  /** What happens while it is paused. */
  meanwhile?: () => Promise<void>;
  /** Sent to the container's first process alone, as a kubelet does. */
  signal?: Signal;
  env?: Record<string, string>;
}

const DOMAIN = "kairos.app";

/** Of the user of every site's database. */
export const DATABASE_PASSWORD = "database-secret";

/** Of a Pod that says nothing else. */
export const POD_UID = "aaaaaaaa-2222-4333-8444-555555555555";

export function tenantNamed(subdomain: string, id: string): Tenant {
  const wanted = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  return newTenant({ id, commandId: "w", requestedBy: REQUESTER, ...wanted }, new Date(0));
}

export interface SiteBench {
  directory: string;
  volume: Volume;
  /** The sites of the bench. */
  sites: string;
  /** Where the fake database keeps everything. */
  databases: string;
  run: (work: Work) => Promise<PodRun>;
  site: (tenant: Tenant) => string;
  /** Gives it a second bench on the same volume. */
  addBench: (name: string) => void;
  /** Where a site is in a bench of that name. */
  siteIn: (bench: string, tenant: Tenant) => string;
  /** What is in the image of a bench: the version of each app, and the patches that its migrations make. */
  setImage: (bench: string, apps: Record<string, AppOfImage>) => void;
  /** Every path of sites and database with what it holds, for comparison. */
  snapshot: () => string[];
  remove: () => void;
}

/** Where the scripts find the bucket of backups. */
export interface BucketAddress {
  name: string;
  endpoint: string;
}

/** The key with which the backups of every tenant of a bench are encrypted. */
export const BACKUP_KEY = "b4".repeat(32);

/** An empty bench, or a copy of another one. */
export function createSiteBench(
  database: DatabaseAddress = STAND_IN,
  template?: SiteBench,
  bucket?: BucketAddress,
): SiteBench {
  const directory = temporaryDirectory();
  const volume = volumeAt(join(directory, "volume"));
  const { sites } = volume;
  const scratch = join(directory, "scratch");
  const databases = join(directory, "database");
  if (template === undefined) {
    makeVolume(volume, directory);
    for (const app of ["frappe", "erpnext"])
      mkdirSync(join(directory, "apps", app), { recursive: true });
    symlinkSync(join(FAKE_BENCH_DIRECTORY, "env"), join(directory, "env"));
    writeFileSync(join(sites, "common_site_config.json"), '{"mail_server": "smtp.example"}\n');
    if (database.clientDirectory !== null) initialiseDatabase(databases, database.rootPassword);
  } else {
    cpSync(template.directory, directory, { recursive: true, verbatimSymlinks: true });
    // The copy's own, and not the template's.
    rmSync(join(directory, "sites"));
    makeVolume(volume, directory);
    for (const name of otherBenches()) linkSites(name);
  }
  mkdirSync(scratch, { recursive: true });
  const killing = join(scratch, "killing.sh");
  writeFileSync(killing, KILLING);
  const counting = join(scratch, "counting");
  mkdirSync(counting, { recursive: true });
  writeFileSync(join(counting, "python3"), COUNTING_PYTHON, { mode: 0o755 });

  const secrets: Record<string, string> = {
    username: "root",
    password: database.rootPassword,
    database_password: DATABASE_PASSWORD,
    administrator_password: "administrator-secret",
    key: BACKUP_KEY,
  };
  const secret = (_name: string, key: string) => secrets[key];

  const settings: ManifestSettings = {
    namespace: "frappe",
    baseDomain: DOMAIN,
    benches: [MAIN_BENCH],
    ...UPGRADE_SETTINGS,
    databaseHost: database.host,
    databasePort: database.port,
    databaseTls: "default",
    databaseCa: null,
    routerUrl: null,
    backupBucket: bucket?.name ?? null,
    backupEndpoint: bucket?.endpoint ?? "https://storage.googleapis.com",
    scripts: readSiteScripts(),
  };

  /** What stands for the working directory of that bench's image. */
  function directoryOf(name: string): string {
    return name === MAIN_BENCH.name ? directory : join(directory, "benches", name);
  }

  function otherBenches(): string[] {
    const all = join(directory, "benches");
    return existsSync(all) ? readdirSync(all) : [];
  }

  function linkSites(name: string): void {
    const link = join(directoryOf(name), "sites");
    rmSync(link, { force: true });
    symlinkSync(sitesOfBench(volume.root, name), link);
  }

  function addBench(name: string): void {
    mkdirSync(sitesOfBench(volume.root, name), { recursive: true });
    makeFakeImage(directoryOf(name), sitesOfBench(volume.root, name), {});
  }

  const setImage = (name: string, apps: Record<string, AppOfImage>) =>
    putApps(directoryOf(name), apps);

  /** Runs the containers of a site Job, one after another, as long as they succeed. */
  async function run(work: Work): Promise<PodRun> {
    const { kind, tenant, generation = 1, attempt = 1, kill, env = {} } = work;
    const { podUid = POD_UID } = work;
    const operation = { kind, generation, attempt };
    const names = new Set([MAIN_BENCH.name, ...otherBenches()]);
    const benches = [...names].map((name) => ({ ...MAIN_BENCH, name }));
    const containers = containersOf(siteJob(tenant, operation, { ...settings, benches }));
    const cwd = directoryOf(benchOfJob(tenant, operation));
    let last: PodRun = { status: 0, output: "", message: null, result: null, left: [] };
    for (const [index, container] of containers.entries()) {
      const before = kill?.container === index ? kill.beforeCommand : null;
      const pause = work.pause?.container === index ? work : null;
      const given = { ...environmentOf(container, { secret, podUid }), ...env };
      const ended = await runContainer(container, given, before, pause, work.signal ?? null, cwd);
      last = {
        ...ended,
        output: last.output + ended.output,
        left: [...last.left, ...ended.left],
      };
      if (last.status !== 0) return last;
    }
    return last;
  }

  async function runContainer(
    container: V1Container,
    env: Record<string, string>,
    beforeCommand: number | null,
    pausing: Work | null,
    signal: Signal | null,
    cwd: string,
  ): Promise<PodRun> {
    const own = mkdtempSync(join(scratch, "container-"));
    const terminationLog = join(own, "termination-log");
    const paused = join(own, "paused");
    const [command = "", ...args] = (container.command ?? []).map((text) => expand(text, env));
    const isCounted = beforeCommand !== null || pausing !== null;
    const path = [isCounted ? counting : null, FAKE_BENCH_DIRECTORY, database.clientDirectory];
    const child = spawn(command, args, {
      cwd,
      env: {
        PATH: [...path.filter((entry) => entry !== null), SYSTEM_PATH].join(":"),
        PYTHON_COUNTING,
        TMPDIR: scratch,
        TERMINATION_LOG: terminationLog,
        VOLUME: volume.root,
        LOCAL_DATABASE_DIRECTORY: databases,
        ...(isCounted ? { BASH_ENV: killing } : {}),
        PAUSED: paused,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    // One byte for each command that may be run; without one, the group is killed. At a P it waits.
    const tokens = child.stdio[3] as Writable;
    tokens.on("error", () => {});
    if (pausing === null) tokens.end("x".repeat(beforeCommand ?? 0));
    else tokens.write(`${"x".repeat(pausing.pause?.beforeCommand ?? 0)}P`);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (signal !== null && output.includes(signal.after)) child.kill(signal.signal);
      });
    }
    // What the first process leaves behind ends with its container.
    child.once("exit", () => killGroup(child.pid));
    const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
    if (pausing !== null) {
      const isPaused = async () => (existsSync(paused) || child.exitCode !== null ? true : null);
      await eventually("the container is paused, or over", isPaused);
      try {
        if (existsSync(paused)) await pausing.meanwhile?.();
      } finally {
        // A test that fails meanwhile must not wait for it for ever.
        tokens.end("x".repeat(10_000));
      }
    }
    const status = await closed;
    const left = existsSync(terminationLog) ? readFileSync(terminationLog, "utf8") : null;
    const { result } = parseTerminationMessage(left ?? "");
    return { status, output, message: messageIn(left), result, left: [left] };
  }

  return {
    directory,
    volume,
    sites,
    databases,
    run,
    site: (tenant: Tenant) => siteDirectory(volume, tenant.id),
    addBench,
    siteIn: (name, { id }) => join(sitesOfBench(volume.root, name), siteName(id)),
    setImage,
    snapshot: () => [...listing(volume.root), ...(existsSync(databases) ? listing(databases) : [])],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What a container said of its end, without its times. */
function messageIn(left: string | null): PodRun["message"] {
  const said = JSON.parse(left ?? "null") as (PodRun["message"] & Record<string, unknown>) | null;
  if (said?.reason === undefined) return null;
  const { steps: _steps, ended: _ended, ...message } = said;
  return message;
}

/**
 * Before every command of every shell (with DATABASE_IS_ATOMIC not of the fake database's, for a server does a statement or does not),
 * but for those that only change the shell's own variables or
 * choose the next command: a kill there leaves the same state as one before the command after it.
 */
const KILLING = String.raw`
set -T
[[ -n $DATABASE_IS_ATOMIC && $0 == */fake-mariadb/* ]] || trap '__counts=yes
case $BASH_COMMAND in
  *\$\(* | *" | "*) ;;
  "local "* | "for "* | "case "* | "shift"* | "return"* | "continue" | "break") __counts= ;;
  "set "* | "shopt "* | "trap "* | "[["* | "(("*) __counts= ;;
  "IFS= read "* | "printf -v "* | "TZ=UTC0 printf -v "* | look_at_clock | now=* | value=* | statement+=* | given+=* | given=*) __counts= ;;
  *" "*) ;;
  *=*) __counts= ;;
esac
if [[ -n $__counts ]]; then
  read -r -N 1 -u 3 __token || kill -KILL 0
  if [[ $__token == P ]]; then
    : >"$PAUSED"
    read -r -N 1 -u 3 __token
  fi
fi' DEBUG
`;

/** Past the one below, which comes before it on the PATH. */
const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
  env: { PATH: SYSTEM_PATH },
}).trim();

/** Python, but a program that changes the site's files, Redis or a bucket asks before each change, as a shell does. */
const COUNTING_PYTHON = `#!/bin/sh
case $4 in
  *"def write("* | *"class Redis"* | *"class Bucket"*)
    program=$PYTHON_COUNTING$4
    shift 4
    exec '${PYTHON}' -I -S -c "$program" "$@"
    ;;
esac
case "$1 $2" in
  "-c "*frappe.db.commit*)
    program=$PYTHON_COUNTING$2
    shift 2
    exec '${PYTHON}' -c "$program" "$@"
    ;;
esac
exec '${PYTHON}' "$@"
`;

const PYTHON_COUNTING = String.raw`
import os as _os, subprocess as _subprocess, sys as _sys, time as _time

def _ask():
    token = _os.read(3, 1)
    if token == b"":
        _os.kill(0, 9)
        _time.sleep(60)
    elif token == b"P":
        _os.close(_os.open(_os.environ["PAUSED"], _os.O_CREAT, 0o600))
        _os.read(3, 1)

def _before(event, args):
    changes = event in ("os.rename", "os.remove", "os.mkdir", "socket.connect", "http.client.send")
    if event == "open" and isinstance(args[2], int):
        changes = args[0] != _os.environ["PAUSED"] and args[2] & (_os.O_WRONLY | _os.O_RDWR) != 0
    if changes:
        _ask()

def _fsync(descriptor, fsync=_os.fsync):
    _ask()
    fsync(descriptor)

# What it calls may ask, too.
class _Popen(_subprocess.Popen):
    def __init__(self, *args, **options):
        super().__init__(*args, pass_fds=(3,), **options)

_subprocess.Popen = _Popen
_os.fsync = _fsync
_sys.addaudithook(_before)
`;
import { MAIN_BENCH, UPGRADE_SETTINGS } from "./some-bench.ts";

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

function containersOf(job: V1Job): V1Container[] {
  const { initContainers = [], containers = [] } = job.spec?.template.spec ?? {};
  return [...initContainers, ...containers];
}

function listing(root: string): string[] {
  const entries: string[] = [];
  const add = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      entries.push(`${relative(root, path)} ${contentOf(entry, path)}`);
      if (entry.isDirectory()) add(path);
    }
  };
  add(root);
  return entries.toSorted((left, right) => (left < right ? -1 : 1));
}

function contentOf(entry: Dirent, path: string): string {
  if (entry.isDirectory()) return "/";
  if (entry.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  // The one thing that is random, and the one that tells the time.
  return readFileSync(path, "utf8")
    .replace(/("encryption_key": ")[\w-]{43}=/, "$1(a key)")
    .replaceAll(/("\w+_generated_on": ")[^"]+/g, "$1(a time)");
}
