/**
 * What a part of the benchmark gives: rows of its table, and what is drawn of them.
 *
 * @module
 */

/** One line of the table. */
export interface Row {
  /** What was done. */
  what: string;
  /** In which measure, and against what. */
  measuredAs: string;
  /** What was measured: a ratio, or a count. */
  value: number;
  /** From the first quartile to the third of what the value is the median of; null for a count. */
  spread: [number, number] | null;
  /** How many times it was measured. */
  samples: number;
  /** The highest value that is good enough; null where the row is there for comparison only. */
  goal: number | null;
}

/** A plot: a series of bars, or lines over a logarithmic axis, drawn as SVG. */
export type Plot =
  | {
      kind: "bars";
      /** The file's name in docs/benchmarks/, without its ending. */
      name: string;
      title: string;
      unit: string;
      bars: { label: string; value: number; spread: [number, number] }[];
    }
  | {
      kind: "lines";
      name: string;
      title: string;
      xLabel: string;
      unit: string;
      lines: { label: string; points: [x: number, y: number][] }[];
    };

export interface Measurement {
  rows: Row[];
  plots: Plot[];
}

/** A part of the benchmark. `say` shows the progress, a line at a time. */
export interface Part {
  name: string;
  /** One line for `--help`. */
  description: string;
  measure: (say: (line: string) => void) => Promise<Measurement>;
}

/** Whether a row's goal is reached; null where it has none. */
export function isReached({ value, goal }: Row): boolean | null {
  return goal === null ? null : value <= goal;
}
