/**
 * The official Firestore and Pub/Sub emulators, started without the wrappers of the CLIs that bring
 * them, which leave Java children behind when they are killed.
 *
 * @module
 */
import { EMULATOR_NAMES } from "./emulator-name.ts";
import type { EmulatorName } from "./emulator-name.ts";
import { programsOf, surveyMachine } from "./prerequisites/survey.ts";
import type { EmulatorProgram } from "./prerequisites/survey.ts";
import type { Env } from "./prerequisites/install-command.ts";
import type { ProcessSpec } from "./processes.ts";

export { EMULATOR_NAMES };
export type { EmulatorName, EmulatorProgram };

/** Finds Java and the named emulators. Throws a `LocalProblem` that says all that is missing. */
export function findEmulators(env: Env, names = EMULATOR_NAMES): EmulatorProgram[] {
  return programsOf(surveyMachine(env, { emulators: names, bench: false }));
}

/** How each emulator is started at a port of the loopback address. */
export function emulatorSpecs(
  programs: EmulatorProgram[],
  ports: Record<EmulatorName, number>,
  env: Env,
): ProcessSpec[] {
  return programs.map(({ name, java, args }) => ({
    name: `${name}-emulator`,
    command: java,
    args: [...args, "--host=127.0.0.1", `--port=${ports[name]}`],
    env: { ...env },
  }));
}
