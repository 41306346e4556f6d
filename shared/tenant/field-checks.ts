/**
 * Checks of a document's fields, of which a record's are put together. Pure.
 *
 * @module
 */

/** What a document holds, with dates for its timestamps. */
export type Fields = Record<string, unknown>;

export type Is = (value: unknown) => boolean;

/** A check for each field. */
export type Checks<T> = Record<keyof T, Is>;

export const isText: Is = (value) => typeof value === "string";
/** A text that is not empty. */
export const isName: Is = (value) => isText(value) && value !== "";
export const isDate: Is = (value) => value instanceof Date && !Number.isNaN(value.getTime());
export const isBoolean: Is = (value) => typeof value === "boolean";
export const isCount: Is = (value) => Number.isInteger(value) && (value as number) >= 0;

export const orNull =
  (is: Is): Is =>
  (value) =>
    value === null || is(value);

export const ifThere =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value);

export const oneOf =
  (values: readonly unknown[]): Is =>
  (value) =>
    values.includes(value);

export const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);

/** A map with all of these fields. */
export const all =
  (fields: Record<string, Is>): Is =>
  (value) =>
    isMap(value) && wrongFields(value, fields).length === 0;

export const isMapOfTexts: Is = (value) =>
  isMap(value) && !Array.isArray(value) && Object.values(value).every(isText);

export function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** The names of the fields that are not as they should be, or missing. */
export function wrongFields(fields: Fields, are: Record<string, Is>): string[] {
  return Object.keys(are).filter((name) => are[name]?.(fields[name]) === false);
}
