/**
 * Requests for new tenants where a pool is on, answered by the very endpoint, without a server.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { createTenant } from "../../functions/api/tenants/create-tenant.ts";
import type { ApiDependencies } from "../../functions/api/http/endpoint.ts";
import type { RequestIdentity } from "../../functions/api/http/request-identity.ts";
import type { ApiResponse } from "../../functions/api/http/response.ts";
import { parseApiSettings } from "../../shared/configuration/settings.ts";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import type { Store } from "../../shared/firestore/store.ts";
import { REQUESTER } from "./requester.ts";
import { MADE_WITH } from "./some-standby.ts";

/** How long a request waits for the pool here, so that a machine that is busy makes no miss of it. */
const PATIENT = 10_000;

/** The endpoint's dependencies with a pool of this size, and benches as in `env`; what is triggered is kept. */
export function poolDependencies(
  store: Store,
  poolSize: number,
  triggered: string[] = [],
  env: Environment = { FRAPPE_IMAGE: MADE_WITH.image, FRAPPE_APPS: MADE_WITH.apps.join(",") },
) {
  const settings = parseApiSettings({
    GOOGLE_CLOUD_PROJECT: "kairos-test",
    API_KEYS: "testbed:some-key-of-a-test",
    POOL_SIZE: String(poolSize),
    ...env,
  });
  const bus: ApiDependencies["bus"] = {
    publish: async (trigger) =>
      void triggered.push(trigger.kind === "tenant" ? trigger.tenant_id : trigger.kind),
    publishEvent: () => Promise.reject(new Error("the API publishes none")),
    close: () => Promise.resolve(),
  };
  return {
    store: {
      ...store,
      findStandby: (standby, afterId) => store.findStandby(standby, afterId, PATIENT),
    },
    bus,
    settings,
    estimates: { of: () => null },
  } satisfies ApiDependencies;
}

/** What a POST says beside its name. */
interface PostOptions {
  identity?: RequestIdentity | null;
  login_link?: boolean;
}

/** Asks for a tenant. Throws the `Problem` by which it is refused. */
export function post(
  dependencies: ApiDependencies,
  subdomain: string = `s-${randomUUID().slice(0, 8)}`,
  { identity = null, ...more }: PostOptions = {},
): Promise<ApiResponse> {
  const body = { organization: "Acme", subdomain, email: "ada@acme.example", ...more };
  const call = {
    body,
    query: {},
    tenantId: "",
    operationId: "",
    domain: "",
    backupId: "",
    rolloutId: "",
    requestedBy: REQUESTER,
    role: "operator" as const,
    identity,
  };
  return createTenant.handle(call, dependencies);
}

/** The id of the tenant that an answer is about. */
export const idIn = ({ body }: ApiResponse): string => String((body as { id: unknown }).id);
