/**
 * The function api in a process of its own on the official emulators, without the rest of the stack: nobody reconciles,
 * so the database holds what a test writes. A proxy sees what the API asks Firestore.
 *
 * @module
 */
import { join } from "node:path";
import { functionSpec } from "../../scripts/local/function-process.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { API_KEY } from "./api-key.ts";
import { logLinesIn } from "./log-lines.ts";
import { PROJECT_ID, startFirestore, startPubsub } from "./own-emulators.ts";
import { startRestProxy } from "./rest-proxy.ts";
import { createServerProcesses } from "./server-processes.ts";
import { request } from "./stack-fixture.ts";
import type { Answer } from "./stack-fixture.ts";

export type OwnApi = Awaited<ReturnType<typeof startOwnApi>>;

/** Starts it, with settings of its own in `env`. Each of its answers is held to its own document. */
export async function startOwnApi(env: Record<string, string> = {}) {
  const [firestore, pubsub] = await Promise.all([startFirestore(), startPubsub()]);
  const proxy = await startRestProxy(firestore.host);
  const processes = createServerProcesses();
  const [port = 0] = await freePorts(1);
  const spec = functionSpec("api", port, {
    ...process.env,
    GOOGLE_CLOUD_PROJECT: PROJECT_ID,
    API_KEYS: `testbed:${API_KEY}`,
    FIRESTORE_EMULATOR_HOST: proxy.host,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    METADATA_SERVER_DETECTION: "none",
    ...env,
  });
  processes.start(spec);
  await waitForPort(port, AbortSignal.timeout(60_000));

  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    proxy,
    client: firestore.client,
    store: firestore.store,
    empty: () => firestore.empty(),
    call(
      method: string,
      path: string,
      { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
    ): Promise<Answer> {
      return request(url, method, path, {
        headers: { "X-API-Key": API_KEY, "Content-Type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
    /** What it has logged by now. */
    logLines: () => logLinesIn(join(processes.directory, "api.log")),
    async stop(): Promise<void> {
      await processes.stop();
      proxy.stop();
      await Promise.all([firestore.stop(), pubsub.stop()]);
    },
  };
}
