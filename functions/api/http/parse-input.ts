/**
 * What callers send, validated by the schemas of the endpoints: typed, or a `Problem` that names every
 * field that is wrong and why.
 *
 * @module
 */
import { parserOf, untypedParserOf } from "../../../shared/platform/schema-parser.ts";
import type { FieldError, Parsed } from "../../../shared/platform/schema-parser.ts";
import { tenantIdSchema } from "../../../shared/tenant/field-schemas.ts";
import { ENDPOINT_IDS, specOf } from "../endpoints.ts";
import type { EndpointId, EndpointSpec } from "../endpoints.ts";
import { Problem } from "./problem.ts";
import { idempotencyKeySchema } from "../tenants/api-schemas.ts";

type Parser = (value: unknown) => Parsed<unknown>;

const BODIES = parsersOf("body");
const QUERIES = parsersOf("query");
const parseId = parserOf(tenantIdSchema);
const parseKey = parserOf(idempotencyKeySchema);

function parsersOf(part: "body" | "query"): Map<EndpointId, Parser> {
  const parsers = new Map<EndpointId, Parser>();
  for (const id of ENDPOINT_IDS) {
    const schema = specOf(id)[part];
    if (schema !== undefined) parsers.set(id, untypedParserOf(schema as object));
  }
  return parsers;
}

/** The body of an endpoint, as its schema types it; undefined where it takes none. */
export function parseBody(id: EndpointId, body: unknown): unknown {
  const parse = BODIES.get(id);
  return parse === undefined ? undefined : accept(parse(body), "the body");
}

/** The query of an endpoint, likewise. What it does not know is ignored. */
export function parseQuery(id: EndpointId, query: URLSearchParams): unknown {
  const parse = QUERIES.get(id);
  return parse === undefined ? undefined : accept(parse(toObject(query, specOf(id))), "the query");
}

/** A tenant's id from a path. */
export function parseTenantId(text: string): string {
  const parsed = parseId(text);
  if (parsed.ok) return parsed.value;
  throw invalid([{ pointer: "/id", message: `id must be ${tenantIdSchema.description}` }]);
}

/** The header `Idempotency-Key`. A header is no field of the input, so it is 400 that answers it. */
export function parseIdempotencyKey(text: string): string {
  const parsed = parseKey(text);
  if (parsed.ok) return parsed.value;
  throw new Problem(400, `Idempotency-Key must be ${idempotencyKeySchema.description}.`);
}

/** Says that these fields are not valid. */
export function invalid(errors: FieldError[]): Problem {
  const sentence = errors.map(({ message }) => message).join("; ");
  return new Problem(422, `${sentence}.`, { errors });
}

/** `whole` names the value itself where it is wrong as a whole. */
function accept<T>(parsed: Parsed<T>, whole: string): T {
  if (parsed.ok) return parsed.value;
  throw invalid(
    parsed.errors.map(({ pointer, message }) => ({
      pointer,
      message: pointer === "" ? message.replace(/^it /, `${whole} `) : message,
    })),
  );
}

/** A query's texts as the types that its schema gives them. */
function toObject(query: URLSearchParams, { query: schema }: EndpointSpec): object {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const entries: [string, unknown][] = [];
  for (const [name, { type }] of Object.entries(properties)) {
    const [text, ...more] = query.getAll(name);
    if (text === undefined) continue;
    if (more.length > 0) {
      throw invalid([{ pointer: `/${name}`, message: `${name} is given more than once` }]);
    }
    entries.push([name, type === "integer" && /^-?\d{1,15}$/.test(text) ? Number(text) : text]);
  }
  return Object.fromEntries(entries);
}
