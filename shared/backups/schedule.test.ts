import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tenantNamed } from "../../tests/testkit/stored-tenants.ts";
import { withChanges } from "../tenant/tenant.ts";
import { keptUntil, nextLook, nextNight, otherKeptUntil } from "./schedule.ts";

const test = suite("the schedule of backups");

/** Its time is half of the night after its beginning. */
const HALF = "80000000-2222-4333-8444-555555555555";
const FIRST = "00000000-2222-4333-8444-555555555555";
const LAST = "ffffffff-2222-4333-8444-555555555555";

const nights: [sentence: string, id: string, hour: number, now: string, next: string][] = [
  ["tonight", HALF, 1, "2026-11-30T01:00:00Z", "2026-11-30T03:30:00.000Z"],
  ["tomorrow, once it has been", HALF, 1, "2026-11-30T03:30:00Z", "2026-12-01T03:30:00.000Z"],
  ["at the night's beginning", FIRST, 22, "2026-11-30T21:59:59Z", "2026-11-30T22:00:00.000Z"],
  ["after midnight", HALF, 22, "2026-11-30T23:00:00Z", "2026-12-01T00:30:00.000Z"],
  [
    "in the night that began yesterday",
    HALF,
    22,
    "2026-12-01T00:29:59Z",
    "2026-12-01T00:30:00.000Z",
  ],
  ["before the night ends", LAST, 23, "2026-11-30T12:00:00Z", "2026-12-01T03:59:59.000Z"],
];

for (const [sentence, id, hour, now, next] of nights) {
  test(`the next one is ${sentence}`, () => {
    assert.is(nextNight(id, hour, new Date(now)).toISOString(), next);
  });
}

/** When the tenant's newest good backup was made. */
const NIGHT = new Date("2026-11-29T03:30:00Z");
const made = tenantNamed("acme", NIGHT);
const looks: [sentence: string, asked: string, next: string | null, look: string | null][] = [
  [
    "when 36 hours are over since the newest good one",
    "2026-11-30T03:30:00Z",
    "2026-12-01T03:30:00Z",
    "2026-11-30T15:30:00.000Z",
  ],
  [
    "in the next night where the one of then has failed, too",
    "2026-11-30T15:30:00Z",
    "2026-12-01T03:30:00Z",
    "2026-12-01T03:30:00.000Z",
  ],
  [
    "in the next night where that comes before",
    "2026-11-29T20:00:00Z",
    "2026-11-30T03:30:00Z",
    "2026-11-30T03:30:00.000Z",
  ],
  ["at no time where none is due", "2026-11-30T03:30:00Z", null, null],
];
for (const [sentence, asked, next, look] of looks) {
  test(`whose backup was given up is looked at again ${sentence}`, () => {
    const requested_at = new Date(asked);
    const next_backup_at = next === null ? null : new Date(next);
    const tenant = withChanges(made, {
      spec: { backup: { id: "b", kind: "nightly", requested_at, expires_at: NIGHT } },
      status: {
        backup: { id: "g", requested_at: NIGHT, verified_at: null, nightly_at: NIGHT },
        next_backup_at,
      },
    });
    assert.is(nextLook(tenant)?.toISOString() ?? null, look);
  });
}

const KEPT = { daily: 7, weekly: 4, monthly: 12 };
const kept: [sentence: string, now: string, newest: string | null, days: number][] = [
  ["the first one of all for the months", "2026-11-12T01:00:00Z", null, 372],
  ["the first one of a month for the months", "2026-12-01T01:00:00Z", "2026-11-30T01:00:00Z", 372],
  ["the first one of a year, too", "2027-01-01T01:00:00Z", "2026-12-31T01:00:00Z", 372],
  ["the first one of a week for the weeks", "2026-11-09T01:00:00Z", "2026-11-08T01:00:00Z", 28],
  ["one on a Sunday for the days", "2026-11-08T01:00:00Z", "2026-11-07T01:00:00Z", 7],
  [
    "the first after a week without any for the weeks",
    "2026-11-12T01:00:00Z",
    "2026-11-04T01:00:00Z",
    28,
  ],
  ["a second one of a day for the days", "2026-11-12T05:00:00Z", "2026-11-12T01:00:00Z", 7],
];

for (const [sentence, now, newest, days] of kept) {
  test(`a night's backup is kept so long: ${sentence}`, () => {
    const until = keptUntil(new Date(now), newest === null ? null : new Date(newest), KEPT);
    assert.is((until.getTime() - Date.parse(now)) / 86_400_000, days);
  });
}

test("nothing is kept for less than the days say", () => {
  const now = new Date("2026-12-01T01:00:00Z");
  const until = keptUntil(now, null, { daily: 400, weekly: 0, monthly: 0 });
  assert.is((until.getTime() - now.getTime()) / 86_400_000, 400);
});

test("one that somebody asked for is kept for 30 days", () => {
  assert.equal(otherKeptUntil(new Date("2026-11-01T01:00:00Z")), new Date("2026-12-01T01:00:00Z"));
});

test.run();
