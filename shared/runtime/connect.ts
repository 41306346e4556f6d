/**
 * Connects the functions that reconcile to what they work on.
 *
 * @module
 */
import { parseReconcilerSettings } from "../configuration/settings.ts";
import type { ReconcilerSettings } from "../configuration/settings.ts";
import type { Environment } from "../configuration/setting-types.ts";
import { openStoreAndBus } from "./adapters.ts";
import { openLazily } from "../platform/open-lazily.ts";
import type { Dependencies } from "./run-reconcile.ts";
import { readSiteScripts } from "../operations/read-scripts.ts";
import { followTraces } from "../platform/trace.ts";

/** Parses the settings; the adapters are loaded and connect at their first call. */
export function connectDependencies(env: Environment): Dependencies {
  const settings = parseReconcilerSettings(env);
  const { projectId, backupBucket, backupEndpoint } = settings;
  followTraces(projectId);
  return {
    ...openStoreAndBus(settings),
    cluster: openLazily(async () => {
      const { connectCluster } = await import("../kubernetes/cluster.ts");
      return connectCluster(settings);
    }),
    bucket:
      backupBucket === null
        ? null
        : openLazily(async () => {
            const { openBucket } = await import("../backups/bucket.ts");
            return openBucket({ bucket: backupBucket, endpoint: backupEndpoint });
          }),
    domains: settings.certificateMap === null ? null : openDomainAdapters(settings),
    settings: { ...settings, scripts: readSiteScripts() },
  };
}

/** Loaded when a custom domain is looked at, which is seldom. */
function openDomainAdapters(settings: ReconcilerSettings): NonNullable<Dependencies["domains"]> {
  return {
    dns: openLazily(async () => {
      const { openDns } = await import("../dns/dns.ts");
      return openDns(settings);
    }),
    certificates: openLazily(async () => {
      const { openCertificateManager } = await import("../certificates/certificate-manager.ts");
      return openCertificateManager(settings);
    }),
  };
}
