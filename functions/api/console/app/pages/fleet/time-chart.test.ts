import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tellTimeToActive, toTimeChart } from "./time-chart.ts";

const test = suite("the chart of the times to active");

const AS_OF = new Date("2026-11-30T10:20:00Z");
const hour = (from: string, p50_seconds: number, p95_seconds: number) => ({
  from,
  p50_seconds,
  p95_seconds,
  sample: 3,
});

test("its lines are a few, at round numbers, and the highest bar is below the last", () => {
  for (const [seconds, expected] of [
    [0, ["1 s"]],
    [0.4, ["1 s"]],
    [3.2, ["1 s", "2 s", "3 s", "4 s"]],
    [40, ["10 s", "20 s", "30 s", "40 s"]],
    [41, ["15 s", "30 s", "45 s"]],
    [60, ["15 s", "30 s", "45 s", "1 min"]],
    [95, ["1 min", "2 min"]],
    [700, ["5 min", "10 min", "15 min"]],
    [20_000, ["2 h", "4 h", "6 h"]],
  ] as const) {
    const { ticks, bars } = toTimeChart([hour("2026-11-30T10:00:00Z", 0, seconds)], AS_OF);
    const names = ticks.map(({ name }) => name);
    assert.equal(names, expected, `${seconds} s`);
    assert.is(ticks.at(-1)?.height, 1);
    assert.ok((bars[0]?.p95 ?? 2) <= 1, `${seconds} s`);
  }
});

test("the newest hour is at the end, and what is older than a day is left out", () => {
  const chart = toTimeChart(
    [
      hour("2026-11-29T10:00:00Z", 1, 9),
      hour("2026-11-29T11:00:00Z", 1, 2),
      hour("2026-11-30T10:00:00Z", 2, 4),
    ],
    AS_OF,
  );
  assert.equal(
    chart.bars.map(({ slot, p50, p95 }) => [slot, p50, p95]),
    [
      [0, 0.25, 0.5],
      [23, 0.5, 1],
    ],
  );
  assert.is(chart.start.toISOString(), "2026-11-29T11:00:00.000Z");
});

test("without a sample there is an empty chart", () => {
  assert.equal(toTimeChart([], AS_OF).bars, []);
});

test("it says its numbers in words", () => {
  const all = { p50_seconds: 12, p95_seconds: 48, sample: 34 };
  const whole =
    "In the last 24 hours half of 34 tenants became active within 12 s, and 95 of 100 within 48 s.";
  const one = hour("2026-11-30T10:00:00Z", 9, 20);
  assert.is(tellTimeToActive({ ...all, hours: [one] }), whole);
  const hours = [one, hour("2026-11-30T09:00:00Z", 30, 63)];
  assert.is(
    tellTimeToActive({ ...all, hours }),
    `${whole} In the slowest hour it was 30 s and 1 min 3 s.`,
  );
});

test.run();
