import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toSize } from "./sizes.ts";
import { toDistance, toDuration, toUtc } from "./times.ts";

const test = suite("times and sizes in words");

const DURATIONS: [number, string][] = [
  [0, "0 s"],
  [0.25, "0.3 s"],
  [9.96, "10.0 s"],
  [59.6, "1 min"],
  [60, "1 min"],
  [200, "3 min 20 s"],
  [3_600, "1 h"],
  [3_661, "1 h 1 min"],
  [90_000, "1 d 1 h"],
];
for (const [seconds, words] of DURATIONS) {
  test(`${seconds} seconds are ${words}`, () => assert.is(toDuration(seconds), words));
}

const NOW = new Date("2026-01-02T00:00:00Z");
const DISTANCES: [number, string][] = [
  [0, "now"],
  [-4, "now"],
  [-5, "5 s ago"],
  [-119, "1 min ago"],
  [-7_200, "2 h ago"],
  [-172_800, "2 d ago"],
  [90, "in 1 min"],
];
for (const [seconds, words] of DISTANCES) {
  test(`${seconds} seconds from now is ${words}`, () => {
    assert.is(toDistance(new Date(NOW.getTime() + seconds * 1000), NOW), words);
  });
}

test("UTC is as logs have it", () => {
  assert.is(toUtc(new Date("2026-01-02T03:04:05.678Z")), "2026-01-02 03:04:05 UTC");
});

const SIZES: [number, string][] = [
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1 KB"],
  [1_234_567, "1.23 MB"],
  [5e15, "5000 TB"],
];
for (const [bytes, words] of SIZES) {
  test(`${bytes} bytes are ${words}`, () => assert.is(toSize(bytes), words));
}

test.run();
