/**
 * Time zones as callers send them. Pure.
 *
 * @module
 */
import { isTimeZone } from "../../../shared/rollouts/window.ts";
import { timeZoneSchema } from "../../../shared/tenant/field-schemas.ts";
import { invalid } from "./parse-input.ts";

/** Throws where there is no time zone of this name, which the schema has let in. */
export function requireTimeZone(field: string, name: string): void {
  if (isTimeZone(name)) return;
  const message = `${field.replaceAll("/", ".")} must be ${timeZoneSchema.description}`;
  throw invalid([{ pointer: `/${field}`, message }]);
}
