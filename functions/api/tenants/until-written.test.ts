import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdapterError } from "../../../shared/platform/errors.ts";
import { LOST_RACE, untilWritten } from "./until-written.ts";

const test = suite("what is tried until it is written");

/** Something that loses so many races before it comes to an end. */
function losing(races: number) {
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    return attempts > races ? "written" : LOST_RACE;
  };
  return { attempt, count: () => attempts };
}

for (const races of [0, 1, 4]) {
  test(`is written after ${races} lost races`, async () => {
    const { attempt, count } = losing(races);
    assert.is(await untilWritten("one", attempt), "written");
    assert.is(count(), races + 1);
  });
}

test("is given up after five, and may be tried later", async () => {
  const { attempt, count } = losing(5);
  const error: unknown = await untilWritten("one", attempt).catch((thrown: unknown) => thrown);
  assert.instance(error, AdapterError);
  assert.is((error as AdapterError).code, "unavailable");
  assert.is(count(), 5);
});

test.run();
