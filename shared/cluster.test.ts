import type { V1Pod } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toOutcome } from "./cluster.ts";

const test = suite("toOutcome");

const CONDITION = {
  type: "Failed",
  status: "True",
  reason: "BackoffLimitExceeded",
  message: "Job has reached the specified backoff limit",
};

function podThatLeft(
  message: string | undefined,
  { list = "containerStatuses", exitCode = 1 } = {},
): V1Pod {
  const terminated = { exitCode, ...(message === undefined ? {} : { message }) };
  const status = { name: "x", image: "", imageID: "", ready: false, restartCount: 0 };
  return { status: { [list]: [{ ...status, state: { terminated } }] } };
}

const cases: [sentence: string, pods: V1Pod[], step: string | null, message: string][] = [
  [
    "the script's own message",
    [podThatLeft('{"step":"new-site","reason":"no disk"}')],
    "new-site",
    "no disk",
  ],
  [
    "an init container's message",
    [podThatLeft('{"step":"database","reason":"denied"}', { list: "initContainerStatuses" })],
    "database",
    "denied",
  ],
  ["the last line of a log", [podThatLeft("Traceback\n  line 1\nKilled\n\n")], null, "Killed"],
  ["JSON of somebody else", [podThatLeft('{"error":1}')], null, '{"error":1}'],
  ["the condition, without a message", [podThatLeft(undefined)], null, CONDITION.message],
  ["the condition, without a Pod", [], null, CONDITION.message],
];
for (const [sentence, pods, step, message] of cases) {
  test(`speaks in the words of ${sentence}`, () => {
    const expected = {
      result: "failed",
      reason: "BackoffLimitExceeded",
      step,
      message,
      retryable: true,
    };
    assert.equal(toOutcome(CONDITION, pods), expected);
  });
}

for (const exitCode of [65, 66, 67]) {
  test(`exit code ${exitCode} is final`, () => {
    const outcome = toOutcome(CONDITION, [podThatLeft("no", { exitCode })]);
    assert.is(outcome.result === "failed" && outcome.retryable, false);
  });
}

const COMPLETE = { type: "Complete", status: "True" };

test("success has a reason where the Job left one, and no other words", () => {
  const left = '{"step":"verify","reason":"SiteNotOurs"}';
  const pod = podThatLeft(left, { exitCode: 0 });
  assert.equal(toOutcome(COMPLETE, [pod]), { result: "succeeded", reason: "SiteNotOurs" });
  const log = podThatLeft("some log", { exitCode: 0 });
  assert.equal(toOutcome(COMPLETE, [log]), { result: "succeeded", reason: null });
  assert.equal(toOutcome(COMPLETE, []), { result: "succeeded", reason: null });
});

test.run();
