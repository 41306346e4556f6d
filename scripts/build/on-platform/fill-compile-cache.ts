/**
 * Fills the compile cache of the function in whose folder this lies. The platform runs it after it has installed
 * the function's packages (the script `gcp-build`), so with the Node, on the machine and by the user that the
 * cache is for: https://docs.cloud.google.com/docs/buildpacks/nodejs
 *
 * It starts the function as the platform does and has it answer requests of each kind, with a fake of
 * Google's APIs and for the cluster, because what is compiled is only what has run. It never fails a deployment:
 * without a cache the function works, starts more slowly, and says so in its log.
 *
 * @module
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, waitForPort } from "../../local/ports.ts";
import { deletionCreated, pushedTrigger } from "./sample-events.ts";
import type { EventRequest } from "./sample-events.ts";
import { startFakeGoogleApis, TENANT_ID } from "./fake-google-apis.ts";

const FOLDER = import.meta.dirname;
const API_KEY = "a-key-of-the-build";
const PROJECT_ID = "kairos-build";

/** Far more than a start takes on a slow machine, an answer, or an end. */
const START_MILLISECONDS = 60_000;
const ANSWER_MILLISECONDS = 30_000;
const END_MILLISECONDS = 10_000;

/** What a request says, beside its method. */
interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

const TENANT = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };

/** What each function is asked. */
const REQUESTS: Record<string, Asked[]> = {
  api: [
    { path: "/" },
    { path: "/health" },
    { method: "POST", path: "/tenants", body: TENANT },
    { method: "POST", path: "/tenants", body: {} },
    { path: "/tenants" },
    { path: `/tenants/${TENANT_ID}` },
    { path: `/tenants/${TENANT_ID}/status` },
    { method: "DELETE", path: `/tenants/${TENANT_ID}` },
  ],
  provision: [
    sent(pushedTrigger(PROJECT_ID, { kind: "tenant", tenant_id: TENANT_ID })),
    sent(pushedTrigger(PROJECT_ID, { kind: "resync" })),
  ],
  cleanup: [sent(deletionCreated(PROJECT_ID, TENANT_ID))],
};

function sent(event: EventRequest): Asked {
  return { method: "POST", ...event };
}

async function fill(name: string, directory: string): Promise<void> {
  const google = await startFakeGoogleApis();
  const kubeconfig = join(tmpdir(), `kubeconfig-${process.pid}`);
  writeFileSync(kubeconfig, kubeconfigOf(google.host));
  const [port = 0] = await freePorts(1);
  const framework = createRequire(import.meta.url).resolve("@google-cloud/functions-framework");
  const child = spawn(
    process.execPath,
    ["--import", ON_LOOPBACK, join(framework, "../main.js"), `--target=${name}`],
    {
      cwd: FOLDER,
      env: {
        API_KEYS: API_KEY,
        FIRESTORE_EMULATOR_HOST: google.host,
        GOOGLE_CLOUD_PROJECT: PROJECT_ID,
        KUBECONFIG: kubeconfig,
        METADATA_SERVER_DETECTION: "none",
        NODE_COMPILE_CACHE: join(FOLDER, directory),
        NODE_ENV: "production",
        PATH: process.env["PATH"],
        PORT: String(port),
        PUBSUB_EMULATOR_HOST: google.host,
      },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const ended = once(child, "exit");
  try {
    await listening(port, child);
    for (const asked of REQUESTS[name] ?? []) await ask(port, asked);
  } finally {
    // It writes the cache when it ends by itself.
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), END_MILLISECONDS);
    await ended;
    clearTimeout(timer);
    google.stop();
    rmSync(kubeconfig);
  }
}

/** The framework would listen on every address. */
const ON_LOOPBACK = `data:text/javascript,${encodeURIComponent(`
  import { Server } from "node:net";
  const { listen } = Server.prototype;
  Server.prototype.listen = function (port, ...rest) {
    return listen.call(this, { port: Number(port), host: "127.0.0.1" }, ...rest);
  };
`)}`;

async function ask(port: number, { method = "GET", path, headers = {}, body }: Asked) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { "X-API-Key": API_KEY, "Content-Type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
  });
  await response.text();
  if (response.status >= 500) console.warn(`${method} ${path} was answered ${response.status}`);
}

/** Throws where the process ends before it listens, or takes too long. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  const death = new AbortController();
  child.once("exit", () => death.abort());
  const giveUp = AbortSignal.any([death.signal, AbortSignal.timeout(START_MILLISECONDS)]);
  await waitForPort(port, giveUp);
  if (giveUp.aborted) throw new Error("the function does not start");
}

function kubeconfigOf(host: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "build", cluster: { server: `http://${host}` } }],
    users: [{ name: "build", user: { token: "none" } }],
    contexts: [{ name: "build", context: { cluster: "build", user: "build" } }],
    "current-context": "build",
  });
}

function sizeOf(directory: string): number {
  const [forThisNode = ""] = readdirSync(join(FOLDER, directory));
  return readdirSync(join(FOLDER, directory, forThisNode)).length;
}

process.on("uncaughtException", (error) => {
  tellWhyNot(error);
  process.exit(0);
});
try {
  const [name = "", directory = ""] = process.argv.slice(2);
  await fill(name, directory);
  console.log(`compile cache: ${sizeOf(directory)} modules in ${directory}`);
} catch (error) {
  tellWhyNot(error);
}

function tellWhyNot(error: unknown): void {
  console.warn("The compile cache was not filled; the function will start more slowly.", error);
}
