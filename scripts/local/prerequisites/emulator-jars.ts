/**
 * Where an emulator's jar may lie on this machine: below the Google Cloud CLI, in the cache of this
 * project, in that of the Firebase CLI.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { EmulatorName } from "../emulator-name.ts";
import { EMULATOR_DOWNLOADS } from "./emulator-downloads.ts";
import { findOnPath } from "./install-command.ts";
import type { Env } from "./install-command.ts";

/** From here on they may need more than `MIN_JAVA`: the Firebase CLI that fetches them refuses less. */
const JAVA_OF_NEWER_ONES = 21;

export interface EmulatorJar {
  path: string;
  /** The form of it that has no main class of its own. */
  ofCloudCli: boolean;
}

/** The first that is there, in the order above; null when none is. */
export function findEmulatorJar(
  name: EmulatorName,
  env: Env,
  javaVersion: number,
): EmulatorJar | null {
  const ofCloudCli = inCloudCli(name, env);
  if (ofCloudCli !== null) return { path: ofCloudCli, ofCloudCli: true };
  const own = fetchedJar(name, env);
  const path = existsSync(own) ? own : inFirebaseCache(name, env, javaVersion);
  return path === null ? null : { path, ofCloudCli: false };
}

/** The directory for what is fetched. */
export function cacheDirectory(env: Env): string {
  return join(env["XDG_CACHE_HOME"] || join(homeOf(env), ".cache"), "kairos-control-plane");
}

/** Where an emulator's jar lies once it was fetched. Each version has a place of its own. */
export function fetchedJar(name: EmulatorName, env: Env): string {
  const { version } = EMULATOR_DOWNLOADS[name];
  return join(cacheDirectory(env), `${name}-emulator-${version}.jar`);
}

function homeOf(env: Env): string {
  return env["HOME"] || homedir();
}

function inCloudCli(name: EmulatorName, env: Env): string | null {
  const gcloud = findOnPath("gcloud", env["PATH"]);
  if (gcloud === null) return null;
  const platform = join(sdkRoot(gcloud), "platform");
  if (name === "firestore") {
    const jar = join(platform, "cloud-firestore-emulator/cloud-firestore-emulator.jar");
    return existsSync(jar) ? jar : null;
  }
  return pubsubJarIn(join(platform, "pubsub-emulator/lib"));
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

/** The newest of the Firebase CLI's that this Java runs. */
function inFirebaseCache(name: EmulatorName, env: Env, javaVersion: number): string | null {
  const cache = env["FIREBASE_EMULATORS_PATH"] || join(homeOf(env), ".cache/firebase/emulators");
  const form =
    name === "firestore"
      ? /^cloud-firestore-emulator-v(\d+(?:\.\d+)*)\.jar$/
      : /^pubsub-emulator-(\d+(?:\.\d+)*)$/;
  const limit = javaVersion >= JAVA_OF_NEWER_ONES ? null : EMULATOR_DOWNLOADS[name].version;
  const paths = namesIn(cache)
    .map((entry) => ({ entry, version: form.exec(entry)?.[1] }))
    .filter(({ version }) => version !== undefined)
    .filter(({ version = "" }) => limit === null || compareVersions(version, limit) <= 0)
    .toSorted((one, other) => compareVersions(other.version ?? "", one.version ?? ""))
    .map(({ entry }) => join(cache, entry))
    .map((path) => (name === "firestore" ? path : pubsubJarIn(join(path, "pubsub-emulator/lib"))));
  return paths.find((path) => path !== null) ?? null;
}

function pubsubJarIn(directory: string): string | null {
  const jar = namesIn(directory).find((name) => /^cloud-pubsub-emulator-.*\.jar$/.test(name));
  return jar === undefined ? null : join(directory, jar);
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
