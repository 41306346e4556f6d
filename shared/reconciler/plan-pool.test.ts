import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addSeconds } from "../tenant/tenant.ts";
import type { Tenant } from "../tenant/tenant.ts";
import {
  failedStandby,
  fillingStandby,
  MADE_WITH,
  readyStandby,
} from "../../tests/testkit/some-standby.ts";
import { countFailures, NEW_POOL, planPool, POOL_PAUSE_SECONDS } from "./plan-pool.ts";
import type { PoolState } from "./plan-pool.ts";

const test = suite("the pool's plan");

const NOW = new Date("2026-11-29T12:00:00Z");
const hoursAgo = (hours: number) => addSeconds(NOW, -hours * 3600);
const WEEK = 7 * 24;

/** How a standby is, and how old in hours: `ready 1`, `old ready 200`, `filling 0.1`. */
type Words = string;

const OTHER = { standby: { bench: "main", image: "frappe/erpnext:v15.1.0", apps: ["erpnext"] } };
const OTHER_APPS = { standby: { ...MADE_WITH, apps: ["erpnext", "hrms"] } };

function standbyOf(words: Words): Tenant {
  const [, how, hours] = /^(.*) (\S+)$/.exec(words) ?? [];
  const at = hoursAgo(Number(hours));
  switch (how) {
    case "ready":
      return readyStandby(at);
    case "filling":
      return fillingStandby(at);
    case "failed":
      return failedStandby(at);
    case "ready of another image":
      return readyStandby(at, { spec: OTHER });
    case "ready with other apps":
      return readyStandby(at, { spec: OTHER_APPS });
    case "filling of another image":
      return fillingStandby(at, { spec: OTHER });
    default:
      throw new Error(words);
  }
}

const cases: [sentence: string, size: number, there: Words[], make: number, drop: Words[]][] = [
  ["an empty pool is filled", 3, [], 3, []],
  ["a pool of none stays empty", 0, [], 0, []],
  ["a full pool is left alone", 2, ["ready 1", "ready 2"], 0, []],
  ["what is filling counts", 3, ["ready 1", "filling 0"], 1, []],
  ["no more are under way than the pool's size", 2, ["filling 0", "filling 1"], 0, []],
  ["one that has failed is dropped, and another one made", 1, ["failed 1"], 1, ["failed 1"]],
  [
    "what is outdated stays while nothing is ready in its place",
    2,
    ["ready of another image 1", "ready of another image 2"],
    2,
    [],
  ],
  [
    "the oldest goes first, one for each that is ready in its place",
    2,
    ["ready of another image 3", "ready of another image 2", "ready 0", "filling 0"],
    0,
    ["ready of another image 3"],
  ],
  [
    "with other apps it is outdated, too",
    1,
    ["ready with other apps 1", "ready 0"],
    0,
    ["ready with other apps 1"],
  ],
  ["and so is what is too old", 1, [`ready ${WEEK}`], 1, []],
  ["which goes when its successor is ready", 1, [`ready ${WEEK}`, "ready 0"], 0, [`ready ${WEEK}`]],
  ["a minute before, it is not too old", 1, [`ready ${WEEK - 1 / 60}`], 0, []],
  [
    "what is filling and outdated goes at once, and its place is free only then",
    2,
    ["filling of another image 0", "filling of another image 1"],
    0,
    ["filling of another image 1", "filling of another image 0"],
  ],
  [
    "of a smaller pool those go first that are not ready, the newest of them before the others",
    1,
    ["ready 3", "filling 1", "filling 0"],
    0,
    ["filling 0", "filling 1"],
  ],
  ["then the oldest", 1, ["ready 1", "ready 3", "ready 2"], 0, ["ready 3", "ready 2"]],
  [
    "of a pool that was turned off all go",
    0,
    ["ready 1", "filling 0", "failed 1", "ready of another image 1"],
    0,
    ["failed 1", "filling 0", "ready 1", "ready of another image 1"],
  ],
];

for (const [sentence, size, there, make, drop] of cases) {
  test(sentence, () => {
    const named = new Map(there.map((words) => [standbyOf(words), words]));
    const wanted = { size, maxAgeDays: 7, standby: MADE_WITH };
    const plan = planPool([...named.keys()], wanted, NOW);
    assert.is(plan.make, make);
    assert.equal(
      plan.drop.map((tenant) => named.get(tenant)),
      drop,
    );
  });
}

test("none is made in the pause, and what is of no use is dropped all the same", () => {
  const wanted = { size: 2, maxAgeDays: 7, standby: MADE_WITH };
  const failed = failedStandby(NOW);
  const inPause = planPool([failed], wanted, NOW, addSeconds(NOW, 1));
  assert.equal(inPause, { make: 0, drop: [failed] });
  assert.is(planPool([failed], wanted, NOW, NOW).make, 2);
});

const counted = (state: Partial<PoolState>): PoolState => ({ ...NEW_POOL, ...state });

test("failures are counted, each once, and three in a row are a pause", () => {
  const [one, two, three] = [failedStandby(NOW), failedStandby(NOW), failedStandby(NOW)];
  const first = countFailures(NEW_POOL, [one, two], NOW);
  assert.equal(
    first,
    counted({ failures: 2, counted: [one.id, two.id], last_failure_at: NOW, paused_until: null }),
  );
  assert.is(countFailures(first, [one, two], NOW), first);
  const last = countFailures(first, [two, three], NOW);
  assert.is(last.failures, 3);
  assert.equal(last.paused_until, addSeconds(NOW, POOL_PAUSE_SECONDS));
});

test("after the pause one more failure is the next pause", () => {
  const before = counted({ failures: 3, last_failure_at: hoursAgo(1), paused_until: hoursAgo(1) });
  const after = countFailures(before, [failedStandby(NOW)], NOW);
  assert.equal(after.paused_until, addSeconds(NOW, POOL_PAUSE_SECONDS));
});

test("one that became ready since ends the row", () => {
  const before = counted({ failures: 2, last_failure_at: hoursAgo(2) });
  const recovered = readyStandby(hoursAgo(3), { updated_at: hoursAgo(1) });
  assert.is(countFailures(before, [recovered], NOW).failures, 0);
  assert.is(countFailures(before, [recovered, failedStandby(NOW)], NOW).paused_until, null);
  const earlier = readyStandby(hoursAgo(4), { updated_at: hoursAgo(3) });
  assert.is(countFailures(before, [earlier, failedStandby(NOW)], NOW).failures, 3);
});

test("where nothing has failed there is nothing to remember", () => {
  assert.is(countFailures(NEW_POOL, [readyStandby(NOW), fillingStandby(NOW)], NOW), NEW_POOL);
});

test.run();
