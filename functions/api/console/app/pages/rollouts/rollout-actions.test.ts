import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Rollout } from "../../client/api-client.ts";
import { rolloutActions } from "./rollout-actions.ts";

const test = suite("what may be done with a rollout");

const rollout = (state: Rollout["state"], failed = 0, underWay = 0) =>
  ({
    id: "r",
    state,
    to: "v17",
    waves: [{ failed }],
    under_way: Array.from({ length: underWay }, () => ({ tenant_id: "t", since: "" })),
  }) as unknown as Rollout;

test("its state says what", () => {
  for (const [state, failed, expected] of [
    ["running", 0, ["Pause", "Cancel for good"]],
    ["running", 1, ["Pause", "Retry failed", "Cancel for good"]],
    ["paused", 2, ["Resume", "Retry failed", "Cancel for good"]],
    ["done", 0, []],
    ["done", 1, ["Retry failed"]],
    ["cancelled", 1, []],
  ] as const) {
    const names = rolloutActions(rollout(state, failed)).map(({ name }) => name);
    assert.equal(names, expected, `${state}, ${failed} failed`);
  }
});

test("each says what becomes of those under way", () => {
  const consequenceOf = (underWay: number) =>
    rolloutActions(rollout("running", 0, underWay))[0]?.consequence;
  assert.is(consequenceOf(0), "Nobody else is asked until somebody resumes it.");
  assert.match(consequenceOf(1) ?? "", /The one under way goes on\.$/);
  assert.match(consequenceOf(3) ?? "", /The 3 under way go on\.$/);
});

test.run();
