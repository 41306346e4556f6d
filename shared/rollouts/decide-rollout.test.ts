import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  askedRollout,
  lastPage,
  NOTHING,
  rolloutAt,
  underWay,
} from "../../tests/testkit/some-rollout.ts";
import { addSeconds } from "../tenant/tenant.ts";
import { BUSY_SECONDS, decideRollout, LAST_BUSY_SECONDS, PASS_SECONDS } from "./decide-rollout.ts";
import { endOfShare, readsFor } from "./observed-rollout.ts";
import type { ObservedRollout, SeenTenant, Standing } from "./observed-rollout.ts";
import { MAX_LISTED, MAX_OUTCOMES, newPass } from "./rollout.ts";
import type { Outcome, Rollout } from "./rollout.ts";

const test = suite("the decision about a rollout");

const NOW = new Date("2026-11-30T12:00:00Z");
const later = (seconds: number) => addSeconds(NOW, seconds);

const FREE: Standing = { is: "free", timeZone: null };
const FAILED = {
  is: "failed",
  reason: "MigrationFailed",
  message: "no such column",
  patch: "erpnext.patches.v17.fix",
  step: "migrate",
} as const satisfies Standing;

const seen = (id: string, standing: Standing): SeenTenant => ({ id, ...standing });

const decide = (rollout: Rollout, observed: ObservedRollout, now = NOW) =>
  decideRollout(rollout, observed, now);

/** The rollout as the decision leaves it. */
const after = (rollout: Rollout, observed: ObservedRollout, now = NOW): Rollout => ({
  ...rollout,
  ...decide(rollout, observed, now).changes,
});

/** What is seen of those under way. */
const ofThose = (...tenants: SeenTenant[]): ObservedRollout => ({ ...NOTHING, underWay: tenants });

test("a wave begins at once where there was none before", () => {
  const decision = decide(askedRollout(NOW), NOTHING);
  assert.is(decision.recheckAfterSeconds, 0);
  assert.equal(decision.changes.waves?.[0]?.started_at, NOW);
});

test("the wave of the pool waits for a standby in the new bench, and moves nobody", () => {
  const rollout = rolloutAt("pool", NOW, {}, ["canary"]);
  const waiting = decide(rollout, NOTHING);
  assert.is(waiting.reason, "WaitingForPool");
  assert.is(waiting.changes.message, "No site of the pool is ready in the bench new yet.");
  const next = after(rollout, { ...NOTHING, isPoolReady: true });
  assert.is(next.wave, 1);
  assert.is(next.soak_until, null);
  assert.equal(next.waves[0]?.ended_at, NOW);
});

test("as many are asked as there is room for, in order, and each is under way", () => {
  const rollout = rolloutAt(100, NOW, { max_per_database: 2, under_way: [underWay("a", NOW)] });
  const decision = decide(rollout, lastPage(seen("b", FREE), seen("c", FREE)));
  assert.equal(decision.ask, ["b"]);
  assert.equal(
    decision.changes.under_way?.map(({ id, ask_id }) => [id, ask_id]),
    [
      ["a", "ask-1"],
      ["b", "ask-1"],
    ],
  );
  assert.is(decision.changes.pass?.after, "b");
  assert.is(decision.changes.waves?.[0]?.asked, 1);
  assert.is(decision.recheckAfterSeconds, 5);
});

test("what was asked and not written down is under way, and not asked again", () => {
  const decision = decide(rolloutAt(100, NOW), lastPage(seen("a", { is: "moving" })));
  assert.equal(decision.ask, []);
  assert.equal(decision.changes.under_way?.[0]?.id, "a");
});

test("what was written down and not asked is asked", () => {
  const rollout = rolloutAt(100, NOW, { under_way: [underWay("a", NOW)] });
  const decision = decide(rollout, ofThose(seen("a", FREE)));
  assert.equal(decision.ask, ["a"]);
  assert.is(decision.changes.under_way, undefined);
});

test("the same one is not asked where it is paused, and is forgotten", () => {
  const waves = rolloutAt(100, NOW).waves.map((wave) => ({ ...wave, asked: 1 }));
  const under_way = [underWay("a", NOW)];
  const rollout = rolloutAt(100, NOW, { state: "paused", waves, under_way });
  const decision = decide(rollout, ofThose(seen("a", FREE)));
  assert.equal(decision.ask, []);
  assert.equal(decision.changes.under_way, []);
  assert.is(decision.changes.waves?.[0]?.asked, 0);
});

