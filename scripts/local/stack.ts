/**
 * The whole system on one machine: the three functions, each in its own process, on the official
 * emulators, with stand-ins for Eventarc, Cloud Scheduler and the cluster.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CLUSTER_EVENTS, openBus } from "../../shared/bus.ts";
import {
  parseApiSettings,
  parseLocalSettings,
  parseReconcilerSettings,
  SettingsError,
} from "../../shared/config.ts";
import type { Environment, LocalSettings } from "../../shared/config.ts";
import { DATABASE_ADMIN_SECRET } from "../../shared/manifests.ts";
import { startClock } from "./clock.ts";
import { startLocalCluster, toLogEntry } from "./cluster/server.ts";
import type { LocalCluster } from "./cluster/server.ts";
import { emulatorSpecs, findEmulators } from "./emulators.ts";
import { listenForDeletions } from "./eventarc.ts";
import { freePorts, isPortFree, waitForPort } from "./ports.ts";
import { LocalProblem } from "./problem.ts";
import { createProcesses } from "./processes.ts";
import type { Processes, ProcessSpec } from "./processes.ts";
import { startReaper } from "./reaper.ts";
import type { Reaper } from "./reaper.ts";
import { createTopics } from "./topics.ts";

export interface StackOptions {
  /** Everything that the stack leaves on disk lies here; it is emptied first. */
  directory: string;
  env: Environment;
}

export interface Stack {
  apiUrl: string;
  apiKey: string;
  projectId: string;
  firestoreHost: string;
  pubsubHost: string;
  cluster: LocalCluster;
  sitesDirectory: string;
  logDirectory: string;
  processes: Processes;
  /** Settles with a sentence when something of the stack ended that nobody stopped. */
  death: Promise<string>;
  /** Ends every child. Nothing is left running. */
  stop(): Promise<void>;
}

export const LOCAL_API_KEY = "local-development-key";

const PROJECT_ID = "kairos-local";

const SWEEP_SECONDS = 60;

/** Far more than a start takes on a slow machine. */
const START_MILLISECONDS = 60_000;

const repository = fileURLToPath(new URL("../..", import.meta.url));

type FunctionName = "api" | "provision" | "cleanup";

/**
 * Starts everything and returns when it answers. Throws a `LocalProblem` or a `SettingsError` when
 * something is missing, and leaves nothing half-started behind.
 */
