/**
 * How long a create takes from the POST to its Job, and from the Job's end to `active`, against functions
 * that make the same calls by the official clients alone. Both stand on the same emulators, each on a stand-in
 * cluster of its own, and they take turns, one tenant at a time.
 *
 * @module
 */
import { PubSub } from "@google-cloud/pubsub";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { repository } from "../../build/repository.ts";
import { installPackages } from "../../laboratory/built-functions.ts";
import { watchJobs } from "../../laboratory/site-jobs.ts";
import { startOwnStack } from "../../laboratory/stack.ts";
import type { OwnStack } from "../../laboratory/stack.ts";
import { temporaryDirectory } from "../../laboratory/temporary-directory.ts";
import { startLocalCluster, toLogEntry } from "../../local/cluster/server.ts";
import type { Jobs } from "../../local/cluster/jobs.ts";
import { frameworkSpec } from "../../local/function-process.ts";
import { freePorts, waitForPort } from "../../local/ports.ts";
import { startReaper } from "../../local/reaper.ts";
import { BASELINE_HINTS, BASELINE_JOB_EVENTS } from "../baseline/names.ts";
import type { Measurement, Part } from "../measurement.ts";
import { measureInTurns, quantile, ratio, ratioOfQuantiles } from "../statistics.ts";

const TURNS = 150;
const TURNS_BEFORE = 20;

const GOALS = { median: 1.5, worst: 2 };

/** Long enough that whoever watches the tenant is ready when its Job ends. */
const COMMAND = ["sleep", "0.05"];

export const latency: Part = {
  name: "latency",
  description: "The way of a create, against functions that make the same calls and nothing else.",
  async measure(say) {
    const buildDirectory = await build();
    say("the functions are built");
    const ours = openLives();
    const it = await startOwnStack(
      { LOCAL_SWEEP_SECONDS: "3600" },
      { buildDirectory, onJobEnded: ({ metadata }) => ours.ended(metadata?.name ?? "") },
    );
    const baseline = await startBaseline(it).catch(async (error: unknown) => {
      await it.stop();
      throw error;
    });
    try {
      ours.watch(it.cluster.jobs, { url: it.stack.urls.api, collection: "tenants", it });
      await baseline.ready();
      return await measureLives(ours.live, baseline.live, say);
    } finally {
      await baseline.stop();
      await it.stop();
    }
  },
};

/** The functions as they are deployed, with their packages. */
async function build(): Promise<string> {
  const directory = temporaryDirectory();
  const args = [join(repository, "scripts/build.ts"), "--output", directory];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error("npm run build failed");
  installPackages(directory);
  return directory;
}

/** Milliseconds. */
interface Life {
  /** From the POST to the Job. */
  toJob: number;
  /** From the Job's end to `active`. */
  toActive: number;
}

type Live = () => Promise<Life>;

interface Place {
  url: string;
  collection: string;
  it: OwnStack;
}

/** Lives tenants' lives, one at a time, and takes the time. */
function openLives() {
  let place: Place;
  let createdAt = Promise.withResolvers<number>();
  let endedAt = Promise.withResolvers<number>();
  let count = 0;

  async function live(): Promise<Life> {
    createdAt = Promise.withResolvers();
    endedAt = Promise.withResolvers();
    count += 1;
    const startedAt = performance.now();
    const id = await create(place, `${place.collection.replace("_", "-")}-${count}`);
    const settling = watchTenant(place, id);
    const [created, ended, active] = [
      await createdAt.promise,
      await endedAt.promise,
      await settling,
    ];
    return { toJob: created - startedAt, toActive: active - ended };
  }

  return {
    live,
    /** What a cluster is to call at a Job's end. */
    ended: (_name: string) => endedAt.resolve(performance.now()),
    watch(jobs: Jobs, where: Place): void {
      place = where;
      watchJobs(jobs, COMMAND, () => createdAt.resolve(performance.now()));
    },
  };
}

async function create({ url, it }: Place, subdomain: string): Promise<string> {
  const response = await fetch(`${url}/tenants`, {
    method: "POST",
    headers: { "X-API-Key": it.stack.apiKey, "Content-Type": "application/json" },
    body: JSON.stringify({ organization: "Acme", subdomain, email: "office@acme.example" }),
  });
  if (response.status !== 201) throw new Error(`POST was answered ${response.status}`);
  return String(((await response.json()) as { id: unknown }).id);
}

/** When the tenant became active. Settles when there is nothing left to do for it. */
function watchTenant({ collection, it }: Place, id: string): Promise<number> {
  let activeAt: number | null = null;
  return new Promise((resolve, reject) => {
    const document = it.firestore.doc(`${collection}/${id}`);
    const stop = document.onSnapshot((tenant) => {
      if (tenant.get("status") === "active") activeAt ??= performance.now();
      if (activeAt === null || tenant.get("wake_at") !== null) return;
      stop();
      resolve(activeAt);
    }, reject);
  });
}

