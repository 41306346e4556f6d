/**
 * Wakes one tenant, for whichever event.
 *
 * @module
 */
import { isStoreUnusable } from "../platform/errors.ts";
import { errorFields, log } from "../platform/log.ts";
import { reconcileTenant } from "./perform.ts";
import type { World } from "./perform.ts";

/**
 * Reconciles one tenant. Throws only when the database does not answer, so that the event comes again.
 * Any other failure is left to the sweep: `wake_at` is set.
 */
export async function wakeTenant(tenantId: string, world: World): Promise<void> {
  try {
    await reconcileTenant(tenantId, world);
  } catch (error) {
    if (isStoreUnusable(error)) throw error;
    log("ERROR", "a reconcile failed; the sweep will come back to the tenant", {
      tenantId,
      ...errorFields(error),
    });
  }
}