const outcomes: [
  standing: Standing,
  counts: { asked: number; done: number; failed: number; gone: number },
  outcome: Outcome[],
  stays?: true,
][] = [
  [{ is: "moving" }, { asked: 1, done: 0, failed: 0, gone: 0 }, [], true],
  [{ is: "moved" }, { asked: 1, done: 1, failed: 0, gone: 0 }, ["done"]],
  [FAILED, { asked: 1, done: 0, failed: 1, gone: 0 }, ["failed"]],
  [{ is: "gone" }, { asked: 1, done: 0, failed: 0, gone: 1 }, []],
  [{ is: "damaged" }, { asked: 1, done: 0, failed: 1, gone: 0 }, []],
  [{ is: "busy" }, { asked: 0, done: 0, failed: 0, gone: 0 }, []],
  [{ is: "pinned", message: "", until: null }, { asked: 0, done: 0, failed: 0, gone: 0 }, []],
  [{ is: "refused", why: "" }, { asked: 0, done: 0, failed: 0, gone: 0 }, []],
  [{ is: "failed-before", message: null }, { asked: 0, done: 0, failed: 0, gone: 0 }, []],
];

for (const state of ["running", "paused", "cancelled"] as const) {
  for (const [standing, counts, outcome, stays] of outcomes) {
    test(`of a ${state} rollout's tenant under way that is ${standing.is}, this is known`, () => {
      const waves = rolloutAt(100, NOW).waves.map((wave) => ({ ...wave, asked: 1 }));
      const rollout = rolloutAt(100, NOW, { state, waves, under_way: [underWay("a", NOW)] });
      const next = after(rollout, ofThose(seen("a", standing)), later(60));
      const { asked, done, failed, gone } = next.waves[0] ?? {};
      assert.equal({ asked, done, failed, gone }, counts);
      assert.equal(next.last_outcomes, outcome);
      assert.is(next.under_way.length, stays ? 1 : 0);
      assert.is(next.failed.length, counts.failed);
      assert.is(next.state, state);
    });
  }
}

test("why one has failed is listed", () => {
  const rollout = rolloutAt(100, NOW, { under_way: [underWay("a", NOW)] });
  const { failed } = after(rollout, ofThose(seen("a", FAILED)));
  const { is: _, ...why } = FAILED;
  assert.equal(failed, [{ id: "a", at: NOW, ...why }]);
});

const pauses: [
  outcomes: string,
  pauseAt: { failures: number; percent: number },
  pauses: boolean,
][] = [
  ["", { failures: 2, percent: 5 }, false],
  ["f", { failures: 2, percent: 5 }, false],
  ["ff", { failures: 2, percent: 5 }, true],
  ["fdddddddddddddddddf", { failures: 2, percent: 5 }, true],
  ["f", { failures: 1, percent: 5 }, true],
  ["fddddddddddddddddddd", { failures: 1, percent: 5 }, false],
  ["fffdddd", { failures: 3, percent: 50 }, false],
  ["fffd", { failures: 3, percent: 50 }, true],
];

for (const [letters, pause_at, isPaused] of pauses) {
  test(`after ${letters || "nothing"} it ${isPaused ? "pauses" : "goes on"} at ${pause_at.failures} above ${pause_at.percent} %`, () => {
    const last_outcomes = [...letters].map((one): Outcome => (one === "f" ? "failed" : "done"));
    const decision = decide(rolloutAt(100, NOW, { pause_at, last_outcomes }), lastPage());
    assert.is(decision.changes.state === "paused", isPaused);
    assert.is(decision.reason === "TooManyFailures", isPaused);
  });
}

test("the pause says how many have failed, and with what", () => {
  const failed = [{ id: "a", at: NOW, reason: "MigrationFailed", message: "no such column" }];
  const rollout = rolloutAt(100, NOW, { last_outcomes: ["failed", "done", "failed"], failed });
  assert.is(
    decide(rollout, NOTHING).changes.message,
    "2 of the last 3 have failed, the newest with: no such column",
  );
});

test("only so many outcomes and failures are remembered", () => {
  const under_way = Array.from({ length: 130 }, (_, index) => underWay(`t${index}`, NOW));
  const rollout = rolloutAt(100, NOW, { under_way });
  const next = after(rollout, ofThose(...under_way.map(({ id }) => seen(id, FAILED))));
  assert.is(next.last_outcomes.length, MAX_OUTCOMES);
  assert.is(next.failed.length, MAX_LISTED);
  assert.is(next.failed.at(-1)?.id, "t129");
  assert.is(next.waves[0]?.failed, 130);
});

test("it pauses where the new bench is no longer configured", () => {
  const decision = decide(rolloutAt(100, NOW), { ...NOTHING, isConfigured: false });
  assert.is(decision.reason, "BenchNotConfigured");
  assert.is(decision.changes.state, "paused");
});

