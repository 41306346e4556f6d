/**
 * Texts and JSON that nobody meant: what a parser, a pattern, a database or a log might stumble over.
 *
 * @module
 */
import {
  array,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  nat,
  oneof,
  string,
  tuple,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Field, Schema } from "./valid-requests.ts";
import { utf8 } from "./fuzzed-request.ts";

/** Each with a history of its own. */
const NOTORIOUS = [
  "",
  " ",
  "\u0000",
  "Acme\u0000",
  "\ud800",
  "\udfff\ud800",
  "\u202eemcA",
  `Z${"\u0301".repeat(60)}`,
  "\ufeffAcme",
  "Ac\u200bme",
  "\u200d",
  "\u2028",
  "İ",
  "ſ",
  "ﷺ",
  "👩‍👩‍👧‍👦",
  "\r\nSet-Cookie: a=b",
  "<script>alert(1)</script>",
  "'; DROP TABLE tenants; --",
  "../../../../etc/passwd",
  "$(id)",
  "${7*7}",
  "{{7*7}}",
  "%00",
  "%s%n",
  "__proto__",
  "constructor",
  "toString",
  "__name__",
  ".",
  "..",
  "null",
  "undefined",
  "NaN",
  "[object Object]",
];

/** Any 16-bit units: pairs of surrogates, and halves of them. */
const units = array(nat(0xffff), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes));

export const malformedTexts: Arbitrary<string> = oneof(
  constantFrom(...NOTORIOUS),
  string({ unit: "binary" }),
  string({ unit: "grapheme" }),
  units,
  tuple(constantFrom("Acme", "a@b.example", "acme"), constantFrom(...NOTORIOUS)).map(
    ([good, bad]) => `${good}${bad}`,
  ),
);

/** The keys by which an object reaches its prototype, or seems to have what it has not. */
export const PROTOTYPE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__defineGetter__",
  "toJSON",
  "then",
];

/** A member of an object, as its JSON text: so a key may be there twice, and a number be a huge one. */
export type Member = [key: string, json: string];

export function toMembers(fields: Field[]): Member[] {
  return fields.map(([name, value]) => [name, JSON.stringify(value)]);
}

/** The bytes of an object. */
export function toJson(members: Member[]): string {
  return utf8(`{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`);
}

/** Numbers of which many are none to JavaScript. */
export const malformedNumbers = constantFrom(
  "0",
  "-0",
  "1e400",
  "-1e400",
  "1e-400",
  "9007199254740993",
  "123456789012345678901234567890",
  "0.1e1",
  `1${"0".repeat(5000)}`,
  `0.${"1".repeat(5000)}`,
);

/** JSON of any type, in place of a text. */
export const otherTypes: Arbitrary<string> = oneof(
  constantFrom(
    "null",
    "true",
    "false",
    "[]",
    "{}",
    '[""]',
    '["Acme"]',
    '{"$ne":null}',
    '{"length":5}',
  ),
  malformedNumbers,
  jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  dictionary(constantFrom(...PROTOTYPE_KEYS), constantFrom(1, null, "x")).map((value) =>
    JSON.stringify(value),
  ),
);

/** JSON as deep as a body may be long. */
export const nested: Arbitrary<string> = tuple(
  constantFrom(["[", "]"], ['{"a":', "}"], ['[{"__proto__":', "}]"]),
  oneof(integer({ min: 2, max: 200 }), integer({ min: 1000, max: 32_000 })),
).map(([[open = "", close = ""], depth]) => {
  const levels = Math.min(depth, Math.floor(60_000 / (open.length + close.length)));
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
});

/** Texts as long as a schema just allows, and one more or less, and far longer ones. */
export function textsAtLimits({ pattern = "", maxLength = 0 }: Schema): Arbitrary<string> {
  const named = [...pattern.matchAll(/\{(\d+),(\d+)\}/g)].flatMap(([, from, to]) => [from, to]);
  const limits = [...named.map(Number), maxLength, 0].flatMap((limit) => [
    limit - 1,
    limit,
    limit + 1,
  ]);
  const lengths = oneof(
    { weight: 9, arbitrary: constantFrom(...limits.filter((limit) => limit >= 0)) },
    { weight: 1, arbitrary: constantFrom(1000, 20_000, 60_000) },
  );
  const repeated = constantFrom("a", "Z", "9", "é", "校", "\u{1d4b3}", "e\u0301", " ", "-", "a.");
  const ends = constantFrom("", "@a.example", "@a");
  return tuple(repeated, lengths, ends).map(
    ([unit, length, end]) => `${unit.repeat(Math.max(0, length - end.length))}${end}`,
  );
}
