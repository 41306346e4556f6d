import { suite } from "uvu";
import * as assert from "uvu/assert";
import { secondsOf, stepsOf } from "./operation-times.ts";

const test = suite("how long an operation and its steps took");

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
const NOW = new Date(at(20));

const step = (name: string, from: number, to: number | null) => ({
  name,
  started_at: at(from),
  ended_at: to === null ? null : at(to),
  seconds: null,
});

test("it is counted from its slot, to its end or until now", () => {
  assert.is(secondsOf({ slot_at: at(0), ended_at: at(5), steps: [] }, NOW), 5);
  assert.is(secondsOf({ slot_at: at(0), ended_at: null, steps: [] }, NOW), 20);
  assert.is(secondsOf({ slot_at: null, ended_at: null, steps: [] }, NOW), null);
});

test("steps lie where they were in the whole", () => {
  const operation = {
    slot_at: at(0),
    ended_at: at(10),
    steps: [step("a", 0, 2), step("b", 2, 10)],
  };
  assert.equal(stepsOf(operation, NOW), [
    { name: "a", seconds: 2, isRunning: false, from: 0, share: 0.2 },
    { name: "b", seconds: 8, isRunning: false, from: 0.2, share: 0.8 },
  ]);
});

test("the step that runs goes on until now", () => {
  const [, running] = stepsOf(
    { slot_at: at(0), ended_at: null, steps: [step("a", 0, 5), step("b", 5, null)] },
    NOW,
  );
  assert.equal(running, { name: "b", seconds: 15, isRunning: true, from: 0.25, share: 0.75 });
});

test("a step whose end nobody has seen ended with the operation", () => {
  const [only] = stepsOf({ slot_at: at(0), ended_at: at(4), steps: [step("a", 0, null)] }, NOW);
  assert.equal(only, { name: "a", seconds: 4, isRunning: false, from: 0, share: 1 });
});

test("without steps there is nothing", () => {
  assert.equal(stepsOf({ slot_at: at(0), ended_at: null, steps: [] }, NOW), []);
});

test.run();
