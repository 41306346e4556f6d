/**
 * In which bench a new tenant's site is made.
 *
 * @module
 */
import { errorFields, log } from "../../../shared/platform/log.ts";
import { currentBench } from "../../../shared/configuration/bench.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import type { ApiDependencies } from "../http/endpoint.ts";

/**
 * The current bench. Where there is a pool, only once it has a site: the first one there is a standby, so no customer is the
 * first to find that a new bench does not work. Until then, the last of the others that has one.
 */
export async function benchForNew({ store, settings }: ApiDependencies): Promise<Bench> {
  const { benches, poolSize } = settings;
  const current = currentBench(benches);
  if (benches.length === 1 || poolSize === 0) return current;
  const others = benches.filter((bench) => bench !== current).toReversed();
  try {
    for (const bench of [current, ...others]) {
      if (await store.hasSite(bench.name)) return bench;
    }
  } catch (error) {
    log("WARNING", "BenchesNotRead", errorFields(error));
  }
  return current;
}
