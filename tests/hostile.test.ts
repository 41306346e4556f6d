/**
 * A sample of the hostile requests of `tests/hostile/`, always the same ones.
 */
import { suite } from "uvu";
import { addAttack, seedOf } from "./hostile/attack.ts";

const test = suite("hostile input, a sample");

addAttack(test, { requests: 45, seed: seedOf(process.env, 20261124) });

test.run();
