/**
 * The function `cleanup`: triggered by Firestore when a document `deletions/{tenantId}` is created.
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import type { CloudEvent } from "@google-cloud/functions-framework";
import { keepConnectionsOpen } from "../../shared/platform/keep-alive.ts";
import { reconcileTenant } from "../../shared/runtime/reconcile-tenant.ts";
import { connectDependencies } from "../../shared/runtime/connect.ts";
import { tenantOfDeletion } from "./deletion-event.ts";

const dependencies = connectDependencies(process.env);
keepConnectionsOpen();

cloudEvent("cleanup", async (event: CloudEvent<unknown>) => {
  const tenantId = tenantOfDeletion(event);
  if (tenantId !== null) await reconcileTenant(tenantId, dependencies);
});
