/**
 * Tenants in a store on the official Firestore emulator, and a second store whose calls a test can inject a
 * fault into.
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import type { suite } from "uvu";
import * as assert from "uvu/assert";
import type {
  CommandResult,
  RepeatableRequest,
} from "../../functions/api/tenants/record-command.ts";
import { openStore } from "../../shared/firestore/store.ts";
import type { Created, Store } from "../../shared/firestore/store.ts";
import type { StoredAnswer } from "../../shared/tenant/repeated-request.ts";
import { addSeconds, newTenant } from "../../shared/tenant/tenant.ts";
import type { NamedTenant, Tenant } from "../../shared/tenant/tenant.ts";
import { PROJECT_ID, startFirestore } from "./own-emulators.ts";
import { startRestProxy, UNAVAILABLE } from "./rest-proxy.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";
import { REQUESTER } from "./requester.ts";
import { siteAt } from "./some-site.ts";

export const NOW = new Date("2026-11-24T12:00:00Z");

export const dayAfter = (now: Date): Date => addSeconds(now, 24 * 3600);

/** A tenant that wants this name. */
export function tenantNamed(subdomain: string, now = NOW): NamedTenant {
  const wanted = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  return newTenant(
    { id: randomUUID(), commandId: randomUUID(), requestedBy: REQUESTER, ...wanted },
    now,
  );
}

/** With a site that works, and nothing under way. */
export const ACTIVE = {
  status: {
    phase: "active",
    site: siteAt("acme"),
    observed_generation: 1,
  },
} as const satisfies TenantParts;

/** What the status says of a command that was given up. */
export const FAILURE = { condition: "failed", message: "it failed" } as const;

let requestCount = 0;
/** A request with a key of its own. */
export function keyed(more: Partial<RepeatableRequest> = {}): RepeatableRequest {
  const id = createHash("sha256")
    .update(`caller ${(requestCount += 1)}`)
    .digest("hex");
  return { id, hash: "h1", now: NOW, answer: answerWith, ...more };
}

/** Creates a tenant under a key. */
export function createUnder(
  store: Store,
  tenant: NamedTenant,
  request: RepeatableRequest,
): Promise<Created> {
  return store.createTenant(tenant, { ...request, answer: request.answer(tenant) });
}

/** In an order of keys that is not the alphabet's. */
export function answerWith({ id, spec, status }: Tenant): StoredAnswer {
  const headers = { Location: `/tenants/${id}` };
  const body = { success: true, id, subdomain: spec.subdomain, status: status.phase };
  return { status: 201, headers, body };
}

export const outcomesOf = (results: ({ outcome: string } | null)[]): string[] =>
  results.map((result) => result?.outcome ?? "none");

/** One of them had the effect, and all others are given its answer again, to the letter. */
export function assertOneEffect(
  results: (Created | CommandResult | null)[],
  outcome: string,
  answer: StoredAnswer,
): void {
  const outcomes = outcomesOf(results);
  assert.is(outcomes.filter((one) => one === outcome).length, 1, outcomes.join(" "));
  const replayed = results.flatMap((result) =>
    result?.outcome === "replayed" ? [JSON.stringify(result.answer)] : [],
  );
  assert.equal(
    replayed,
    Array.from({ length: results.length - 1 }, () => JSON.stringify(answer)),
  );
}

async function start() {
  const emulator = await startFirestore();
  const proxy = await startRestProxy(emulator.host);
  const faulty = openStore({ projectId: PROJECT_ID, emulatorHost: proxy.host });
  return { emulator, proxy, faulty };
}

/** Starts the emulator before a suite's tests, empties it before each, and ends it after them. */
export function useStore(test: ReturnType<typeof suite>) {
  let started: Awaited<ReturnType<typeof start>>;
  test.before(async () => {
    started = await start();
  });
  test.before.each(async () => {
    const { emulator, proxy } = started;
    await emulator.empty();
    proxy.injectFault(null);
    proxy.calls.length = 0;
  });
  test.after(async () => {
    await started.faulty.close();
    started.proxy.stop();
    await started.emulator.stop();
  });
  const it = {
    get store() {
      return started.emulator.store;
    },
    get client() {
      return started.emulator.client;
    },
    get proxy() {
      return started.proxy;
    },
    /** A store whose calls a test can inject a fault into. */
    get faulty() {
      return started.faulty;
    },
    /** Removes every document. */
    emulatorEmpty: () => started.emulator.empty(),
    /** A tenant as it is in the database. */
    async stored(tenant: Tenant) {
      const found = await it.store.readTenant(tenant.id);
      assert.ok(found);
      return found;
    },
    /** A new tenant with these fields, in the database. */
    async create(more: TenantParts = {}): Promise<NamedTenant> {
      const tenant = withParts(tenantNamed(`t-${randomUUID().slice(0, 8)}`), more);
      assert.is((await it.store.createTenant(tenant, null)).outcome, "created");
      return tenant;
    },
    /** What is on record of a request. */
    recordOf: async ({ id }: RepeatableRequest) =>
      (await it.client.doc(`requests/${id}`).get()).data(),
    /** The next commit gets through, its answer does not, and the client library repeats it. */
    loseAnswerOfCommit: () => it.proxy.injectFault({ rpc: "Commit", status: UNAVAILABLE }),
  };
  return it;
}
