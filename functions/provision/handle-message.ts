/**
 * What provision does with a message: it reconciles the tenants that the message is about.
 *
 * Returning acknowledges the message, throwing refuses it, so that it comes again and ends among the
 * dead letters. Refused is what cannot be understood, and what finds no database, each with its id in
 * the log. Anything else that fails is acknowledged: `next_reconcile_at` is set, so the resync comes back to the
 * tenant. A resync is never refused, for the next one comes by itself.
 *
 * @module
 */
import { MessageError, parseMessage } from "../../shared/pubsub/messages.ts";
import type { ReconcileRequest } from "../../shared/pubsub/messages.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import type { Dependencies } from "../../shared/runtime/run-reconcile.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import { reconcileDomainsOf } from "../../shared/runtime/reconcile-domains.ts";
import { reconcileTenant } from "../../shared/runtime/reconcile-tenant.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { messageIdOf, parsePubSubEvent } from "./pubsub-event.ts";
import { resync } from "./resync.ts";

/** Handles one message of `tenant-events` or `cluster-events`, as the functions framework gives it. */
export async function handleEvent(event: unknown, dependencies: Dependencies): Promise<void> {
  const request = parseRequest(event);
  try {
    await answer(request, dependencies);
  } catch (error) {
    const isRefused = request.for !== "resync";
    log("ERROR", isRefused ? "MessageFailed" : "ResyncFailed", {
      messageId: messageIdOf(event),
      request,
      ...errorFields(error),
    });
    if (isRefused) throw error;
  }
}

async function answer(request: ReconcileRequest, dependencies: Dependencies): Promise<void> {
  switch (request.for) {
    case "nobody":
      return;
    case "tenant":
      if (isTenantId(request.tenantId)) await reconcileTenant(request.tenantId, dependencies);
      return;
    case "domains":
      if (isTenantId(request.tenantId)) await reconcileDomainsOf(request.tenantId, dependencies);
      return;
    case "resync":
      return resync(dependencies);
    case "garbage-collection":
      return collectGarbage(dependencies);
  }
}

/** A message that cannot be understood is named in the log, where its dead letter can be found by. */
function parseRequest(event: unknown): ReconcileRequest {
  try {
    return parseMessage(parsePubSubEvent(event));
  } catch (error) {
    if (error instanceof MessageError) {
      const messageId = messageIdOf(event);
      log("ERROR", "MessageNotUnderstood", {
        messageId,
        ...errorFields(error),
      });
    }
    throw error;
  }
}
