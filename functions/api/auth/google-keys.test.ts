import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keepKeys, readGoogleKeys } from "./google-keys.ts";
import type { PublicKeys } from "./google-keys.ts";
import { Problem } from "../http/problem.ts";

const test = suite("Google's public keys");

const OLD = { old: "pem" };
const NEW = { old: "pem", new: "pem" };
const MINUTE = 60_000;

/** Gives one after the other, and counts how often it was asked. */
function source(...answers: (PublicKeys | Error)[]) {
  let reads = 0;
  const read = (): Promise<PublicKeys> => {
    const answer = answers[Math.min(reads, answers.length - 1)] ?? new Error("none");
    reads += 1;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { keysWith: keepKeys(read), reads: () => reads };
}

const fails = (attempt: Promise<unknown>) =>
  attempt.then(
    () => false,
    () => true,
  );

test("they are read once an hour for as long as the wanted one is among them", async () => {
  const { keysWith, reads } = source(OLD, NEW);
  assert.equal(await keysWith("old", 0), OLD);
  assert.equal(await keysWith("old", 60 * MINUTE - 1), OLD);
  assert.is(reads(), 1);
  assert.equal(await keysWith("old", 60 * MINUTE), NEW);
  assert.is(reads(), 2);
});

test("one that is not among them makes them be read again, once a minute at most", async () => {
  const { keysWith, reads } = source(OLD, NEW);
  await keysWith("old", 0);
  assert.equal(await keysWith("new", MINUTE - 1), OLD);
  assert.is(reads(), 1);
  assert.equal(await keysWith("new", MINUTE), NEW);
  await keysWith("made-up", MINUTE + 1);
  await keysWith("constructor", 2 * MINUTE - 1);
  assert.is(reads(), 2);
});

test("all who wait share one reading", async () => {
  const { keysWith, reads } = source(OLD, NEW);
  await Promise.all([keysWith("old", 0), keysWith("old", 0), keysWith("new", 0)]);
  assert.is(reads(), 1);
  const later = await Promise.all([keysWith("new", MINUTE), keysWith("new", MINUTE)]);
  assert.equal([later, reads()], [[NEW, NEW], 2]);
});

test("a reading that fails is not kept, and takes nothing from those who need it not", async () => {
  const { keysWith, reads } = source(new Error("away"), OLD, new Error("away"), NEW);
  assert.is(await fails(keysWith("old", 0)), true);
  assert.equal(await keysWith("old", 1), OLD);
  assert.is(await fails(keysWith("new", MINUTE + 1)), true);
  assert.equal(await keysWith("old", MINUTE + 2), OLD);
  assert.equal(await keysWith("new", 2 * MINUTE + 1), NEW);
  assert.is(reads(), 4);
});

test("without them nobody is let in, and the caller is told to come again", async () => {
  await readGoogleKeys(() => Promise.reject(new Error("away"))).then(
    () => assert.unreachable("there were keys"),
    (error: unknown) => {
      assert.instance(error, Problem);
      assert.is((error as Problem).status, 503);
      assert.ok((error as Problem).headers["Retry-After"]);
    },
  );
});

test.run();
