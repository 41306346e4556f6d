/**
 * The bench that a caller names.
 *
 * @module
 */
import { benchNamed } from "../../../shared/configuration/bench.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { invalid } from "../http/parse-input.ts";

/** The bench that a field of the body names. Throws a `Problem` where there is none of that name. */
export function requireBench(field: string, name: string, benches: readonly Bench[]): Bench {
  const bench = benchNamed(benches, name);
  if (bench !== null) return bench;
  const names = benches.map((one) => one.name).join(", ");
  throw invalid([{ pointer: `/${field}`, message: `${field} must be one of ${names}` }]);
}
