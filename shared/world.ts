/**
 * Connects the functions that reconcile to what they work on.
 *
 * @module
 */
import { connectCluster } from "./cluster.ts";
import { parseReconcilerSettings } from "./config.ts";
import type { Environment } from "./config.ts";
import type { World } from "./perform.ts";
import { readSiteScripts } from "./site-scripts/read.ts";
import { openStore } from "./store.ts";

/** Parses the settings and opens the edges; they connect at their first call. */
export function connectWorld(env: Environment): World {
  const settings = parseReconcilerSettings(env);
  return {
    store: openStore({
      projectId: settings.projectId,
      emulatorHost: settings.firestoreEmulatorHost,
    }),
    cluster: connectCluster(settings),
    settings: { ...settings, scripts: readSiteScripts() },
  };
}
