/**
 * The chart of the times to active: where its bars and lines are, and what it says. Pure.
 *
 * @module
 */
import type { HourToActive, TimeToActive } from "../../client/api-client.ts";
import { toDuration } from "../../text/times.ts";

export const HOURS = 24;
const HOUR_MILLISECONDS = 3_600_000;

/** Each of the lines that are so far apart is told in one unit, for there is little room beside them. */
const STEPS_SECONDS = [1, 2, 5, 10, 15, 60, 120, 300, 600, 900, 3600, 7200, 21_600, 86_400];
const MAX_TICKS = 4;

export interface TimeChart {
  /** The lines, from below; `height` is the part of the chart below it. */
  ticks: { name: string; height: number }[];
  bars: { hour: HourToActive; slot: number; p50: number; p95: number }[];
  /** When the first of the 24 slots begins. */
  start: Date;
}

/** Each hour has a slot, counted from 0, the newest at the end. Heights are parts of the chart's. */
export function toTimeChart(hours: readonly HourToActive[], asOf: Date): TimeChart {
  const newest = Math.floor(asOf.getTime() / HOUR_MILLISECONDS);
  const start = newest - (HOURS - 1);
  const shown = hours
    .map((hour) => ({ hour, slot: slotOf(hour) - start }))
    .filter(({ slot }) => slot >= 0 && slot < HOURS);
  const steps = stepsFor(Math.max(0, ...shown.map(({ hour }) => hour.p95_seconds)));
  const top = steps.at(-1) ?? 1;
  return {
    ticks: steps.map((seconds) => ({ name: toDuration(seconds), height: seconds / top })),
    bars: shown.map(({ hour, slot }) => ({
      hour,
      slot,
      p50: hour.p50_seconds / top,
      p95: hour.p95_seconds / top,
    })),
    start: new Date(start * HOUR_MILLISECONDS),
  };
}

function slotOf({ from }: HourToActive): number {
  return Math.floor(new Date(from).getTime() / HOUR_MILLISECONDS);
}

/** The lines of a chart that is to hold so many seconds: a few, at round numbers. */
function stepsFor(seconds: number): number[] {
  const step =
    STEPS_SECONDS.find((size) => size * MAX_TICKS >= seconds) ?? Math.ceil(seconds / MAX_TICKS);
  const count = Math.max(1, Math.ceil(seconds / step));
  return Array.from({ length: count }, (_, index) => step * (index + 1));
}

/** What the chart shows, for whoever does not see it. */
export function tellTimeToActive({
  p50_seconds,
  p95_seconds,
  sample,
  hours,
}: TimeToActive): string {
  const whole = `In the last 24 hours half of ${sample} tenants became active within ${toDuration(p50_seconds)}, and 95 of 100 within ${toDuration(p95_seconds)}.`;
  const [slowest] = hours.toSorted((left, right) => right.p95_seconds - left.p95_seconds);
  if (slowest === undefined || hours.length < 2) return whole;
  return `${whole} In the slowest hour it was ${toDuration(slowest.p50_seconds)} and ${toDuration(slowest.p95_seconds)}.`;
}
