/**
 * The database and the queue as the functions have them: loaded when they are first asked for something.
 *
 * @module
 */
import type { Bus } from "../pubsub/bus.ts";
import { openLazily } from "../platform/open-lazily.ts";
import type { Store } from "../firestore/store.ts";

export interface AdapterSettings {
  projectId: string;
  firestoreEmulatorHost: string | null;
  pubsubEmulatorHost: string | null;
}

/** Opens both; neither is loaded, nor connects, before its first call. */
export function openStoreAndBus(settings: AdapterSettings): { store: Store; bus: Bus } {
  const { projectId, firestoreEmulatorHost, pubsubEmulatorHost } = settings;
  return {
    store: openLazily(async () => {
      const { openStore } = await import("../firestore/store.ts");
      return openStore({ projectId, emulatorHost: firestoreEmulatorHost ?? undefined });
    }),
    bus: openLazily(async () => {
      const { openBus } = await import("../pubsub/bus.ts");
      return openBus({ projectId, emulatorHost: pubsubEmulatorHost ?? undefined });
    }),
  };
}
