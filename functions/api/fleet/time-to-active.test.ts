import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addSeconds } from "../../../shared/tenant/tenant.ts";
import { timeToActive, toTimeToActive } from "./time-to-active.ts";

const test = suite("the time to active");

const NOW = new Date("2026-11-30T12:34:56Z");
const at = (time: string) => new Date(`2026-11-30T${time}Z`);

test("it is told of the day and of each hour with a sample, the oldest first", () => {
  const served = [
    { at: at("11:00:00"), seconds: 10 },
    { at: at("09:59:59"), seconds: 90 },
    { at: at("11:59:59"), seconds: 30 },
    { at: at("10:30:00"), seconds: null },
  ];
  assert.equal(toTimeToActive(served), {
    p50_seconds: 30,
    p95_seconds: 90,
    sample: 3,
    hours: [
      { from: at("09:00:00"), p50_seconds: 90, p95_seconds: 90, sample: 1 },
      { from: at("11:00:00"), p50_seconds: 10, p95_seconds: 30, sample: 2 },
    ],
  });
});

test("of a day on which nobody became active it is null", () => {
  assert.is(toTimeToActive([{ at: NOW, seconds: null }]), null);
});

test("it is of 24 hours that begin on the hour, read once in five minutes, and again after a failure", async () => {
  const reads: (Date | null)[] = [];
  let fails = false;
  const store = {
    async listOperations({ since }: { since: Date | null }) {
      reads.push(since);
      if (fails) throw new Error("no database");
      return { operations: [], next: null };
    },
  };
  const known = await Promise.all([timeToActive(store, NOW), timeToActive(store, NOW)]);
  assert.equal(known, [null, null]);
  await timeToActive(store, addSeconds(NOW, 299));
  // One of claims, and one of creates.
  const since = new Date("2026-11-29T13:00:00Z");
  assert.equal(reads, [since, since]);
  fails = true;
  for (const seconds of [300, 301]) {
    const asked = timeToActive(store, addSeconds(NOW, seconds));
    const failure = await asked.catch((error: unknown) => error);
    assert.is((failure as Error).message, "no database");
  }
  assert.is(reads.length, 6);
});

test.run();
