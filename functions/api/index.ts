/**
 * The function `api`: the tenant API over HTTP.
 *
 * @module
 */
import { openBus } from "../../shared/bus.ts";
import { parseApiSettings } from "../../shared/config.ts";
import { openStore } from "../../shared/store.ts";
import { followTraces } from "../../shared/trace.ts";
import { answer } from "./app.ts";
import { createAuthenticator } from "./authenticate.ts";
import { serve } from "./framework.ts";
import { createIdTokenVerifier } from "./id-token.ts";
import { createLimits } from "./limits.ts";

const settings = parseApiSettings(process.env);
const { projectId, audience } = settings;
followTraces(projectId);
const api = {
  settings,
  store: openStore({ projectId, emulatorHost: settings.firestoreEmulatorHost }),
  bus: openBus({ projectId, emulatorHost: settings.pubsubEmulatorHost }),
  limits: createLimits(settings.rateLimitPerMinute),
  authenticate: createAuthenticator(
    settings,
    audience === null ? () => Promise.resolve(null) : createIdTokenVerifier(audience),
  ),
};

serve("api", (request) => answer(request, api), settings.allowedOrigins);
