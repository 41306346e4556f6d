import type { V1Pod } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toOutcome } from "./job-outcome.ts";

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

for (const [outage, sentence] of [
  ["DatabaseUnavailable", "The database that all sites share does not answer."],
  ["RedisUnavailable", "A Redis server that all sites share does not answer."],
  ["BucketUnavailable", "The bucket of all tenants' backups does not answer."],
  ["VolumeFull", "There is no space left on the volume that all sites share."],
] as const) {
  test(`tells of ${outage} as of an outage, with the script's last words`, () => {
    const message = JSON.stringify({ step: "new-site", reason: "ERROR 2002", code: outage });
    assert.equal(toOutcome(CONDITION, [podThatLeft(message)]), {
      result: "failed",
      reason: outage,
      step: "new-site",
      message: `${sentence} Its last words: ERROR 2002`,
      retryable: true,
      isOutage: true,
    });
    // What can never succeed does not for an outage either.
    assert.is(toOutcome(CONDITION, [podThatLeft(message, { exitCode: 65 })]).result, "failed");
    assert.not.ok("isOutage" in toOutcome(CONDITION, [podThatLeft(message, { exitCode: 65 })]));
  });
}

test("a user who is not there is a reason of its own, and final", () => {
  const message = JSON.stringify({ step: "s", reason: "no user", code: "UserNotFound" });
  const final = { ...CONDITION, reason: "PodFailurePolicy" };
  for (const condition of [CONDITION, final]) {
    assert.equal(toOutcome(condition, [podThatLeft(message, { exitCode: 66 })]), {
      result: "failed",
      reason: "UserNotFound",
      step: "s",
      message: "no user",
      retryable: false,
    });
  }
  // A script that did not say so for good is not believed.
  assert.is(toOutcome(CONDITION, [podThatLeft(message)]).reason, CONDITION.reason);
  const other = JSON.stringify({ step: "s", reason: "no app", code: "toString" });
  assert.is(toOutcome(final, [podThatLeft(other, { exitCode: 66 })]).reason, "PodFailurePolicy");
});

test("takes no other word for an outage", () => {
  for (const outage of ["toString", "Else", 7, null]) {
    const message = JSON.stringify({ step: "new-site", reason: "no disk", code: outage });
    assert.not.ok("isOutage" in toOutcome(CONDITION, [podThatLeft(message)]), String(outage));
  }
});

const CONTAINER = { name: "site", image: "", imageID: "", ready: false, restartCount: 0 };
const ended = (exitCode: number, reason: string, message: string, more = {}): V1Pod => ({
  status: {
    containerStatuses: [{ ...CONTAINER, state: { terminated: { exitCode, reason, message } } }],
    ...more,
  },
});
const NOTICE = "no disk left\nbash: line 12:   712 Killed   bench install-app\n";
const EVICTED = { phase: "Failed", reason: "Evicted", message: "The node was low on memory." };

const ends: [sentence: string, pod: V1Pod, reason: string, message: string][] = [
  [
    "a container that needed too much memory",
    ended(137, "OOMKilled", NOTICE),
    "OutOfMemory",
    'The container "site" needed more memory than it may have, and was killed. Its last words: no disk left',
  ],
  [
    "a Pod that was evicted",
    ended(137, "Error", "", EVICTED),
    "Evicted",
    "The Pod was put off its node: The node was low on memory.",
  ],
  [
    "a container that was killed",
    ended(137, "Error", NOTICE),
    "Killed",
    'The container "site" was killed by SIGKILL (exit status 137). Its last words: no disk left',
  ],
];
for (const [sentence, pod, reason, message] of ends) {
  test(`names ${sentence}, which another attempt may mend`, () => {
    const expected = { result: "failed", step: null, reason, message, retryable: true };
    assert.equal(toOutcome(CONDITION, [pod]), expected);
  });
}

test("what the policy for failed Pods ended is final, though the Pod is gone", () => {
  const outcome = toOutcome({ ...CONDITION, reason: "PodFailurePolicy" }, []);
  assert.is(outcome.result === "failed" && outcome.retryable, false);
});

for (const exitCode of [65, 66, 67]) {
  test(`exit code ${exitCode} is final`, () => {
    const outcome = toOutcome(CONDITION, [podThatLeft("no", { exitCode })]);
    assert.is(outcome.result === "failed" && outcome.retryable, false);
  });
}

