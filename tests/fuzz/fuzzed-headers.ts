/**
 * Headers that nobody meant, in requests that are sound otherwise.
 *
 * @module
 */
import {
  array,
  base64String,
  constant,
  constantFrom,
  integer,
  ipV4,
  ipV6,
  oneof,
  string,
  tuple,
  uuid,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { inputs } from "./fuzzed-bodies.ts";
import { API_KEY, goods, toParts } from "./valid-requests.ts";
import { request, sound, withHeader } from "./fuzzed-request.ts";
import type { Malformed, Parts } from "./fuzzed-request.ts";

/** Whatever bytes a header may hold (https://www.rfc-editor.org/rfc/rfc9110#section-5.5). */
const printable = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => /[\t\x20-\x7e\x80-\xff]/.test(character),
);
const headerValues: Arbitrary<string> = oneof(
  string({ unit: constantFrom(...printable), maxLength: 60 }),
  constantFrom(
    "",
    ",",
    ";",
    ", ,",
    '"',
    "*",
    "null",
    "__proto__",
    "constructor",
    "-1",
    "0",
    "%00",
    "\xff",
  ),
  // Four of them, twice, are still not more than Node takes.
  integer({ min: 100, max: 1500 }).map((length) => "x".repeat(length)),
);

const any = goods().map(toParts);

/** The same parts with more headers, behind their own. */
function withMore(parts: Parts, more: Parts["headers"]): Parts {
  return { ...parts, headers: [...parts.headers, ...more] };
}

const jwt = tuple(
  constantFrom(
    '{"alg":"none"}',
    '{"alg":"RS256","kid":"__proto__"}',
    '{"alg":"HS256","kid":"../../dev/null"}',
    '{"alg":"ES256","kid":"constructor"}',
    "{",
    "",
  ),
  constantFrom(
    '{"sub":"1","email":"frontend@example.com","email_verified":true}',
    "[]",
    "null",
    "",
  ),
  base64String(),
).map(([head, body, signature]) =>
  [head, body]
    .map((text) => Buffer.from(text).toString("base64url"))
    .concat(signature)
    .join("."),
);

const keys: Arbitrary<string> = oneof(
  headerValues,
  constantFrom(
    `${API_KEY}x`,
    API_KEY.slice(0, -1),
    API_KEY.toUpperCase(),
    `${API_KEY}, ${API_KEY}`,
    `"${API_KEY}"`,
    `${API_KEY}\x00`.replace("\x00", "%00"),
  ),
);

const authorizations: Arbitrary<string> = oneof(
  headerValues,
  jwt.map((token) => `Bearer ${token}`),
  constantFrom(
    "Bearer",
    "Bearer ",
    "bearer x",
    "Bearer x y",
    "Basic YTpi",
    "Bearer \xff",
    "Bearer\tx",
  ),
);

const assertions: Arbitrary<string> = oneof(headerValues, jwt);

/** Addresses of all kinds; failed attempts from one are soon refused unseen, so they are spread. */
const forwardedFor: Arbitrary<string> = oneof(
  { weight: 8, arbitrary: ipV4() },
  { weight: 4, arbitrary: ipV6() },
  { weight: 1, arbitrary: ipV6().map((address) => `${address}%eth0`) },
  {
    weight: 1,
    arbitrary: tuple(headerValues, ipV4()).map(([before, last]) => `${before}, ${last}`),
  },
  {
    weight: 1,
    arbitrary: constantFrom("1", "0x7f.1", "010.1.1.1", "::ffff:1.2.3.4", "[::1]:80", "unknown"),
  },
  { weight: 1, arbitrary: headerValues },
);

/** No key, a wrong one, several; tokens and assertions that are none. */
export const credentials: Malformed = tuple(
  any,
  array(keys, { maxLength: 2 }),
  array(authorizations, { maxLength: 2 }),
  array(assertions, { maxLength: 2 }),
  forwardedFor,
).map(([parts, someKeys, someAuthorizations, someAssertions, address]) =>
  sound(
    withMore(withHeader(parts, "X-API-Key", null), [
      ...someKeys.map((key): [string, string] => ["X-API-Key", key]),
      ...someAuthorizations.map((value): [string, string] => ["Authorization", value]),
      ...someAssertions.map((value): [string, string] => ["X-Goog-IAP-JWT-Assertion", value]),
      ["X-Forwarded-For", address],
    ]),
  ),
);

