/**
 * A deletion for good that the control plane asks for itself.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Store } from "../../shared/firestore/store.ts";
import type { Stored } from "../../shared/reconciler/ports.ts";
import { applyCommand } from "../../shared/tenant/commands.ts";
import type { Requester, Tenant } from "../../shared/tenant/tenant.ts";

/**
 * As a caller's deletion for good does: the record of the deletion triggers cleanup. False where there is nothing to be
 * deleted, or the tenant has changed since it was read.
 */
export function dropTenant(
  tenant: Stored<Tenant>,
  requestedBy: Requester,
  store: Store,
  now: Date,
): Promise<boolean> {
  const issued = { commandId: randomUUID(), requestedBy, now };
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
