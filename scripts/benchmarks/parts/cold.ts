/**
 * Cold starts: from the start of a function's process to its first answer, against a function that says hello
 * on the functions framework, not bundled. The functions are measured as they are deployed, from their sources, and as
 * they would be if the build did less.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pushedTrigger } from "../cold/sample-events.ts";
import { API_KEY } from "../../../tests/testkit/api-key.ts";
import { buildFunctions } from "../../../tests/testkit/built-functions.ts";
import { PROJECT_ID, startFirestore, startPubsub } from "../../../tests/testkit/own-emulators.ts";
import { eventually } from "../../../tests/testkit/timeouts.ts";
import { watchJobs } from "../../../tests/testkit/site-jobs.ts";
import { NAMESPACE, startFakeCluster } from "../../../tests/testkit/fake-cluster.ts";
import { temporaryDirectory } from "../../../tests/testkit/temporary-directory.ts";
import { BUNDLE_NAME, SOURCES } from "../../local/function-process.ts";
import type { FunctionName } from "../../local/function-process.ts";
import { BUILD_VARIANTS } from "../cold/build-variants.ts";
import { measureColdStart } from "../cold/cold-start-run.ts";
import type { ColdStart, FirstAnswer } from "../cold/cold-start-run.ts";
import { FIRST_REQUESTS, sent } from "../cold/first-requests.ts";
import type { FirstRequest } from "../cold/first-requests.ts";
import type { Measurement, Part, Row } from "../measurement.ts";
import { measureInTurns, ratio } from "../statistics.ts";

const TURNS = 15;
const HELLO = fileURLToPath(new URL("../baseline/hello.cjs", import.meta.url));

export const cold: Part = {
  name: "cold",
  description: "Cold starts, and the memory that a function has after its first answer.",
  async measure(say) {
    const it = await openTestbed(say);
    try {
      return await measureStarts(it, say);
    } finally {
      await it.stop();
    }
  },
};

type Testbed = Awaited<ReturnType<typeof openTestbed>>;

/** The functions as the platform has them when it starts one, and all that their first requests meet. */
async function openTestbed(say: (line: string) => void) {
  const directory = temporaryDirectory();
  for (const [variant, options] of Object.entries(BUILD_VARIANTS)) {
    await buildFunctions(join(directory, variant), options);
  }
  say("the functions are built");

  const [firestore, pubsub, cluster] = await Promise.all([
    startFirestore(),
    startPubsub(),
    startFakeCluster(),
  ]);
  // Nothing shall work beside what is measured, so the Jobs end at once.
  const jobs = watchJobs(cluster.jobs, ["true"]);
  const env = {
    API_KEYS: API_KEY,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    GKE_NAMESPACE: NAMESPACE,
    KUBECONFIG: cluster.kubeconfig,
    MAX_CONCURRENT_JOBS: "1000",
    METADATA_SERVER_DETECTION: "none",
    NODE_ENV: "production",
    PATH: process.env["PATH"] ?? "",
    PUBSUB_EMULATOR_HOST: pubsub.host,
  };

  return {
    store: firestore.store,
    jobs,
    /** Where a function lies as it is deployed (`built`), as its `source`, and built in another way. */
    fileOf: (name: FunctionName, variant: string): string =>
      variant === "source" ? SOURCES[name] : join(directory, variant, name, BUNDLE_NAME),
    env,
    /** Until nothing of what was started works any more. */
    atRest: () =>
      eventually(
        "every Job has ended",
        async () =>
          cluster.jobs.listJobs().every(({ status }) => status?.conditions !== undefined) || null,
      ),
    async stop() {
      await Promise.all([firestore.stop(), pubsub.stop(), cluster.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const HELLOS = {
  hello: { method: "GET", path: "/", status: 200 },
  helloEvent: sent(pushedTrigger(PROJECT_ID, { kind: "resync" })),
};

/** What is measured of a first request. */
function variantsOf({ comparesBuilds }: FirstRequest): string[] {
  return [...(comparesBuilds ? Object.keys(BUILD_VARIANTS) : ["built"]), "source"];
}

async function measureStarts(it: Testbed, say: (line: string) => void): Promise<Measurement> {
  const answers = new Map<string, FirstAnswer[]>();
  const measured: Record<string, () => Promise<number>> = {};
  const add = (name: string, start: () => Promise<ColdStart>) => {
    answers.set(name, []);
    measured[name] = async () => {
      const answer = await measureColdStart(await start());
      answers.get(name)?.push(answer);
      await it.atRest();
      return answer.milliseconds;
    };
  };
  for (const [target, asked] of Object.entries(HELLOS)) {
    add(target, async () => ({ target, file: HELLO, env: it.env, asked }));
  }
  for (const request of FIRST_REQUESTS) {
    for (const variant of variantsOf(request)) {
      const { function: target } = request;
      add(keyOf(request, variant), async () => ({
        target,
        file: it.fileOf(target, variant),
        env: it.env,
        asked: await request.prepare(it),
      }));
    }
  }
  await measureInTurns(measured, TURNS, (turn) => say(`turn ${turn} of ${TURNS}`));
  requireJobs(it.jobs.names().length);
  return toMeasurement((name) => answers.get(name) ?? []);
}

function keyOf({ function: from, name }: FirstRequest, variant: string): string {
  return `${from} ${name} ${variant}`;
}

/** Of these events each was about a tenant that needed a Job; else it would have been a lesser one. */
function requireJobs(made: number): void {
  const starts = FIRST_REQUESTS.filter(({ makesJob }) => makesJob).flatMap(variantsOf).length;
  const expected = starts * TURNS;
  if (made !== expected) throw new Error(`${made} Jobs were made, and not ${expected}`);
}

function toMeasurement(answersOf: (name: string) => FirstAnswer[]): Measurement {
  const compare = (name: string, base: string, measure: (answer: FirstAnswer) => number) =>
    ratio(answersOf(name).map(measure), answersOf(base).map(measure));
  const time = ({ milliseconds }: FirstAnswer) => milliseconds;
  const processorTime = ({ processorMilliseconds }: FirstAnswer) => processorMilliseconds;
  const memory = ({ residentBytes }: FirstAnswer) => residentBytes;

  const times = FIRST_REQUESTS.flatMap((request) =>
    ["built", "source"].map((variant): Row => ({
      what: labelOf(request, variant),
      measuredAs: "time to the first answer (hello = 1)",
      ...compare(keyOf(request, variant), request.base, time),
      goal: variant === "built" ? (request.goals?.time ?? null) : null,
    })),
  );
  const compared = FIRST_REQUESTS.filter(({ comparesBuilds }) => comparesBuilds);
  const ofSource = compared.map((request): Row => ({
    what: labelOf(request, "built"),
    measuredAs: "time to the first answer (from source = 1)",
    ...compare(keyOf(request, "built"), keyOf(request, "source"), time),
    goal: request.function === "api" ? 0.5 : null,
  }));
  const otherBuilds = compared.flatMap((request) =>
    Object.keys(BUILD_VARIANTS)
      .filter((variant) => variant !== "built")
      .map((variant): Row => ({
        what: labelOf(request, variant),
        measuredAs: "processor time to the first answer (built = 1)",
        ...compare(keyOf(request, variant), keyOf(request, "built"), processorTime),
        goal: null,
      })),
  );
  const memories = FIRST_REQUESTS.map((request): Row => ({
    what: labelOf(request, "built"),
    measuredAs: "memory after it (hello = 1)",
    ...compare(keyOf(request, "built"), request.base, memory),
    goal: request.goals?.memory ?? null,
  }));
  return {
    rows: [...times, ...ofSource, ...otherBuilds, ...memories],
    plots: [
      {
        kind: "bars",
        name: "cold-start",
        title: "From the start of a process to its first answer",
        unit: "times a hello",
        bars: times.map(({ what, value, spread }) => ({
          label: what,
          value,
          spread: spread ?? [value, value],
        })),
      },
    ],
  };
}

function labelOf({ function: from, name }: FirstRequest, variant: string): string {
  const label = variant === "source" ? "from source, not bundled" : variant;
  return `${from}: ${name}, ${label}`;
}
