import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseJsonBody } from "./json-body.ts";
import type { Problem } from "./problem.ts";

const test = suite("parseJsonBody");

const TEXT = '{"organization":"Söhne"}';
const VALUE = { organization: "Söhne" };
const utf16 = Buffer.from(TEXT, "utf16le");
const marked = (...mark: number[]) => Buffer.concat([Buffer.from(mark), Buffer.from(TEXT)]);

const taken: [sentence: string, body: Buffer, type: string][] = [
  ["JSON", Buffer.from(TEXT), "application/json"],
  ["JSON that says its charset", Buffer.from(TEXT), "Application/JSON ; Charset=UTF-8"],
  ["a charset in quotes", Buffer.from(TEXT), 'application/json; charset="utf-8"'],
  ["a byte order mark", marked(0xef, 0xbb, 0xbf), "application/json"],
  ["UTF-16", utf16, "application/json; charset=utf-16"],
  ["UTF-16 the other way round", Buffer.from(utf16).swap16(), "application/json; charset=utf-16be"],
  [
    "UTF-16 whose first bytes say that it is",
    Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
    "application/json; charset=utf-16",
  ],
];
for (const [sentence, body, type] of taken) {
  test(`takes ${sentence}`, () => assert.equal(parseJsonBody(body, type), VALUE));
}

const ignored: [sentence: string, body: string, type: string | undefined][] = [
  ["no body", "", "application/json"],
  ["no type", TEXT, undefined],
  ["a type that only begins so", TEXT, "application/jsonp"],
  ["a form", "a=b", "application/x-www-form-urlencoded"],
];
for (const [sentence, body, type] of ignored) {
  test(`gives nothing for ${sentence}`, () => {
    assert.is(parseJsonBody(Buffer.from(body), type), undefined);
  });
}

const refused: [sentence: string, body: string, type: string, status: number][] = [
  ["what is no JSON", "{", "application/json", 400],
  ["a text", '"a"', "application/json", 400],
  ["null", "null", "application/json", 400],
  ["a charset that JSON is not sent in", TEXT, "application/json; charset=latin1", 415],
  ["a charset without a name", TEXT, "application/json; charset=", 415],
];
for (const [sentence, body, type, status] of refused) {
  test(`refuses ${sentence}`, () => {
    try {
      parseJsonBody(Buffer.from(body), type);
      assert.unreachable();
    } catch (error) {
      assert.is((error as Problem).status, status);
    }
  });
}

test("bytes that are no UTF-8 become what stands for such", () => {
  const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  assert.equal(parseJsonBody(body, "application/json"), { "\ufffd": 1 });
});

test.run();
