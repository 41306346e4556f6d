import { PassThrough } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { askYesNo, consentOf } from "./consent.ts";
import type { ConsentOptions } from "./consent.ts";

const test = suite("whether to fetch");

const terminal: ConsentOptions = { flag: false, setting: null, env: {}, isTerminal: true };

const cases: [sentence: string, differs: Partial<ConsentOptions>, consent: string][] = [
  ["at a terminal, one is asked", {}, "ask"],
  ["without one, nothing is fetched", { isTerminal: false }, "no"],
  ["nor for a CI service that has one", { env: { CI: "true" } }, "no"],
  ["CI=false is none", { env: { CI: "false" } }, "ask"],
  ["an empty CI is none", { env: { CI: "" } }, "ask"],
  ["--fetch is a yes everywhere", { flag: true, isTerminal: false, env: { CI: "1" } }, "yes"],
  ["and above the setting", { flag: true, setting: false }, "yes"],
  ["the setting is a yes in CI", { setting: true, env: { CI: "true" } }, "yes"],
  ["and a no at a terminal", { setting: false }, "no"],
];
for (const [sentence, differs, consent] of cases) {
  test(sentence, () => assert.is(consentOf({ ...terminal, ...differs }), consent));
}

const answers: [typed: string, answer: boolean][] = [
  ["\n", true],
  ["y\n", true],
  [" YES \n", true],
  ["n\n", false],
  ["what?\n", false],
  ["", false],
];
for (const [typed, answer] of answers) {
  test(`${JSON.stringify(typed)} is a ${answer ? "yes" : "no"}`, async () => {
    const output = new PassThrough().setEncoding("utf8");
    const input = new PassThrough();
    input.end(typed);
    assert.is(await askYesNo("Really?", input, output), answer);
    assert.is(output.read(), "Really? [Y/n] ");
  });
}

test("an interruption ends the question", async () => {
  const interruption = new AbortController();
  const asked = askYesNo("Really?", new PassThrough(), new PassThrough(), interruption.signal);
  interruption.abort();
  assert.is(
    await asked.then(
      () => "answered",
      (error: Error) => error.name,
    ),
    "AbortError",
  );
});

test.run();
