/**
 * The whole system on one machine: the four functions, each in its own process, on the official
 * emulators, with fakes of Eventarc, Cloud Scheduler, Cloud Storage and the cluster.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import type { V1Container, V1Job } from "@kubernetes/client-node";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CLUSTER_EVENTS, openBus } from "../../shared/pubsub/bus.ts";
import type { Bus } from "../../shared/pubsub/bus.ts";
import { parseApiSettings, parseReconcilerSettings } from "../../shared/configuration/settings.ts";
import { SettingsError } from "../../shared/configuration/settings-parser.ts";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import type { Bench } from "../../shared/configuration/bench.ts";
import { DATABASE_ADMIN_SECRET } from "../../shared/operations/job-environment.ts";
import { parseLocalSettings } from "./local-settings.ts";
import type { LocalSettings } from "./local-settings.ts";
import { bucketServerSpec, FAKE_GCS_SERVER, findBucketServer } from "./bucket-server.ts";
import { startClock } from "./fake-scheduler.ts";
import { startLocalCluster, toLogEntry } from "./fake-cluster/kubernetes-api.ts";
import type { LocalCluster } from "./fake-cluster/kubernetes-api.ts";
import { FAKE_BENCH_DIRECTORY, FAKE_MARIADB_DIRECTORY, SYSTEM_PATH } from "./fake-database.ts";
import { announceStack, stackPaths, takeDirectory } from "./stack-directory.ts";
import type { StackPaths } from "./stack-directory.ts";
import type { Volume } from "./volume.ts";
import { writeConsole } from "../build/console.ts";
import { EMULATOR_NAMES, emulatorSpecs } from "./emulators.ts";
import type { EmulatorName } from "./emulators.ts";
import { listenForDocuments } from "./fake-eventarc.ts";
import { findBuiltFunctions, FUNCTION_NAMES, functionSpec } from "./function-process.ts";
import type { FunctionName } from "./function-process.ts";
import { freePorts, isPortFree, waitForPort } from "./loopback-ports.ts";
import { findOnPath } from "./prerequisites/install-command.ts";
import { completeMachine } from "./prerequisites/survey.ts";
import { LocalProblem } from "./start-error.ts";
import { createProcesses } from "./processes.ts";
import type { Processes } from "./processes.ts";
import { startReaper } from "./reaper.ts";
import type { Reaper } from "./reaper.ts";
import { emptyFirestore, requireAnswers, takeEmulators } from "./running-emulators.ts";
import type { EmulatorHosts } from "./running-emulators.ts";
import { createTopics } from "./topics.ts";

export interface StackOptions {
  /** Everything that the stack leaves on disk lies here; it is emptied first. */
  directory: string;
  env: Environment;
  /** The fake, or the current context of the user's own kubeconfig. */
  cluster?: "local" | "kubeconfig";
  /** Where `npm run build` has put the functions; without it they run from their sources. */
  buildDirectory?: string | undefined;
  /**
   * Whether nothing triggers publish. For bursts: with a listener on a collection to which every change of a tenant adds
   * a document, the emulator comes to nothing else where a thousand tenants are created at once.
   */
  leavesEventsToResync?: boolean;
  /** Called when a Job of the fake cluster has ended, before anybody is told of it. */
  onJobEnded?: (job: V1Job) => void;
  /**
   * Called where nothing but emulators is missing, and may fetch them. Without it, that they are missing
   * is an error.
   */
  fetchMissing?: (missing: EmulatorName[], settings: LocalSettings) => Promise<void>;
  /** Called with a sentence when something went wrong that the stack itself puts right. */
  report?: (sentence: string) => void;
}

export interface Stack {
  urls: Record<FunctionName, string>;
  apiKey: string;
  projectId: string;
  firestoreHost: string;
  pubsubHost: string;
  /** Null when the cluster is the user's own. */
  cluster: LocalCluster | null;
  volume: Volume;
  /** The bucket of backups, and how it is kept: `by …`, `in …`. Null where the stack has none of its own. */
  backups: { bucket: string; endpoint: string; kept: string } | null;
  logDirectory: string;
  functions: Processes;
  emulators: Processes;
  /** Settles with a sentence when something of the stack ended that nobody stopped, for good. */
  death: Promise<string>;
  /** Ends every child. Nothing is left running. */
  stop: () => Promise<void>;
}

const LOCAL_API_KEY = "local-development-key";

const PROJECT_ID = "kairos-local";

/** Of the fake MariaDB. */
const LOCAL_DATABASE_ADMIN = { username: "root", password: "local-root" };

