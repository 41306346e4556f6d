/**
 * 20,000 malformed requests, others each time. `FUZZ_REQUESTS=45` sends so many of each kind, for a quick look.
 */
import { randomInt } from "node:crypto";
import { suite } from "uvu";
import { addAttack, seedOf } from "./fuzz.ts";
import { KINDS } from "./request-kinds.ts";

const test = suite("malformed input");

addAttack(test, {
  requests: Number(process.env["FUZZ_REQUESTS"] ?? Math.ceil(20_000 / KINDS.length)),
  seed: seedOf(process.env, randomInt(2 ** 31)),
});

test.run();
