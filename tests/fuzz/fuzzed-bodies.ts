/**
 * Bodies against their schema, in requests that are sound otherwise.
 *
 * @module
 */
import { array, constant, constantFrom, integer, nat, oneof, tuple } from "fast-check";
import type { Arbitrary } from "fast-check";
import { ENDPOINTS } from "../../functions/api/endpoints.ts";
import { RESERVED_SUBDOMAINS } from "../../functions/api/tenants/reserved-subdomains.ts";
import { goods, toParts } from "./valid-requests.ts";
import type { Good, Schema } from "./valid-requests.ts";
import { sound, utf8, withHeader } from "./fuzzed-request.ts";
import type { Malformed, FuzzedRequest, Parts } from "./fuzzed-request.ts";
import {
  malformedNumbers,
  malformedTexts,
  nested,
  otherTypes,
  PROTOTYPE_KEYS,
  textsAtLimits,
  toJson,
  toMembers,
} from "./fuzzed-texts.ts";
import type { Member } from "./fuzzed-texts.ts";

/** Those that take a body. */
export const inputs = goods(["createTenant", "changeTenant"]);

function withBody({ parts }: Good, body: string): FuzzedRequest {
  return sound({ ...parts, body });
}

/** A good request of which one field is another JSON text, made for its schema. */
function withField(jsonFor: (schema: Schema) => Arbitrary<string>): Malformed {
  return inputs.chain((good) => {
    const { properties = {} } = ENDPOINTS[good.endpoint].body as Schema;
    return constantFrom(...good.fields).chain(([name]) =>
      jsonFor(properties[name] ?? {}).map((json) => {
        const members = toMembers(good.fields).map(([key, old]): Member => [
          key,
          key === name ? json : old,
        ]);
        return withBody(good, toJson(members));
      }),
    );
  });
}

/** A good request with members more, before its own or behind them. */
function withMembers(more: (members: Member[]) => Arbitrary<Member[]>): Malformed {
  return inputs.chain((good) => {
    const members = toMembers(good.fields);
    return tuple(more(members), constantFrom("before", "behind")).map(([others, where]) =>
      withBody(
        good,
        toJson(where === "before" ? [...others, ...members] : [...members, ...others]),
      ),
    );
  });
}

/** A good request whose body is another text. */
function withText(change: (body: string) => Arbitrary<string>): Malformed {
  return inputs.chain((good) => change(toParts(good).body).map((body) => withBody(good, body)));
}

export const wrongTypes: Malformed = oneof(
  withField(() => otherTypes),
  withText(() => otherTypes.map(utf8)),
);

export const wrongLengths: Malformed = withField((schema) =>
  textsAtLimits(schema).map((text) => JSON.stringify(text)),
);

export const strangeTexts: Malformed = oneof(
  withField(() => malformedTexts.map((text) => JSON.stringify(text))),
  withMembers(() => tuple(malformedTexts, constant("1")).map((member) => [member])),
);

