/**
 * A sample of the malformed requests of `tests/fuzz/`, always the same ones.
 */
import { suite } from "uvu";
import { addAttack, seedOf } from "./fuzz.ts";

const test = suite("malformed input, a sample");

addAttack(test, { requests: 45, seed: seedOf(process.env, 20261124) });

test.run();
