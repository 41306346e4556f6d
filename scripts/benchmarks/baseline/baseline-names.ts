/**
 * What the baseline's functions and their measurement have in common.
 *
 * @module
 */

export const BASELINE_TRIGGERS = "baseline-triggers";
export const BASELINE_JOB_EVENTS = "baseline-job-events";

type Environment = Readonly<Record<string, string | undefined>>;

export function firestoreOptions(env: Environment) {
  const { GOOGLE_CLOUD_PROJECT: projectId = "", FIRESTORE_EMULATOR_HOST: host = "" } = env;
  return { projectId, host, ssl: false };
}

export function pubsubOptions(env: Environment) {
  const { GOOGLE_CLOUD_PROJECT: projectId = "", PUBSUB_EMULATOR_HOST: apiEndpoint = "" } = env;
  return { projectId, apiEndpoint, emulatorMode: true };
}
