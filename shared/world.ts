/**
 * Connects the functions that reconcile to what they work on.
 *
 * @module
 */
import { openBus } from "./bus.ts";
import { connectCluster } from "./cluster.ts";
import { parseReconcilerSettings } from "./config.ts";
import type { Environment } from "./config.ts";
import type { World } from "./perform.ts";
import { readSiteScripts } from "./site-scripts/read.ts";
import { openStore } from "./store.ts";
import { followTraces } from "./trace.ts";

/** Parses the settings and opens the edges; they connect at their first call. */
export function connectWorld(env: Environment): World {
  const settings = parseReconcilerSettings(env);
  const { projectId } = settings;
  followTraces(projectId);
  return {
    store: openStore({ projectId, emulatorHost: settings.firestoreEmulatorHost }),
    bus: openBus({ projectId, emulatorHost: settings.pubsubEmulatorHost }),
    cluster: connectCluster(settings),
    settings: { ...settings, scripts: readSiteScripts() },
  };
}
