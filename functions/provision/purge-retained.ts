/**
 * The garbage collection's part in deletions that can be taken back: when the time of one is over, its tenant is deleted for
 * good. Where there are backups, the resync has a last one made in the day before, and nothing is deleted without it.
 *
 * @module
 */
import { log } from "../../shared/platform/log.ts";
import { hasLastBackup } from "../../shared/reconciler/plan-backup.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import type { Requester, Tenant } from "../../shared/tenant/tenant.ts";
import { dropTenant } from "./drop-tenant.ts";

/** How many tenants a run deletes at most; the others are next tomorrow. */
const MAX_PURGES = 100;

/** How many it looks at for that: some wait for their last backup. */
const MAX_LOOKED_AT = 1000;

const GARBAGE_COLLECTION: Requester = {
  name: "garbage-collection",
  request_id: null,
  reason: "the time in which the deletion could be taken back is over",
};

/** Deletes for good whose time is over. That is as it should be, so it is no finding. */
export async function purgeRetained({ store, settings }: Dependencies, now: Date): Promise<void> {
  let purged = 0;
  for (const tenantId of await store.tenantsToPurge(now, MAX_LOOKED_AT)) {
    if (purged === MAX_PURGES) return;
    const shown = await store.showTenant(tenantId);
    // A damaged record is reported elsewhere.
    if (shown === null || shown.damaged.length > 0) continue;
    const tenant = await store.readTenant(tenantId);
    if (tenant === null || !isOver(tenant.record, now)) continue;
    // The resync asks for it.
    if (settings.backupBucket !== null && !hasLastBackup(tenant.record)) continue;
    // Not of one that has come back meanwhile.
    if (!(await dropTenant(tenant, GARBAGE_COLLECTION, store, now))) continue;
    log("INFO", "RetainedTenantPurged", { tenantId });
    purged += 1;
  }
}

function isOver({ spec: { state, retention } }: Tenant, now: Date): boolean {
  return state === "retained" && retention !== null && retention.purge_at <= now;
}