/** The baseline's functions and its cluster, on the same emulators. */
async function startBaseline(it: OwnStack) {
  const { stack } = it;
  const pubsub = new PubSub({
    projectId: stack.projectId,
    apiEndpoint: stack.pubsubHost,
    emulatorMode: true,
  });
  const lives = openLives();
  const [api = 0, provision = 0] = await freePorts(2);
  for (const topic of [BASELINE_HINTS, BASELINE_JOB_EVENTS]) {
    await pubsub.createTopic(topic);
    await pubsub.topic(topic).createSubscription(`${topic}-provision`, {
      pushEndpoint: `http://127.0.0.1:${provision}/projects/${stack.projectId}/topics/${topic}`,
      ackDeadlineSeconds: 600,
    });
  }
  const reaper = startReaper();
  const events = pubsub.topic(BASELINE_JOB_EVENTS, { batching: { maxMessages: 1 } });
  const cluster = await startLocalCluster({
    namespace: "frappe",
    secrets: [],
    contextFor: (name) => ({
      directory: it.directory,
      imageEnvironment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      logFile: join(it.directory, `baseline-${name}.log`),
      reaper,
    }),
    onJobEnded: (job, condition) => {
      lives.ended(job.metadata?.name ?? "");
      events.publishMessage({ json: toLogEntry(job, condition, stack.projectId) }).catch(() => {});
    },
  });
  const kubeconfig = join(it.directory, "baseline-kubeconfig");
  writeFileSync(kubeconfig, cluster.kubeconfig);
  for (const [name, port] of [
    ["api", api],
    ["provision", provision],
  ] as const) {
    const file = fileURLToPath(new URL(`../baseline/${name}.ts`, import.meta.url));
    stack.functions.start(
      frameworkSpec(`baseline-${name}`, file, port, {
        ...process.env,
        GOOGLE_CLOUD_PROJECT: stack.projectId,
        FIRESTORE_EMULATOR_HOST: stack.firestoreHost,
        PUBSUB_EMULATOR_HOST: stack.pubsubHost,
        KUBECONFIG: kubeconfig,
        METADATA_SERVER_DETECTION: "none",
        NODE_ENV: "production",
      }),
    );
  }
  const url = `http://127.0.0.1:${api}`;
  return {
    live: lives.live,
    async ready(): Promise<void> {
      lives.watch(cluster.jobs, { url, collection: "baseline_tenants", it });
      const patience = AbortSignal.timeout(60_000);
      await Promise.all([api, provision].map((port) => waitForPort(port, patience)));
    },
    async stop() {
      await cluster.close();
      reaper.close();
      await pubsub.close();
    },
  };
}

async function measureLives(
  ours: Live,
  baseline: Live,
  say: (line: string) => void,
): Promise<Measurement> {
  for (let turn = 0; turn < TURNS_BEFORE; turn++) {
    await ours();
    await baseline();
  }
  say("both are warm");
  const lives: Record<"ours" | "baseline", Life[]> = { ours: [], baseline: [] };
  const keeping = (whose: "ours" | "baseline", live: Live) => async () => {
    const life = await live();
    lives[whose].push(life);
    return life.toJob;
  };
  await measureInTurns(
    { ours: keeping("ours", ours), baseline: keeping("baseline", baseline) },
    TURNS,
    (turn) => void (turn % 50 === 0 && say(`${turn} of ${TURNS} turns`)),
  );
  return toMeasurement(lives, say);
}

const STRETCHES = [
  ["POST to Job created", "toJob"],
  ["Job done to active", "toActive"],
] as const;

function toMeasurement(
  lives: Record<"ours" | "baseline", Life[]>,
  say: (line: string) => void,
): Measurement {
  const measured = STRETCHES.flatMap(([what, stretch]) => {
    const [ours, base] = [lives.ours, lives.baseline].map((each) =>
      each.map((life) => life[stretch]),
    ) as [number[], number[]];
    for (const share of [0.5, 0.99]) {
      const figures = [ours, base].map((times) => quantile(times, share).toFixed(1));
      say(`${what}, p${share * 100}: ${figures.join(" ms against ")} ms`);
    }
    return [
      { what, measuredAs: "p50 (baseline = 1)", ...ratio(ours, base), goal: GOALS.median },
      {
        what,
        measuredAs: "p99 (baseline = 1)",
        ...ratioOfQuantiles(ours, base, 0.99),
        goal: GOALS.worst,
      },
    ];
  });
  return {
    rows: measured,
    plots: [
      {
        kind: "bars",
        name: "latency",
        title: "The way of a create",
        unit: "functions that make the same calls and nothing else = 1",
        bars: measured.map(({ what, measuredAs, value, spread }) => ({
          label: `${what}, ${measuredAs.slice(0, 3)}`,
          value,
          spread,
        })),
      },
    ],
  };
}
