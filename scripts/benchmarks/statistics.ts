/**
 * Medians and quartiles, and ratios that a noisy machine does not move: what is compared is measured in
 * turns, each time in another order, and the ratio is the median of the turns' ratios.
 *
 * @module
 */

/** A value in the middle, and from the first quartile to the third. */
export interface Summary {
  value: number;
  spread: [number, number];
  samples: number;
}

/** The value below which a share of all lie, between two of them where it falls there. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("There is no quantile of nothing.");
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position % 1);
}

/** The median with its quartiles. */
export function summarize(values: readonly number[]): Summary {
  return {
    value: quantile(values, 0.5),
    spread: [quantile(values, 0.25), quantile(values, 0.75)],
    samples: values.length,
  };
}

/** The median of the ratios of values that were measured in the same turn. */
export function ratio(values: readonly number[], bases: readonly number[]): Summary {
  if (values.length !== bases.length) throw new RangeError("There must be as many as bases.");
  return summarize(values.map((value, turn) => value / (bases[turn] ?? Number.NaN)));
}

/** Measures every one once a turn, in an order that moves on by one each turn. By name, one value a turn. */
export async function measureInTurns<Name extends string>(
  subjects: Readonly<Record<Name, () => Promise<number>>>,
  turns: number,
  afterTurn: (turn: number) => void = () => {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(subjects) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let turn = 0; turn < turns; turn++) {
    const first = turn % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      values[name].push(await subjects[name]());
    }
    afterTurn(turn + 1);
  }
  return values;
}

/** As many samples are drawn of what was measured, for a spread. */
const RESAMPLES = 200;

/**
 * The ratio of two quantiles, such as the 99th percentiles, of which there are no turns to take a median
 * of. Its spread is that of the same ratio over samples of what was measured, drawn with repetition.
 */
export function ratioOfQuantiles(
  values: readonly number[],
  bases: readonly number[],
  share: number,
  random: () => number = Math.random,
): Summary {
  const draw = (from: readonly number[]) =>
    from.map(() => from[Math.floor(random() * from.length)] ?? Number.NaN);
  const resampled = Array.from(
    { length: RESAMPLES },
    () => quantile(draw(values), share) / quantile(draw(bases), share),
  );
  const value = quantile(values, share) / quantile(bases, share);
  return { ...summarize(resampled), value, samples: values.length };
}
