/**
 * The garbage collection's part in deletions that can be taken back: when the time of one is over, its tenant is deleted for
 * good. Where there are backups, a last one is made the day before, and nothing is deleted without it.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Store } from "../../shared/firestore/store.ts";
import { otherKeptUntil } from "../../shared/backups/schedule.ts";
import { log } from "../../shared/platform/log.ts";
import { sendTrigger } from "../../shared/pubsub/send-trigger.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import { addSeconds, DAY_SECONDS } from "../../shared/tenant/tenant.ts";
import type { Requester, Tenant } from "../../shared/tenant/tenant.ts";

/** How many tenants a run deletes at most; the others are next tomorrow. */
const MAX_PURGES = 100;

const GARBAGE_COLLECTION: Requester = {
  name: "garbage-collection",
  request_id: null,
  reason: "the time in which the deletion could be taken back is over",
};

/** Deletes for good whose time is over. That is as it should be, so it is no finding. */
export async function purgeRetained(dependencies: Dependencies, now: Date): Promise<void> {
  const { store, settings } = dependencies;
  const hasBackups = settings.backupBucket !== null;
  const before = hasBackups ? addSeconds(now, DAY_SECONDS) : now;
  for (const tenantId of await store.tenantsToPurge(before, MAX_PURGES)) {
    const shown = await store.showTenant(tenantId);
    // A damaged record is reported elsewhere.
    if (shown === null || shown.damaged.length > 0) continue;
    const tenant = await store.readTenant(tenantId);
    if (tenant === null || tenant.record.spec.retention === null) continue;
    if (hasBackups && !hasLastBackup(tenant.record)) {
      await askForLastBackup(tenant, dependencies, now);
    } else if (isOver(tenant.record, now) && (await purge(tenant, store, now))) {
      log("INFO", "RetainedTenantPurged", { tenantId });
    }
  }
}

function isOver({ spec: { retention } }: Tenant, now: Date): boolean {
  return retention !== null && retention.purge_at <= now;
}

function hasLastBackup({ spec, status }: Tenant): boolean {
  return spec.backup?.kind === "before-purge" && spec.backup.id === status.backup?.id;
}

/** One that has failed is asked for again the next day. */
async function askForLastBackup(
  tenant: Stored<Tenant>,
  { store, bus }: Dependencies,
  now: Date,
): Promise<void> {
  const { record } = tenant;
  const { id: tenantId } = record;
  const newest = record.status.backup?.requested_at ?? null;
  if (isOver(record, now)) log("ERROR", "BackupOverdue", { tenantId, newest });
  const requested = { id: randomUUID(), kind: "before-purge", requested_at: now } as const;
  const backup = { ...requested, expires_at: otherKeptUntil(now) };
  const requestedBy = { ...GARBAGE_COLLECTION, reason: "the last one before the site is dropped" };
  const issued = { commandId: randomUUID(), requestedBy, now };
  const effect = applyCommand(record, { name: "backup", backup }, issued);
  if (effect.outcome !== "changed") return;
  if (await store.writeTenant(tenant, effect.changes)) await sendTrigger("tenant", tenantId, bus);
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
