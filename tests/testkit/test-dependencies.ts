/**
 * What a reconcile works on, by itself: the Firestore emulator behind a proxy, the fake cluster
 * whose Jobs obey, and a bus that keeps what is published.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { connectCluster } from "../../shared/kubernetes/cluster.ts";
import type { Cluster } from "../../shared/kubernetes/cluster.ts";
import { AdapterError } from "../../shared/platform/errors.ts";
import { siteJob, siteSecret } from "../../shared/operations/job-manifest.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { openStore } from "../../shared/firestore/store.ts";
import { newTenant } from "../../shared/tenant/tenant.ts";
import type { StatusEvent } from "../../shared/tenant/status-event.ts";
import type { NamedTenant, Operation, Status, Tenant } from "../../shared/tenant/tenant.ts";
import { PROJECT_ID, startFirestore } from "./own-emulators.ts";
import { startRestProxy } from "./rest-proxy.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";
import { eventually } from "./timeouts.ts";
import { NAMESPACE, SETTINGS, startFakeCluster } from "./fake-cluster.ts";
import { REQUESTER } from "./requester.ts";
import { siteAt } from "./some-site.ts";

export type TestDependencies = Awaited<ReturnType<typeof startTestDependencies>>;

export async function startTestDependencies() {
  const [firestore, fakeCluster] = await Promise.all([startFirestore(), startFakeCluster()]);
  const proxy = await startRestProxy(firestore.host);
  const store = openStore({ projectId: PROJECT_ID, emulatorHost: proxy.host });
  const triggered: string[] = [];
  const published: StatusEvent[] = [];
  const bus: Dependencies["bus"] = {
    publish: async (trigger) =>
      void triggered.push(trigger.kind === "tenant" ? trigger.tenant_id : trigger.kind),
    publishEvent: async (event) => void published.push(event),
    close: async () => {},
  };
  const { cluster } = fakeCluster;
  const dependencies: Dependencies = { store, cluster, bus, settings: SETTINGS };
  return {
    dependencies,
    /** The tenants that were triggered. */
    triggered,
    /** The status events that were published. */
    published,
    /** What is between the store and its database. */
    proxy,
    fakeCluster,
    client: firestore.client,
    /** The database itself, without what is between. */
    firestoreHost: firestore.host,
    /** Leaves nothing in the database and no Job. */
    async empty(): Promise<void> {
      await firestore.empty();
      for (const { metadata } of fakeCluster.jobs.listJobs()) {
        fakeCluster.jobs.deleteJob(metadata?.name ?? "", undefined);
      }
      await eventually("every Job is gone", async () =>
        fakeCluster.jobs.listJobs().length === 0 ? true : null,
      );
      triggered.length = 0;
      published.length = 0;
    },
    async stop() {
      await store.close();
      proxy.stop();
      await Promise.all([firestore.stop(), fakeCluster.stop()]);
    },
  };
}

/** A cluster that does not answer. */
export function awayCluster(): Cluster {
  const target = { kind: "kubeconfig", path: "" } as const;
  const away = new AdapterError("cluster", "unavailable", "away");
  return connectCluster({ target, namespace: NAMESPACE }, () => Promise.reject(away));
}

/** The status of a tenant for which nothing is to be done. */
export const SETTLED = {
  phase: "active",
  site: siteAt("acme"),
  observed_generation: 1,
  next_reconcile_at: null,
} as const satisfies Partial<Status>;

/** A tenant that is not in the database. */
export function someTenant(more: TenantParts = {}): NamedTenant {
  const id = randomUUID();
  const wanted = {
    organization: "Acme",
    subdomain: `t-${id.slice(0, 8)}`,
    email: "a@acme.example",
  };
  return withParts(
    newTenant({ id, commandId: "w", requestedBy: REQUESTER, ...wanted }, new Date()),
    more,
  );
}

/** A tenant that is. */
export async function createTenant(
  { dependencies }: TestDependencies,
  more: TenantParts = {},
): Promise<Tenant> {
  const tenant = someTenant(more);
  await dependencies.store.createTenant(tenant, null);
  return tenant;
}

/** A Job and a Secret, whether or not their tenant is there. */
export async function createJobOf(
  tenant: Tenant,
  { dependencies }: TestDependencies,
): Promise<void> {
  const operation: Pick<Operation, "kind" | "generation" | "attempt"> = {
    kind: "create",
    generation: tenant.spec.generation,
    attempt: 1,
  };
  const passwords = { database: "d", administrator: "a" };
  await dependencies.cluster.createSecret(siteSecret(tenant.id, passwords, SETTINGS));
  await dependencies.cluster.createJob(siteJob(tenant, operation, SETTINGS));
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
