/**
 * How long a customer waits for a site with a pool of standbys, beside how long they wait without one; and what becomes of
 * a burst that is larger than the pool. The fake bench takes times of its own, so that the ratio is one of waits.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TIMEOUT_MILLISECONDS } from "../../../tests/testkit/timeouts.ts";
import { startOwnStack } from "../../../tests/testkit/own-stack.ts";
import type { OwnStack } from "../../../tests/testkit/own-stack.ts";
import { becomeActive, createTenant } from "../lives.ts";
import type { Measurement, Part, Row } from "../measurement.ts";
import { quantile, summarize } from "../statistics.ts";

const SIZE = 5;
const BURST = 20;
const TURNS = 20;

/** What Frappe was seen to take (seconds): the customer in one process of Python, and new-site at its quickest. */
const CUSTOMER_SECONDS = 2;
const SITE_SECONDS = 30;

/** How much longer a customer may wait than the claim's own container takes (seconds). */
const GOAL = 1.6;

export const pool: Part = {
  name: "pool",
  description: `A customer's wait with a pool of ${SIZE} and without, and ${BURST} creates at once.`,
  async measure(say) {
    const without = await withStack("0", (it) => waitsOf(it, "without", 3));
    say(`without a pool: ${inSeconds(without)}`);
    const measured = await withStack(String(SIZE), async (it) => {
      await untilReady(it);
      say(`the pool has ${SIZE}`);
      const one = await oneByOne(it);
      say(`from the pool: ${inSeconds(one)}`);
      await untilReady(it);
      const burst = await waitsOf(it, "burst", BURST);
      say(`${BURST} at once: ${inSeconds(burst)}`);
      return { one, burst };
    });
    return toMeasurement({ without, ...measured });
  },
};

/** How a customer's wait went. */
interface Wait {
  /** From the POST to `active` (seconds). */
  seconds: number;
  /** What its last container took of that. */
  containerSeconds: number;
  kind: string;
}

async function withStack<T>(size: string, measure: (it: OwnStack) => Promise<T>): Promise<T> {
  const it = await startOwnStack({
    POOL_SIZE: size,
    LOCAL_BENCH_SECONDS: String(SITE_SECONDS),
    LOCAL_CUSTOMER_SECONDS: String(CUSTOMER_SECONDS),
    LOCAL_RESYNC_SECONDS: "2",
    MAX_CONCURRENT_JOBS: String(BURST + SIZE),
  });
  try {
    return await measure(it);
  } finally {
    await it.stop();
  }
}

async function oneByOne(it: OwnStack): Promise<Wait[]> {
  const waits: Wait[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    if (turn % SIZE === 0) await untilReady(it);
    waits.push(...(await waitsOf(it, `one-${turn}`, 1)));
  }
  return waits;
}

/** Creates so many tenants at once and waits for each. */
function waitsOf(it: OwnStack, name: string, count: number): Promise<Wait[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => waitOf(it, `${name}-${number}`)));
}

async function waitOf(it: OwnStack, subdomain: string): Promise<Wait> {
  const { apiKey, urls } = it.stack;
  const startedAt = performance.now();
  const id = await createTenant({ apiUrl: urls.api, apiKey }, subdomain);
  const activeAt = await becomeActive({ firestore: it.firestore, collection: "tenants" }, id);
  const seconds = (activeAt - startedAt) / 1000;
  const query = it.firestore.collection("operations").where("tenant_id", "==", id);
  const operations = (await query.get()).docs.map((document) => document.data());
  const [last] = operations.toSorted((a, b) => b["generation"] - a["generation"]);
  const [running, ended] = ["running_at", "ended_at"].map((field) => last?.[field].toMillis());
  return { seconds, containerSeconds: (ended - running) / 1000, kind: String(last?.["kind"]) };
}

async function untilReady({ firestore }: OwnStack): Promise<void> {
  const query = firestore.collection("tenants").where("status.standby_key", ">", "").count();
  const startedAt = Date.now();
  while ((await query.get()).data().count < SIZE) {
    if (Date.now() - startedAt > TIMEOUT_MILLISECONDS) throw new Error("the pool was not filled");
    await sleep(200);
  }
}

function toMeasurement(waits: Record<"without" | "one" | "burst", Wait[]>): Measurement {
  const { without, one, burst } = waits;
  const base = quantile(secondsOf(without), 0.5);
  const beside = (what: string, of: Wait[]): Row[] =>
    [0.5, 0.95].map((share) => ({
      what,
      measuredAs: `POST to active, p${share * 100} (without a pool = 1)`,
      value: quantile(secondsOf(of), share) / base,
      spread: null,
      samples: of.length,
      goal: null,
    }));
  const over = one.map(({ seconds, containerSeconds }) => seconds - containerSeconds);
  const rows: Row[] = [
    ...beside(`a create with a pool of ${SIZE}`, one),
    {
      what: `a create with a pool of ${SIZE}`,
      measuredAs: "POST to active, seconds more than the claim's container",
      ...summarize(over),
      goal: GOAL,
    },
    ...beside(`${BURST} creates at once with a pool of ${SIZE}`, burst),
    {
      what: `${BURST} creates at once with a pool of ${SIZE}`,
      measuredAs: "that got a standby",
      value: burst.filter(({ kind }) => kind === "claim").length,
      spread: null,
      samples: 1,
      goal: null,
    },
  ];
  return { rows, plots: [] };
}

const secondsOf = (waits: Wait[]): number[] => waits.map(({ seconds }) => seconds);

function inSeconds(waits: Wait[]): string {
  const [half, most] = [0.5, 0.95].map((share) => quantile(secondsOf(waits), share).toFixed(2));
  return `p50 ${half} s, p95 ${most} s of ${waits.length}`;
}
