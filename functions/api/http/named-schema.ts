/**
 * Schemas that have a name of their own in the OpenAPI document, and so in generated clients. Pure.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";

const SCHEMAS = new Map<string, object>();
const NAMES = new WeakMap<object, string>();

/** The same schema, which the document then refers to by this name. It is said beside the schema. */
export function named<const S extends Exclude<JSONSchema, boolean>>(name: string, schema: S): S {
  if (SCHEMAS.has(name)) throw new Error(`Two schemas are named ${name}.`);
  SCHEMAS.set(name, schema);
  NAMES.set(schema, name);
  return schema;
}

/** A schema's name; undefined of one that has none, and of what is no schema. */
export function nameOf(schema: unknown): string | undefined {
  return typeof schema === "object" && schema !== null ? NAMES.get(schema) : undefined;
}
