/**
 * The resync's part in telling others: it sends the status events that the function publish has left, because it, its
 * trigger or Pub/Sub was away.
 *
 * @module
 */
import { AdapterError } from "../../shared/platform/errors.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { sendEvents, UNSENT_SECONDS } from "../../shared/runtime/send-events.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import { workThrough } from "./work-through.ts";

/** How many tenants' events one resync sends at most; the next one is a minute away. */
const MAX_UNSENT = 200;

/** No further tenant's after so long: a resync has more to do. */
const MAX_MILLISECONDS = 10_000;

/**
 * Sends what has been unsent for over a minute, the oldest first. Gives for how many seconds the oldest of what is still left
 * has been; 0 where nothing is, null where that is not known. Never throws.
 */
export async function sendUnsent(dependencies: Dependencies, now: Date): Promise<number | null> {
  try {
    const before = addSeconds(now, -UNSENT_SECONDS);
    const unsent = await dependencies.store.oldestUnsent(before, MAX_UNSENT);
    const sent = await sendAll(
      unsent.map(({ tenantId }) => tenantId),
      dependencies,
    );
    const oldest = unsent.find(({ tenantId }) => !sent.has(tenantId));
    return oldest === undefined ? 0 : (now.getTime() - oldest.since.getTime()) / 1000;
  } catch (error) {
    log("WARNING", "EventsNotSent", errorFields(error));
    return null;
  }
}

/** Gives those of which nothing is left. */
async function sendAll(
  tenantIds: string[],
  dependencies: Dependencies,
): Promise<ReadonlySet<string>> {
  const sent = new Set<string>();
  const send = async (tenantId: string) => {
    try {
      await sendEvents(tenantId, dependencies);
      sent.add(tenantId);
    } catch (error) {
      log("WARNING", "EventsNotSent", { tenantId, ...errorFields(error) });
      // What is refused is one tenant's; what does not answer does so to nobody.
      if (!(error instanceof AdapterError) || error.code !== "invalid") throw error;
    }
  };
  await workThrough(tenantIds, Date.now() + MAX_MILLISECONDS, send).catch(() => {});
  return sent;
}
