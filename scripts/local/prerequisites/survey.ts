/**
 * What of all that a stack needs this machine has, looked at as a whole, so that everything that is
 * missing can be said at once.
 *
 * @module
 */
import { EMULATOR_TITLES } from "../emulator-name.ts";
import type { EmulatorName } from "../emulator-name.ts";
import { LocalProblem, together } from "../start-error.ts";
import { EMULATOR_DOWNLOADS, megabytes } from "./emulator-downloads.ts";
import { cacheDirectory, findEmulatorJar } from "./emulator-jars.ts";
import type { EmulatorJar } from "./emulator-jars.ts";
import type { Env } from "./install-command.ts";
import { findJava, MIN_JAVA, requirePython } from "./programs.ts";
import type { Java } from "./programs.ts";

/** How an emulator is called, but for its address. */
export interface EmulatorProgram {
  name: EmulatorName;
  java: string;
  args: string[];
}

export interface Needed {
  /** The emulators that are to be started. */
  emulators: EmulatorName[];
  /** Whether the fake bench is to run. */
  bench: boolean;
  /** Where the fake bench looks for programs, unless in the usual directories. */
  benchPath?: string;
}

export interface Survey {
  programs: EmulatorProgram[];
  /** The emulators that could be fetched. */
  missing: EmulatorName[];
  /** What the user must install: each a sentence. */
  problems: LocalProblem[];
  env: Env;
}

/** Looks for everything that is needed. Nothing is started or changed. */
export function surveyMachine(env: Env, { emulators, bench, benchPath }: Needed): Survey {
  const problems: LocalProblem[] = [];
  const java = emulators.length > 0 ? orProblem(() => findJava(env), problems) : null;
  if (bench) orProblem(() => requirePython(env, benchPath), problems);
  const found = emulators.map((name) => ({
    name,
    jar: findEmulatorJar(name, env, java?.version ?? MIN_JAVA),
  }));
  return {
    programs: found.flatMap(({ name, jar }) =>
      jar === null || java === null ? [] : [programOf(name, jar, java)],
    ),
    missing: found.filter(({ jar }) => jar === null).map(({ name }) => name),
    problems,
    env,
  };
}

/** The emulators, where nothing is missing. Else throws a `LocalProblem` with a line for each part. */
export function programsOf({ programs, missing, problems, env }: Survey): EmulatorProgram[] {
  const all = [...problems, ...missing.map((name) => missingEmulator(name, env))];
  if (all.length > 0) throw together(all);
  return programs;
}

/**
 * The emulators of a machine that has everything. Where nothing but emulators is missing, `fetchMissing`
 * may fetch them; it is not called where the user has to install something first.
 */
export async function completeMachine(
  env: Env,
  needed: Needed,
  fetchMissing?: (missing: EmulatorName[]) => Promise<void>,
): Promise<EmulatorProgram[]> {
  const survey = surveyMachine(env, needed);
  const { missing, problems } = survey;
  if (fetchMissing === undefined || missing.length === 0 || problems.length > 0) {
    return programsOf(survey);
  }
  await fetchMissing(missing);
  return programsOf(surveyMachine(env, needed));
}

function orProblem<T>(look: () => T, problems: LocalProblem[]): T | null {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof LocalProblem)) throw error;
    problems.push(error);
    return null;
  }
}

function programOf(name: EmulatorName, jar: EmulatorJar, java: Java): EmulatorProgram {
  return { name, java: java.path, args: ARGS[name](jar) };
}

const ARGS: Record<EmulatorName, (jar: EmulatorJar) => string[]> = {
  firestore({ path, ofCloudCli }) {
    const english = "-Duser.language=en";
    if (!ofCloudCli) return [english, "-jar", path];
    const main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
    return [english, "-cp", path, main, "start"];
  },
  pubsub: ({ path }) => ["-jar", path],
};

/** The components of the Google Cloud CLI, by its own name and by Debian's. */
const COMPONENTS: Record<EmulatorName, [component: string, debian: string]> = {
  firestore: ["cloud-firestore-emulator", "google-cloud-cli-firestore-emulator"],
  pubsub: ["pubsub-emulator", "google-cloud-cli-pubsub-emulator"],
};

function missingEmulator(name: EmulatorName, env: Env): LocalProblem {
  const size = megabytes(EMULATOR_DOWNLOADS[name].bytes);
  return new LocalProblem(
    `The ${EMULATOR_TITLES[name]} is missing.`,
    `npm start -- --fetch fetches it (${size}) into ${cacheDirectory(env)}; or ${installEmulator(name)}`,
  );
}

/** How to get an emulator without fetching it here. */
export function installEmulator(name: EmulatorName): string {
  const [component, debian] = COMPONENTS[name];
  return `install it with: gcloud components install ${component}, or: sudo apt-get install ${debian}.`;
}
