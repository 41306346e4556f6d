/**
 * Many creates at once, and slots for 50: a tenant of a large burst shall take no longer than one of a small
 * burst, and every tenant gets one Job. The fake bench takes no time of its own.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TIMEOUT_MILLISECONDS } from "../../../tests/testkit/timeouts.ts";
import { watchJobs } from "../../../tests/testkit/site-jobs.ts";
import { startOwnStack } from "../../../tests/testkit/own-stack.ts";
import type { OwnStack } from "../../../tests/testkit/own-stack.ts";
import type { Measurement, Part } from "../measurement.ts";
import { summarize } from "../statistics.ts";

const SMALL = 100;
const LARGE = 1_000;
export const SLOTS = 50;

const GOAL = 1.2;

export const burst: Part = {
  name: "burst",
  description: `${LARGE.toLocaleString("en")} creates at once, and slots for ${SLOTS}.`,
  async measure(say) {
    const it = await startBurstStack();
    try {
      return await measureBursts(it, say);
    } finally {
      await it.stop();
    }
  },
};

export function startBurstStack(): Promise<OwnStack> {
  return startOwnStack(
    {
      LOCAL_BENCH_SECONDS: "0",
      LOCAL_RESYNC_SECONDS: "5",
      MAX_CONCURRENT_JOBS: String(SLOTS),
    },
    { leavesEventsToResync: true },
  );
}

async function measureBursts(it: OwnStack, say: (line: string) => void): Promise<Measurement> {
  const made = watchJobs(it.cluster.jobs, null);
  const run = async (name: string, size: number): Promise<number> => {
    const { seconds, repeated } = await runBurst(it, name, size);
    say(`${size} active after ${seconds.toFixed(1)} s, ${repeated} were asked for again`);
    return seconds / size;
  };
  await run("warm", SMALL);
  // One before and one after it, since the machine may have become slower meanwhile.
  const before = await run("before", SMALL);
  const already = made.names().length;
  const large = await run("large", LARGE);
  const names = made.names().slice(already);
  const after = await run("after", SMALL);
  requireOneJobEach(names);
  const ratios = [large / before, large / after];
  const what = `a burst of ${LARGE.toLocaleString("en")}`;
  const count = { what, spread: null, samples: 1 };
  return {
    rows: [
      { what, measuredAs: `time a tenant (of ${SMALL} = 1)`, ...summarize(ratios), goal: GOAL },
      { ...count, measuredAs: "Jobs made", value: names.length, goal: LARGE },
      { ...count, measuredAs: "Jobs at once", value: made.atOnce(), goal: SLOTS },
    ],
    plots: [],
  };
}

/** Fewer would be no burst of so many, and more would be a tenant with two. */
function requireOneJobEach(names: string[]): void {
  const tenants = new Set(names).size;
  if (names.length === LARGE && tenants === LARGE) return;
  throw new Error(`${names.length} Jobs were made, for ${tenants} tenants, and not ${LARGE}`);
}

/** Creates so many tenants at once and waits until all are active. */
export async function runBurst(
  it: OwnStack,
  name: string,
  size: number,
): Promise<{ seconds: number; acceptedSeconds: number; repeated: number }> {
  const already = await countActive(it);
  const startedAt = performance.now();
  const tries = await Promise.all(
    Array.from({ length: size }, (_, number) => create(it, `${name}-${number}`)),
  );
  const acceptedSeconds = (performance.now() - startedAt) / 1000;
  await untilActive(it, already + size);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, acceptedSeconds, repeated: tries.filter((number) => number > 1).length };
}

/**
 * Creates a tenant. On a small machine the database may take longer than the API waits for it; then the
 * name tells, at the next try, whether the first one got through. Gives how often it was tried.
 */
async function create({ stack }: OwnStack, subdomain: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(`${stack.urls.api}/tenants`, {
      method: "POST",
      headers: { "X-API-Key": stack.apiKey, "Content-Type": "application/json" },
      body: JSON.stringify({ organization: "Burst", subdomain, email: `a@${subdomain}.example` }),
    });
    await response.body?.cancel();
    if (response.status === 201 || (response.status === 409 && tries > 1)) return tries;
    if (response.status !== 503) throw new Error(`POST was answered ${response.status}`);
  }
}

async function untilActive(it: OwnStack, wanted: number): Promise<void> {
  let seen = 0;
  let progressAt = Date.now();
  while (seen < wanted) {
    await sleep(100);
    const active = await countActive(it);
    if (active > seen) progressAt = Date.now();
    else if (Date.now() - progressAt > TIMEOUT_MILLISECONDS) {
      throw new Error(`${seen} of ${wanted} tenants became active, and no more`);
    }
    seen = active;
  }
}

async function countActive({ firestore }: OwnStack): Promise<number> {
  const query = firestore.collection("tenants").where("status.phase", "==", "active").count();
  return (await query.get()).data().count;
}
