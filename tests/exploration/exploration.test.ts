/**
 * The exploration as far as the quick tests have time for; exploration.long.test.ts goes to the end. And
 * that it has teeth: it finds every mistake of mutations.ts.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { explore } from "./explore.ts";
import { mutate, MUTATIONS } from "./mutations.ts";
import { exploreReal, REAL } from "./real-code.ts";
import { SCENARIOS } from "./exploration-scenarios.ts";

const test = suite("every state");

const MAX_STATES = 3_000;

/** Where the tenants are there already, each state is closer to what is explored. */
const MAX_STATES_OF_MADE = 2_000;

/** More than any mutation needs to show. */
const MAX_STATES_OF_MUTATION = 100_000;

for (const scenario of SCENARIOS) {
  test(scenario.name, () => {
    const explored = exploreReal(scenario, scenario.isMade ? MAX_STATES_OF_MADE : MAX_STATES);
    assert.is(explored.violation, null, JSON.stringify(explored.violation));
  });
}

for (const mutation of MUTATIONS) {
  test(`found: ${mutation.name}`, () => {
    const { scenario, breaks } = mutation;
    const explored = explore({ scenario, ...mutate(mutation, REAL) }, MAX_STATES_OF_MUTATION);
    assert.is(explored.violation?.sentence, breaks);
  });
}

test("there are enough mistakes to find", () => {
  assert.ok(MUTATIONS.length >= 8);
});

test.run();
