import type { V1Pod } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failureOf } from "./cluster.ts";

const test = suite("failureOf");

const CONDITION = {
  type: "Failed",
  status: "True",
  reason: "BackoffLimitExceeded",
  message: "Job has reached the specified backoff limit",
};

function podThatLeft(message: string | undefined, list = "containerStatuses"): V1Pod {
  const terminated = { exitCode: 1, ...(message === undefined ? {} : { message }) };
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
    [podThatLeft('{"step":"database","reason":"denied"}', "initContainerStatuses")],
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
    const expected = { result: "failed", reason: "BackoffLimitExceeded", step, message };
    assert.equal(failureOf(CONDITION, pods), expected);
  });
}

test.run();
