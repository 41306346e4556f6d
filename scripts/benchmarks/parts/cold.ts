/**
 * Cold starts: from the start of a function's process to its first answer, against a function that says hello
 * on the functions framework, not bundled and without a compile cache. The functions are measured as they are
 * deployed, with a compile cache that the platform's build has filled (a hit) and with an empty one (a miss),
 * and from their sources.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordCommand } from "../../../functions/api/tenants/record-command.ts";
import type { Operation } from "../../../shared/tenant/tenant.ts";
import { COMPILE_CACHE } from "../../build/function-folder.ts";
import { deletionCreated, pushedTrigger } from "../../build/on-platform/sample-events.ts";
import type { EventRequest } from "../../build/on-platform/sample-events.ts";
import { API_KEY } from "../../../tests/testkit/api-key.ts";
import { buildFunctions, runPlatformBuild } from "../../../tests/testkit/built-functions.ts";
import { PROJECT_ID, startFirestore, startPubsub } from "../../../tests/testkit/own-emulators.ts";
import { eventually } from "../../../tests/testkit/timeouts.ts";
import { watchJobs } from "../../../tests/testkit/site-jobs.ts";
import { NAMESPACE, startFakeCluster } from "../../../tests/testkit/fake-cluster.ts";
import { temporaryDirectory } from "../../../tests/testkit/temporary-directory.ts";
import { SETTLED, someTenant } from "../../../tests/testkit/test-dependencies.ts";
import { BUNDLE_NAME, FUNCTION_NAMES, SOURCES } from "../../local/function-process.ts";
import type { FunctionName } from "../../local/function-process.ts";
import { measureColdStart } from "../cold-start-run.ts";
import type { ColdStart, FirstAnswer } from "../cold-start-run.ts";
import type { Measurement, Part, Row } from "../measurement.ts";
import { measureInTurns, ratio } from "../statistics.ts";

const TURNS = 15;
const HELLO = fileURLToPath(new URL("../baseline/hello.cjs", import.meta.url));

type Variant = "hit" | "miss" | "source";

const VARIANTS: Record<Variant, string> = {
  hit: "built, compile cache hit",
  miss: "built, compile cache missed",
  source: "from source, not bundled",
};

/** A first request, what it may cost beside a hello, and which variants of its function are measured. */
interface Subject {
  name: string;
  function: FunctionName;
  base: "hello" | "helloEvent";
  /** None where the row is there for comparison. */
  goals: { time: number; memory: number } | null;
  /** Whether it ends with a Job. */
  makesJob: boolean;
  /** Prepares the request. */
  prepare: (it: Testbed) => Promise<ColdStart["asked"]>;
}

const SUBJECTS: Subject[] = [
  {
    name: "GET /",
    function: "api",
    base: "hello",
    goals: { time: 1.3, memory: 1.4 },
    makesJob: false,
    prepare: async () => ({ method: "GET", path: "/", status: 200 }),
  },
  {
    name: "GET /health",
    function: "api",
    base: "hello",
    goals: { time: 2, memory: 1.4 },
    makesJob: false,
    prepare: async () => ({ method: "GET", path: "/health", status: 200 }),
  },
  {
    name: "POST /tenants",
    function: "api",
    base: "hello",
    goals: { time: 2.5, memory: 1.4 },
    makesJob: false,
    prepare: async () => post("/tenants", 201, wanted(), { "X-API-Key": API_KEY }),
  },
  {
    name: "the event of a tenant that needs nothing",
    function: "provision",
    base: "helloEvent",
    goals: { time: 3, memory: 1.8 },
    makesJob: false,
    prepare: async ({ store }) => {
      const tenant = someTenant({ status: SETTLED });
      await store.createTenant(tenant, null);
      return sent(pushedTrigger(PROJECT_ID, { kind: "tenant", tenant_id: tenant.id }));
    },
  },
  {
    name: "a new tenant's event, up to its Job",
    function: "provision",
    base: "helloEvent",
    goals: null,
    makesJob: true,
    prepare: async ({ store }) => {
      const tenant = someTenant();
      await store.createTenant(tenant, null);
      return sent(pushedTrigger(PROJECT_ID, { kind: "tenant", tenant_id: tenant.id }));
    },
  },
  {
    name: "the event of a tenant that needs nothing",
    function: "cleanup",
    base: "helloEvent",
    goals: { time: 3, memory: 1.8 },
    makesJob: false,
    prepare: async ({ store }) => {
      const tenant = someTenant({ status: SETTLED });
      await store.createTenant(tenant, null);
      return sent(deletionCreated(PROJECT_ID, tenant.id));
    },
  },
  {
    name: "a deletion's event, up to its Job",
    function: "cleanup",
    base: "helloEvent",
    goals: null,
    makesJob: true,
    prepare: async ({ store }) => {
      const tenant = someTenant({ status: { ...SETTLED, operation: madeAt(new Date()) } });
      await store.createTenant(tenant, null);
      const issued = { commandId: randomUUID(), now: new Date() };
      await recordCommand(store, tenant.id, "delete", issued, null);
      return sent(deletionCreated(PROJECT_ID, tenant.id));
    },
  },
];

