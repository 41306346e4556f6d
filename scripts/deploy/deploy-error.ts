/**
 * Why a deployment has stopped, in sentences for whoever deploys: what is missing, and what to do.
 *
 * @module
 */
export class DeployProblem extends Error {
  override readonly name = "DeployProblem";
}
