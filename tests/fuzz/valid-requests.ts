/**
 * Requests that the API must take, made from its endpoints and their schemas. The malformed
 * ones are made from these.
 *
 * @module
 */
import {
  array,
  boolean,
  constant,
  constantFrom,
  date,
  integer,
  option,
  record,
  stringMatching,
  tuple,
  uniqueArray,
  uuid,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { ENDPOINT_IDS, ENDPOINTS } from "../../functions/api/endpoints.ts";
import type { EndpointId } from "../../functions/api/endpoints.ts";
import { takesIdempotencyKey } from "../../functions/api/http/endpoint.ts";
import type { EndpointSpec } from "../../functions/api/http/endpoint.ts";
import { operationsQuerySchema } from "../../functions/api/history/list-operations.ts";
import { RESERVED_SUBDOMAINS } from "../../functions/api/tenants/reserved-subdomains.ts";
import { givenDomainSchema } from "../../shared/domains/domain-schemas.ts";
import { BENCH_NAME_PATTERN, DEFAULT_BENCH } from "../../shared/configuration/bench.ts";
import {
  emailSchema,
  organizationSchema,
  reasonSchema,
  subdomainSchema,
  timeZoneSchema,
} from "../../shared/tenant/field-schemas.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import { sound, utf8 } from "./fuzzed-request.ts";
import type { FuzzedRequest, Parts } from "./fuzzed-request.ts";

export const API_KEY = "fuzz-test-key";

/** The tenants that are there from the start. */
export const TENANT_IDS = Array.from(
  { length: 200 },
  (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
);

/** A field of a body or a query, with its name. */
export type Field = [name: string, value: unknown];

/** A request before its body is written. */
export interface Good {
  endpoint: EndpointId;
  parts: Parts;
  /** Of the body; none where the endpoint takes none. */
  fields: Field[];
}

/** What of JSON Schema the endpoints use. */
export interface Schema {
  type?: unknown;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  required?: readonly string[];
  oneOf?: readonly { required?: readonly string[] }[];
  minProperties?: number;
  properties?: Readonly<Record<string, Schema>>;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
}

/** What the API takes one of. Of all but the first pair the schema cannot say so, for one has a default, or belongs to an order. */
const EXCLUSIVE = [
  ["organization", "school_name"],
  ["skip", "page_token"],
  ...["q", "state", "bench", "created_after", "created_before", "order_by"].map(
    (name) => ["skip", name] as const,
  ),
  ["page_token", "q"],
  ["page_token", "order_by"],
] as const;

/** What the API takes only beside another one: that a purge is asked for only if it is true, no list of names can say. */
const DEPENDENT = [["purge", "reason"]] as const;

/** Of letters of any script, marks and what else a name may hold. */
const characters = constantFrom(..."aZé校م2٣ .&',-", "e\u0301", "\u{1d4b3}");

/** Written out, since fast-check makes no texts for several patterns at once. */
function names(atLeast: number): Arbitrary<string> {
  const rest = array(characters, { minLength: atLeast - 1, maxLength: 45 });
  return tuple(constantFrom("A", "ß", "校", "م", "2"), rest)
    .map(([first, more]) => `${first}${more.join("")}`.trimEnd())
    .filter(({ length }) => length >= atLeast);
}

const subdomains = stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9-]{8,28}[a-zA-Z0-9]$/).filter(
  (text) => !/^xn--/i.test(text) && !RESERVED_SUBDOMAINS.has(text.toLowerCase()),
);

const emails = stringMatching(new RegExp(emailSchema.pattern)).filter(
  ({ length }) => length <= emailSchema.maxLength,
);

const reasons = array(characters, { minLength: 1, maxLength: 100 })
  .map((some) => some.join("").trim())
  .filter((text) => text !== "");

const toToken = (id: string) => Buffer.from(`1700000000.123456000.${id}`).toString("base64url");

const operationIds = tuple(constantFrom(...TENANT_IDS), integer({ min: 1, max: 3 })).map(
  ([id, attempt]) => operationId(id, 1, attempt),
);

const tenantPageTokens = uuid().map(toToken);
const operationPageTokens = operationIds.map(toToken);

const times = date({
  min: new Date("1000-01-01T00:00:00Z"),
  max: new Date("2999-12-31T23:59:59Z"),
  noInvalidDate: true,
}).map((time) => time.toISOString());

const domains = tuple(
  stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
  constantFrom("shop.com", "bücher.de", "xn--bcher-kva.de", "customer.co.uk", "SHOP.Example.NET"),
).map(([label, rest]) => `${label}.${rest}`);

const TEXTS = new Map<string, (schema: Schema) => Arbitrary<string>>([
  [organizationSchema.pattern, ({ minLength = 1 }) => names(minLength)],
  [subdomainSchema.pattern, () => subdomains],
  [emailSchema.pattern, () => emails],
  [operationsQuerySchema.properties.since.pattern, () => times],
  [reasonSchema.pattern, () => reasons],
  [givenDomainSchema.pattern, () => domains],
  [BENCH_NAME_PATTERN, () => constant(DEFAULT_BENCH)],
  [timeZoneSchema.pattern, () => constantFrom("Europe/Berlin", "Asia/Tokyo", "UTC")],
]);