for (const state of ["paused", "cancelled", "done"] as const) {
  test(`who is under way of a rollout that is ${state} is looked at, and else it rests`, () => {
    const resting = rolloutAt(100, NOW, { state });
    assert.is(decide(resting, NOTHING).recheckAfterSeconds, null);
    const busy = { ...resting, under_way: [underWay("a", NOW)] };
    const decision = decide(busy, ofThose(seen("a", { is: "moving" })));
    assert.is(decision.recheckAfterSeconds, 5);
    assert.equal(decision.changes, {});
  });
}

const until = new Date("2027-01-01T00:00:00Z");
const skips: [standing: Standing, reason: string | null, message: string | null][] = [
  [{ is: "pinned", message: "year-end", until }, "Pinned", "year-end"],
  [{ is: "refused", why: "No." }, "Refused", "No."],
  [{ is: "failed-before", message: "no such column" }, "FailedBefore", "no such column"],
  [{ is: "damaged" }, "RecordDamaged", null],
  [{ is: "gone" }, "Deleted", null],
  [{ is: "standby" }, null, null],
  [{ is: "moved" }, null, null],
  [FAILED, null, null],
];

for (const [standing, reason, message] of skips) {
  test(`one that is ${standing.is} is passed over, and the next one asked`, () => {
    const decision = decide(rolloutAt(100, NOW), lastPage(seen("a", standing), seen("b", FREE)));
    assert.equal(decision.ask, ["b"]);
    const listed = decision.changes.skipped?.map((one) => [one.reason, one.message]);
    assert.equal(listed, reason === null ? [] : [[reason, message]]);
    assert.is(decision.changes.waves?.[0]?.skipped, reason === null ? 0 : 1);
  });
}

test("until when one is pinned is listed", () => {
  const pinned: Standing = { is: "pinned", message: "year-end", until };
  assert.equal(after(rolloutAt(100, NOW), lastPage(seen("a", pinned))).skipped, [
    { id: "a", reason: "Pinned", message: "year-end", until },
  ]);
});

test("a wave in which nobody is left ends, and after the last one the rollout is done", () => {
  const decision = decide(rolloutAt(100, NOW), lastPage(seen("a", FAILED)));
  assert.is(decision.changes.state, "done");
  assert.equal(decision.changes.ended_at, NOW);
  assert.is(decision.recheckAfterSeconds, null);
});

test("a wave whose last tenant was asked just now is gone through again", () => {
  const next = after(rolloutAt(100, NOW), lastPage(seen("a", FREE)));
  assert.is(next.state, "running");
  assert.is(next.pass.after, null);
  assert.equal(next.pass.begins_at, NOW);
  const early = decide(next, ofThose(seen("a", { is: "moving" })), later(60));
  assert.is(early.recheckAfterSeconds, 5);
  // Still under way when it is gone through: it is waited for.
  const waiting = decide(
    next,
    { ...lastPage(seen("a", { is: "moving" })), underWay: [seen("a", { is: "moving" })] },
    later(PASS_SECONDS),
  );
  assert.is(waiting.changes.state, undefined);
  assert.is(waiting.changes.waves?.[0]?.asked, 1);
});

test("after somebody was asked it is gone through once more, for who came since then", () => {
  const pass = { ...newPass(NOW), after: "m", asked: 1 };
  const next = after(rolloutAt(100, NOW, { pass }), lastPage());
  assert.is(next.state, "running");
  assert.is(next.pass.after, null);
});

test("between two waves it watches, if the first has moved anybody", () => {
  const waves = rolloutAt("canary", NOW, {}, [5]).waves;
  const moved = waves.map((wave, index) => (index === 0 ? { ...wave, asked: 3, done: 3 } : wave));
  const next = after(rolloutAt("canary", NOW, { waves: moved }), lastPage());
  assert.is(next.wave, 1);
  assert.equal(next.soak_until, later(30 * 60));
  assert.is(next.waves[1]?.started_at, null);
  const soaking = decide(next, NOTHING, later(60));
  assert.is(soaking.reason, "Soaking");
  assert.is(soaking.recheckAfterSeconds, 29 * 60);
  assert.equal(readsFor(next, later(60)).candidates, null);
  const begun = after(next, NOTHING, later(30 * 60));
  assert.equal(begun.waves[1]?.started_at, later(30 * 60));
});

test("a wave that finds nobody to move is followed by the next one at once", () => {
  const next = after(rolloutAt("canary", NOW, {}, [5]), lastPage());
  assert.is(next.wave, 1);
  assert.is(next.soak_until, null);
});

