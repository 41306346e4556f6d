/**
 * The garbage collection's part in backups: keys that nothing is encrypted with any more.
 *
 * @module
 */
import { isTenantId } from "../../shared/tenant/names.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { isGone } from "./findings.ts";
import type { Findings } from "./findings.ts";

/** Keys of tenants that are gone, and of which no backup is left. */
export async function* leftBackupKeys({ store, settings }: Dependencies): Findings {
  if (settings.backupBucket === null) return;
  for await (const tenantId of store.tenantsWithKey()) {
    if (!isTenantId(tenantId) || !(await isGone(tenantId, store))) continue;
    if ((await store.backupsOfTenant(tenantId)).length > 0) continue;
    await store.deleteBackupKey(tenantId);
    yield { event: "BackupKeyRemoved", tenantId };
  }
}
