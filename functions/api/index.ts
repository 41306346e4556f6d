/**
 * The function `api`: the tenant API over HTTP.
 *
 * @module
 */
import { parseApiSettings } from "../../shared/configuration/settings.ts";
import { openStoreAndBus } from "../../shared/runtime/adapters.ts";
import { keepConnectionsOpen } from "../../shared/platform/keep-alive.ts";
import { openLazily } from "../../shared/platform/open-lazily.ts";
import { followTraces } from "../../shared/platform/trace.ts";
import { answer } from "./dispatch.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { openEstimates } from "./history/estimates.ts";
import { serve } from "./http/server.ts";
import { createLimits } from "./auth/rate-limits.ts";

const settings = parseApiSettings(process.env);
const { projectId, backupBucket, backupEndpoint } = settings;
followTraces(projectId);
keepConnectionsOpen();
const accounts = openLazily(async () => {
  const { openGoogleAccounts } = await import("./auth/google-accounts.ts");
  return { ...openGoogleAccounts(settings) };
});
const { store, bus } = openStoreAndBus(settings);
const api = {
  settings,
  store,
  bus,
  estimates: openEstimates(store),
  bucket:
    backupBucket === null
      ? null
      : openLazily(async () => {
          const { openBucket } = await import("../../shared/backups/bucket.ts");
          return openBucket({ bucket: backupBucket, endpoint: backupEndpoint });
        }),
  limits: createLimits(settings.rateLimitPerMinute),
  authenticate: createAuthenticator(settings, accounts),
};

serve("api", (request) => answer(request, api), settings.allowedOrigins);
