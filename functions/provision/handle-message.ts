/**
 * What provision does with a message: it wakes the tenants that the message calls for.
 *
 * Returning acknowledges the message, throwing refuses it, so that it comes again and ends among the
 * dead letters. Refused is what cannot be understood, and what finds no database, each with its id in
 * the log. Anything else that fails is acknowledged: `wake_at` is set, so the sweep comes back to the
 * tenant. A sweep is never refused, for the next one comes by itself.
 *
 * @module
 */
import { HintError, parseHint } from "../../shared/pubsub/messages.ts";
import type { Call } from "../../shared/pubsub/messages.ts";
import { errorFields, log } from "../../shared/platform/log.ts";
import type { World } from "../../shared/runtime/perform.ts";
import { isTenantId } from "../../shared/tenant/tenant.ts";
import { wakeTenant } from "../../shared/runtime/reconcile-event.ts";
import { audit } from "./collect-garbage.ts";
import { messageIdOf, parsePubSubEvent } from "./pubsub-event.ts";
import { sweep } from "./resync.ts";

/** Handles one message of `tenant-events` or `cluster-events`, as the functions framework gives it. */
export async function handleEvent(event: unknown, world: World): Promise<void> {
  const call = parseCall(event);
  try {
    await answer(call, world);
  } catch (error) {
    const isRefused = call.for !== "sweep";
    log("ERROR", `a message was not carried out and is ${isRefused ? "refused" : "given up"}`, {
      messageId: messageIdOf(event),
      call,
      ...errorFields(error),
    });
    if (isRefused) throw error;
  }
}

async function answer(call: Call, world: World): Promise<void> {
  switch (call.for) {
    case "nobody":
      return;
    case "tenant":
      if (isTenantId(call.tenantId)) await wakeTenant(call.tenantId, world);
      return;
    case "sweep":
      return sweep(world);
    case "audit":
      return audit(world);
  }
}

/** A message that cannot be understood is named in the log, where its dead letter can be found by. */
function parseCall(event: unknown): Call {
  try {
    return parseHint(parsePubSubEvent(event));
  } catch (error) {
    if (error instanceof HintError) {
      const messageId = messageIdOf(event);
      log("ERROR", "a message cannot be understood and is refused", {
        messageId,
        ...errorFields(error),
      });
    }
    throw error;
  }
}
