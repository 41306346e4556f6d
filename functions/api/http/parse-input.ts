/**
 * What callers send, validated by a schema: typed, or a `Problem` that names every
 * field that is wrong and why.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { parserOf, untypedParserOf } from "../../../shared/platform/schema-parser.ts";
import type { FieldError, Parsed } from "../../../shared/platform/schema-parser.ts";
import { idempotencyKeySchema, PATH_PARAMETERS } from "./parameter-schemas.ts";
import type { PathParameter } from "./parameter-schemas.ts";
import { Problem } from "./problem.ts";

const parsePath = {
  id: parserOf(PATH_PARAMETERS.id),
  op: parserOf(PATH_PARAMETERS.op),
  backup: parserOf(PATH_PARAMETERS.backup),
  domain: parserOf(PATH_PARAMETERS.domain),
  rollout: parserOf(PATH_PARAMETERS.rollout),
};
const parseKey = parserOf(idempotencyKeySchema);

/** What validates bodies by a schema; without one, whatever came in is left out. */
export function bodyParserOf(schema: JSONSchema | undefined): (body: unknown) => unknown {
  if (schema === undefined) return () => undefined;
  const parse = untypedParserOf(schema as object);
  return (body) => accept(parse(body), "the body");
}

/** What validates queries by a schema, likewise. */
export function queryParserOf(schema: JSONSchema | undefined): (query: URLSearchParams) => unknown {
  if (schema === undefined) return () => undefined;
  const parse = untypedParserOf(schema as object);
  return (query) => accept(parse(toObject(query, schema)), "the query");
}

/** A parameter of a path by its name; empty where the path has none of that name. */
export function parsePathParameter(name: PathParameter, text: string | undefined): string {
  if (text === undefined) return "";
  const parsed = parsePath[name](text);
  if (parsed.ok) return parsed.value;
  const { description } = PATH_PARAMETERS[name];
  throw invalid([{ pointer: `/${name}`, message: `${name} must be ${description}` }]);
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
function toObject(query: URLSearchParams, schema: JSONSchema): object {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const entries: [string, unknown][] = [];
  for (const [name, { type }] of Object.entries(properties)) {
    const [text, ...more] = query.getAll(name);
    if (text === undefined) continue;
    if (more.length > 0) {
      throw invalid([{ pointer: `/${name}`, message: `${name} is given more than once` }]);
    }
    entries.push([name, toTyped(text, type)]);
  }
  return Object.fromEntries(entries);
}

/** A text of a query as a value of its type; one that is none stays as it is, and is refused. */
function toTyped(text: string, type: unknown): unknown {
  if (type === "integer" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}
