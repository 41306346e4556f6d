/**
 * Connects the functions that reconcile to what they work on.
 *
 * @module
 */
import { parseReconcilerSettings } from "./config.ts";
import type { Environment } from "./config.ts";
import { openStoreAndBus } from "./edges.ts";
import { openLazily } from "./open-lazily.ts";
import type { World } from "./perform.ts";
import { readSiteScripts } from "./site-scripts/read.ts";
import { followTraces } from "./trace.ts";

/** Parses the settings; the edges are loaded and connect at their first call. */
export function connectWorld(env: Environment): World {
  const settings = parseReconcilerSettings(env);
  const { projectId } = settings;
  followTraces(projectId);
  return {
    ...openStoreAndBus(settings),
    cluster: openLazily(async () => {
      const { connectCluster } = await import("./cluster.ts");
      return connectCluster(settings);
    }),
    settings: { ...settings, scripts: readSiteScripts() },
  };
}
