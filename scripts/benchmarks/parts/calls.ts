/**
 * How many calls each request and each reconcile makes, counted where they pass: between the process of
 * the function api and the emulators, and at the cluster. Calls, not documents: one commit may write three.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { runReconcile } from "../../../shared/runtime/run-reconcile.ts";
import { API_KEY } from "../../../tests/testkit/api-key.ts";
import { PROJECT_ID, startPubsub } from "../../../tests/testkit/own-emulators.ts";
import { startRestProxy } from "../../../tests/testkit/rest-proxy.ts";
import { createServerProcesses } from "../../../tests/testkit/server-processes.ts";
import {
  createTenant,
  SETTLED,
  startTestDependencies,
  withoutLog,
} from "../../../tests/testkit/test-dependencies.ts";
import { functionSpec } from "../../local/function-process.ts";
import { freePorts, waitForPort } from "../../local/loopback-ports.ts";
import type { Part, Row } from "../measurement.ts";

/** By kind of call, how many there were. */
export type Calls = Record<string, number>;

/** What a request or a reconcile may cost at the most; no call of any other kind. */
interface Subject {
  what: string;
  goal: Calls | null;
  /** Prepares, and gives what is counted. */
  prepare: () => Promise<() => Promise<unknown>>;
}

export interface Counted {
  what: string;
  goal: Calls | null;
  /** What each time cost; all the same, or the count is worth nothing. */
  times: Calls[];
}

const COMMIT = "Firestore commits";
const READ = "Firestore reads";
const QUERY = "Firestore queries";
const COUNT = "Firestore counts";
const PUBLISH = "Pub/Sub publishes";
const CLUSTER = "cluster calls";

const KINDS: Record<string, string> = {
  Commit: COMMIT,
  BatchGetDocuments: READ,
  RunQuery: QUERY,
  RunAggregationQuery: COUNT,
  Publish: PUBLISH,
};

const TIMES = 3;

export const calls: Part = {
  name: "calls",
  description: "Calls that a request or a reconcile makes, counted at the wire.",
  async measure(say) {
    const counted = await countCalls(say);
    return { rows: counted.flatMap(toRows), plots: [] };
  },
};

/** Does everything some times and counts. */
export async function countCalls(say: (line: string) => void = () => {}): Promise<Counted[]> {
  const testbed = await startTestbed();
  try {
    const counted: Counted[] = [];
    for (const { what, goal, prepare } of subjectsIn(testbed)) {
      const times: Calls[] = [];
      for (let time = 0; time < TIMES; time++) {
        const run = await prepare();
        times.push(await testbed.count(run));
      }
      counted.push({ what, goal, times });
      say(`${what}: ${JSON.stringify(times[0])}`);
    }
    return counted;
  } finally {
    await testbed.stop();
  }
}

function subjectsIn(testbed: Testbed): Subject[] {
  return [...requestsIn(testbed), ...repetitionsIn(testbed), ...reconcilesIn(testbed)];
}

const withKey = () => ({ "Idempotency-Key": randomUUID() });

function requestsIn({ call, create }: Testbed): Subject[] {
  const [one, status] = ["GET /tenants/{id}", "GET /tenants/{id}/status"];
  const created = { [COMMIT]: 1, [PUBLISH]: 1 };
  const deleted = { [READ]: 1, [COMMIT]: 1, [PUBLISH]: 1 };
  const post = (headers = {}) => call("POST", "/tenants", wanted(), headers);
  const remove = (id: string, headers = {}) => call("DELETE", `/tenants/${id}`, undefined, headers);
  return [
    subject("POST /tenants", created, nothing, () => post()),
    subject("POST /tenants with an Idempotency-Key", created, nothing, () => post(withKey())),
    subject(one, { [READ]: 1 }, create, (id) => call("GET", `/tenants/${id}`)),
    subject(status, { [READ]: 1 }, create, (id) => call("GET", `/tenants/${id}/status`)),
    subject("GET /tenants", { [QUERY]: 1, [COUNT]: 1 }, nothing, () => call("GET", "/tenants")),
    subject("DELETE /tenants/{id}", deleted, create, (id) => remove(id)),
    subject("DELETE /tenants/{id} with an Idempotency-Key", deleted, create, (id) =>
      remove(id, withKey()),
    ),
  ];
}

