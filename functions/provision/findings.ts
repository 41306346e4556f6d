/**
 * What the garbage collection finds, as its parts report it.
 *
 * @module
 */
import type { LogEvent } from "../../shared/platform/log-events.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";

/** A line of the report: what was found, and whom it is about. */
export interface Finding {
  event: LogEvent;
  tenantId?: string;
  subdomain?: string;
  domain?: string;
  /** The fields of a record that are damaged. */
  damaged?: string[];
}

export type Findings = AsyncGenerator<Finding>;

/** Whether there is no such tenant any more. */
export async function isGone(tenantId: string, store: Dependencies["store"]): Promise<boolean> {
  return (await store.showTenant(tenantId)) === null;
}
