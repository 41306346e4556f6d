/**
 * A Firestore emulator of its own for a test.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import { emulatorSpecs, findEmulators } from "../scripts/local/emulators.ts";
import { freePorts, waitForPort } from "../scripts/local/ports.ts";
import { openStore } from "../shared/store.ts";
import { createServerProcesses } from "./server-processes.ts";
import { eventually } from "./stack-fixture.ts";

export const PROJECT_ID = "kairos-test";

/** Starts the emulator, with a store and a plain client on it. */
export async function startFirestore() {
  const processes = createServerProcesses();
  const [firestore = 0, pubsub = 0] = await freePorts(2);
  const [spec] = emulatorSpecs(findEmulators(process.env), { firestore, pubsub }, process.env);
  if (spec === undefined) throw new Error("there is no Firestore emulator");
  processes.start(spec);
  await waitForPort(firestore, AbortSignal.timeout(60_000));

  const host = `127.0.0.1:${firestore}`;
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
