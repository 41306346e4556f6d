/**
 * Site Jobs killed with -9 before every 61st command of theirs and of what they call, or before every one with CRASH_EVERY=1, which
 * takes an hour.
 */
import { suite } from "uvu";
import { addScenarios } from "./crash-scenarios.ts";
import { FAKE_GROUND } from "./grounds.ts";
import { every } from "./kill-points.ts";

const onTheFake = suite("killed anywhere, on the fake database");
addScenarios(onTheFake, {
  everyNth: every(61),
  workers: 2,
  ground: () => FAKE_GROUND,
  // The shortest, a late create after a drop, has 160 commands.
  minKills: 4,
});
onTheFake.run();
