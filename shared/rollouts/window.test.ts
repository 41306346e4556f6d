import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isOpen, isTimeZone, nextOpening } from "./window.ts";

const test = suite("the window of a rollout");

const NIGHT = { from: "01:00", to: "05:00", time_zone: "UTC" };
const LATE = { from: "22:00", to: "04:00", time_zone: "UTC" };

const TWICE = { from: "02:30", to: "02:45", time_zone: "Europe/Berlin" };

type Hours = { from: string; to: string; time_zone: string };

const hours: [sentence: string, window: Hours, own: string | null, at: string, open: boolean][] = [
  ["closed a minute before", NIGHT, null, "2026-11-30T00:59:59Z", false],
  ["open from the minute on", NIGHT, null, "2026-11-30T01:00:00Z", true],
  ["open until the last second", NIGHT, null, "2026-11-30T04:59:59Z", true],
  ["closed at its end", NIGHT, null, "2026-11-30T05:00:00Z", false],
  ["over midnight, before it", LATE, null, "2026-11-30T23:00:00Z", true],
  ["over midnight, after it", LATE, null, "2026-11-30T03:59:00Z", true],
  ["over midnight, by day", LATE, null, "2026-11-30T04:00:00Z", false],
  ["by the tenant's own clock", NIGHT, "America/New_York", "2026-11-30T06:30:00Z", true],
  ["and not by the rollout's", NIGHT, "America/New_York", "2026-11-30T01:30:00Z", false],
  ["half hours count", NIGHT, "Asia/Kolkata", "2026-11-29T19:30:00Z", true],
  ["a minute before half past", NIGHT, "Asia/Kolkata", "2026-11-29T19:29:00Z", false],
  ["a zone that there is not counts as none", NIGHT, "Mars/Olympus", "2026-11-30T01:00:00Z", true],
  ["in summer an hour earlier", NIGHT, "Europe/Berlin", "2026-07-01T23:00:00Z", true],
  ["than in winter", NIGHT, "Europe/Berlin", "2026-12-01T23:00:00Z", false],
  ["the hour that comes twice, the first time", TWICE, null, "2026-10-25T00:30:00Z", true],
  ["and the second time", TWICE, null, "2026-10-25T01:30:00Z", true],
];

for (const [sentence, window, own, at, open] of hours) {
  test(`the hours: ${sentence}`, () => assert.is(isOpen(window, own, new Date(at)), open));
}

const inBerlin = (from: string, to: string): Hours => ({ from, to, time_zone: "Europe/Berlin" });

// On 2026-03-29 the clocks go from 02:00 to 03:00, at 01:00 UTC; on 2026-10-25 from 03:00 back to 02:00, also at 01:00 UTC.
const openings: [sentence: string, window: Hours, now: string, next: string][] = [
  ["now where it is open", NIGHT, "2026-11-30T02:00:30Z", "2026-11-30T02:00:30.000Z"],
  ["today", NIGHT, "2026-11-30T00:10:20Z", "2026-11-30T01:00:00.000Z"],
  ["tomorrow", NIGHT, "2026-11-30T05:00:00Z", "2026-12-01T01:00:00.000Z"],
  ["over midnight", LATE, "2026-11-30T04:00:00Z", "2026-11-30T22:00:00.000Z"],
  [
    "after the day of 23 hours",
    inBerlin("04:00", "05:00"),
    "2026-03-28T12:00:00Z",
    "2026-03-29T02:00:00.000Z",
  ],
  [
    "after the day of 25 hours",
    inBerlin("04:00", "05:00"),
    "2026-10-24T12:00:00Z",
    "2026-10-25T03:00:00.000Z",
  ],
  [
    "what the clocks leave out begins behind it",
    inBerlin("02:30", "05:00"),
    "2026-03-29T00:00:00Z",
    "2026-03-29T01:00:00.000Z",
  ],
  [
    "what they repeat begins the first time",
    inBerlin("02:30", "02:45"),
    "2026-10-25T00:00:00Z",
    "2026-10-25T00:30:00.000Z",
  ],
];

for (const [sentence, window, now, next] of openings) {
  test(`it opens: ${sentence}`, () => {
    assert.is(nextOpening(window, null, new Date(now)).toISOString(), next);
  });
}

test("a day without the hour is looked at again after it, and the next one has it", () => {
  const window = inBerlin("02:10", "02:50");
  const after = nextOpening(window, null, new Date("2026-03-29T00:30:00Z"));
  assert.not(isOpen(window, null, after));
  assert.ok(after < new Date("2026-03-29T06:00:00Z"));
  assert.is(nextOpening(window, null, after).toISOString(), "2026-03-30T00:10:00.000Z");
});

test("no minute before it is open", () => {
  for (const zone of ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC"]) {
    for (let hour = 0; hour < 24 * 9; hour += 5) {
      const now = new Date(Date.UTC(2026, 9, 1, hour, 17));
      const next = nextOpening(NIGHT, zone, now);
      assert.ok(isOpen(NIGHT, zone, next), `${zone} ${next.toISOString()}`);
      const before = new Date(next.getTime() - 60_000);
      assert.ok(next <= now || before < now || !isOpen(NIGHT, zone, before), zone);
    }
  }
});

test("a time zone has a name of the IANA's", () => {
  for (const name of ["Europe/Berlin", "UTC", "Asia/Kolkata"]) assert.ok(isTimeZone(name), name);
  for (const name of ["", "Berlin", "Mars/Olympus"]) assert.not(isTimeZone(name), name);
});

test.run();
