/**
 * Paths, queries and methods that nobody meant.
 *
 * @module
 */
import { array, constantFrom, integer, oneof, string, tuple, uuid } from "fast-check";
import { METHODS } from "node:http";
import { ENDPOINTS } from "../../functions/api/endpoints.ts";
import { operationsQuerySchema } from "../../functions/api/history/list-operations.ts";
import { listQuerySchema } from "../../functions/api/tenants/list-query.ts";
import { goods, TENANT_IDS, toParts } from "./valid-requests.ts";
import { framed, request, utf8 } from "./fuzzed-request.ts";
import type { Malformed, FuzzedRequest, Parts } from "./fuzzed-request.ts";
import { malformedNumbers, malformedTexts } from "./fuzzed-texts.ts";

const any = goods().map(toParts);

/** A request to another target: Node's server itself refuses some. */
function aimed(parts: Parts, target: string): FuzzedRequest {
  const isSound = /^\/[!-~]{0,7000}$/.test(target);
  return request(framed({ ...parts, target }), isSound ? "by the API" : "by somebody");
}

const SEGMENTS = [
  "tenants",
  "Tenants",
  "tenants;x=1",
  "health",
  "docs",
  "redoc",
  "openapi.json",
  "favicon.ico",
  "robots.txt",
  "status",
  "retry",
  "suspend",
  "rollouts",
  "operations",
  `${TENANT_IDS[0]}.1.1`,
  `${TENANT_IDS[0]}.1`,
  "",
  ".",
  "..",
  "%2e%2e",
  "..%2f",
  "%2F",
  "%5c",
  "\\",
  "%00",
  "%",
  "%f",
  "%zz",
  "%ff",
  "%C3%A4",
  "%ED%A0%80",
  "%25252e",
  "{id}",
  "*",
  ":id",
  "(.*)",
  "__proto__",
  "constructor",
  "null",
  "package.json",
  "etc",
  "passwd",
  "~",
  "\xe4",
  "\xff",
  "\x00",
  "\t",
  " ",
  TENANT_IDS[0] ?? "",
  "0000000A-0000-4000-8000-000000000000",
];

const STARTS = [
  "/",
  "/",
  "/",
  "/docs/",
  "//",
  "/tenants/",
  "",
  "*",
  "?",
  "#",
  "http://127.0.0.1/",
  "https://evil.example/",
  "http://user:secret@127.0.0.1:99999/",
  "http://[/",
  "http://[::1",
  "http://\xe4/",
  "http://xn--/",
  "http:",
  "javascript:alert(1)/",
  "file:///",
];

const ENDS = ["", "", "", "/", "?", "#", "#x", "?a=b#c", "?%", "??", "\\", "%"];

const segments = oneof(
  { weight: 12, arbitrary: constantFrom(...SEGMENTS) },
  { weight: 2, arbitrary: malformedTexts.map((text) => utf8(text).replaceAll(/[\r\n]/g, "")) },
  { weight: 2, arbitrary: malformedTexts.map((text) => percentEncoded(text)) },
  { weight: 1, arbitrary: integer({ min: 1000, max: 20_000 }).map((length) => "a".repeat(length)) },
  { weight: 1, arbitrary: uuid() },
);

/** A text in percent-encoding, whatever UTF-8 cannot hold of it replaced. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

export const paths: Malformed = tuple(
  any,
  constantFrom(...STARTS),
  array(segments, { maxLength: 5 }),
  constantFrom("/", "/", "/", "//", "\\"),
  constantFrom(...ENDS),
).map(([parts, start, some, separator, end]) =>
  aimed(parts, `${start}${some.join(separator)}${end}`),
);

const NAMES = [
  ...Object.keys({ ...listQuerySchema.properties, ...operationsQuerySchema.properties }),
  "id",
  "__proto__",
  "toString",
  "a",
];

const values = oneof(
  malformedTexts.map(percentEncoded),
  malformedNumbers.map((text) => text.slice(0, 400)),
  constantFrom(
    "1",
    "100",
    "-1",
    "1.5",
    "1e2",
    "0x10",
    "+1",
    "%201",
    "",
    "%",
    "%f",
    "%ff",
    "%00",
    "active",
    "ACTIVE",
    "present",
    "standby",
    "main",
    "subdomain",
    "-created_at",
    "running",
    "create",
    "2026-02-29T12:00:00Z",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "a@b.example",
    "[]",
    "a%40b",
  ),
  string({ unit: constantFrom(..."AZaz09-_="), maxLength: 250 }),
  tuple(
    constantFrom("", "-created_at/", "created_at/", "subdomain/", "/"),
    constantFrom("253402300799.999999999", "253402300800.000000000", "undated"),
    constantFrom(".", "/"),
    uuid(),
    constantFrom("", "/", "/acme", "/\0", "/\u{10ffff}/"),
  ).map((parts) => Buffer.from(parts.join("")).toString("base64url")),
  integer({ min: 500, max: 6000 }).map((length) => "9".repeat(length)),
);

const parameters = tuple(
  constantFrom(...NAMES),
  constantFrom("=", "=", "=", "=", "", "[]=", "[$gt]=", ".x=", "%3D"),
  values,
).map(([name, sign, value]) => `${name}${sign}${value}`);

/** Queries of any request, but mostly of those that take one. */
export const queries: Malformed = tuple(
  oneof(
    {
      weight: 3,
      arbitrary: goods(["listTenants", "listOperations", "listTenantOperations"]).map(toParts),
    },
    { weight: 1, arbitrary: any },
  ),
  oneof(
    { weight: 6, arbitrary: array(parameters, { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: tuple(parameters, integer({ min: 2, max: 1000 })).map(([one, times]) =>
        Array<string>(times).fill(one),
      ),
    },
  ),
  constantFrom("&", "&", "&", "&", ";", "&&", "?"),
).map(([parts, some, separator]) =>
  aimed(parts, `${parts.target.replace(/\?.*/, "")}?${some.join(separator)}`.slice(0, 9000)),
);

const KNOWN_METHODS = METHODS.filter((method) => method !== "CONNECT");

const UNKNOWN_METHODS = [
  "FOO",
  "get",
  "Post",
  "GETT",
  "G",
  "__proto__",
  "GET/",
  "",
  "\xff",
  "PRI",
  "CONNECT",
];

const ownPaths = constantFrom(
  ...Object.values(ENDPOINTS).map(({ path }) => path),
  "/docs",
  "/openapi.json",
  "/nowhere",
).map((path) =>
  path
    .replace("{id}", TENANT_IDS[0] ?? "")
    .replace("{op}", `${TENANT_IDS[0]}.1.1`)
    .replace("{domain}", "shop.com")
    .replace("{backup}", TENANT_IDS[0] ?? "")
    .replace("{rollout}", TENANT_IDS[0] ?? ""),
);

export const methods: Malformed = tuple(
  any,
  ownPaths,
  oneof(
    {
      weight: 4,
      arbitrary: constantFrom(...KNOWN_METHODS).map((method) => [method, "by the API"] as const),
    },
    {
      weight: 1,
      arbitrary: constantFrom(...UNKNOWN_METHODS).map((method) => [method, "or closed"] as const),
    },
  ),
).map(([parts, target, [method, answered]]) =>
  request(framed({ ...parts, method, target }), answered),
);
