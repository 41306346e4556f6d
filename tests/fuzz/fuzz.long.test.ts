/**
 * More than 20,000 malformed requests, others each time.
 */
import { randomInt } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addAttack, seedOf } from "./fuzz.ts";
import { KINDS } from "./request-kinds.ts";

const test = suite("malformed input");

const REQUESTS_OF_A_KIND = 1000;

test("there are at least 20,000 requests", () => {
  assert.ok(REQUESTS_OF_A_KIND * KINDS.length >= 20_000);
});

addAttack(test, { requests: REQUESTS_OF_A_KIND, seed: seedOf(process.env, randomInt(2 ** 31)) });

test.run();
