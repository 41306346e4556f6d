import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Rollout, RolloutWave } from "../../client/api-client.ts";
import { progressOf, skippedByReason, summaryOf, whyOf } from "./rollout-words.ts";

const test = suite("a rollout in words");

const TIME = "2026-11-30T10:00:00Z";
const NOT_BEGUN: RolloutWave = {
  wave: "5%",
  started_at: null,
  ended_at: null,
  asked: 0,
  done: 0,
  failed: 0,
  gone: 0,
  skipped: 0,
  waiting: 0,
};
const BEGUN = { ...NOT_BEGUN, started_at: TIME };
const ENDED = { ...BEGUN, ended_at: TIME };

test("a wave says how many of those it has looked at were moved, and what of the others", () => {
  for (const [what, wave, state, expected] of [
    ["before it begins", NOT_BEGUN, "running", ["not begun", "", []]],
    ["that was never reached", NOT_BEGUN, "cancelled", ["not reached", "", []]],
    [
      "that was broken off",
      { ...BEGUN, asked: 2, done: 2 },
      "cancelled",
      ["broken off", "2 of 2", []],
    ],
    [
      "that is paused",
      { ...BEGUN, asked: 2, done: 1 },
      "paused",
      ["paused", "1 of 2", ["1 under way"]],
    ],
    ["at its beginning", BEGUN, "running", ["running", "nobody asked yet", []]],
    [
      "under way",
      { ...BEGUN, asked: 38, done: 12, failed: 1, gone: 1, skipped: 3, waiting: 2 },
      "running",
      [
        "running",
        "12 of 40",
        ["24 under way", "1 failed", "2 waiting", "3 passed over", "1 deleted meanwhile"],
      ],
    ],
    ["without anybody", ENDED, "running", ["done", "nobody was to be moved", []]],
    [
      "of the pool",
      { ...BEGUN, wave: "pool" },
      "running",
      ["running", "waits for a site of the pool in v17", []],
    ],
    ["of the pool, at its end", { ...ENDED, wave: "pool" }, "running", ["done", "", []]],
  ] as [string, RolloutWave, Rollout["state"], [string, string, string[]]][]) {
    const progress = progressOf(wave, { state, to: "v17" });
    assert.equal([progress.state, progress.words, progress.rest], expected, what);
  }
});

test("all of it is told in one line", () => {
  const waves = [
    { ...ENDED, wave: "canary", asked: 3, done: 2, failed: 1 },
    { ...BEGUN, asked: 2, done: 1 },
    { ...NOT_BEGUN, wave: "100%" },
  ];
  assert.is(summaryOf({ state: "running", waves }), "wave 5% (2 of 3), 3 moved, 1 failed");
  assert.is(summaryOf({ state: "done", waves }), "3 moved, 1 failed");
  assert.is(summaryOf({ state: "running", waves: [NOT_BEGUN] }), "wave 5% (1 of 1), 0 moved");
});

test("each reason has its words", () => {
  assert.match(whyOf({ state: "paused", reason: "TooManyFailures" }) ?? "", /paused itself/);
  assert.is(whyOf({ state: "running", reason: null }), "It begins within a minute.");
  assert.is(whyOf({ state: "done", reason: null }), "Everybody was moved who could be.");
});

test("who was passed over stands together by why", () => {
  const one = (tenant_id: string, reason: Rollout["skipped"][number]["reason"]) => ({
    tenant_id,
    reason,
    message: null,
    until: null,
  });
  const groups = skippedByReason([one("a", "Busy"), one("b", "Pinned"), one("c", "Pinned")]);
  assert.equal(
    groups.map(({ reason, tenants }) => [reason, tenants.map(({ tenant_id }) => tenant_id)]),
    [
      ["Pinned", ["b", "c"]],
      ["Busy", ["a"]],
    ],
  );
  assert.match(groups[0]?.words ?? "", /^Pinned: /);
});

test.run();
