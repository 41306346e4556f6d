/**
 * Functions as `npm run build` makes them, unpacked and with their packages installed, as the platform has
 * them before it starts one.
 *
 * @module
 */
import { unzipSync } from "fflate";
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFiles } from "../../scripts/build/archive.ts";
import { EXTERNAL } from "../../scripts/build/bundle.ts";
import type { BundleOptions } from "../../scripts/build/bundle.ts";
import { buildFunction } from "../../scripts/build/function-folder.ts";
import { BUNDLE_NAME, FUNCTION_NAMES } from "../../scripts/local/function-process.ts";
import type { FunctionName } from "../../scripts/local/function-process.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { repository } from "../../scripts/repository.ts";
import { API_KEY } from "./api-key.ts";
import { createServerProcesses } from "./server-processes.ts";

const LOOPBACK = fileURLToPath(new URL("../../scripts/local/loopback.cjs", import.meta.url));

interface Lock {
  packages: Record<string, Record<string, unknown>>;
}

/** Unpacks every function's zip into a folder of its own. */
export function unpackFunctions(buildDirectory: string, directory: string): void {
  for (const name of FUNCTION_NAMES) {
    writeFiles(join(directory, name), new Map(Object.entries(readZip(buildDirectory, name))));
  }
}

export function readZip(buildDirectory: string, name: FunctionName): Record<string, Uint8Array> {
  return unzipSync(readFileSync(join(buildDirectory, `${name}.zip`)));
}

export function readLock(directory: string, name: FunctionName): Lock {
  return JSON.parse(readFileSync(join(directory, name, "package-lock.json"), "utf8")) as Lock;
}

/**
 * Copies the packages of each function's lock file, and no others, to where `npm ci` would install them: out
 * of the repository's own, without a registry.
 */
export function installPackages(directory: string): void {
  for (const name of FUNCTION_NAMES) {
    for (const path of Object.keys(readLock(directory, name).packages)) {
      if (path !== "") copyPackage(path, join(directory, name));
    }
  }
}

/** Builds every function into a folder of its own, with its packages. */
export async function buildFunctions(directory: string, options?: BundleOptions): Promise<void> {
  for (const name of FUNCTION_NAMES) {
    writeFiles(join(directory, name), await buildFunction(name, options));
  }
  installPackages(directory);
}

/** Copies one package without those in its own node_modules, which the lock file names themselves. */
function copyPackage(path: string, folder: string): void {
  const from = join(repository, path);
  cpSync(from, join(folder, path), {
    recursive: true,
    filter: (source) => source !== join(from, "node_modules"),
  });
}

/**
 * Starts a built function as the platform does: by the framework that is installed in its folder, in that
 * folder, which the framework is told nothing more about. Variables in `more` come on top.
 */
export async function startAsPlatform(
  directory: string,
  name: FunctionName,
  more: Record<string, string> = {},
) {
  const folder = join(directory, name);
  const processes = createServerProcesses();
  const [port = 0] = await freePorts(1);
  // The very program that is node_modules/.bin/functions-framework.
  const framework = createRequire(join(folder, BUNDLE_NAME)).resolve(EXTERNAL[0]);
  processes.start({
    name,
    command: process.execPath,
    args: ["--require", LOOPBACK, join(framework, "../main.js"), `--target=${name}`],
    cwd: folder,
    env: { ...SETTINGS, PATH: process.env["PATH"], PORT: String(port), ...more },
  });
  const output = () => readFileSync(join(processes.directory, `${name}.log`), "utf8");
  const died = processes.death.then((how) => {
    throw new Error(`${how}\n${output()}`);
  });
  try {
    await Promise.race([waitForPort(port, AbortSignal.timeout(60_000)), died]);
  } catch (error) {
    await processes.stop(name);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, output, stop: () => processes.stop(name) };
}

/** Enough to start on. Neither the databases nor the cluster are asked for anything. */
const SETTINGS = {
  API_KEYS: API_KEY,
  FIRESTORE_EMULATOR_HOST: "127.0.0.1:1",
  GOOGLE_CLOUD_PROJECT: "kairos-local",
  GKE_CLUSTER: "cluster",
  GKE_LOCATION: "europe-west4",
  METADATA_SERVER_DETECTION: "none",
  NODE_ENV: "production",
  PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
};
