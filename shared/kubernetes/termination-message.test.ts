import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseTerminationMessage } from "./termination-message.ts";

const test = suite("parseTerminationMessage");

const NOTHING = {
  step: null,
  text: "",
  code: "",
  patch: "",
  apps: null,
  result: null,
  steps: [],
  endedAt: null,
};

test("reads the steps with their times to the millisecond, and when the message was left", () => {
  const message =
    '{"step":"database","steps":[["check-services",1764436801.123],["database",1764436802.007]],"ended":1764436809.500}';
  assert.equal(parseTerminationMessage(message), {
    step: "database",
    text: "",
    code: "",
    patch: "",
    apps: null,
    result: null,
    steps: [
      { name: "check-services", since: new Date("2025-11-29T17:20:01.123Z") },
      { name: "database", since: new Date("2025-11-29T17:20:02.007Z") },
    ],
    endedAt: new Date("2025-11-29T17:20:09.500Z"),
  });
});

test("reads the numbers of a result, and nothing else of it", () => {
  const resultOf = (result: string) =>
    parseTerminationMessage(`{"step":"x","result":${result},"steps":[]}`).result;
  assert.equal(resultOf('{"bytes":7}'), { bytes: 7 });
  assert.equal(resultOf('{"bytes":"7","more":{}}'), {});
  assert.is(resultOf("7"), null);
  assert.is(resultOf("null"), null);
});

test("reads the versions of a site's apps where all of them are texts", () => {
  const appsOf = (apps: string) =>
    parseTerminationMessage(`{"step":"x","apps":${apps},"steps":[]}`).apps;
  assert.equal(appsOf('{"frappe":"16.32.3"}'), { frappe: "16.32.3" });
  assert.is(appsOf('{"frappe":16}'), null);
  assert.is(appsOf('["frappe"]'), null);
});

test("reads the patch at which a migration failed", () => {
  const message = '{"step":"migrate","reason":"no column","patch":"erpnext.patches.v16.x"}';
  assert.is(parseTerminationMessage(message).patch, "erpnext.patches.v16.x");
});

const odd: [sentence: string, steps: string][] = [
  ["no list", '"x"'],
  ["null", "null"],
  ["a list of something else", '["new-site",7,null,{}]'],
  ["names without times", '[["new-site"],["new-site","now"],["new-site",null]]'],
  ["times without names", "[[1764436801,1764436801],[null,1764436801]]"],
  ["times that no clock shows", '[["new-site",1e300]]'],
];
for (const [sentence, steps] of odd) {
  test(`a failure whose steps are ${sentence} keeps its words`, () => {
    const message = `{"step":"new-site","reason":"no disk","steps":${steps},"ended":"?"}`;
    const expected = { ...NOTHING, step: "new-site", text: "no disk" };
    assert.equal(parseTerminationMessage(message), expected);
  });
}

const others: [sentence: string, message: string | undefined, text: string][] = [
  ["nothing", undefined, ""],
  ["null", "null", "null"],
  ["a list", "[1]", "[1]"],
  ["a number", "7", "7"],
  ["a step alone", '{"step":"x"}', '{"step":"x"}'],
  [
    "a reason that is none",
    '{"step":"x","reason":1,"steps":[]}',
    '{"step":"x","reason":1,"steps":[]}',
  ],
  ["a log", "one\ntwo\n", "two"],
];
for (const [sentence, message, text] of others) {
  test(`${sentence} is no script's message`, () => {
    assert.equal(parseTerminationMessage(message), { ...NOTHING, text });
  });
}

test.run();
