/** Every scenario explored to its end: every state that there is, and every step between two of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exploreReal } from "./real-code.ts";
import { SCENARIOS } from "./exploration-scenarios.ts";

const test = suite("every state, to the end");

/** More than there are. */
const MAX_STATES = 2_000_000;

for (const scenario of SCENARIOS) {
  test(scenario.name, () => {
    const explored = exploreReal(scenario, MAX_STATES);
    assert.is(explored.violation, null, JSON.stringify(explored.violation));
    assert.ok(explored.isComplete);
  });
}

test.run();