/** A Pod made at this minute that ended like this. */
function podOf(minute: number, exitCode: number, message: string, isDisrupted = false): V1Pod {
  const pod = podThatLeft(message, { exitCode });
  const condition = { type: "DisruptionTarget", status: "True" };
  return {
    metadata: { creationTimestamp: new Date(minute * 60_000) },
    status: { ...pod.status, conditions: isDisrupted ? [condition] : [] },
  };
}

test("a Pod that was disrupted has no say in why the Job failed, in whichever order they come", () => {
  const disrupted = podOf(1, 143, '{"step":"new-site","reason":"database away"}', true);
  const final = podOf(2, 65, '{"step":"start","reason":"not ours"}');
  for (const pods of [
    [disrupted, final],
    [final, disrupted],
  ]) {
    const outcome = toOutcome(CONDITION, pods);
    assert.is(outcome.result === "failed" && outcome.message, "not ours");
    assert.is(outcome.result === "failed" && outcome.retryable, false);
  }
});

test("a success does not take its reason from a Pod that failed before", () => {
  const failed = podOf(1, 1, '{"step":"new-site","reason":"database away"}', true);
  const good = podOf(2, 0, "");
  const expected = { result: "succeeded", reason: null };
  assert.equal(toOutcome({ type: "Complete", status: "True" }, [failed, good]), expected);
});

const COMPLETE = { type: "Complete", status: "True" };

const STEPS = '"steps":[["drop-site",1764436801.123],["verify",1764436802]],"ended":1764436803';

test("steps without a reason are a plain success, beside what another container left", () => {
  const plain = podThatLeft(`{"step":"verify",${STEPS}}`, { exitCode: 0 });
  assert.equal(toOutcome(COMPLETE, [plain]), { result: "succeeded", reason: null });
  const both = podThatLeft(`{"step":"verify","reason":"SiteNotOurs",${STEPS}}`, { exitCode: 0 });
  const before = podThatLeft(`{"step":"database",${STEPS}}`, {
    list: "initContainerStatuses",
    exitCode: 0,
  });
  const pod = { status: { ...both.status, ...before.status } };
  assert.equal(toOutcome(COMPLETE, [pod]), { result: "succeeded", reason: "SiteNotOurs" });
});

test("a failure is told in the same words with its steps as without", () => {
  const plain = podThatLeft('{"step":"new-site","reason":"no disk"}');
  const more = podThatLeft(`{"step":"new-site","reason":"no disk",${STEPS}}`);
  assert.equal(toOutcome(CONDITION, [more]), toOutcome(CONDITION, [plain]));
  // It had left this when it was killed for its memory, say.
  const outcome = toOutcome(CONDITION, [podThatLeft(`{"step":"new-site",${STEPS}}`)]);
  assert.is(outcome.result === "failed" && outcome.message, CONDITION.message);
});

test("success has a reason where the Job left one, and no other words", () => {
  const left = '{"step":"verify","reason":"SiteNotOurs"}';
  const pod = podThatLeft(left, { exitCode: 0 });
  assert.equal(toOutcome(COMPLETE, [pod]), { result: "succeeded", reason: "SiteNotOurs" });
  const log = podThatLeft("some log", { exitCode: 0 });
  assert.equal(toOutcome(COMPLETE, [log]), { result: "succeeded", reason: null });
  assert.equal(toOutcome(COMPLETE, []), { result: "succeeded", reason: null });
});

test("a migration that failed by itself is final, and names its patch", () => {
  const left = '{"step":"migrate","reason":"no column","code":"MigrationFailed","patch":"a.b"}';
  assert.equal(toOutcome(CONDITION, [podThatLeft(left, { exitCode: 68 })]), {
    result: "failed",
    step: "migrate",
    reason: "MigrationFailed",
    message: "no column",
    retryable: false,
    patch: "a.b",
  });
});

test("a success tells which versions the site's apps have, whichever container looked", () => {
  const complete = { type: "Complete", status: "True" };
  const pods = [
    podThatLeft('{"step":"verify","apps":{"frappe":"16.32.3"},"steps":[]}', {
      list: "initContainerStatuses",
      exitCode: 0,
    }),
  ];
  const apps = { frappe: "16.32.3" };
  assert.equal(toOutcome(complete, pods), { result: "succeeded", reason: null, apps });
});

test.run();
