/**
 * A plot as SVG, with nothing but text and strokes. It is shown as an image, of which the page cannot set the
 * colours, so it brings its own for light and for dark.
 *
 * @module
 */
import type { Plot } from "./measurement.ts";

type Bars = Extract<Plot, { kind: "bars" }>;
type Lines = Extract<Plot, { kind: "lines" }>;

/** Draws it. */
export function toSvg(plot: Plot): string {
  return plot.kind === "bars" ? drawBars(plot) : drawLines(plot);
}

const WIDTH = 760;
const LEFT = 16;
const TOP = 56;

/** Names are set beside the bars; nobody measures them here, so this is what a letter takes and some more. */
const LETTER_WIDTH = 7;
const BARS_WIDTH = 420;
const BAR_HEIGHT = 22;
const BAR_PITCH = 40;

/** For the value behind the longest bar. */
const VALUE_WIDTH = 70;

const STYLE = `
  svg { color-scheme: light dark; }
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .paper { fill: #ffffff; }
  .axis, .whisker { stroke: #57606a; fill: none; }
  .grid { stroke: #d0d7de; }
  .bar { fill: #5b8fd6; }
  .line { fill: none; stroke-width: 2; }
  .line-0, .key-0 { stroke: #1f5fbf; }
  .line-1, .key-1 { stroke: #c2571a; stroke-dasharray: 6 4; }
  .line-2, .key-2 { stroke: #2e7d4f; stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .paper { fill: #0d1117; }
    .axis, .whisker { stroke: #b1bac4; }
    .grid { stroke: #30363d; }
    .bar { fill: #3d6fb5; }
    .line-0, .key-0 { stroke: #79b0ff; }
    .line-1, .key-1 { stroke: #f0a066; }
    .line-2, .key-2 { stroke: #7ad3a0; }
  }
`;

function drawBars({ title, unit, bars }: Bars): string {
  const highest = Math.max(...bars.flatMap(({ value, spread }) => [value, spread[1]]), 0) || 1;
  const longest = Math.max(...bars.map(({ label }) => label.length), 0);
  const start = LEFT + longest * LETTER_WIDTH + 8;
  const toX = (value: number) => start + (value / highest) * BARS_WIDTH;
  const bottom = TOP + bars.length * BAR_PITCH;
  const drawn = bars.map(({ label, value, spread: [low, high] }, place) => {
    const top = TOP + place * BAR_PITCH + (BAR_PITCH - BAR_HEIGHT) / 2;
    const middle = top + BAR_HEIGHT / 2;
    const end = Math.max(toX(value), toX(high));
    return [
      text(start - 8, middle + 4, label, "end"),
      rectangle("bar", start, top, toX(value) - start, BAR_HEIGHT),
      whisker(toX(low), toX(high), middle),
      text(end + 8, middle + 4, toFigure(value)),
    ].join("");
  });
  const axis = line("axis", start, TOP, start, bottom);
  const named = text(start, bottom + 24, unit);
  const size = { width: start + BARS_WIDTH + VALUE_WIDTH, height: bottom + 40 };
  return document(title, size, [...drawn, axis, named]);
}

/** From the first quartile to the third. */
function whisker(from: number, to: number, y: number): string {
  const ends = [from, to].map((x) => line("whisker", x, y - 5, x, y + 5));
  return [line("whisker", from, y, to, y), ...ends].join("");
}

const PLOT_HEIGHT = 260;

/** For the figures beside the vertical axis. */
const FIGURES_WIDTH = 56;

function drawLines({ title, unit, xLabel, lines }: Lines): string {
  const points = lines.flatMap((each) => each.points);
  const bottom = TOP + 24 + PLOT_HEIGHT;
  const start = LEFT + FIGURES_WIDTH;
  const toX = logarithmic(
    points.map(([x]) => x),
    start + 24,
    WIDTH - VALUE_WIDTH,
  );
  const ticks = ticksUpTo(Math.max(...points.map(([, y]) => y), 0) || 1);
  const toY = (value: number) => bottom - (value / (ticks.at(-1) ?? 1)) * PLOT_HEIGHT;
  const rules = ticks.map((tick) => {
    const y = toY(tick);
    return line("grid", start, y, WIDTH - LEFT, y) + text(start - 8, y + 4, toFigure(tick), "end");
  });
  const marks = [...new Set(points.map(([x]) => x))].map((x) =>
    text(toX(x), bottom + 20, x.toLocaleString("en"), "middle"),
  );
  const drawn = lines.map((each, place) => drawLine(each, place, toX, toY));
  const keys = lines.map(({ label }, place) => key(label, place, bottom + 62 + place * 20));
  const size = { width: WIDTH, height: bottom + 62 + lines.length * 20 };
  return document(title, size, [
    text(LEFT, TOP + 4, unit),
    ...rules,
    line("axis", start, bottom, WIDTH - LEFT, bottom),
    ...marks,
    text((start + WIDTH - LEFT) / 2, bottom + 40, xLabel, "middle"),
    ...drawn,
    ...keys,
  ]);
}

/** Round figures from nothing to the value or the next one above it. */
function ticksUpTo(value: number): number[] {
  const power = 10 ** Math.floor(Math.log10(value / 4));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= value / 4) ?? 10);
  return Array.from({ length: Math.ceil(value / step) + 1 }, (_, k) => k * step);
}

type Scale = (value: number) => number;

function drawLine({ points }: Lines["lines"][number], place: number, toX: Scale, toY: Scale) {
  const path = points.map(([x, y]) => `${round(toX(x))},${round(toY(y))}`).join(" ");
  // Those of the next line above, so that two lines of the same height can both be read.
  const shift = place % 2 === 0 ? 18 : -8;
  const values = points.map(([x, y]) => text(toX(x), toY(y) + shift, toFigure(y), "middle"));
  return `<polyline class="line line-${place}" points="${path}"/>${values.join("")}`;
}

function key(label: string, place: number, y: number): string {
  const start = LEFT + FIGURES_WIDTH;
  const stroke = `<polyline class="line key-${place}" points="${start},${y - 4} ${start + 28},${y - 4}"/>`;
  return stroke + text(start + 36, y, label);
}

/** Ten times as much is always as far to the right. */
function logarithmic(values: number[], from: number, to: number): Scale {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const span = most - least || 1;
  return (value) => from + ((Math.log(value) - least) / span) * (to - from);
}

function document(
  title: string,
  { width, height }: { width: number; height: number },
  parts: string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    rectangle("paper", 0, 0, width, height),
    `<text class="title" x="${LEFT}" y="30">${escape(title)}</text>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function rectangle(name: string, x: number, y: number, width: number, height: number): string {
  const size = `width="${round(width)}" height="${round(height)}"`;
  return `<rect class="${name}" x="${round(x)}" y="${round(y)}" ${size}/>`;
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): string {
  const [from, to] = [`x1="${round(x1)}" y1="${round(y1)}"`, `x2="${round(x2)}" y2="${round(y2)}"`];
  return `<line class="${name}" ${from} ${to}/>`;
}

function text(x: number, y: number, content: string, anchor = "start"): string {
  const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"`;
  return `<text ${place}>${escape(content)}</text>`;
}

/** As short as it says enough. */
function toFigure(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(2);
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
