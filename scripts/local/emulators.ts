/**
 * The official Firestore and Pub/Sub emulators of the Google Cloud CLI, started without the CLI's
 * own wrappers, which leave Java children behind when they are killed.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { LocalProblem } from "./problem.ts";
import type { ProcessSpec } from "./processes.ts";

type Env = Readonly<Record<string, string | undefined>>;

export type EmulatorName = "firestore" | "pubsub";

export const EMULATOR_NAMES: EmulatorName[] = ["firestore", "pubsub"];

/** How an emulator is called, but for its address. */
export interface EmulatorProgram {
  name: EmulatorName;
  java: string;
  args: string[];
}

const MIN_JAVA = 17;

/** Finds Java and the named emulators. Throws a `LocalProblem` that says what is missing. */
export function findEmulators(env: Env, names = EMULATOR_NAMES): EmulatorProgram[] {
  if (names.length === 0) return [];
  const java = findJava(env);
  const root = sdkRoot(findGcloud(env));
  return names.map((name) => ({ name, java, args: FIND_ARGS[name](root) }));
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

/** Finds an emulator below the root of the Google Cloud CLI. */
const FIND_ARGS: Record<EmulatorName, (root: string) => string[]> = {
  firestore(root) {
    const jar = join(root, "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar");
    if (!existsSync(jar)) throw missingEmulator("Firestore", "firestore-emulator", root);
    const main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
    return ["-Duser.language=en", "-cp", jar, main, "start"];
  },
  pubsub(root) {
    const directory = join(root, "platform/pubsub-emulator/lib");
    const jar = existsSync(directory)
      ? readdirSync(directory).find((name) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(name))
      : undefined;
    if (jar === undefined) throw missingEmulator("Pub/Sub", "pubsub-emulator", root);
    return ["-jar", join(directory, jar)];
  },
};

function findGcloud(env: Env): string {
  const gcloud = findOnPath("gcloud", env);
  if (gcloud !== null) return gcloud;
  throw new LocalProblem(
    "The Google Cloud CLI is missing: there is no gcloud on the PATH.",
    "Install it with: sudo apt-get install google-cloud-cli (https://cloud.google.com/sdk/docs/install).",
  );
}

function findJava(env: Env): string {
  const remedy = "Install it with: sudo apt-get install openjdk-17-jre-headless.";
  const java = findOnPath("java", env);
  if (java === null) {
    throw new LocalProblem("Java is missing: there is no java on the PATH.", remedy);
  }
  const { stderr } = spawnSync(java, ["-version"], { encoding: "utf8", env: { ...env } });
  const version = /version "(\d+)/.exec(stderr)?.[1] ?? "unknown";
  if (!(Number(version) >= MIN_JAVA)) {
    throw new LocalProblem(
      `The emulators need Java ${MIN_JAVA} or newer, and ${java} is Java ${version}.`,
      remedy,
    );
  }
  return java;
}

function findOnPath(name: string, env: Env): string | null {
  const directories = (env["PATH"] ?? "").split(delimiter);
  return directories.map((directory) => join(directory, name)).find(existsSync) ?? null;
}

/** Derived from where gcloud resolves to; asking gcloud itself takes over a second. */
function sdkRoot(gcloud: string): string {
  const derived = dirname(dirname(realpathSync(gcloud)));
  if (existsSync(join(derived, "platform"))) return derived;
  const asked = spawnSync(gcloud, ["info", "--format=value(installation.sdk_root)"], {
    encoding: "utf8",
  });
  return asked.stdout?.trim() || derived;
}

function missingEmulator(name: string, component: string, root: string): LocalProblem {
  const asComponent = component.startsWith("firestore") ? `cloud-${component}` : component;
  return new LocalProblem(
    `The ${name} emulator of the Google Cloud CLI is missing below ${root}.`,
    `Install it with: gcloud components install ${asComponent}, or: sudo apt-get install google-cloud-cli-${component}.`,
  );
}
