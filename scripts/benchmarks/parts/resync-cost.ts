/**
 * What a resync costs by how many settled tenants there are: it shall be the same for ten and for ten
 * thousand. Each number of tenants is a project of its own in one emulator, so that they can take turns.
 * The time has no goal, for it is the emulator's: for a query it goes through every document, also where
 * none is found, while Firestore goes through an index.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { resync as runResync } from "../../../functions/provision/resync.ts";
import { openStore } from "../../../shared/firestore/store.ts";
import type { Dependencies } from "../../../shared/runtime/run-reconcile.ts";
import type { SentMessage } from "../../../tests/testkit/rest-proxy.ts";
import {
  SETTLED,
  someTenant,
  startTestDependencies,
  withoutLog,
} from "../../../tests/testkit/test-dependencies.ts";
import type { TestDependencies } from "../../../tests/testkit/test-dependencies.ts";
import type { Measurement, Part, Row } from "../measurement.ts";
import { measureInTurns, ratio } from "../statistics.ts";
import type { Summary } from "../statistics.ts";

export interface ResyncCost {
  /** The calls to the database, by name. */
  calls: string[];
  /** How many documents it was given. */
  documents: number;
  clusterCalls: number;
}

const SIZES = [10, 1_000, 10_000];
const TURNS = 30;

/** As many in one batch. */
const BATCH = 500;

export const resync: Part = {
  name: "resync",
  description:
    "What a resync costs over ever more settled tenants. Its time grows because the emulator goes through all " +
    "documents for a query, where Firestore goes through an index.",
  async measure(say) {
    const it = await startTestDependencies();
    try {
      return await measureSizes(it, say);
    } finally {
      await it.stop();
    }
  },
};

async function measureSizes(
  it: TestDependencies,
  say: (line: string) => void,
): Promise<Measurement> {
  const all = await Promise.all(
    SIZES.map(async (size) => {
      const dependencies = await worldOf(it, size);
      say(`${size} settled tenants are written`);
      return [size, dependencies] as const;
    }),
  );
  const costs: [size: number, cost: ResyncCost][] = [];
  for (const [size, dependencies] of all) costs.push([size, await costOfResync(it, dependencies)]);
  const times = await measureInTurns(
    Object.fromEntries(
      all.map(([size, dependencies]) => [`${size}`, () => timeOfResync(dependencies)]),
    ),
    TURNS,
  );
  await Promise.all(all.map(([, { store }]) => store.close()));
  const ratios = SIZES.map((size) => ratio(times[`${size}`] ?? [], times[`${SIZES[0]}`] ?? []));
  return toMeasurement(costs, ratios);
}

/** Dependencies whose database holds so many settled tenants. */
async function worldOf(it: TestDependencies, size: number): Promise<Dependencies> {
  const projectId = `kairos-resync-${size}`;
  const client = new Firestore({ projectId, host: it.firestoreHost, ssl: false });
  await writeSettled(client, size);
  await client.terminate();
  return { ...it.dependencies, store: openStore({ projectId, emulatorHost: it.proxy.host }) };
}

/** Writes settled tenants. */
export async function writeSettled(client: Firestore, count: number): Promise<void> {
  for (let written = 0; written < count; written += BATCH) {
    const batch = client.batch();
    for (let k = 0; k < Math.min(BATCH, count - written); k++) {
      const tenant = someTenant({ status: SETTLED });
      batch.create(client.doc(`tenants/${tenant.id}`), tenant);
    }
    await batch.commit();
  }
}

/** What one resync asks for, counted at the wire. */
export async function costOfResync(
  { proxy, fakeCluster }: TestDependencies,
  dependencies: Dependencies,
): Promise<ResyncCost> {
  for (const seen of [proxy.calls, proxy.answers, fakeCluster.requests]) seen.length = 0;
  await withoutLog(() => runResync(dependencies));
  return {
    calls: proxy.calls.toSorted(),
    documents: proxy.answers.flatMap(documentsIn).length,
    clusterCalls: fakeCluster.requests.length,
  };
}

async function timeOfResync(dependencies: Dependencies): Promise<number> {
  const startedAt = performance.now();
  await withoutLog(() => runResync(dependencies));
  return performance.now() - startedAt;
}

/** What answers a read or a query, one for each document: it, or that it is not there. */
function documentsIn({ message }: SentMessage): object[] {
  const answers = Array.isArray(message) ? (message as object[]) : [];
  return answers.filter((one) => "document" in one || "found" in one || "missing" in one);
}

function toMeasurement(costs: [size: number, cost: ResyncCost][], ratios: Summary[]): Measurement {
  const callsOf = ({ calls, clusterCalls }: ResyncCost) => calls.length + clusterCalls;
  const [[, least] = [0, { calls: [], documents: 0, clusterCalls: 0 }]] = costs;
  const rows = costs.flatMap(([size, cost], place): Row[] => {
    const what = `a resync over ${size.toLocaleString("en")} settled tenants`;
    const count = { what, spread: null, samples: 1 };
    const goalOf = (goal: number) => (place === 0 ? null : goal);
    const time = ratios[place];
    return [
      { ...count, measuredAs: "calls", value: callsOf(cost), goal: goalOf(callsOf(least)) },
      {
        ...count,
        measuredAs: "documents read",
        value: cost.documents,
        goal: goalOf(least.documents),
      },
      ...(place === 0 || time === undefined
        ? []
        : [{ what, measuredAs: "time on the emulator (10 tenants = 1)", ...time, goal: null }]),
    ];
  });
  const calls = costs.map(([size, cost]): [number, number] => [
    size,
    callsOf(cost) / callsOf(least),
  ]);
  const time = SIZES.map((size, place): [number, number] => [size, ratios[place]?.value ?? 0]);
  return {
    rows,
    plots: [
      {
        kind: "lines",
        name: "resync",
        title: "Resync cost by tenants",
        xLabel: "settled tenants",
        unit: "10 tenants = 1",
        lines: [
          { label: "calls", points: calls },
          { label: "time on the emulator", points: time },
        ],
      },
    ],
  };
}
