/**
 * The exploration as far as the quick tests have time for; exploration.long.test.ts goes to the end. And
 * that it has teeth: it finds every mistake of mutations.ts.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { reconcile } from "../../shared/reconcile.ts";
import { newTenant } from "../../shared/tenant.ts";
import { wish } from "../../shared/wish.ts";
import { explore, report } from "./explore.ts";
import { mutate, MUTATIONS } from "./mutations.ts";
import { SCENARIOS } from "./scenarios.ts";
import { REAL_EDGES } from "./world.ts";

const test = suite("every state");

const MAX_STATES = 30_000;

/** More than any mutation needs to show. */
const MAX_STATES_OF_MUTATION = 100_000;

for (const scenario of SCENARIOS) {
  test(scenario.name, () => {
    const code = { reconcile, newTenant, wish };
    const explored = explore({ scenario, code, edges: REAL_EDGES }, MAX_STATES);
    console.log(report(scenario, explored));
    assert.is(explored.violation, null, JSON.stringify(explored.violation));
  });
}

for (const mutation of MUTATIONS) {
  test(`found: ${mutation.name}`, async () => {
    const { scenario, breaks } = mutation;
    const { code, edges, forget } = await mutate(mutation);
    try {
      const explored = explore({ scenario, code, edges }, MAX_STATES_OF_MUTATION);
      assert.is(explored.violation?.sentence, breaks);
    } finally {
      forget();
    }
  });
}

test("there are enough mistakes to find", () => {
  assert.ok(MUTATIONS.length >= 8);
});

test.run();
