/**
 * The benchmark's rows as a table: aligned text for a terminal, and the Markdown of docs/benchmarks.md.
 *
 * @module
 */
import { isReached } from "./measurement.ts";
import type { Plot, Row } from "./measurement.ts";

/** What a part has measured, under its name. */
export interface MeasuredPart {
  name: string;
  description: string;
  rows: Row[];
  plots: Plot[];
}

/** Where and when it was measured. */
export interface Circumstances {
  date: Date;
  nodeVersion: string;
  /** Such as `linux x64`. */
  platform: string;
  processors: number;
  processorModel: string;
  /** How long all of it took. */
  seconds: number;
}

const HEAD = ["what", "measured as", "value", "quartiles", "samples", "goal", ""];

/** Their texts stand to the left, figures to the right. */
const TEXT_COLUMNS = new Set([0, 1, 6]);

/** The table for a terminal, with a mark where a goal is missed. */
export function toText(rows: readonly Row[]): string {
  const table = [HEAD, ...rows.map((row) => toCells(row, "MISSED"))];
  const widths = widthsOf(table);
  return table.map((cells) => align(cells, widths).join("  ").trimEnd()).join("\n");
}

/** One sentence for each goal that was missed. */
export function missedGoals(rows: readonly Row[]): string[] {
  return rows
    .filter((row) => isReached(row) === false)
    .map(
      ({ what, measuredAs, value, goal }) =>
        `${what} (${measuredAs}): ${toFigure(value)} instead of ${toFigure(goal ?? 0)} at the most`,
    );
}

/** The whole of docs/benchmarks.md, formatted as the formatter would. */
export function toMarkdown(parts: readonly MeasuredPart[], where: Circumstances): string {
  const rows = parts.flatMap((part) => part.rows);
  const withGoal = rows.filter(({ goal }) => goal !== null);
  const missed = missedGoals(rows);
  const reached = `${withGoal.length - missed.length} of ${withGoal.length} goals are reached`;
  return [
    "# Benchmarks",
    "Written by `npm run bench`, which measures all of it anew.",
    circumstances(where),
    HOW,
    "## Goals",
    missed.length === 0 ? `${reached}.` : `${reached}; these are missed:`,
    ...(missed.length === 0 ? [] : [missed.map((sentence) => `- ${escape(sentence)}`).join("\n")]),
    ...parts.flatMap(partSection),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

function circumstances(where: Circumstances): string {
  const { date, nodeVersion, platform, processors, processorModel, seconds } = where;
  return [
    `- Measured on ${date.toISOString().slice(0, 10)}, in ${Math.round(seconds)} s`,
    `- Machine: ${processors} processors (${escape(processorModel)}), ${platform}`,
    `- Node ${nodeVersion}`,
  ].join("\n");
}

const HOW = `Everything runs on one machine, on the official emulators and the fake cluster, so no figure says how fast
Google Cloud is. Times are never given as such: each is a ratio to a baseline that is measured in turns with
it, and the value is the median of the turns' ratios, with its first and third quartile. So a slower machine, or
a busy one, gives about the same values. Counts (calls, Jobs, connections) are exact, and held by tests too.`;

function partSection({ name, description, rows, plots }: MeasuredPart): string[] {
  const images = plots.map(
    ({ title, name: file }) => `![${escape(title)}](benchmarks/${file}.svg)`,
  );
  return [`## ${toTitle(name)}`, description, toMarkdownTable(rows), ...images];
}

function toMarkdownTable(rows: readonly Row[]): string {
  const body = rows.map((row) => toCells(row, "**missed**").map(escape));
  const widths = widthsOf([HEAD, ...body]).map((width) => Math.max(width, 3));
  const rule = widths.map((width, column) =>
    TEXT_COLUMNS.has(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [align(HEAD, widths), rule, ...body.map((cells) => align(cells, widths))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function toCells(row: Row, missed: string): string[] {
  const { what, measuredAs, value, spread, samples, goal } = row;
  return [
    what,
    measuredAs,
    toFigure(value),
    spread === null ? "" : spread.map(toFigure).join(" to "),
    String(samples),
    goal === null ? "" : toFigure(goal),
    { true: "reached", false: missed, null: "" }[`${isReached(row)}`],
  ];
}

/** Counts as they are, and what is no whole number with two places. */
function toFigure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function widthsOf(table: string[][]): number[] {
  return HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
}

function align(cells: string[], widths: number[]): string[] {
  return cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return TEXT_COLUMNS.has(column) ? cell.padEnd(width) : cell.padStart(width);
  });
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}

function toTitle(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