/** Of each list. A parameter of this name has the same schema in all of them. */
function pageTokensFor(path: string): Arbitrary<string> {
  return path.endsWith("/operations") ? operationPageTokens : tenantPageTokens;
}

/** What a field's schema allows. */
function valuesOf(schema: Schema): Arbitrary<unknown> {
  const { type, pattern = "", enum: values, minimum, maximum } = schema;
  if (values !== undefined) return constantFrom(...values);
  if (type === "boolean") return boolean();
  if (type === "object") return fieldsOf(schema).map((fields) => Object.fromEntries(fields));
  if (type === "array") return listsOf(schema);
  if (type === "integer") return integer({ min: minimum ?? 0, max: maximum ?? 1_000_000 });
  const texts = TEXTS.get(pattern)?.(schema) ?? stringMatching(new RegExp(pattern));
  return Array.isArray(type) && type.includes("null") ? option(texts, { freq: 4 }) : texts;
}

function listsOf({ items = {}, minItems = 0, maxItems = 10 }: Schema): Arbitrary<unknown[]> {
  return uniqueArray(valuesOf(items), { minLength: minItems, maxLength: Math.min(maxItems, 4) });
}

/** The fields of an object that its schema allows, in any order. */
function fieldsOf(schema: Schema, path = ""): Arbitrary<Field[]> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    option(
      (name === "page_token" ? pageTokensFor(path) : valuesOf(field)).map((value): Field => [
        name,
        value,
      ]),
      { freq: 2 },
    ),
  );
  return tuple(...fields)
    .map((some) => some.filter((field) => field !== null))
    .filter((some) => isComplete(new Set(some.map(([name]) => name)), schema));
}

function isComplete(
  given: Set<string>,
  { required = [], oneOf = [{}], minProperties = 0 }: Schema,
) {
  const hasAll = (wanted: readonly string[] = []) => wanted.every((name) => given.has(name));
  return (
    hasAll(required) &&
    oneOf.some((alternative) => hasAll(alternative.required)) &&
    given.size >= minProperties &&
    !EXCLUSIVE.some(hasAll) &&
    DEPENDENT.every(([name, other]) => !given.has(name) || given.has(other))
  );
}

/** Requests to some of the endpoints, or to any. */
export function goods(ids: EndpointId[] = ENDPOINT_IDS): Arbitrary<Good> {
  // A tenant is made by one endpoint of many, and what a sample is to see begins with it.
  const creations = ids.flatMap((id) => (id === "createTenant" ? [id, id, id] : []));
  return constantFrom(...ids, ...creations).chain((endpoint) => {
    const spec: EndpointSpec = ENDPOINTS[endpoint];
    return record({
      endpoint: constant(endpoint),
      parts: record({
        method: constant(spec.method as string),
        target: targetsOf(spec),
        headers: headersOf(spec),
        body: constant(""),
      }),
      fields: spec.body === undefined ? constant([]) : fieldsOf(spec.body as Schema),
    });
  });
}

function targetsOf({ path, query }: EndpointSpec): Arbitrary<string> {
  const fields = query === undefined ? constant([]) : fieldsOf(query as Schema, path);
  return tuple(operationIds, fields).map(([op, some]) => {
    const text = some.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    const [id = ""] = op.split(".");
    return `${path.replace("{id}", id).replace("{op}", op).replace("{domain}", "a.shop.com").replace("{backup}", id).replace("{rollout}", id)}${text.length === 0 ? "" : "?"}${text.join("&")}`;
  });
}

function headersOf(spec: EndpointSpec): Arbitrary<Parts["headers"]> {
  return tuple(uuid(), option(uuid())).map(([id, key]) => [
    ["Host", "127.0.0.1"],
    ["X-API-Key", API_KEY],
    ["X-Request-ID", id],
    ...(spec.body === undefined ? [] : [header("Content-Type", "application/json")]),
    ...(key === null || !takesIdempotencyKey(spec) ? [] : [header("Idempotency-Key", key)]),
  ]);
}

function header(name: string, value: string): [string, string] {
  return [name, value];
}

/** The parts of a request with its body. */
export function toParts({ endpoint, parts, fields }: Good): Parts {
  if (ENDPOINTS[endpoint].body === undefined) return parts;
  return { ...parts, body: utf8(JSON.stringify(Object.fromEntries(fields))) };
}

/** A request that must be answered as its endpoint says. */
export function wellMeant(good: Good): FuzzedRequest {
  const statuses = Object.keys(ENDPOINTS[good.endpoint].answers).map(Number);
  return sound(
    toParts(good),
    statuses.filter((status) => status < 500),
  );
}
