/**
 * Records a command: what it means for the tenant is decided on the record as it is, and written together
 * with the answer by which the request is recognised when it comes again.
 *
 * @module
 */
import type { Store } from "../../../shared/firestore/store.ts";
import type { CommandEffect, CommandRequest } from "../../../shared/tenant/command-effect.ts";
import { applyCommand, reachesDeleted } from "../../../shared/tenant/commands.ts";
import type { Command, CommandWithFields } from "../../../shared/tenant/commands.ts";
import type {
  IdempotentRequest,
  Repeated,
  StoredAnswer,
} from "../../../shared/tenant/repeated-request.ts";
import { isDeleted, withChanges } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";
import { LOST_RACE, untilWritten } from "./until-written.ts";

/** What came of a command, and the tenant as it is then. `unchanged`: it was requested already. */
export type CommandResult =
  | { outcome: "changed" | "unchanged"; tenant: Tenant }
  | Extract<CommandEffect, { outcome: "refused" }>
  | Repeated;

/** A request that may come again, and how it is answered by what its command has made of the tenant. */
export interface RepeatableRequest extends IdempotentRequest {
  answer: (tenant: Tenant) => StoredAnswer;
}

/** Whoever holds it. */
const NAME_TAKEN = {
  outcome: "refused",
  why: "The subdomain is already taken.",
} as const satisfies CommandEffect;

/**
 * Records a caller's command, and in the same batch the request's record and, for a deletion that is for good, what
 * triggers cleanup. Null when there is no such tenant, or it is deleted and the command is not one for such. A request that was answered before is answered so again,
 * also when its tenant is gone since; one that is refused leaves no record.
 *
 * The client library may repeat a commit by itself, so a lost race can be its own earlier success:
 * then the tenant holds our command id, or the record our answer.
 */
export async function recordCommand(
  store: Store,
  tenantId: string,
  command: Command | CommandWithFields,
  issued: CommandRequest,
  request: RepeatableRequest | null,
): Promise<CommandResult | null> {
  let isDeletionThere = false;
  return untilWritten(tenantId, async (): Promise<CommandResult | null | typeof LOST_RACE> => {
    const basis = await store.readForCommand(tenantId, request);
    if (basis.outcome !== "first-time") return basis;
    if (basis.tenant === null) return null;
    const { record } = basis.tenant;
    if (record.spec.command_id === issued.commandId) return { outcome: "changed", tenant: record };
    if (isDeleted(record) && !reachesDeleted(command)) return null;
    const effect = applyCommand(record, command, issued);
    if (effect.outcome === "refused") return effect;

    const update =
      effect.outcome === "changed" ? { tenant: basis.tenant, changes: effect.changes } : null;
    const tenant = update === null ? record : withChanges(record, update.changes);
    // Where the deletion can be taken back, there is nothing to clean up yet.
    const isDropped = update?.changes.spec?.state === "absent";
    const result = { outcome: effect.outcome, tenant };
    if (update === null && request === null) return result;
    const isWritten = await store.writeCommand(tenantId, {
      update,
      deletion: isDropped ? { requestedAt: issued.now, overwrites: isDeletionThere } : null,
      request: request && { ...request, answer: request.answer(tenant) },
      expiredRequest: basis.expiredRequest,
    });
    if (isWritten) return result;
    // Somebody else made it. Overwriting it triggers no cleanup, but the command's own trigger is published.
    if (isDropped) isDeletionThere = (await store.readDeletion(tenantId)) !== null;
    const name =
      typeof command === "object" && command.name === "rename" ? command.subdomain : null;
    const holder = name === null ? null : await store.readReservation(name);
    if (holder !== null && holder !== tenantId) return NAME_TAKEN;
    return LOST_RACE;
  });
}
