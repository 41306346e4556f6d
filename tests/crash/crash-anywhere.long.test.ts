/**
 * Site Jobs killed with -9 before every ninth command of theirs and of what they call, or before every one with
 * CRASH_EVERY=1, which takes an hour.
 */
import { suite } from "uvu";
import { FAKE_GROUND } from "./crash-injection.ts";
import { addScenarios } from "./crash-scenarios.ts";

const onTheFake = suite("killed anywhere, on the fake database");
addScenarios(onTheFake, {
  everyNth: Number(process.env["CRASH_EVERY"] ?? 9),
  workers: 2,
  ground: () => FAKE_GROUND,
  // The shortest, a late create after a drop, has 18 of them at every ninth.
  minKills: 10,
});
onTheFake.run();
