/**
 * 20,000 malformed requests, others each time.
 */
import { randomInt } from "node:crypto";
import { suite } from "uvu";
import { addAttack, seedOf } from "./fuzz.ts";
import { KINDS } from "./request-kinds.ts";

const test = suite("malformed input");

const REQUESTS_OF_A_KIND = Math.ceil(20_000 / KINDS.length);

addAttack(test, { requests: REQUESTS_OF_A_KIND, seed: seedOf(process.env, randomInt(2 ** 31)) });

test.run();
