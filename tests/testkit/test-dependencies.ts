/**
 * What a reconcile works on, by itself: the Firestore emulator behind a proxy, the stand-in cluster
 * whose Jobs obey, and a bus that keeps the hints.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { connectCluster } from "../../shared/kubernetes/cluster.ts";
import type { Cluster } from "../../shared/kubernetes/cluster.ts";
import { EdgeError } from "../../shared/platform/errors.ts";
import { siteJob, siteSecret } from "../../shared/operations/manifests.ts";
import type { World } from "../../shared/runtime/perform.ts";
import { openStore } from "../../shared/firestore/store.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../shared/tenant/tenant.ts";
import { PROJECT_ID, startFirestore } from "./own-emulators.ts";
import { startRestProxy } from "./rest-proxy.ts";
import { eventually } from "./timeouts.ts";
import { NAMESPACE, SETTINGS, startStandIn } from "./fake-cluster.ts";

export type TestWorld = Awaited<ReturnType<typeof startTestWorld>>;

export async function startTestWorld() {
  const [firestore, standIn] = await Promise.all([startFirestore(), startStandIn()]);
  const proxy = await startRestProxy(firestore.host);
  const store = openStore({ projectId: PROJECT_ID, emulatorHost: proxy.host });
  const hinted: string[] = [];
  const bus: World["bus"] = {
    publish: async (hint) => void hinted.push(hint.kind === "tenant" ? hint.tenant_id : hint.kind),
    close: async () => {},
  };
  const { cluster } = standIn;
  const world: World = { store, cluster, bus, settings: SETTINGS };
  return {
    world,
    /** The tenants that were hinted. */
    hinted,
    /** What is between the store and its database. */
    proxy,
    standIn,
    client: firestore.client,
    /** The database itself, without what is between. */
    firestoreHost: firestore.host,
    /** Leaves nothing in the database and no Job. */
    async empty(): Promise<void> {
      await firestore.empty();
      for (const { metadata } of standIn.jobs.listJobs()) {
        standIn.jobs.deleteJob(metadata?.name ?? "", undefined);
      }
      await eventually("every Job is gone", async () =>
        standIn.jobs.listJobs().length === 0 ? true : null,
      );
      hinted.length = 0;
    },
    async stop() {
      await store.close();
      proxy.stop();
      await Promise.all([firestore.stop(), standIn.stop()]);
    },
  };
}

/** A cluster that does not answer. */
export function awayCluster(): Cluster {
  const target = { kind: "kubeconfig", path: "" } as const;
  const away = new EdgeError("cluster", "unavailable", "away");
  return connectCluster({ target, namespace: NAMESPACE }, () => Promise.reject(away));
}

/** What makes a tenant one for which nothing is to be done. */
export const SETTLED = { status: "active", observed_generation: 1, wake_at: null } as const;

/** A tenant that is not in the database. */
export function someTenant(more: Partial<Tenant> = {}): Tenant {
  const id = randomUUID();
  const wanted = {
    organization: "Acme",
    subdomain: `t-${id.slice(0, 8)}`,
    email: "a@acme.example",
  };
  return { ...newTenant({ id, wishId: "w", ...wanted }, new Date()), ...more };
}

/** A tenant that is. */
export async function createTenant(
  { world }: TestWorld,
  more: Partial<Tenant> = {},
): Promise<Tenant> {
  const tenant = someTenant(more);
  await world.store.createTenant(tenant, null);
  return tenant;
}

/** A Job and a Secret, whether or not their tenant is there. */
export async function createJobOf(tenant: Tenant, { world }: TestWorld): Promise<void> {
  const operation: Pick<Operation, "kind" | "generation" | "attempt"> = {
    kind: "create",
    generation: tenant.generation,
    attempt: 1,
  };
  const passwords = { database: "d", administrator: "a" };
  await world.cluster.createSecret(siteSecret(tenant.id, passwords, SETTINGS));
  await world.cluster.createJob(siteJob(tenant, operation, SETTINGS));
}

/** Runs something of which the log lines are of no interest. */
export async function withoutLog<T>(run: () => Promise<T>): Promise<T> {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}
