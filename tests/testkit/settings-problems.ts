/**
 * What is wrong with settings, as the parser says it.
 *
 * @module
 */
import { SettingsError } from "../../shared/configuration/settings-parser.ts";

/** The sentences of a parser that refuses; none of one that does not. */
export function problemsOf(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
