import { suite } from "uvu";
import * as assert from "uvu/assert";
import { rolloutAt } from "../../tests/testkit/some-rollout.ts";
import { addSeconds } from "../tenant/tenant.ts";
import { applyRolloutCommand } from "./rollout-commands.ts";
import type { RolloutCommand } from "./rollout-commands.ts";
import type { Rollout, RolloutState } from "./rollout.ts";

const test = suite("the commands on a rollout");

const NOW = new Date("2026-11-30T12:00:00Z");
const LATER = addSeconds(NOW, 3600);
const requestedBy = { name: "key:operator", request_id: "r-1", reason: null };
const issued = { commandId: "command-2", requestedBy, now: LATER };

const COMMANDS = {
  pause: { name: "pause", reason: "look first" },
  resume: { name: "resume" },
  cancel: { name: "cancel" },
  "retry-failed": { name: "retry-failed" },
} as const satisfies Record<string, RolloutCommand>;

/** At its second wave; one has failed in the first. */
function someRollout(state: RolloutState): Rollout {
  const begun = rolloutAt("canary", NOW, { state }, [5, 100]);
  const [canary, five, rest] = begun.waves;
  return {
    ...begun,
    wave: 1,
    waves: [
      { ...canary!, asked: 3, done: 2, failed: 1, ended_at: NOW },
      { ...five!, started_at: NOW, asked: 4, done: 4 },
      rest!,
    ],
    failed: [{ id: "a", at: NOW, reason: "MigrationFailed", message: null }],
    last_outcomes: ["done", "failed"],
    next_check_at: null,
  };
}

const effects: [state: RolloutState, command: keyof typeof COMMANDS, comesTo: string][] = [
  ["running", "pause", "paused"],
  ["running", "resume", "unchanged"],
  ["running", "cancel", "cancelled"],
  ["running", "retry-failed", "running"],
  ["paused", "pause", "unchanged"],
  ["paused", "resume", "running"],
  ["paused", "cancel", "cancelled"],
  ["paused", "retry-failed", "running"],
  ["done", "pause", "The rollout is done."],
  ["done", "resume", "The rollout is done."],
  ["done", "cancel", "The rollout is done."],
  ["done", "retry-failed", "running"],
  ["cancelled", "pause", "The rollout is cancelled."],
  ["cancelled", "resume", "The rollout is cancelled."],
  ["cancelled", "cancel", "unchanged"],
  ["cancelled", "retry-failed", "The rollout is cancelled."],
];

for (const [state, command, comesTo] of effects) {
  test(`${command} of a ${state} rollout comes to: ${comesTo}`, () => {
    const effect = applyRolloutCommand(someRollout(state), COMMANDS[command], issued);
    switch (effect.outcome) {
      case "changed":
        assert.is(effect.changes.state, comesTo);
        assert.is(effect.changes.command_id, "command-2");
        assert.equal(effect.changes.next_check_at, LATER);
        break;
      case "unchanged":
        assert.is("unchanged", comesTo);
        break;
      case "refused":
        assert.is(effect.why, comesTo);
        break;
    }
  });
}

function changesOf(state: RolloutState, command: RolloutCommand): Partial<Rollout> {
  const effect = applyRolloutCommand(someRollout(state), command, issued);
  if (effect.outcome !== "changed") throw new Error(effect.outcome);
  return effect.changes;
}

test("who paused it, and why, is on record", () => {
  const { paused_by, reason, message } = changesOf("running", COMMANDS.pause);
  assert.equal(paused_by, { ...requestedBy, reason: "look first" });
  assert.equal([reason, message], ["Paused", "look first"]);
});

test("what has failed before it is resumed does not pause it again", () => {
  const { last_outcomes, reason, message, paused_by } = changesOf("paused", COMMANDS.resume);
  assert.equal([last_outcomes, reason, message, paused_by], [[], null, null, null]);
});

test("one that is cancelled has ended", () => {
  assert.equal(changesOf("running", COMMANDS.cancel).ended_at, LATER);
});

test("what failed is tried again from the first wave on that has one, under another mark", () => {
  const changes = changesOf("done", COMMANDS["retry-failed"]);
  assert.is(changes.wave, 0);
  assert.equal(changes.failed, []);
  assert.equal(changes.ended_at, null);
  assert.is(changes.ask_id, "command-2");
  assert.equal(changes.asks_since, LATER);
  const [canary, five] = changes.waves ?? [];
  assert.equal([canary?.asked, canary?.done, canary?.failed], [2, 2, 0]);
  assert.equal([canary?.started_at, five?.started_at, five?.done], [null, null, 4]);
});

test("where nothing has failed there is nothing to try again", () => {
  const rollout = rolloutAt(100, NOW);
  assert.equal(applyRolloutCommand(rollout, COMMANDS["retry-failed"], issued), {
    outcome: "refused",
    why: "Nothing of the rollout has failed.",
  });
});

test.run();
