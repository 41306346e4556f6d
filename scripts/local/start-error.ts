/**
 * Something that the local stack needs is missing. The message is one sentence for the reader, and
 * `remedy` the command that helps.
 *
 * @module
 */
export class LocalProblem extends Error {
  override readonly name = "LocalProblem";

  constructor(message: string, remedy?: string) {
    super(remedy === undefined ? message : `${message} ${remedy}`);
  }
}

/** Several problems as one, a line each. */
export function together(problems: LocalProblem[]): LocalProblem {
  return new LocalProblem(problems.map(({ message }) => message).join("\n"));
}
