/**
 * Sends a trigger about a tenant, whatever becomes of it.
 *
 * @module
 */
import { errorFields, log } from "../platform/log.ts";
import type { Bus } from "./bus.ts";
import type { Trigger } from "./messages.ts";

/** Never throws: a trigger that is lost costs time only, for the resync finds what it would have named. */
export async function sendTrigger(
  kind: Extract<Trigger, { tenant_id: string }>["kind"],
  tenantId: string,
  bus: Pick<Bus, "publish">,
): Promise<void> {
  try {
    await bus.publish({ kind, tenant_id: tenantId });
  } catch (error) {
    log("WARNING", "TriggerNotPublished", { tenantId, ...errorFields(error) });
  }
}
