/**
 * The garbage collection's part in backups: keys that nothing is encrypted with any more.
 *
 * @module
 */
import { log } from "../../shared/platform/log.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { isGone } from "./findings.ts";

/** Removes keys of tenants that are gone, and of which no backup is left. That is as it should be, so it is no finding. */
export async function removeLeftKeys({ store, cluster, settings }: Dependencies): Promise<void> {
  if (settings.backupBucket === null) return;
  for await (const tenantId of store.tenantsWithKey()) {
    if (!isTenantId(tenantId) || !(await isGone(tenantId, store))) continue;
    if ((await store.backupsOfTenant(tenantId)).length > 0) continue;
    await store.deleteBackupKey(tenantId);
    // A copy may have been made of a backup after the tenant was gone.
    await cluster.deleteSecret(tenantId, "backup-key");
    log("INFO", "BackupKeyRemoved", { tenantId });
  }
}
