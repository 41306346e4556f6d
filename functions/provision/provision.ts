/**
 * What provision does with a message: it wakes the tenants that the message calls for.
 *
 * Returning acknowledges the message, throwing refuses it, so that it comes again and ends among the
 * dead letters. Refused is what cannot be understood, and what finds no database. Anything else that
 * fails is acknowledged: `wake_at` is set, so the sweep comes back to the tenant.
 *
 * @module
 */
import { parseHint } from "../../shared/hint.ts";
import { errorFields, log } from "../../shared/log.ts";
import type { World } from "../../shared/perform.ts";
import { isTenantId } from "../../shared/tenant.ts";
import { wakeTenant } from "../../shared/wake.ts";

/** How many tenants one sweep takes on at most; the next one is a minute away. */
const MAX_SWEPT = 200;

/** How many tenants a sweep works on at the same time. */
const SWEEP_CONCURRENCY = 8;

/** Handles one message of `tenant-events` or `cluster-events`, given as parsed JSON. */
export async function handleMessage(message: unknown, world: World): Promise<void> {
  const call = parseHint(message);
  switch (call.for) {
    case "nobody":
      return;
    case "tenant":
      if (isTenantId(call.tenantId)) await wakeTenant(call.tenantId, world);
      return;
    case "sweep":
      await sweep(world);
  }
}

async function sweep(world: World): Promise<void> {
  const now = new Date();
  const due = await world.store.dueTenants(now, MAX_SWEPT);
  const queue = due.values();
  const workers = Array.from({ length: SWEEP_CONCURRENCY }, async () => {
    for (const tenantId of queue) await wakeTenant(tenantId, world);
  });
  await Promise.all([...workers, seeCluster(world)]);
}

/** The heartbeat, by which /health knows of the cluster without talking to it. */
async function seeCluster({ cluster, store }: World): Promise<void> {
  try {
    await cluster.ping();
  } catch (error) {
    log("ERROR", "the cluster does not answer", errorFields(error));
    return;
  }
  await store.beat(new Date());
}
