/**
 * Thousands of requests against a pool of 50 that refills: every tenant has a site of its own, none is lost, and at the
 * end the pool is what it is to be. The endpoint, the reconciles and the resyncs run here, on the official Firestore emulator;
 * site Jobs take no time (`instant-cluster.ts`).
 *
 * `POOL_POSTS` says how many requests; without it so many as take some minutes on two cores.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ApiDependencies } from "../../functions/api/http/endpoint.ts";
import type { ApiResponse } from "../../functions/api/http/response.ts";
import { resync } from "../../functions/provision/resync.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import type { Store } from "../../shared/firestore/store.ts";
import { isStoreUnusable } from "../../shared/platform/errors.ts";
import { reconcileTenant } from "../../shared/runtime/reconcile-tenant.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { SETTINGS } from "../testkit/fake-cluster.ts";
import { createInstantCluster } from "../testkit/instant-cluster.ts";
import { startFirestore } from "../testkit/own-emulators.ts";
import { idIn, poolDependencies, post } from "../testkit/pool-posts.ts";
import { withoutLog } from "../testkit/test-dependencies.ts";
import { eventually } from "../testkit/timeouts.ts";

const test = suite("a pool under thousands of requests");

const POSTS = Number(process.env["POOL_POSTS"] ?? 500);
const POOL_SIZE = 50;

/** Requests, and tenants that are reconciled, at the same time. */
const CONCURRENCY = 32;

let firestore: Awaited<ReturnType<typeof startFirestore>>;
test.before(async () => {
  firestore = await startFirestore();
});
test.after(async () => {
  await firestore.stop();
});

/** Reconciles the tenants that are triggered, so many at a time. */
function startProvision(store: Store) {
  const waiting = new Set<string>();
  /** Their slots are free as soon as they are looked at, so they come first. */
  const ended = new Set<string>();
  const stopping = new AbortController();
  const { cluster, ...bench } = createInstantCluster((id) => ended.add(id));
  const bus: Dependencies["bus"] = {
    publish: (trigger) => {
      if (trigger.kind === "tenant") waiting.add(trigger.tenant_id);
      return Promise.resolve();
    },
    publishEvent: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const settings = { ...SETTINGS, poolSize: POOL_SIZE, maxConcurrentJobs: 2 * CONCURRENCY };
  const dependencies: Dependencies = { store, cluster, bus, settings };
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    while (!stopping.signal.aborted) {
      const [next] = ended.size > 0 ? ended : waiting;
      if (next === undefined) {
        await sleep(5);
        continue;
      }
      for (const queue of [ended, waiting]) queue.delete(next);
      // As Pub/Sub does: what found no database comes again.
      try {
        await reconcileTenant(next, dependencies);
      } catch {
        waiting.add(next);
      }
    }
  });
  const clock = (async () => {
    while (!stopping.signal.aborted) {
      // The next one comes by itself.
      await resync(dependencies).catch(() => {});
      await sleep(500);
    }
  })();
  return {
    ...bench,
    bus,
    async stop() {
      stopping.abort();
      await Promise.all([...workers, clock]);
    },
  };
}

/** Asks for so many tenants, some at a time, and gives their ids in order. */
async function askFor(count: number, store: Store, bus: Dependencies["bus"]): Promise<string[]> {
  const api = { ...poolDependencies(store, POOL_SIZE), bus };
  const ids: string[] = [];
  let next = 0;
  const callers = Array.from({ length: CONCURRENCY }, async () => {
    for (let k = next++; k < count; k = next++) {
      ids[k] = idIn(await untilAnswered(api, k));
    }
  });
  await Promise.all(callers);
  return ids;
}

/** Asks again, with the same key, where a busy machine's database did not answer in time. */
async function untilAnswered(api: ApiDependencies, k: number): Promise<ApiResponse> {
  const identity = { id: `request-${k}`, hash: "h" };
  for (;;) {
    try {
      return await post(api, `burst-${k}`, { identity });
    } catch (error) {
      if (!isStoreUnusable(error)) throw error;
    }
  }
}

async function tenantsIn(client: typeof firestore.client): Promise<Tenant[]> {
  const { docs } = await client.collection("tenants").get();
  return docs.map((document) => toDates(document.data()) as Tenant);
}

test(`${POSTS} requests on a pool of ${POOL_SIZE} are as many tenants, each with a site of its own`, async () => {
  const { client } = firestore;
  // The outbox is another test's; here it would only grow.
  const store: Store = { ...firestore.store, oldestUnsent: () => Promise.resolve([]) };
  const counts = await withoutLog(async () => {
    const it = startProvision(store);
    const count = async (state: string, phase: string) => {
      const query = client.collection("tenants").where("spec.state", "==", state);
      return (await query.where("status.phase", "==", phase).count().get()).data().count;
    };
    const isFull = async () => ((await count("standby", "active")) === POOL_SIZE ? true : null);
    try {
      await eventually("the pool is full", isFull);
      const startedAt = performance.now();
      const ids = await askFor(POSTS, store, it.bus);
      const accepted = performance.now();
      const isDone = async () => {
        await sleep(250);
        return (await count("present", "active")) === POSTS ? true : null;
      };
      await eventually("every tenant is active", isDone, 10 * 60_000);
      const active = performance.now();
      await eventually("the pool is full again", isFull);
      const seconds = [accepted, active].map((end) => (end - startedAt) / 1000);
      return { ids, seconds, ...it };
    } finally {
      await it.stop();
    }
  });
  const { ids, seconds, sites, made, wrong } = counts;
  const [accepted = 0, active = 0] = seconds;
  console.log(
    `${POSTS} accepted after ${accepted.toFixed(1)} s, all active after ${active.toFixed(1)} s: ` +
      `${made["claim"]} were claimed, ${made["create"]} sites made`,
  );
  assert.equal(wrong, []);
  assert.is(new Set(ids).size, POSTS);

  const tenants = new Map((await tenantsIn(client)).map((tenant) => [tenant.id, tenant]));
  assert.is(tenants.size, POSTS + POOL_SIZE);
  for (const [k, id] of ids.entries()) {
    const tenant = tenants.get(id);
    assert.is(tenant?.spec.subdomain, `burst-${k}`);
    const site = sites.get(tenant?.status.site?.name ?? "");
    assert.equal(site, { tenantId: id, hosts: `burst-${k}.kairos.app` });
  }
  assert.is(sites.size, POSTS + POOL_SIZE);
  // Each claim was of one standby, and each standby that was taken was made anew.
  assert.is(made["create"], POSTS + POOL_SIZE);
  assert.ok((made["claim"] ?? 0) >= POOL_SIZE, `${made["claim"]} claims`);
  const reservations = await client.collection("subdomains").get();
  assert.equal(
    new Map(reservations.docs.map((one) => [one.id, one.get("tenant_id") as unknown])),
    new Map(ids.map((id, k) => [`burst-${k}`, id])),
  );
  assert.ok((await client.collection("slots").get()).empty);
  assert.ok((await client.collection("deletions").get()).empty);
});

test.run();
