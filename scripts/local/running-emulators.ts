/**
 * Emulators that already run. A stack uses them where the environment names them, begins clean in its
 * own project, and leaves everything else in them as it is.
 *
 * @module
 */
import { EMULATOR_NAMES } from "./emulators.ts";
import type { EmulatorName } from "./emulators.ts";
import { takeLock } from "./stack-lock.ts";
import { LocalProblem } from "./start-error.ts";

/** `host:port` of each emulator. */
export type EmulatorHosts = Record<EmulatorName, string>;

/** The settings that name an emulator which already runs. */
const VARIABLES = { firestore: "FIRESTORE_EMULATOR_HOST", pubsub: "PUBSUB_EMULATOR_HOST" } as const;

const TITLES = { firestore: "Firestore", pubsub: "Pub/Sub" } as const;

const ANSWER_MILLISECONDS = 5_000;

/** Throws a `LocalProblem` when an emulator that is said to run does not answer. */
export async function requireAnswers(named: Record<EmulatorName, string | null>): Promise<void> {
  for (const name of EMULATOR_NAMES) {
    const host = named[name];
    if (host === null || (await answers(host))) continue;
    throw new LocalProblem(
      `${VARIABLES[name]} names a ${TITLES[name]} emulator at ${host}, and nothing answers there.`,
      `Start it, or unset ${VARIABLES[name]} to have one started.`,
    );
  }
}

async function answers(host: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const response = await fetch(`http://${host}/`, { signal });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes the emulators for a stack, since two of them would take each other's tenants and events. Throws
 * a `LocalProblem` when another stack of this machine has one. Call the answer to give them back.
 */
export async function takeEmulators(hosts: EmulatorHosts): Promise<() => void> {
  const releases: (() => void)[] = [];
  const release = () => releases.forEach((each) => each());
  for (const name of EMULATOR_NAMES) {
    const taken = await takeLock(`emulator ${hosts[name].replace(/^localhost:/, "127.0.0.1:")}`);
    if (taken === null) {
      release();
      throw new LocalProblem(
        `Another stack uses the ${TITLES[name]} emulator at ${hosts[name]}.`,
        `End it, or unset ${VARIABLES[name]}.`,
      );
    }
    releases.push(taken);
  }
  return release;
}

/** Deletes every document of a project on a Firestore emulator, and nothing of any other project. */
export async function emptyFirestore(host: string, projectId: string): Promise<void> {
  const path = `emulator/v1/projects/${projectId}/databases/(default)/documents`;
  const response = await fetch(`http://${host}/${path}`, { method: "DELETE" });
  if (response.ok) return;
  throw new LocalProblem(
    `The Firestore emulator at ${host} does not delete what an earlier stack left: HTTP ${response.status}.`,
  );
}
