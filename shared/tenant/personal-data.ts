/**
 * Texts without what a customer said of themselves. Pure.
 *
 * @module
 */
import type { Profile } from "./tenant.ts";

const MASK = "***";

/**
 * Whatever looks like an e-mail address. One begins where such characters do: else each of a million in a row would be tried
 * as its beginning, and all after it read again.
 */
const EMAIL = /(?<![^\s@<>"'`(),;:])[^\s@<>"'`(),;:]+@[^\s@<>"'`(),;:]+\.[^\s@<>"'`(),;:]+/g;

/** The text without e-mail addresses, and without the profile's names where they stand as words of their own. */
export function withoutPersonalData(text: string, profile: Profile): string;
export function withoutPersonalData(text: string | null, profile: Profile): string | null;
export function withoutPersonalData(text: string | null, profile: Profile): string | null {
  if (text === null) return null;
  const { organization, first_name, last_name } = profile;
  let masked = text.replaceAll(EMAIL, MASK);
  for (const name of [organization, first_name, last_name]) {
    if (name) masked = masked.replaceAll(asWord(name), MASK);
  }
  return masked;
}

function asWord(name: string): RegExp {
  // Of what needs no escape, none may have one: a pattern with the flag u refuses it.
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])`, "giu");
}
