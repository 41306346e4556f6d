/**
 * The function api on a store and a bus that answer at once, so that what is left is its own work.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { answer } from "../../functions/api/dispatch.ts";
import type { Api } from "../../functions/api/dispatch.ts";
import { createAuthenticator } from "../../functions/api/auth/authenticate.ts";
import { serve } from "../../functions/api/http/server.ts";
import { createLimits } from "../../functions/api/auth/rate-limits.ts";
import { parseApiSettings } from "../../shared/configuration/settings.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import { followTraces } from "../../shared/platform/trace.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";

const settings = parseApiSettings(process.env);
followTraces(settings.projectId);

const fields = { organization: "Acme & Co", subdomain: "acme", email: "office@acme.example" };
const tenant = newTenant(
  { ...fields, id: randomUUID(), commandId: randomUUID(), requestedBy: REQUESTER },
  new Date(),
);

const store = {
  showTenant: () => Promise.resolve({ tenant, damaged: [] }),
  createTenant: () => Promise.resolve({ outcome: "created" }),
  listTenants: ({ limit }: { limit: number }) =>
    Promise.resolve({
      tenants: Array.from({ length: limit }, () => tenant),
      total: 99,
      next: null,
    }),
} as unknown as Api["store"];

const nobody = () => Promise.resolve(null);

const api: Api = {
  settings,
  store,
  estimates: { of: () => null },
  bus: {
    publish: () => Promise.resolve(),
    publishEvent: () => Promise.resolve(),
    close: () => Promise.resolve(),
  },
  limits: createLimits(settings.rateLimitPerMinute),
  authenticate: createAuthenticator(settings, { byIdToken: nobody, byAssertion: nobody }),
};

serve("instant-api", (request) => answer(request, api), settings.allowedOrigins);