test("who is busy is come back to", () => {
  const next = after(rolloutAt(100, NOW), lastPage(seen("a", { is: "busy" })));
  assert.is(next.reason, "ComingBack");
  assert.is(next.message, "1 tenant could not be asked yet.");
  assert.is(next.waves[0]?.waiting, 1);
  assert.equal(decide(next, lastPage(seen("a", FREE)), later(PASS_SECONDS)).ask, ["a"]);
});

test("one that is busy for ever is left to the next wave, and by the last one", () => {
  const busy = lastPage(seen("a", { is: "busy" }));
  const first = rolloutAt(5, NOW, {}, [100]);
  assert.is(after(first, busy, later(BUSY_SECONDS - 1)).wave, 0);
  assert.is(after(first, busy, later(BUSY_SECONDS)).wave, 1);
  const last = rolloutAt(100, NOW);
  assert.is(after(last, busy, later(LAST_BUSY_SECONDS - 1)).state, "running");
  const done = after(last, busy, later(LAST_BUSY_SECONDS));
  assert.is(done.state, "done");
  assert.equal(done.skipped, [{ id: "a", reason: "Busy", message: null, until: null }]);
  assert.is(done.waves[0]?.skipped, 1);
});

const NIGHT = { from: "01:00", to: "05:00", time_zone: "UTC" };

test("outside of its window nobody is asked, and it looks again when the first one opens", () => {
  const rollout = rolloutAt(100, NOW, { window: NIGHT });
  const inMumbai: Standing = { is: "free", timeZone: "Asia/Kolkata" };
  const decision = decide(rollout, lastPage(seen("a", FREE), seen("b", inMumbai)));
  assert.equal(decision.ask, []);
  assert.is(decision.reason, "OutsideWindow");
  assert.is(decision.changes.message, "2 tenants may be moved at other hours only.");
  // 01:00 in Mumbai is half past seven in the evening.
  assert.is(decision.recheckAfterSeconds, 7.5 * 3600);
});

test("in its own night a tenant is asked, and one of another time zone is not", () => {
  const rollout = rolloutAt(100, NOW, { window: NIGHT });
  const inMumbai: Standing = { is: "free", timeZone: "Asia/Kolkata" };
  const evening = new Date("2026-11-30T19:30:00Z");
  const decision = decide(rollout, lastPage(seen("a", FREE), seen("b", inMumbai)), evening);
  assert.equal(decision.ask, ["b"]);
});

test("whoever is outside of the window is waited for, however long that is", () => {
  const rollout = rolloutAt(5, NOW, { window: NIGHT }, [100]);
  assert.is(after(rollout, lastPage(seen("a", FREE)), later(10 * 24 * 3600)).wave, 0);
});

test("of a page that is not the last one the next is read at once, while there is room", () => {
  const page = { ...NOTHING, candidates: { tenants: [seen("a", FREE)], isLast: false } };
  const decision = decide(rolloutAt(100, NOW), page);
  assert.is(decision.recheckAfterSeconds, 0);
  assert.is(decision.changes.pass?.after, "a");
  assert.is(decision.changes.skipped, undefined);
});

test("what is read is what the wave is about", () => {
  const range = { from: ["old"], after: null, limit: 20 };
  const reads = (rollout: Rollout) => readsFor(rollout, NOW);
  assert.equal(reads(rolloutAt("pool", NOW)), { pool: true, candidates: null });
  assert.equal(reads(rolloutAt("canary", NOW)), {
    pool: false,
    candidates: { ...range, canariesOnly: true, below: null },
  });
  assert.equal(reads(rolloutAt(5, NOW)), {
    pool: false,
    candidates: { ...range, canariesOnly: false, below: "0ccccccc" },
  });
  assert.is(reads(rolloutAt(100, NOW)).candidates?.below, null);
});

test("nothing is read that could not be asked", () => {
  const nothing = { pool: false, candidates: null };
  const full = [underWay("a", NOW), underWay("b", NOW)];
  assert.equal(readsFor(rolloutAt(100, NOW, { under_way: full }), NOW), nothing);
  for (const state of ["paused", "done", "cancelled"] as const) {
    assert.equal(readsFor(rolloutAt(100, NOW, { state }), NOW), nothing);
  }
  const resting = after(rolloutAt(100, NOW), lastPage(seen("a", { is: "busy" })));
  assert.equal(readsFor(resting, later(PASS_SECONDS - 1)), nothing);
  assert.equal(readsFor(askedRollout(NOW), NOW), nothing);
});

test("a share is a part of all ids", () => {
  assert.is(endOfShare(25), "40000000");
  assert.is(endOfShare(50), "80000000");
  assert.is(endOfShare(1), "028f5c28");
  assert.is(endOfShare(100), null);
});

test.run();
