/**
 * Joins the pure core to the edges: how each I/O request of a reconcile is performed.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Bus } from "../pubsub/bus.ts";
import type { Cluster } from "../kubernetes/cluster.ts";
import { createDecisionLog } from "./decision-log.ts";
import { errorFields, log } from "../platform/log.ts";
import { siteJob, siteSecret } from "../operations/manifests.ts";
import type { ManifestSettings } from "../operations/manifests.ts";
import { drive, reconcile } from "../reconciler/reconcile.ts";
import type { IoHandlers, ReconcileSettings } from "../reconciler/reconcile.ts";
import type { Store } from "../firestore/store.ts";
import type { Status } from "../tenant/tenant.ts";

export interface World {
  store: Store;
  cluster: Cluster;
  bus: Bus;
  settings: ManifestSettings & ReconcileSettings;
}

/**
 * Reconciles one tenant against the real world, and logs every decision with how long its steps took.
 * Gives the tenant's status at the end; null when it is gone. Throws an `EdgeError` when an edge fails.
 */
export async function reconcileTenant(tenantId: string, world: World): Promise<Status | null> {
  const decisionLog = createDecisionLog(log);
  try {
    const handlers = decisionLog.watch(handlersFor(world));
    return await drive(reconcile(tenantId, world.settings), handlers);
  } finally {
    decisionLog.end();
  }
}

/** What performs each kind of I/O request. */
export function handlersFor({ store, cluster, bus, settings }: World): IoHandlers {
  return {
    now: () => Promise.resolve(new Date()),
    readTenant: ({ tenantId }) => store.readTenant(tenantId),
    writeTenant: ({ tenantId, version, changes, freedSlot }) =>
      store.writeTenant(tenantId, version, changes, freedSlot),
    readSlots: async () => (await store.readSlots()).map(({ slot }) => slot),
    claimSlot: ({ tenantId, version, slot, changes }) =>
      store.claimSlot(tenantId, version, slot, changes),
    hintNextInQueue: () => hintQueue(1, { store, bus }),
    readJob: ({ tenantId }) => cluster.readJob(tenantId),
    createJob: ({ tenant, operation }) => cluster.createJob(siteJob(tenant, operation, settings)),
    deleteJob: ({ tenantId, uid }) => cluster.deleteJob(tenantId, uid),
    // The passwords are born here and end in the Secret: no reconcile, record or log sees them.
    createSecret: ({ tenantId }) =>
      cluster.createSecret(
        siteSecret(tenantId, { database: newPassword(), administrator: newPassword() }, settings),
      ),
    deleteSecret: async ({ tenantId }) => void (await cluster.deleteSecret(tenantId)),
    endDeletion: ({ tenant, version }) => store.endDeletion(tenant, version, new Date()),
    decided: () => Promise.resolve(),
  };
}

/**
 * Hints the first so many of those that wait for a slot. Never throws: a hint that is lost costs time,
 * and the sweep sees free slots and those who wait.
 */
export async function hintQueue(
  count: number,
  { store, bus }: Pick<World, "store" | "bus">,
): Promise<void> {
  try {
    const waiting = await store.queue(count);
    await Promise.all(
      waiting.map((tenantId) => bus.publish({ kind: "tenant", tenant_id: tenantId })),
    );
  } catch (error) {
    log("WARNING", "the next in the queue was not hinted; the sweep will be", errorFields(error));
  }
}

/** 192 bits, in characters that need no quoting anywhere. */
function newPassword(): string {
  return randomBytes(24).toString("hex");
}
