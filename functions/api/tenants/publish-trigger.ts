/**
 * Tells the function provision that there is something to do for a tenant.
 *
 * @module
 */
import { errorFields, log } from "../../../shared/platform/log.ts";
import type { ApiDependencies } from "../http/endpoint.ts";

/** A trigger that cannot be published costs time only: the resync finds the tenant. */
export async function publishTrigger(tenantId: string, { bus }: ApiDependencies): Promise<void> {
  try {
    await bus.publish({ kind: "tenant", tenant_id: tenantId });
  } catch (error) {
    log("WARNING", "TriggerNotPublished", { tenantId, ...errorFields(error) });
  }
}
