/**
 * Validation of whatever comes in from outside (bodies, queries, messages, settings) by its JSON Schema
 * (2020-12, which is also what OpenAPI 3.1 uses): from unknown to typed, or to what is wrong where.
 *
 * A field's `description` is also the sentence that a caller reads when the field breaks its schema:
 * "<field> must be <description>". It never quotes a value, which may be a secret.
 *
 * @module
 */
import type { ErrorObject } from "ajv";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { compileSchema } from "./compile-schema.ts";
import type { Check } from "./compile-schema.ts";

/** One thing that is wrong, at a JSON pointer (RFC 6901). */
export interface FieldError {
  pointer: string;
  message: string;
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

/** How many faults are told of at once. */
const MAX_ERRORS = 20;

/** The schema of every parser that was made, for a build to compile. */
export const parsedSchemas: object[] = [];

/**
 * Makes a parser of a schema. It is compiled at its first use, since that takes milliseconds; in a build, beforehand, for
 * which it must be made when its module is loaded.
 */
export function parserOf<const S extends JSONSchema>(
  schema: S,
): (value: unknown) => Parsed<FromSchema<S>> {
  return untypedParserOf(schema as object) as (value: unknown) => Parsed<FromSchema<S>>;
}

/** The same for a schema whose type is not known here. */
export function untypedParserOf(schema: object): (value: unknown) => Parsed<unknown> {
  parsedSchemas.push(schema);
  let check: Check | null = null;
  return (value) => {
    check ??= compileSchema(schema);
    return check(value)
      ? { ok: true, value }
      : { ok: false, errors: toFieldErrors(check.errors ?? []) };
  };
}

function toFieldErrors(errors: ErrorObject[]): FieldError[] {
  // A field that breaks several rules of its description is told so once.
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    if (isAlternative(error)) continue;
    const field = toFieldError(error);
    if (!told.has(field.message)) told.set(field.message, field);
    // There may be thousands, and nobody reads them.
    if (told.size === MAX_ERRORS) break;
  }
  return [...told.values()];
}

/** Why one alternative of several does not hold: what counts is that none does. */
function isAlternative({ schemaPath }: ErrorObject): boolean {
  return /\/(anyOf|oneOf)\/\d+\//.test(schemaPath);
}

function toFieldError(error: ErrorObject): FieldError {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case "required":
    case "dependentRequired":
      return missing(pointer, String(error.params["missingProperty"]));
    case "anyOf":
    case "oneOf":
      return oneIsNeeded(error);
    case "additionalProperties": {
      const unknown = String(error.params["additionalProperty"]).slice(0, 100);
      return {
        pointer: `${pointer}${toPointer(unknown)}`,
        message: `${unknown} is not a known field`,
      };
    }
    default: {
      const { description } = error.parentSchema as { description?: string };
      const field = toField(pointer);
      return {
        pointer,
        message: `${field} must be ${description ?? error.message ?? "different"}`,
      };
    }
  }
}

/** Of fields of which one must be there, the first is the one to recommend. */
function oneIsNeeded({ instancePath, schema, params }: ErrorObject): FieldError {
  const names = (schema as { required?: string[] }[]).map(({ required }) => required?.[0] ?? "");
  const [first = "", ...others] = names;
  const { passingSchemas } = params as { passingSchemas?: [number, number] | null };
  if (!passingSchemas) return missing(instancePath, first);
  const other = names[passingSchemas[1]] ?? others[0] ?? "";
  return {
    pointer: `${instancePath}${toPointer(other)}`,
    message: `${other} must be left out beside ${first}`,
  };
}

function missing(pointer: string, field: string): FieldError {
  return { pointer: `${pointer}${toPointer(field)}`, message: `${field} is required` };
}

function toPointer(field: string): string {
  return `/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** How a sentence names the field at a pointer. */
function toField(pointer: string): string {
  const names = pointer.split("/").slice(1);
  return names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~")).join(".") || "it";
}
