/**
 * Which emulators there are.
 *
 * @module
 */
export type EmulatorName = "firestore" | "pubsub";

export const EMULATOR_NAMES: EmulatorName[] = ["firestore", "pubsub"];

/** Their names, for the reader. */
export const EMULATOR_TITLES: Readonly<Record<EmulatorName, string>> = {
  firestore: "Firestore emulator",
  pubsub: "Pub/Sub emulator",
};
