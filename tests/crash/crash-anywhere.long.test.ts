/** Site Jobs killed with -9 before every command of theirs and of what they call. */
import { suite } from "uvu";
import { FAKE_GROUND } from "./crash-injection.ts";
import { addScenarios } from "./crash-scenarios.ts";

const onTheFake = suite("killed anywhere, on the fake database");
addScenarios(onTheFake, {
  everyNth: 1,
  workers: 2,
  ground: () => FAKE_GROUND,
  minKills: 30,
});
onTheFake.run();