/** Each after it was sent for the first time, which is not counted. */
function repetitionsIn({ call, create }: Testbed): Subject[] {
  const repeat = async (method: string, path: string, body?: object) => {
    const headers = withKey();
    const send = () => call(method, path, body, headers);
    await send();
    return send;
  };
  const post = () => repeat("POST", "/tenants", wanted());
  const remove = async () => repeat("DELETE", `/tenants/${await create()}`);
  return [
    subject("POST /tenants, repeated with its key", null, post, (again) => again()),
    subject("DELETE /tenants/{id}, repeated with its key", null, remove, (again) => again()),
  ];
}

function reconcilesIn({ createWorking, createSettled, reconcile }: Testbed): Subject[] {
  const goal = { [READ]: 1, [CLUSTER]: 1 };
  // The Job and its Pod, which alone says what the Job waits for.
  const working = { [READ]: 1, [CLUSTER]: 2 };
  return [
    subject("a reconcile while the Job works", working, createWorking, reconcile),
    subject("a reconcile of a settled tenant", goal, createSettled, reconcile),
  ];
}

const nothing = () => Promise.resolve();

/** What is run, and counted, is given what was prepared for it. */
function subject<T>(
  what: string,
  goal: Calls | null,
  prepare: () => Promise<T>,
  run: (prepared: T) => Promise<unknown>,
): Subject {
  return {
    what,
    goal,
    prepare: async () => {
      const prepared = await prepare();
      return () => run(prepared);
    },
  };
}

let tenants = 0;
/** A body for a tenant that nobody else wants. */
function wanted() {
  const subdomain = `calls-${(tenants += 1)}`;
  return { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
}

type Testbed = Awaited<ReturnType<typeof startTestbed>>;

/** The function api in a process of its own, the dependencies of reconciles, and a counter on all that leaves either. */
async function startTestbed() {
  const [it, pubsub] = await Promise.all([startTestDependencies(), startPubsub()]);
  const toPubsub = await startRestProxy(pubsub.host);
  const { proxy: toFirestore, fakeCluster, dependencies } = it;
  const api = await startApi({ firestore: toFirestore.host, pubsub: toPubsub.host });

  async function call(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: { "X-API-Key": API_KEY, "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }

  const reconcile = (id: string) => withoutLog(() => runReconcile(id, dependencies));
  return {
    call,
    reconcile,
    create: async () => String((await call("POST", "/tenants", wanted()))["id"]),
    /** A tenant whose Job works, and of whose next look it is already written when it will be. */
    createWorking: async () => {
      const { id } = await createTenant(it);
      await reconcile(id);
      await reconcile(id);
      return id;
    },
    createSettled: async () => (await createTenant(it, { status: SETTLED })).id,
    /** The calls that something makes. */
    async count(run: () => Promise<unknown>): Promise<Calls> {
      for (const seen of [toFirestore.calls, toPubsub.calls, fakeCluster.requests]) seen.length = 0;
      await run();
      const named = [...toFirestore.calls, ...toPubsub.calls].map((rpc) => KINDS[rpc] ?? rpc);
      return tally([...named, ...fakeCluster.requests.map(() => CLUSTER)]);
    },
    async stop() {
      await api.stop();
      toPubsub.stop();
      await Promise.all([it.stop(), pubsub.stop()]);
    },
  };
}

async function startApi(hosts: { firestore: string; pubsub: string }) {
  const processes = createServerProcesses();
  const [port = 0] = await freePorts(1);
  processes.start(
    functionSpec("api", port, {
      ...process.env,
      GOOGLE_CLOUD_PROJECT: PROJECT_ID,
      API_KEYS: API_KEY,
      FIRESTORE_EMULATOR_HOST: hosts.firestore,
      PUBSUB_EMULATOR_HOST: hosts.pubsub,
      METADATA_SERVER_DETECTION: "none",
      NODE_ENV: "production",
    }),
  );
  await waitForPort(port, AbortSignal.timeout(60_000));
  return { url: `http://127.0.0.1:${port}`, stop: () => processes.stop() };
}

function tally(kinds: string[]): Calls {
  const counts: Calls = {};
  for (const kind of kinds.toSorted()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** A row for each kind of call, of all times the most. A kind that was not thought of may not be there. */
function toRows({ what, goal, times }: Counted): Row[] {
  const kinds = new Set([...Object.keys(goal ?? {}), ...times.flatMap(Object.keys)]);
  return [...kinds].map((kind) => ({
    what,
    measuredAs: kind,
    value: Math.max(...times.map((counts) => counts[kind] ?? 0)),
    spread: null,
    samples: times.length,
    goal: goal === null ? null : (goal[kind] ?? 0),
  }));
}