const NAMES = [
  "Idempotency-Key",
  "If-None-Match",
  "If-Match",
  "If-Modified-Since",
  "X-Request-ID",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "X-HTTP-Method-Override",
  "X-Cloud-Trace-Context",
  "Function-Execution-Id",
  "traceparent",
  "tracestate",
  "Origin",
  "Sec-Fetch-Site",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
  "Authorization",
  "Proxy-Authorization",
  "X-Goog-IAP-JWT-Assertion",
  "X-Goog-Authenticated-User-Email",
  "Accept",
  "Accept-Encoding",
  "Accept-Language",
  "Cache-Control",
  "Cookie",
  "Range",
  "If-Range",
  "Referer",
  "User-Agent",
  "Content-Type",
  "Content-Language",
  "Date",
  "Forwarded",
  "Via",
  "__proto__",
  "constructor",
  "toString",
  "!#$%&'*+-.^_`|~",
];

/** Values that mean something to one header or another. */
const meaning = constantFrom(
  "bytes=0-",
  "bytes=0-1,5-,-9",
  "null",
  "https://evil.example",
  '"x", W/"y", *',
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "00-00000000000000000000000000000000-0000000000000000-00-x",
  "DELETE",
  "gzip, br;q=1e9",
  "Thu, 99 Foo 10000 99:99:99 GMT",
  "same-key",
);

const odd = tuple(constantFrom(...NAMES), oneof(headerValues, meaning, uuid()));

/** Headers of all kinds, twice too, and with the same key for different requests. */
export const oddHeaders: Malformed = tuple(
  any,
  array(odd, { minLength: 1, maxLength: 4 }),
  constantFrom(1, 1, 1, 2),
).map(([parts, more, times]) =>
  sound(withMore(parts, Array<typeof more>(times).fill(more).flat())),
);

/** More than Node takes. */
export const vastHeaders: Malformed = tuple(
  any,
  oneof(
    integer({ min: 15_000, max: 80_000 }).map((length): Parts["headers"] => [
      ["X-Long", "x".repeat(length)],
    ]),
    integer({ min: 100, max: 5000 }).map((count): Parts["headers"] =>
      Array.from({ length: count }, (_, index) => [`X-${index}`, ""]),
    ),
    integer({ min: 2, max: 1500 }).map((count): Parts["headers"] =>
      Array.from({ length: count }, () => ["X-Request-ID", "a"]),
    ),
  ),
).map(([parts, more]) => request(withMore(parts, more), "by somebody"));

const TYPES = [
  "application/json",
  "APPLICATION/JSON",
  "application/json;",
  "application/json; charset",
  "application/json; a=b; c=d",
  "application/json, text/plain",
  "application/problem+json",
  "application/cloudevents+json",
  "application/merge-patch+json",
  "text/json",
  "text/plain",
  "text/html",
  "application/x-www-form-urlencoded",
  "application/x-www-form-urlencoded; charset=utf-16",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  "application/xml",
  "application/octet-stream",
  "*/*",
  "json",
  "/",
  "",
  "application/",
  "application/json\xff",
];

const CODINGS = [
  "identity",
  "IDENTITY",
  "",
  "gzip",
  "br",
  "deflate",
  "zstd",
  "x-gzip, gzip",
  "chunked",
  "identity, identity",
];

/** Bodies that are said to be something else than they are. */
export const contentTypes: Malformed = tuple(
  inputs.map(toParts),
  oneof(constantFrom(...TYPES), headerValues, constant(null)),
  oneof(
    { weight: 3, arbitrary: constant(null) },
    { weight: 1, arbitrary: oneof(constantFrom(...CODINGS), headerValues) },
  ),
  oneof(
    { weight: 3, arbitrary: constant([]) },
    { weight: 1, arbitrary: constantFrom(...TYPES).map((type) => [type]) },
  ),
).map(([parts, type, coding, second]) => {
  const typed = withHeader(withHeader(parts, "Content-Type", type), "Content-Encoding", coding);
  return sound(
    withMore(
      typed,
      second.map((value) => ["Content-Type", value]),
    ),
  );
});
