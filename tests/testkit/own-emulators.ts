/**
 * An emulator of its own, for a test or a measurement.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { TENANT_EVENTS, TENANT_STATUS } from "../../shared/pubsub/bus.ts";
import { emulatorSpecs, findEmulators } from "../../scripts/local/emulators.ts";
import type { EmulatorName } from "../../scripts/local/emulators.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { openStore } from "../../shared/firestore/store.ts";
import { createServerProcesses } from "./server-processes.ts";
import { eventually } from "./timeouts.ts";

export const PROJECT_ID = "kairos-test";

/** Starts an emulator, and gives where it answers. */
async function startEmulator(name: EmulatorName) {
  const processes = createServerProcesses();
  const [port = 0] = await freePorts(1);
  const ports = { firestore: port, pubsub: port };
  for (const spec of emulatorSpecs(findEmulators(process.env, [name]), ports, process.env)) {
    processes.start(spec);
  }
  await waitForPort(port, AbortSignal.timeout(60_000));
  return { host: `127.0.0.1:${port}`, processes };
}

/** Starts Pub/Sub, with the topics that the functions publish to, and nobody who listens. */
export async function startPubsub() {
  const { host, processes } = await startEmulator("pubsub");
  const client = new PubSub({ projectId: PROJECT_ID, apiEndpoint: host, emulatorMode: true });
  for (const topic of [TENANT_EVENTS, TENANT_STATUS]) await client.createTopic(topic);
  return {
    host,
    client,
    async stop() {
      await client.close();
      await processes.stop();
    },
  };
}

/** Starts Firestore, with a store and a plain client on it. */
export async function startFirestore() {
  const { host, processes } = await startEmulator("firestore");
  const store = openStore({ projectId: PROJECT_ID, emulatorHost: host });
  const client = new Firestore({ projectId: PROJECT_ID, host, ssl: false });
  // On a busy machine it opens its port before it can write.
  const probe = client.doc("fixture/probe");
  await eventually("the emulator writes", () => probe.set({}).catch(() => null));
  await probe.delete();
  return {
    store,
    client,
    host,
    /** Removes every document. */
    async empty(): Promise<void> {
      const documents = `projects/${PROJECT_ID}/databases/(default)/documents`;
      await fetch(`http://${host}/emulator/v1/${documents}`, { method: "DELETE" });
    },
    async stop() {
      await Promise.all([store.close(), client.terminate()]);
      await processes.stop();
    },
  };
}
