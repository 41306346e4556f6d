/**
 * Validation of whatever comes in from outside (bodies, queries, messages, settings) by its JSON Schema
 * (2020-12, which is also what OpenAPI 3.1 uses): from unknown to typed, or to what is wrong where.
 *
 * A field's `description` is also the sentence that a caller reads when the field breaks its schema:
 * "<field> must be <description>". It never quotes a value, which may be a secret.
 *
 * @module
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject } from "ajv/dist/2020.js";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";

/** One thing that is wrong, at a JSON pointer (RFC 6901). */
export interface FieldError {
  pointer: string;
  message: string;
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strictRequired: false,
  useDefaults: true,
});

/** Makes a parser of a schema. It is compiled at its first use, since that takes milliseconds. */
export function parserOf<const S extends JSONSchema>(
  schema: S,
): (value: unknown) => Parsed<FromSchema<S>> {
  return untypedParserOf(schema as object) as (value: unknown) => Parsed<FromSchema<S>>;
}

/** The same for a schema that is known at run time only. */
export function untypedParserOf(schema: object): (value: unknown) => Parsed<unknown> {
  let check: ReturnType<typeof ajv.compile> | null = null;
  return (value) => {
    check ??= ajv.compile(schema);
    return check(value)
      ? { ok: true, value }
      : { ok: false, errors: toFieldErrors(check.errors ?? []) };
  };
}

function toFieldErrors(errors: ErrorObject[]): FieldError[] {
  const fields = errors.filter((error) => !isAlternative(error)).map(toFieldError);
  // A field that breaks several rules of its description is told so once. There may be thousands.
  const told = new Set<string>();
  return fields.filter(({ message }) => {
    const isNew = !told.has(message);
    told.add(message);
    return isNew;
  });
}

/** Why one alternative of several does not hold: what counts is that none does. */
function isAlternative({ schemaPath }: ErrorObject): boolean {
  return /\/anyOf\/\d+\//.test(schemaPath);
}

function toFieldError(error: ErrorObject): FieldError {
  const pointer = error.instancePath;
  switch (error.keyword) {
    case "required":
    case "dependentRequired":
      return missing(pointer, String(error.params["missingProperty"]));
    case "anyOf": {
      // Of fields of which one must be there, the first is the one to recommend.
      const [first] = error.schema as { required?: string[] }[];
      return missing(pointer, first?.required?.[0] ?? "a field");
    }
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
