/**
 * The scenarios of site Jobs that are killed, as tests.
 *
 * @module
 */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { runKilled, SCENARIOS } from "./crash-injection.ts";
import type { Scenario } from "./crash-injection.ts";
import type { Ground } from "./grounds.ts";

export interface How {
  everyNth: number;
  workers: number;
  ground: () => Ground;
  /** A floor for the kill points of each scenario, lest they be lost unseen. */
  minKills: number;
  /** Without it, each of the scenarios is. */
  isTried?: (scenario: Scenario) => boolean;
}

/** Adds the scenarios. */
export function addScenarios(
  test: Test,
  { everyNth, workers, ground, minKills, isTried = () => true }: How,
): void {
  for (const [sentence, scenario] of SCENARIOS) {
    if (!isTried(scenario)) continue;
    test(sentence, async () => {
      const killed = await runKilled(scenario, { everyNth, workers, ground: ground() });
      console.log(`\n${sentence}: ${killed.kills} kill points, ${killed.states} states`);
      assert.ok(killed.kills >= minKills);
    });
  }
}
