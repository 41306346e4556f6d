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

export interface EmulatorJars {
  java: string;
  firestore: string;
  pubsub: string;
}

const MIN_JAVA = 17;

/** Finds Java and the emulators. Throws a `LocalProblem` that names what is missing. */
export function findEmulators(env: Env): EmulatorJars {
  const java = findJava(env);
  const gcloud = findOnPath("gcloud", env);
  if (gcloud === null) {
    throw new LocalProblem(
      "The Google Cloud CLI is missing: there is no gcloud on the PATH.",
      "Install it with: sudo apt-get install google-cloud-cli (https://cloud.google.com/sdk/docs/install).",
    );
  }
  const root = sdkRoot(gcloud);
  const firestore = join(root, "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar");
  if (!existsSync(firestore)) throw missingEmulator("Firestore", "firestore-emulator", root);
  const pubsubDirectory = join(root, "platform/pubsub-emulator/lib");
  const pubsub = existsSync(pubsubDirectory)
    ? readdirSync(pubsubDirectory).find((name) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(name))
    : undefined;
  if (pubsub === undefined) throw missingEmulator("Pub/Sub", "pubsub-emulator", root);
  return { java, firestore, pubsub: join(pubsubDirectory, pubsub) };
}

/** How each emulator is started at a port of the loopback address. */
export function emulatorSpecs(
  jars: EmulatorJars,
  ports: { firestore: number; pubsub: number },
  env: Env,
): ProcessSpec[] {
  const at = (port: number) => ["--host=127.0.0.1", `--port=${port}`];
  const firestoreMain = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";
  return [
    {
      name: "firestore-emulator",
      command: jars.java,
      args: [
        "-Duser.language=en",
        "-cp",
        jars.firestore,
        firestoreMain,
        "start",
        ...at(ports.firestore),
      ],
      env: { ...env },
    },
    {
      name: "pubsub-emulator",
      command: jars.java,
      args: ["-jar", jars.pubsub, ...at(ports.pubsub)],
      env: { ...env },
    },
  ];
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