/** The company's own names, and what might pass for one of them. */
export const reservedNames: Malformed = goods(["createTenant"]).chain((good) =>
  tuple(
    constantFrom(...RESERVED_SUBDOMAINS),
    constantFrom<(name: string) => string>(
      (name) => name,
      (name) => name.toUpperCase(),
      (name) => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
      (name) => ` ${name}`,
      (name) => `${name}\n`,
      (name) => `${name}.`,
      (name) => `${name}\u0000`,
      (name) => `${name}\u00ad`,
      (name) => `xn--${name}`,
      (name) =>
        name.replaceAll(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
    ),
  ).map(([name, disguised]) => {
    const others = good.fields.filter(([field]) => field !== "subdomain");
    return withBody(good, toJson(toMembers([...others, ["subdomain", disguised(name)]])));
  }),
);

/** The good fields hidden in a prototype, own keys of a prototype's names, and such keys further down. */
export const prototypeKeys: Malformed = oneof(
  withMembers((members) =>
    tuple(constantFrom(...PROTOTYPE_KEYS), oneof(otherTypes, constant(toText(members)))).map(
      (member) => [member],
    ),
  ),
  withText((body) => constantFrom(...PROTOTYPE_KEYS).map((key) => `{"${key}":${body}}`)),
  withField(() =>
    tuple(constantFrom(...PROTOTYPE_KEYS), otherTypes).map(([key, json]) => `{"${key}":${json}}`),
  ),
);

function toText(members: Member[]): string {
  return `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
}

export const duplicateKeys: Malformed = withMembers((members) =>
  array(
    tuple(
      constantFrom(...members.map(([key]) => key)),
      oneof(
        otherTypes,
        malformedTexts.map((text) => JSON.stringify(text)),
        constantFrom(...members.map(([, json]) => json)),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  ),
);

/** Deep, wide and long. */
export const vastJson: Malformed = oneof(
  withText(() => nested),
  withField(() => nested),
  withField(() => malformedNumbers),
  withMembers(() =>
    tuple(constantFrom("k", "__proto__", "\u{1d4b3}"), integer({ min: 100, max: 8000 })).map(
      ([key, count]) =>
        Array.from({ length: count }, (_, index): Member => [`${key}${index}`, "1"]).slice(
          0,
          Math.floor(55_000 / (utf8(key).length + 10)),
        ),
    ),
  ),
);

/** JSON that is none, mostly by a little. */
export const brokenJson: Malformed = oneof(
  withText((body) => nat({ max: body.length - 1 }).map((length) => body.slice(0, length))),
  withText((body) =>
    tuple(nat({ max: body.length }), nat({ max: 3 }), nat({ max: 3 }), nat(255)).map(
      ([at, removed, added, byte]) =>
        splice(body, at, removed, String.fromCharCode(byte).repeat(added)),
    ),
  ),
  withText((body) =>
    constantFrom(
      `${body}${body}`,
      `${body},`,
      `//\n${body}`,
      `${body}\u0000`,
      ` \t\r\n${body}\n`,
      `(${body})`,
      body.replaceAll('"', "'"),
      body.replace("}", ",}"),
      body.replace("{", "{email:1,"),
      body.replaceAll('"', '\\"'),
      `{"email":NaN}`,
      `{"email":undefined}`,
      `{"email":"\\ud8"}`,
      `{"email":"\\x41"}`,
      `{"email":"\t"}`,
      `{"email":01}`,
      "email=a%40b.example&organization=Acme",
      "<tenant/>",
      "[",
      '"',
      "-",
    ),
  ),
);

const NO_UTF8 = [
  "\xff",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\xf4\x90\x80\x80",
  "\xe2\x82",
  "\x80",
  "\xfe\xff",
];

type Encoder = (utf8Bytes: string) => string;

const decode = (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8");
const utf16 = (bytes: string) => Buffer.from(decode(bytes), "utf16le");

const ENCODERS: Encoder[] = [
  (bytes) => bytes,
  (bytes) => `\xef\xbb\xbf${bytes}`,
  (bytes) => decode(bytes).replaceAll(/[^\0-\xff]/g, "?"),
  (bytes) => utf16(bytes).toString("latin1"),
  (bytes) => `\xff\xfe${utf16(bytes).toString("latin1")}`,
  (bytes) => `\xfe\xff${utf16(bytes).swap16().toString("latin1")}`,
  (bytes) => Buffer.from(bytes, "latin1").toString("base64"),
];

const CHARSETS = [
  "",
  "utf-8",
  "UTF-8",
  '"utf-8"',
  "utf8",
  "utf-16",
  "utf-16le",
  "utf-16be",
  "utf-32",
  "utf-7",
  "utf-7-imap",
  "utf-9",
  "utf-8; charset=utf-16",
  "iso-8859-1",
  "windows-1252",
  "shift_jis",
  "__proto__",
  "utf-__proto__",
  "\xff",
];

/** Bytes that are no UTF-8, and texts in other encodings, said to be so or not. */
export const encodings: Malformed = oneof(
  withText((body) =>
    tuple(nat({ max: body.length }), constantFrom(...NO_UTF8)).map(([at, bytes]) =>
      splice(body, at, 0, bytes),
    ),
  ),
  tuple(inputs, constantFrom(...ENCODERS), constantFrom(...CHARSETS)).map(
    ([good, encode, charset]) => {
      const type = charset === "" ? "application/json" : `application/json; charset=${charset}`;
      const parts: Parts = { ...good.parts, body: encode(toParts(good).body) };
      return sound(withHeader(parts, "Content-Type", type));
    },
  ),
);

function splice(text: string, at: number, removed: number, added: string): string {
  return `${text.slice(0, at)}${added}${text.slice(at + removed)}`;
}
