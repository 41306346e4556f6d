/**
 * How long a create takes from the POST to its Job, and from the Job's end to `active`, against functions
 * that make the same calls by the official clients alone. Both stand on the same emulators, each on a fake
 * cluster of its own, and they take turns, one tenant at a time.
 *
 * @module
 */
import { buildFunctions } from "../../../tests/testkit/built-functions.ts";
import { startOwnStack } from "../../../tests/testkit/own-stack.ts";
import { temporaryDirectory } from "../../../tests/testkit/temporary-directory.ts";
import { startBaseline } from "../baseline/start-baseline.ts";
import { openLives } from "../lives.ts";
import type { Life } from "../lives.ts";
import type { Measurement, Part } from "../measurement.ts";
import { measureInTurns, quantile, ratio, ratioOfQuantiles } from "../statistics.ts";

const TURNS = 150;
const TURNS_BEFORE = 20;

const GOALS = { median: 1.5, worst: 2 };

export const latency: Part = {
  name: "latency",
  description: "The way of a create, against functions that make the same calls and nothing else.",
  async measure(say) {
    const buildDirectory = temporaryDirectory();
    await buildFunctions(buildDirectory);
    say("the functions are built");
    const [ours, baseline] = [openLives(), openLives()];
    // The resync would come between.
    const env = { LOCAL_RESYNC_SECONDS: "3600" };
    const it = await startOwnStack(env, { buildDirectory, onJobEnded: ours.noteEnd });
    let stopBaseline = async () => {};
    try {
      stopBaseline = await startBaseline(it, baseline);
      const { urls, apiKey } = it.stack;
      const { firestore, cluster } = it;
      const place = { apiKey, firestore, collection: "tenants", jobs: cluster.jobs };
      ours.settle({ ...place, apiUrl: urls.api });
      return await measureLives(ours.live, baseline.live, say);
    } finally {
      await stopBaseline();
      await it.stop();
    }
  },
};

type Live = () => Promise<Life>;

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
