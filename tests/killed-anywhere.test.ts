/** A sample of tests/killed-anywhere.long.test.ts, which kills before every command. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runKilled, SCENARIOS, STAND_IN_GROUND } from "./killed-anywhere.ts";

const test = suite("killed anywhere, a sample");

for (const [sentence, scenario] of SCENARIOS) {
  test(sentence, async () => {
    const how = { everyNth: 101, workers: 2, ground: STAND_IN_GROUND };
    const { kills, worlds } = await runKilled(scenario, how);
    console.log(`${sentence}: ${kills} kill points, ${worlds} worlds`);
    assert.ok(kills > 0);
  });
}

test.run();
