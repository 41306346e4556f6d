/**
 * The function `cleanup`: woken by Firestore when a document `deletions/{tenantId}` is created.
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import type { CloudEvent } from "@google-cloud/functions-framework";
import { logCompileCache } from "../../shared/compile-cache.ts";
import { keepConnectionsOpen } from "../../shared/keep-alive.ts";
import { wakeTenant } from "../../shared/wake.ts";
import { connectWorld } from "../../shared/world.ts";
import { tenantOfDeletion } from "./cleanup.ts";

const world = connectWorld(process.env);
logCompileCache(process.env);
keepConnectionsOpen();

cloudEvent("cleanup", async (event: CloudEvent<unknown>) => {
  const tenantId = tenantOfDeletion(event);
  if (tenantId !== null) await wakeTenant(tenantId, world);
});
