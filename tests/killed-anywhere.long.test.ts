/** Site Jobs killed with -9 before every command of theirs and of what they call. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runKilled, SCENARIOS, STAND_IN_GROUND } from "./killed-anywhere.ts";

const test = suite("killed anywhere");

for (const [sentence, scenario] of SCENARIOS) {
  test(sentence, async () => {
    const how = { everyNth: 1, workers: 2, ground: STAND_IN_GROUND };
    const { kills, worlds } = await runKilled(scenario, how);
    console.log(`\n${sentence}: ${kills} kill points, ${worlds} worlds`);
    assert.ok(kills > 30);
  });
}

test.run();