const BACKUP_BUCKET = "kairos-local-backups";
/** No secret here: whoever has this machine has the bucket, too. */
const BACKUP_SECRET = "5e".repeat(32);

/** Whose new documents trigger which function. */
const TRIGGERS = [
  ["deletions", "cleanup"],
  ["events", "publish"],
] as const;

/** Far more than a start takes on a slow machine. */
const START_MILLISECONDS = 60_000;

/**
 * Starts everything and returns when it answers. Throws a `LocalProblem` or a `SettingsError` when
 * something is missing, and leaves nothing half-started behind.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { env, fetchMissing } = options;
  const paths = stackPaths(options.directory);
  const { local, benches } = parseSettings(env);
  const functionFiles =
    options.buildDirectory === undefined ? undefined : findBuiltFunctions(options.buildDirectory);
  const ownKubeconfig = options.cluster === "kubeconfig" ? findKubeconfig(env) : null;
  const { runningEmulators } = local;
  await requireAnswers(runningEmulators);
  if (!(await isPortFree(local.port))) {
    throw new LocalProblem(
      `Port ${local.port} is in use.`,
      `Choose another one with: PORT=${local.port + 1} npm start.`,
    );
  }
  const emulatorPrograms = await completeMachine(
    env,
    {
      emulators: EMULATOR_NAMES.filter((name) => runningEmulators[name] === null),
      bench: ownKubeconfig === null,
    },
    fetchMissing && ((missing) => fetchMissing(missing, local)),
  );

  const undo: (() => unknown)[] = [];
  const stop = async () => {
    // In the opposite order of the start, each at most once.
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    undo.push(await takeDirectory(paths, benches, LOCAL_DATABASE_ADMIN.password));
    const ports = await choosePorts(local.port);
    const hosts: EmulatorHosts = {
      firestore: runningEmulators.firestore ?? hostOf(ports.firestore),
      pubsub: runningEmulators.pubsub ?? hostOf(ports.pubsub),
    };
    undo.push(await takeEmulators(hosts));
    const reaper = startReaper();
    undo.push(() => reaper.close());
    // What is built has its console already.
    if (functionFiles === undefined) await writeConsole();

    const emulators = createProcesses(paths.logs, reaper);
    undo.push(() => emulators.stopAll());
    for (const spec of emulatorSpecs(emulatorPrograms, ports, env)) emulators.start(spec);
    const backups = ownKubeconfig === null ? startBucket({ env, paths, ports, emulators }) : null;
    const emulatorPorts = [
      ...emulatorPrograms.map(({ name }) => ports[name]),
      ...(backups === null ? [] : [ports.bucket]),
    ];
    await ready(emulators.death, (signal) => portsOpen(emulatorPorts, signal));
    // Sites and cluster are empty, so the tenants of an earlier stack would have neither.
    if (runningEmulators.firestore !== null) await emptyFirestore(hosts.firestore, PROJECT_ID);

    const clients = openClients(hosts);
    undo.push(() => clients.close());
    const cluster =
      ownKubeconfig === null
        ? await startCluster({ paths, local, reaper, clients, options })
        : null;
    undo.push(() => cluster?.close());
    await createTopics(clients.pubsub, urlOf(ports.provision));

    // The functions end before the cluster, so that none makes a Job that nobody would end.
    const functions = createProcesses(paths.logs, reaper, options.report);
    undo.push(() => functions.stopAll());
    const death = Promise.race([emulators.death, functions.death]);
    const functionEnv = environmentOfFunctions(env, {
      hosts,
      mariadb: local.mariadb,
      kubeconfig: ownKubeconfig ?? paths.kubeconfig,
      backups,
    });
    for (const name of FUNCTION_NAMES) {
      const spec = functionSpec(name, ports[name], functionEnv, functionFiles);
      functions.keepRunning(spec, ports[name]);
    }
    const functionPorts = FUNCTION_NAMES.map((name) => ports[name]);
    await ready(death, (signal) => portsOpen(functionPorts, signal));

    for (const [collection, name] of TRIGGERS) {
      if (name === "publish" && options.leavesEventsToResync === true) continue;
      const target = { collection, targetUrl: urlOf(ports[name]) };
      undo.push(
        listenForDocuments({ firestore: clients.firestore, projectId: PROJECT_ID, ...target }),
      );
    }
    await ready(death, (signal) => healthy(urlOf(ports.api), clients.bus, signal));
    undo.push(startClock({ bus: clients.bus, resyncSeconds: local.resyncSeconds }));
    undo.push(announceStack(paths, { projectId: PROJECT_ID, pubsubHost: hosts.pubsub }));

    return {
      urls: {
        api: urlOf(ports.api),
        provision: urlOf(ports.provision),
        cleanup: urlOf(ports.cleanup),
        publish: urlOf(ports.publish),
      },
      apiKey: parseApiSettings(functionEnv).apiKeys[0] ?? "",
      projectId: PROJECT_ID,
      firestoreHost: hosts.firestore,
      pubsubHost: hosts.pubsub,
      cluster,
      volume: paths.volume,
      backups,
      logDirectory: paths.logs,
      functions,
      emulators,
      death,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ports = Record<FunctionName | EmulatorName | "bucket", number>;
type Clients = ReturnType<typeof openClients>;

async function choosePorts(api: number): Promise<Ports> {
  const [firestore = 0, pubsub = 0, provision = 0, cleanup = 0, publish = 0, bucket = 0] =
    await freePorts(6);
  return { firestore, pubsub, api, provision, cleanup, publish, bucket };
}

/** Starts a bucket for the backups, where the user has named none, and there is what they are encrypted with. */
function startBucket({
  env,
  paths,
  ports,
  emulators,
}: {
  env: Environment;
  paths: StackPaths;
  ports: Ports;
  emulators: Processes;
}): Stack["backups"] {
  if (env["BACKUP_BUCKET"] || findOnPath("openssl", SYSTEM_PATH) === null) return null;
  const { buckets: directory } = paths;
  const command = findBucketServer(env);
  emulators.start(
    bucketServerSpec(command, { directory, bucket: BACKUP_BUCKET, port: ports.bucket }),
  );
  const kept = command === null ? `in ${directory}` : `by ${FAKE_GCS_SERVER}`;
  return { bucket: BACKUP_BUCKET, endpoint: urlOf(ports.bucket), kept };
}

