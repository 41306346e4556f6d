/** Site Jobs killed with -9 before every command of theirs and of what they call. */
import { suite } from "uvu";
import { STAND_IN_GROUND } from "./crash-injection.ts";
import { addScenarios } from "./crash-scenarios.ts";

const onStandIn = suite("killed anywhere, on the stand-in database");
addScenarios(onStandIn, {
  everyNth: 1,
  workers: 2,
  ground: () => STAND_IN_GROUND,
  minKills: 30,
});
onStandIn.run();
