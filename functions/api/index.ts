/**
 * The function `api`: the tenant API over HTTP.
 *
 * @module
 */
import { logCompileCache } from "../../shared/compile-cache.ts";
import { parseApiSettings } from "../../shared/config.ts";
import { openStoreAndBus } from "../../shared/edges.ts";
import { keepConnectionsOpen } from "../../shared/keep-alive.ts";
import { openLazily } from "../../shared/open-lazily.ts";
import { followTraces } from "../../shared/trace.ts";
import { answer } from "./app.ts";
import { createAuthenticator } from "./authenticate.ts";
import { serve } from "./framework.ts";
import { createLimits } from "./limits.ts";

const settings = parseApiSettings(process.env);
const { projectId, audience } = settings;
followTraces(projectId);
logCompileCache(process.env);
keepConnectionsOpen();
const idTokens = openLazily(async () => {
  const { createIdTokenVerifier } = await import("./id-token.ts");
  return { verify: audience === null ? async () => null : createIdTokenVerifier(audience) };
});
const api = {
  settings,
  ...openStoreAndBus(settings),
  limits: createLimits(settings.rateLimitPerMinute),
  authenticate: createAuthenticator(settings, (token) => idTokens.verify(token)),
};

serve("api", (request) => answer(request, api), settings.allowedOrigins);