/** The local settings, and which benches there are. Those of the functions are checked with them, before anything starts. */
function parseSettings(env: Environment): { local: LocalSettings; benches: Bench[] } {
  const ofFunctions = environmentOfFunctions(env, {
    hosts: { firestore: hostOf(1), pubsub: hostOf(1) },
    mariadb: null,
    kubeconfig: "not yet there",
    backups: null,
  });
  const problems = [
    () => parseLocalSettings(env),
    () => parseApiSettings(ofFunctions),
    () => parseReconcilerSettings(ofFunctions),
  ].flatMap(problemsOf);
  if (problems.length > 0) throw new SettingsError([...new Set(problems)]);
  return {
    local: parseLocalSettings(env),
    benches: parseReconcilerSettings(ofFunctions).benches,
  };
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

/** The first file of KUBECONFIG, or the usual one. */
function findKubeconfig(env: Environment): string {
  const path = env["KUBECONFIG"]?.split(":")[0] || join(env["HOME"] ?? "", ".kube", "config");
  if (existsSync(path)) return path;
  throw new LocalProblem(
    `There is no kubeconfig at ${path}.`,
    "Point KUBECONFIG at one, or leave out --cluster kubeconfig.",
  );
}

function openClients(hosts: EmulatorHosts) {
  // The Firestore client prefers this variable over what it is told.
  delete process.env["FIRESTORE_EMULATOR_HOST"];
  // Nobody answers here for Google's metadata server; the clients would ask it, and warn.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  const firestore = new Firestore({ projectId: PROJECT_ID, host: hosts.firestore, ssl: false });
  const pubsub = new PubSub({
    projectId: PROJECT_ID,
    apiEndpoint: hosts.pubsub,
    emulatorMode: true,
  });
  const bus = openBus({ projectId: PROJECT_ID, emulatorHost: hosts.pubsub });
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
  options,
}: {
  paths: StackPaths;
  local: LocalSettings;
  reaper: Reaper;
  clients: Clients;
  options: StackOptions;
}): Promise<LocalCluster> {
  const topic = clients.pubsub.topic(CLUSTER_EVENTS, { batching: { maxMessages: 1 } });
  const { username, password } = local.mariadb ?? LOCAL_DATABASE_ADMIN;
  const imageEnvironment = {
    PATH: [
      FAKE_BENCH_DIRECTORY,
      ...(local.mariadb ? [] : [FAKE_MARIADB_DIRECTORY]),
      SYSTEM_PATH,
    ].join(":"),
    HOME: paths.root,
    VOLUME: paths.volume.root,
    LOCAL_DATABASE_DIRECTORY: paths.database,
    LOCAL_BENCH_SECONDS: String(local.benchSeconds),
    LOCAL_CUSTOMER_SECONDS: String(local.customerSeconds),
    LOCAL_PATCH_SECONDS: String(local.patchSeconds),
    LOCAL_BENCH_FAULTS: local.benchFaults,
  };
  const cluster = await startLocalCluster({
    namespace: local.namespace,
    secrets: [{ name: DATABASE_ADMIN_SECRET, values: { username, password } }],
    contextFor: (jobName, container) => ({
      directory: imageOf(container, paths),
      imageEnvironment,
      logFile: join(paths.logs, "jobs", `${jobName}-${container.name}.log`),
      reaper,
    }),
    onJobEnded: (job, condition) => {
      options.onJobEnded?.(job);
      // Best effort, as in the cloud: the resync sees the Job's end when this is lost.
      topic.publishMessage({ json: toLogEntry(job, condition, PROJECT_ID) }).catch(() => {});
    },
  });
  writeFileSync(paths.kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  return cluster;
}

/** The image of the bench whose sites are mounted; without any, a container works in the stack's own directory. */
function imageOf({ volumeMounts = [] }: V1Container, { images, root }: StackPaths): string {
  const names = volumeMounts.flatMap(({ subPath = "" }) => {
    const [, bench] = /^benches\/(.+)\/sites$/.exec(subPath) ?? [];
    return bench ?? [];
  });
  return names[0] === undefined ? root : join(images, names[0]);
}

function environmentOfFunctions(
  env: Environment,
  {
    hosts,
    mariadb,
    kubeconfig,
    backups,
  }: {
    hosts: EmulatorHosts;
    mariadb: LocalSettings["mariadb"];
    kubeconfig: string;
    backups: Stack["backups"];
  },
): Environment {
  return {
    ...env,
    API_KEYS: env["API_KEYS"] || LOCAL_API_KEY,
    // On one machine nobody wants to wait as long between two attempts as in the cloud.
    RETRY_PAUSE_SECONDS: env["RETRY_PAUSE_SECONDS"] || "1",
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    FIRESTORE_EMULATOR_HOST: hosts.firestore,
    PUBSUB_EMULATOR_HOST: hosts.pubsub,
    // The one way to the cluster; whatever else the environment says would come before it.
    KUBECONFIG: kubeconfig,
    USE_IN_CLUSTER: undefined,
    GKE_CLUSTER: undefined,
    ...(backups && {
      BACKUP_BUCKET: backups.bucket,
      BACKUP_ENDPOINT: backups.endpoint,
      BACKUP_SECRET,
    }),
    ...(mariadb && { DB_HOST: mariadb.host, DB_PORT: String(mariadb.port) }),
    METADATA_SERVER_DETECTION: "none",
    NODE_ENV: "production",
  };
}

/** Waits for part of the stack; throws when a child dies, or it takes too long. */
async function ready(
  death: Promise<string>,
  wait: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const givingUp = new AbortController();
  const deadline = sleep(START_MILLISECONDS, "too long" as const, { signal: givingUp.signal });
  deadline.catch(() => {}); // aborted, when something else came first
  const waited = wait(givingUp.signal).then(() => null);
  waited.catch(() => {});
  try {
    const problem = await Promise.race([waited, death, deadline]);
    if (problem === "too long") {
      throw new LocalProblem("The stack did not answer within a minute; see its logs.");
    }
    if (problem !== null) throw new LocalProblem(`The stack cannot start: ${problem}.`);
  } finally {
    givingUp.abort();
  }
}

async function portsOpen(ports: number[], signal: AbortSignal): Promise<void> {
  await Promise.all(ports.map((port) => waitForPort(port, signal)));
}

/** Sends resyncs until one has come through all of the stack and has seen the cluster. */
async function healthy(apiUrl: string, bus: Bus, signal: AbortSignal): Promise<void> {
  for (let look = 0; !signal.aborted; look++) {
    if (look % 40 === 0) await bus.publish({ kind: "resync" }).catch(() => {});
    const { database, gke_connection } = await readHealth(apiUrl, signal);
    if (database === true && gke_connection === true) return;
    await sleep(50, undefined, { signal });
  }
}

/** What `/health` says: nothing, while the API is being started again. */
async function readHealth(apiUrl: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(`${apiUrl}/health`, { signal });
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function hostOf(port: number): string {
  return `127.0.0.1:${port}`;
}

function urlOf(port: number): string {
  return `http://${hostOf(port)}`;
}
