/**
 * How long tenants took to become active, hour by hour: as a chart, in words, and as a table.
 *
 * @module
 */
import type { HourToActive, TimeToActive } from "../../client/api-client.ts";
import { Empty } from "../../components/read-states.tsx";
import { toDuration, toUtc } from "../../text/times.ts";
import { HOURS, tellTimeToActive, toTimeChart } from "./time-chart.ts";

/** In pixels: the bars, and below them the hours. */
const HEIGHT = 120;
const ABOVE = 14;
const BELOW = 20;

/** The room for the names of the lines, in slots. */
const GUTTER = 4;
const SLOTS = GUTTER + HOURS;

export function TimeToActiveChart({ times, asOf }: { times: TimeToActive | null; asOf: Date }) {
  if (times === null) return <Empty>No tenant has become active in the last 24 hours.</Empty>;
  return (
    <figure class="time-chart">
      <figcaption>
        Half of {times.sample} tenants were active within <b>{toDuration(times.p50_seconds)}</b>, 95
        of 100 within <b>{toDuration(times.p95_seconds)}</b>.
      </figcaption>
      <Chart times={times} asOf={asOf} />
      <p class="soft" aria-hidden="true">
        <span class="key p50" /> half of an hour's tenants <span class="key p95" /> 95 of 100
      </p>
      <HoursTable hours={times.hours} />
    </figure>
  );
}

/** Horizontally all is in percent, so that it has any width; vertically in pixels, so that no text is stretched. */
function Chart({ times, asOf }: { times: TimeToActive; asOf: Date }) {
  const { ticks, bars, start } = toTimeChart(times.hours, asOf);
  const floor = ABOVE + HEIGHT;
  return (
    <svg role="img" aria-label={tellTimeToActive(times)} height={floor + BELOW}>
      <line class="floor" x1={at(0)} x2="100%" y1={floor} y2={floor} />
      {ticks.map(({ name, height }) => (
        <g key={name}>
          <line x1={at(0)} x2="100%" y1={floor - height * HEIGHT} y2={floor - height * HEIGHT} />
          <text x={at(-0.2)} y={floor - height * HEIGHT + 4} text-anchor="end">
            {name}
          </text>
        </g>
      ))}
      {bars.map(({ hour, slot, p50, p95 }) => (
        <g key={slot}>
          <title>{tellHour(hour)}</title>
          <Bar class="p95" slot={slot} height={p95 * HEIGHT} floor={floor} />
          <Bar class="p50" slot={slot} height={p50 * HEIGHT} floor={floor} />
        </g>
      ))}
      {LABELLED.map((slot) => (
        <text key={slot} x={at(slot + 0.5)} y={floor + 16} text-anchor="middle">
          {toHour(new Date(start.getTime() + slot * 3_600_000))}
        </text>
      ))}
    </svg>
  );
}

/** Those with the time below them; the newest is among them. */
const LABELLED = [5, 11, 17, 23];

/** Where a slot begins. */
function at(slot: number): string {
  return `${(100 * (GUTTER + slot)) / SLOTS}%`;
}

interface BarProps {
  class: string;
  slot: number;
  height: number;
  floor: number;
}

/** Of the shortest time there is still something to be seen. */
function Bar({ class: name, slot, height, floor }: BarProps) {
  const seen = Math.max(height, 1.5);
  return (
    <rect
      class={name}
      x={at(slot + 0.15)}
      y={floor - seen}
      width={`${70 / SLOTS}%`}
      height={seen}
    />
  );
}

function toHour(time: Date): string {
  return time.toLocaleTimeString(undefined, { hour: "numeric" });
}

function tellHour({ from, sample, p50_seconds, p95_seconds }: HourToActive): string {
  return `From ${toHour(new Date(from))}: ${toDuration(p50_seconds)} and ${toDuration(p95_seconds)}, of ${sample}`;
}

function HoursTable({ hours }: { hours: readonly HourToActive[] }) {
  return (
    <details>
      <summary>The same as a table</summary>
      <div class="table" tabIndex={0} role="region" aria-label="Times by the hour">
        <table>
          <thead>
            <tr>
              <th scope="col">Asked for from</th>
              <th scope="col" class="number">
                Tenants
              </th>
              <th scope="col" class="number">
                Half within
              </th>
              <th scope="col" class="number">
                95 of 100 within
              </th>
            </tr>
          </thead>
          <tbody>
            {hours.map(({ from, sample, p50_seconds, p95_seconds }) => (
              <tr key={from}>
                <td>
                  <time dateTime={from} title={toUtc(new Date(from))}>
                    {toHour(new Date(from))}
                  </time>
                </td>
                <td class="number">{sample}</td>
                <td class="number">{toDuration(p50_seconds)}</td>
                <td class="number">{toDuration(p95_seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
