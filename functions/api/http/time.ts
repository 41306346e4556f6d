/**
 * Times as callers send them. Pure.
 *
 * @module
 */
import type { JSONSchema } from "json-schema-to-ts";
import { invalid } from "./parse-input.ts";

export const timeSchema = {
  type: "string",
  pattern:
    "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,3})?Z$",
  description: "a time in UTC, such as 2026-11-29T17:00:00Z",
} as const satisfies JSONSchema;

/** A time that the schema has let in. Some months do not have the day all the same. */
export function parseTime(field: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, 10)))
    return time;
  throw invalid([{ pointer: `/${field}`, message: `${field} must be ${timeSchema.description}` }]);
}
