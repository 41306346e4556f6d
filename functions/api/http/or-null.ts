/**
 * Schemas of fields that need not be given. Pure.
 *
 * @module
 */

/** What need not be given may be null, too: so some clients say that they have nothing to say. */
export function orNull<const S extends { type: "string" }>(
  schema: S,
): Omit<S, "type"> & { type: readonly ["string", "null"] } {
  return { ...schema, type: ["string", "null"] };
}
