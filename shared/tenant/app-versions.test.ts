import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isBelow } from "./app-versions.ts";

const test = suite("versions of apps");

const CASES: [one: string, other: string, below: boolean][] = [
  ["16.9.0", "16.32.3", true],
  ["16.32.3", "16.9.0", false],
  ["16.32.3", "16.32.3", false],
  ["16", "16.0.1", true],
  ["16.0.0", "16", false],
  ["16.0.0-dev", "16.0.0", false],
  ["15.121.2", "16.0.0-dev", true],
  ["develop", "16.0.0", false],
  ["16.0.0", "", false],
];
for (const [one, other, below] of CASES) {
  test(`${one || "nothing"} is ${below ? "" : "not "}below ${other || "nothing"}`, () => {
    assert.is(isBelow(one, other), below);
  });
}

test.run();
