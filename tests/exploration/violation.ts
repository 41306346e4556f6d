/**
 * A rule that is broken, as a sentence.
 *
 * @module
 */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Throws where the sentence is not so. */
export function holds(isSo: boolean, sentence: string): void {
  if (!isSo) throw new Violation(sentence);
}
