/**
 * Joins the pure core to the edges: how each I/O request of a reconcile is performed.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Cluster } from "./cluster.ts";
import { siteJob, siteSecret } from "./manifests.ts";
import type { ManifestSettings } from "./manifests.ts";
import { drive, reconcile } from "./reconcile.ts";
import type { IoHandlers, Reconciled } from "./reconcile.ts";
import type { Store } from "./store.ts";

export interface World {
  store: Store;
  cluster: Cluster;
  settings: ManifestSettings;
}

/** Reconciles one tenant against the real world. Throws an `EdgeError` when an edge fails. */
export function reconcileTenant(tenantId: string, world: World): Promise<Reconciled> {
  return drive(reconcile(tenantId, world.settings), handlersFor(world));
}

function handlersFor({ store, cluster, settings }: World): IoHandlers {
  return {
    now: () => Promise.resolve(new Date()),
    readTenant: ({ tenantId }) => store.readTenant(tenantId),
    writeTenant: ({ tenantId, version, changes }) => store.writeTenant(tenantId, version, changes),
    readJob: ({ tenantId }) => cluster.readJob(tenantId),
    createJob: ({ tenant, operation }) => cluster.createJob(siteJob(tenant, operation, settings)),
    deleteJob: ({ tenantId, uid }) => cluster.deleteJob(tenantId, uid),
    // The passwords are born here and end in the Secret: no reconcile, record or log sees them.
    createSecret: ({ tenantId }) =>
      cluster.createSecret(
        siteSecret(tenantId, { database: newPassword(), administrator: newPassword() }, settings),
      ),
    deleteSecret: ({ tenantId }) => cluster.deleteSecret(tenantId),
    endDeletion: ({ tenant, version }) => store.endDeletion(tenant, version, new Date()),
  };
}

/** 192 bits, in characters that need no quoting anywhere. */
function newPassword(): string {
  return randomBytes(24).toString("hex");
}