/** How a site was made, which there is to be dropped. */
function madeAt(started_at: Date): Operation {
  return {
    kind: "create",
    generation: 1,
    attempt: 1,
    first_attempt: 1,
    started_at,
    slot: null,
    deadline_at: null,
  };
}

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
  const built = join(directory, "functions");
  await buildFunctions(built);
  for (const name of FUNCTION_NAMES) runPlatformBuild(built, name);
  const empty = join(directory, "empty");
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
    /** How a function's variant is started. */
    start(name: FunctionName, variant: Variant): Pick<ColdStart, "file" | "env"> {
      if (variant === "source") return { file: SOURCES[name], env };
      const NODE_COMPILE_CACHE = variant === "hit" ? join(built, name, COMPILE_CACHE) : empty;
      return { file: join(built, name, BUNDLE_NAME), env: { ...env, NODE_COMPILE_CACHE } };
    },
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
  for (const subject of SUBJECTS) {
    for (const [variant] of variants()) {
      const { function: target } = subject;
      add(`${target} ${subject.name} ${variant}`, async () => ({
        target,
        ...it.start(target, variant),
        asked: await subject.prepare(it),
      }));
    }
  }
  await measureInTurns(measured, TURNS, (turn) => say(`turn ${turn} of ${TURNS}`));
  requireJobs(it.jobs.names().length);
  return toMeasurement((name) => answers.get(name) ?? []);
}

/** Of these events each was about a tenant that needed a Job; else it would have been a lesser one. */
function requireJobs(made: number): void {
  const events = SUBJECTS.filter(({ makesJob }) => makesJob).length;
  const expected = events * variants().length * TURNS;
  if (made !== expected) throw new Error(`${made} Jobs were made, and not ${expected}`);
}

function toMeasurement(answersOf: (name: string) => FirstAnswer[]): Measurement {
  const compare = (name: string, base: string, measure: (answer: FirstAnswer) => number) =>
    ratio(answersOf(name).map(measure), answersOf(base).map(measure));
  const time = ({ milliseconds }: FirstAnswer) => milliseconds;
  const memory = ({ residentBytes }: FirstAnswer) => residentBytes;

  const times = SUBJECTS.flatMap(({ name, base, function: from, goals }) =>
    variants().map(([variant, label]): Row => ({
      what: `${from}: ${name}, ${label}`,
      measuredAs: "time to the first answer (hello = 1)",
      ...compare(`${from} ${name} ${variant}`, base, time),
      goal: variant === "hit" ? (goals?.time ?? null) : null,
    })),
  );
  const create = "POST /tenants";
  const halved: Row = {
    what: `api: ${create}, ${VARIANTS.hit}`,
    measuredAs: "time to the first answer (from source = 1)",
    ...compare(`api ${create} hit`, `api ${create} source`, time),
    goal: 0.5,
  };
  const memories = SUBJECTS.map(({ name, base, function: from, goals }): Row => ({
    what: `${from}: ${name}, ${VARIANTS.hit}`,
    measuredAs: "memory after it (hello = 1)",
    ...compare(`${from} ${name} hit`, base, memory),
    goal: goals?.memory ?? null,
  }));
  return {
    rows: [...times, halved, ...memories],
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

function variants(): [Variant, string][] {
  return Object.entries(VARIANTS) as [Variant, string][];
}

function wanted() {
  const {
    profile: { organization, email },
    spec: { subdomain },
  } = someTenant();
  return { organization, subdomain, email };
}

function post(path: string, status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  const all = { "Content-Type": "application/json", "Content-Length": length, ...headers };
  return { method: "POST", path, headers: all, body: text, status };
}

function sent({ path, headers, body }: EventRequest): ColdStart["asked"] {
  return post(path, 204, body, headers);
}