export async function startStack({ directory, env }: StackOptions): Promise<Stack> {
  const local = parseSettings(env);
  const jars = findEmulators(env);
  if (!(await isPortFree(local.port))) {
    throw new LocalProblem(
      `Port ${local.port} is in use.`,
      `Choose another one with: PORT=${local.port + 1} npm start.`,
    );
  }
  const [firestore = 0, pubsub = 0, provision = 0, cleanup = 0] = await freePorts(4);
  const ports = { firestore, pubsub, api: local.port, provision, cleanup };
  const paths = emptyDirectory(directory);

  const undo: (() => unknown)[] = [];
  const stop = async () => {
    // In the opposite order of the start, each at most once.
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
      await step();
    }
  };
  try {
    const reaper = startReaper();
    undo.push(() => reaper.close());
    const processes = createProcesses(paths.logs, reaper);
    undo.push(() => processes.stopAll());

    for (const spec of emulatorSpecs(jars, ports, env)) processes.start(spec);
    await ready(processes, (signal) => portsOpen([ports.firestore, ports.pubsub], signal));

    const clients = openClients(ports);
    undo.push(() => clients.close());
    const cluster = await startCluster({ paths, local, reaper, clients });
    undo.push(() => cluster.close());
    await createTopics(clients.pubsub, urlOf(ports.provision));
    const functionEnv = environmentOfFunctions(env, ports, paths);
    for (const name of ["api", "provision", "cleanup"] as const) {
      processes.start(functionSpec(name, ports[name], functionEnv));
    }
    const functionPorts = [ports.api, ports.provision, ports.cleanup];
    await ready(processes, (signal) => portsOpen(functionPorts, signal));

    const { firestore: firestoreClient } = clients;
    const targetUrl = urlOf(ports.cleanup);
    undo.push(listenForDeletions({ firestore: firestoreClient, projectId: PROJECT_ID, targetUrl }));
    undo.push(await startClock(clients.bus, SWEEP_SECONDS));
    await ready(processes, (signal) => healthy(urlOf(ports.api), signal));

    return {
      apiUrl: urlOf(ports.api),
      apiKey: functionEnv["API_KEYS"]?.split(",")[0]?.trim() ?? LOCAL_API_KEY,
      projectId: PROJECT_ID,
      firestoreHost: hostOf(ports.firestore),
      pubsubHost: hostOf(ports.pubsub),
      cluster,
      sitesDirectory: paths.sites,
      logDirectory: paths.logs,
      processes,
      death: processes.death,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ports = Record<FunctionName | "firestore" | "pubsub", number>;
type Paths = ReturnType<typeof emptyDirectory>;
type Clients = ReturnType<typeof openClients>;

/** The local settings. Those of the functions are checked with them, before anything starts. */
function parseSettings(env: Environment): LocalSettings {
  const ofFunctions = environmentOfFunctions(env, NO_PORTS, NO_PATHS);
  const problems = [
    () => parseLocalSettings(env),
    () => parseApiSettings(ofFunctions),
    () => parseReconcilerSettings(ofFunctions),
  ].flatMap(problemsOf);
  if (problems.length > 0) throw new SettingsError([...new Set(problems)]);
  return parseLocalSettings(env);
}

function problemsOf(parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

const NO_PORTS: Ports = { firestore: 1, pubsub: 1, api: 1, provision: 1, cleanup: 1 };
const NO_PATHS = { root: "/", sites: "/", logs: "/", kubeconfig: "/" };

/** Every start begins clean. The layout is that of a bench. */
function emptyDirectory(directory: string) {
  const root = resolve(directory);
  rmSync(root, { recursive: true, force: true });
  const sites = join(root, "sites");
  mkdirSync(join(sites, "assets"), { recursive: true });
  writeFileSync(join(sites, "apps.txt"), "frappe\nerpnext\n");
  writeFileSync(join(sites, "common_site_config.json"), "{}\n");
  return { root, sites, logs: join(root, "logs"), kubeconfig: join(root, "kubeconfig") };
}

function openClients(ports: Ports) {
  // Nobody answers here for Google's metadata server; the clients would ask it, and warn.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  const firestoreHost = hostOf(ports.firestore);
  const pubsubHost = hostOf(ports.pubsub);
  const firestore = new Firestore({ projectId: PROJECT_ID, host: firestoreHost, ssl: false });
  const pubsub = new PubSub({
    projectId: PROJECT_ID,
    apiEndpoint: pubsubHost,
    emulatorMode: true,
  });
  const bus = openBus({ projectId: PROJECT_ID, emulatorHost: pubsubHost });
  return {
    firestore,
    pubsub,
    bus,
    close: () => Promise.allSettled([firestore.terminate(), pubsub.close(), bus.close()]),
  };
}

async function startCluster({
  paths,
  local,
  reaper,
  clients,
}: {
  paths: Paths;
  local: LocalSettings;
  reaper: Reaper;
  clients: Clients;
}): Promise<LocalCluster> {
  const topic = clients.pubsub.topic(CLUSTER_EVENTS, { batching: { maxMessages: 1 } });
  const imageEnvironment = {
    PATH: [fileURLToPath(new URL("bench", import.meta.url)), "/usr/local/bin:/usr/bin:/bin"].join(
      ":",
    ),
    HOME: paths.root,
    LOCAL_BENCH_SECONDS: String(local.benchSeconds),
    LOCAL_BENCH_FAULTS: local.benchFaults,
  };
  const cluster = await startLocalCluster({
    namespace: local.namespace,
    secrets: [
      { name: DATABASE_ADMIN_SECRET, values: { username: "root", password: "local-root" } },
    ],
    contextFor: (jobName, container) => ({
      directory: paths.root,
      imageEnvironment,
      logFile: join(paths.logs, "jobs", `${jobName}-${container}.log`),
      reaper,
    }),
    onJobEnded: (job, condition) => {
      // Best effort, as in the cloud: the sweep sees the Job's end when this is lost.
      topic.publishMessage({ json: toLogEntry(job, condition, PROJECT_ID) }).catch(() => {});
    },
  });
  writeFileSync(paths.kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  return cluster;
}

function environmentOfFunctions(env: Environment, ports: Ports, paths: Paths): Environment {
  return {
    ...env,
    API_KEYS: env["API_KEYS"] || LOCAL_API_KEY,
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    FIRESTORE_EMULATOR_HOST: hostOf(ports.firestore),
    PUBSUB_EMULATOR_HOST: hostOf(ports.pubsub),
    KUBECONFIG: paths.kubeconfig,
    // Nobody answers here for Google's metadata server, and asking takes seconds.
    METADATA_SERVER_DETECTION: "none",
    NODE_ENV: "production",
  };
}

/** How a function's process is started: as in the cloud, by the functions framework. */
export function functionSpec(name: FunctionName, port: number, env: Environment): ProcessSpec {
  const framework = createRequire(import.meta.url).resolve("@google-cloud/functions-framework");
  return {
    name,
    command: process.execPath,
    args: [
      "--import",
      fileURLToPath(new URL("loopback.mjs", import.meta.url)),
      join(framework, "../main.js"),
      `--source=${join(repository, "functions", name, "index.ts")}`,
      `--target=${name}`,
      `--port=${port}`,
    ],
    env: { ...env },
  };
}

/** Waits for part of the stack; throws when a child dies, or it takes too long. */
async function ready(
  processes: Processes,
  wait: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const deadline = AbortSignal.timeout(START_MILLISECONDS);
  const gaveUp = new AbortController();
  const waited = wait(AbortSignal.any([deadline, gaveUp.signal])).then(() => null);
  const dead = await Promise.race([waited, processes.death]);
  gaveUp.abort();
  if (dead !== null) throw new LocalProblem(`The stack cannot start: ${dead}.`);
  if (deadline.aborted) throw new LocalProblem("The stack did not answer within a minute.");
}

async function portsOpen(ports: number[], signal: AbortSignal): Promise<void> {
  await Promise.all(ports.map((port) => waitForPort(port, signal)));
}

/** The first sweep has come through all of it, and has seen the cluster. */
async function healthy(apiUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(`${apiUrl}/health`);
    const { database, gke_connection } = (await response.json()) as Record<string, unknown>;
    if (database === true && gke_connection === true) return;
    await sleep(50);
  }
}

function hostOf(port: number): string {
  return `127.0.0.1:${port}`;
}

function urlOf(port: number): string {
  return `http://${hostOf(port)}`;
}
