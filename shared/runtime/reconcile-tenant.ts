/**
 * Reconciles one tenant, for whichever event.
 *
 * @module
 */
import { isStoreUnusable } from "../platform/errors.ts";
import { errorFields, log } from "../platform/log.ts";
import { runReconcile } from "./run-reconcile.ts";
import type { Dependencies } from "./run-reconcile.ts";

/**
 * Reconciles one tenant. Throws only when the database does not answer, so that the event comes again.
 * Any other failure is left to the resync: `next_reconcile_at` is set.
 */
export async function reconcileTenant(tenantId: string, dependencies: Dependencies): Promise<void> {
  try {
    await runReconcile(tenantId, dependencies);
  } catch (error) {
    if (isStoreUnusable(error)) throw error;
    log("ERROR", "ReconcileFailed", {
      tenantId,
      ...errorFields(error),
    });
  }
}
