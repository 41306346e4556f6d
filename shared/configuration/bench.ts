/**
 * Benches: each is one image with web servers, workers and Redis of its own, and a directory of sites on the volume. Pure.
 *
 * @module
 */
/** A bench as the settings name it. */
export interface Bench {
  /** Also that of its directory on the volume. */
  name: string;
  /** What its servers run, and the site Jobs of its sites. */
  image: string;
  /** What a new site gets beside Frappe itself. */
  apps: string[];
  /** Where its web server answers within the cluster; null where nobody looks. */
  url: string | null;
  /** Whether new sites are made there. One bench is. */
  current: boolean;
}

/** The bench of whoever names none. */
export const DEFAULT_BENCH = "main";

/** The form of a bench's name: it is a part of other names, too. */
export const BENCH_NAME_PATTERN = "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$";

/** The bench of that name; null where the settings name no such. */
export function benchNamed(benches: readonly Bench[], name: string): Bench | null {
  return benches.find((bench) => bench.name === name) ?? null;
}

/** The bench where new sites are made. */
export function currentBench(benches: readonly Bench[]): Bench {
  const found = benches.find(({ current }) => current);
  if (found === undefined) throw new TypeError("None of the benches is the current one.");
  return found;
}
