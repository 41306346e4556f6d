/** Every scenario explored to its end: every state that there is, and every step between two of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reconcile } from "../../shared/reconcile.ts";
import { newTenant } from "../../shared/tenant.ts";
import { wish } from "../../shared/wish.ts";
import { explore, report } from "./explore.ts";
import { SCENARIOS } from "./scenarios.ts";
import { REAL_EDGES } from "./world.ts";

const test = suite("every state, to the end");

/** More than there are. */
const MAX_STATES = 2_000_000;

for (const scenario of SCENARIOS) {
  test(scenario.name, () => {
    const code = { reconcile, newTenant, wish };
    const explored = explore({ scenario, code, edges: REAL_EDGES }, MAX_STATES);
    console.log(report(scenario, explored));
    assert.is(explored.violation, null, JSON.stringify(explored.violation));
    assert.ok(explored.isComplete);
  });
}

test.run();
