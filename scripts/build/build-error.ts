/**
 * Why nothing could be built, in a sentence for whoever builds.
 *
 * @module
 */
export class BuildProblem extends Error {
  override readonly name = "BuildProblem";
}
