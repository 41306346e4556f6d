/**
 * The garbage collection's part in deletions that can be taken back: when the time of one is over, its tenant is deleted for
 * good.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Store } from "../../shared/firestore/store.ts";
import { log } from "../../shared/platform/log.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import type { Requester, Tenant } from "../../shared/tenant/tenant.ts";

/** How many tenants a run deletes at most; the others are next tomorrow. */
const MAX_PURGES = 100;

const GARBAGE_COLLECTION: Requester = {
  name: "garbage-collection",
  request_id: null,
  reason: "the time in which the deletion could be taken back is over",
};

/** Deletes for good whose time is over. That is as it should be, so it is no finding. */
export async function purgeRetained({ store }: Dependencies, now: Date): Promise<void> {
  for (const tenantId of await store.tenantsToPurge(now, MAX_PURGES)) {
    const shown = await store.showTenant(tenantId);
    // A damaged record is reported elsewhere.
    if (shown === null || shown.damaged.length > 0) continue;
    const tenant = await store.readTenant(tenantId);
    if (tenant === null || !isOver(tenant.record, now)) continue;
    if (await purge(tenant, store, now)) log("INFO", "RetainedTenantPurged", { tenantId });
  }
}

function isOver({ spec: { retention } }: Tenant, now: Date): boolean {
  return retention !== null && retention.purge_at <= now;
}

/** As a caller's purge does: the record of the deletion triggers cleanup. Not of one that has come back meanwhile. */
function purge(tenant: Stored<Tenant>, store: Store, now: Date): Promise<boolean> {
  const issued = { commandId: randomUUID(), requestedBy: GARBAGE_COLLECTION, now };
  const effect = applyCommand(tenant.record, "delete", issued);
  if (effect.outcome !== "changed") return Promise.resolve(false);
  return store.writeCommand(tenant.record.id, {
    update: { tenant, changes: effect.changes },
    // One that somebody else has made stands in nobody's way; then the resync finds the tenant.
    deletion: { requestedAt: now, overwrites: true },
    request: null,
    expiredRequest: null,
  });
}
