/**
 * The first requests of the functions, whose cold starts are measured.
 *
 * @module
 */
import { recordCommand } from "../../../functions/api/tenants/record-command.ts";
import { randomUUID } from "node:crypto";
import type { Store } from "../../../shared/firestore/store.ts";
import type { Operation } from "../../../shared/tenant/tenant.ts";
import { deletionCreated, pushedTrigger } from "./sample-events.ts";
import type { EventRequest } from "./sample-events.ts";
import { API_KEY } from "../../../tests/testkit/api-key.ts";
import { PROJECT_ID } from "../../../tests/testkit/own-emulators.ts";
import { SETTLED, someTenant } from "../../../tests/testkit/test-dependencies.ts";
import type { FunctionName } from "../../local/function-process.ts";
import type { ColdStart } from "./cold-start-run.ts";
import { REQUESTER } from "../../../tests/testkit/requester.ts";

/** A first request, and what it may cost beside a hello. */
export interface FirstRequest {
  name: string;
  function: FunctionName;
  base: "hello" | "helloEvent";
  /** None where the row is there for comparison. */
  goals: { time: number; memory: number } | null;
  /** Whether it ends with a Job. */
  makesJob: boolean;
  /** Whether other ways to build its function are measured by it, too. */
  comparesBuilds: boolean;
  /** Prepares the request. */
  prepare: (it: { store: Store }) => Promise<ColdStart["asked"]>;
}

export const FIRST_REQUESTS: FirstRequest[] = [
  {
    name: "GET /",
    function: "api",
    base: "hello",
    goals: { time: 1.3, memory: 1.4 },
    makesJob: false,
    comparesBuilds: false,
    prepare: async () => ({ method: "GET", path: "/", status: 200 }),
  },
  {
    name: "GET /health",
    function: "api",
    base: "hello",
    goals: { time: 2, memory: 1.4 },
    makesJob: false,
    comparesBuilds: false,
    prepare: async () => ({ method: "GET", path: "/health", status: 200 }),
  },
  {
    name: "POST /tenants",
    function: "api",
    base: "hello",
    goals: { time: 2.5, memory: 1.4 },
    makesJob: false,
    comparesBuilds: true,
    prepare: async () => post("/tenants", 201, wanted(), { "X-API-Key": API_KEY }),
  },
  {
    name: "the event of a tenant that needs nothing",
    function: "provision",
    base: "helloEvent",
    goals: { time: 3, memory: 1.8 },
    makesJob: false,
    comparesBuilds: false,
    prepare: async ({ store }) => {
      const tenant = someTenant({ status: SETTLED });
      await store.createTenant(tenant, null);
      return sent(pushedTrigger(PROJECT_ID, { kind: "tenant", tenant_id: tenant.id }));
    },
  },
  {
    name: "a new tenant's event, up to its Job",
    function: "provision",
    base: "helloEvent",
    goals: null,
    makesJob: true,
    comparesBuilds: true,
    prepare: async ({ store }) => {
      const tenant = someTenant();
      await store.createTenant(tenant, null);
      return sent(pushedTrigger(PROJECT_ID, { kind: "tenant", tenant_id: tenant.id }));
    },
  },
  {
    name: "the event of a tenant that needs nothing",
    function: "cleanup",
    base: "helloEvent",
    goals: { time: 3, memory: 1.8 },
    makesJob: false,
    comparesBuilds: false,
    prepare: async ({ store }) => {
      const tenant = someTenant({ status: SETTLED });
      await store.createTenant(tenant, null);
      return sent(deletionCreated(PROJECT_ID, tenant.id));
    },
  },
  {
    name: "a deletion's event, up to its Job",
    function: "cleanup",
    base: "helloEvent",
    goals: null,
    makesJob: true,
    comparesBuilds: false,
    prepare: async ({ store }) => {
      const tenant = someTenant({ status: { ...SETTLED, operation: madeAt(new Date()) } });
      await store.createTenant(tenant, null);
      const issued = { commandId: randomUUID(), requestedBy: REQUESTER, now: new Date() };
      await recordCommand(store, tenant.id, "delete", issued, null);
      return sent(deletionCreated(PROJECT_ID, tenant.id));
    },
  },
];

/** How a site was made, which there is to be dropped. */
function madeAt(started_at: Date): Operation {
  return {
    kind: "create",
    generation: 1,
    attempt: 1,
    first_attempt: 1,
    started_at,
    slot: null,
    slot_at: null,
    deadline_at: null,
  };
}

function wanted() {
  const { profile, spec } = someTenant();
  const { organization, email } = profile;
  const { subdomain } = spec;
  return { organization, subdomain, email };
}

function post(path: string, status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  const all = { "Content-Type": "application/json", "Content-Length": length, ...headers };
  return { method: "POST", path, headers: all, body: text, status };
}

export function sent({ path, headers, body }: EventRequest): ColdStart["asked"] {
  return post(path, 204, body, headers);
}
