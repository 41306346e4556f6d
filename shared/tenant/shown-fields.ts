/**
 * What can be read of a field in a document that people may have written to. Pure.
 *
 * @module
 */

/** Null where it is no text. */
export function toText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Null where it is no time. */
export function toTime(value: unknown): Date | null {
  return value instanceof Date ? value : null;
}
